// The client's half of push and pull: connects, signs in, catches up, stays live, and loses nothing on the way.
#pragma once

#include "client_codec.hpp"
#include "client_events.hpp"
#include "client_network.hpp"
#include "client_options.hpp"
#include "intake.hpp"
#include "line_keeper.hpp"
#include "send_queue.hpp"
#include "wishes.hpp"

#include "../core/clock.hpp"

namespace tandem {

// What a client is made of; references where you keep it yourself.
//   struct my_client {
//       using store   = tandem::memory_local_store;
//       using codec   = tandem::tiny_client;
//       using network = my_network&;
//       using clock   = tandem::system_clock;
//   };
template <class P>
struct client_parts {
    typename P::store store;
    typename P::network network;
    typename P::codec codec{};
    typename P::clock clock{};
};

// Sans-I/O: facts go in by calls, requests come out through the network; tick() is to be called at next_tick(). All that is heard
// between two returns to the event loop is one transaction if a `turn` is held meanwhile. One thread at a time.
template <class P>
class client_engine {
    using store_type = std::remove_reference_t<typename P::store>;
    static_assert(local_store<store_type>, "client: store must be a tandem::local_store (client/local_store.hpp)");
    static_assert(client_codec<std::remove_reference_t<typename P::codec>>,
                  "client: codec must be a tandem::client_codec (client/client_codec.hpp)");
    static_assert(client_network<std::remove_reference_t<typename P::network>>,
                  "client: network must be a tandem::client_network (client/client_network.hpp)");
    static_assert(time_source<std::remove_reference_t<typename P::clock>>,
                  "client: clock must be a tandem::time_source (core/clock.hpp)");

public:
    client_engine(client_parts<P> parts, client_options o, client_events e = {})
        : parts_{std::forward<client_parts<P>>(parts)}, options_{std::move(o)}, events_{std::move(e)},
          keeper_{options_, options_.seed}, intake_{options_.user, options_.held}, sends_{options_.window, pause(1)},
          wishes_{options_.window, options_.receipt_wait, pause(2)}, pull_pause_{pause(3)} {
        assert(!options_.user.empty() && !options_.servers.empty() && "tandem: a client has a user and a server");
    }
    client_engine(const client_engine&) = delete;

    class turn {
    public:
        explicit turn(client_engine& c) : client_{c} { client_.begin_turn(); }
        turn(const turn&) = delete;
        ~turn() { client_.end_turn(); }

    private:
        client_engine& client_;
    };

    // --- facts
    // Reads the store, and connects at the next tick. Again after it has ended.
    result<> start() {
        turn t{*this};
        if (keeper_.at() != line_keeper::stage::idle) return success();
        if (auto read = load(); !read) return read;
        why_ended_ = {};
        keeper_.begin(now_);
        return success();
    }
    void opened() {
        turn t{*this};
        keeper_.opened();
        if (keeper_.at() != line_keeper::stage::signing_in) return;
        forget_pull();
        intake_.connected();
        const bool knows = intake_.epoch() != tandem::epoch{};
        auth_ = say(auth_request{.credential = options_.credential,
                                 .device = options_.device.view(),
                                 .platform = options_.platform,
                                 .cursor = knows ? cursor{intake_.cursor()} : cursor{},
                                 .epoch = intake_.epoch()});
    }
    void received(const message& m) {
        turn t{*this};
        if (!is_connected()) return;
        auto said = parts_.codec.hear(m);
        if (!said) return hang_up(said.error().code, {});
        keeper_.heard();
        std::visit([&](auto&& word) { this->hear(said->sequence, std::move(word)); }, std::move(said->word));
    }
    // It could not be opened, or has ended.
    void closed(const error& why = errc::timed_out) {
        turn t{*this};
        if (is_connected()) connection_ended(why.code, why.retry_after);
    }
    void network_changed() {
        turn t{*this};
        keeper_.network_changed(now_);
    }
    // Does what is due, and says when it is to be called again.
    instant tick() {
        turn{*this};
        return next_tick();
    }
    instant next_tick() const {
        instant next = keeper_.next(now_ + days(1));
        if (hole_at_ != instant{}) next = std::min(next, hole_at_);
        if (!speaks()) return next;
        if (!asking_ && pull_at_ > now_) next = std::min(next, pull_at_);
        if (keeper_.polls() && poll_at_ > now_) next = std::min(next, poll_at_);
        return wishes_.next(now_, sends_.next(now_, next));
    }

    // --- what the user wants. What is answered with a success is stored, and will be said until the server has it.
    result<send_id> send(const conversation_id& to, std::string body, std::uint32_t content_type = 0,
                         std::vector<user_id> mentions = {}) {
        return queue({.conversation = to,
                      .content_type = content_type,
                      .body = std::move(body),
                      .mentions = std::move(mentions)});
    }
    result<send_id> revoke(const conversation_id& in, seq target) {
        return queue({.conversation = in, .kind = entry_kind::revoke, .target = target});
    }
    result<send_id> edit(const conversation_id& in, seq target, std::string body, std::uint32_t content_type = 0) {
        return queue({.conversation = in,
                      .kind = entry_kind::edit,
                      .content_type = content_type,
                      .body = std::move(body),
                      .target = target});
    }
    // Of one that has failed for good: once more, or no longer.
    result<> try_again(const send_id& id) {
        turn t{*this};
        if (auto stored = commit(); !stored) return stored;  // what was heard before: it may be another log
        const auto q = sends_.again(id);
        if (!q) return errc::not_found;
        intake_.change().queued.push_back(*q);
        return commit();
    }
    result<> forget(const send_id& id) {
        turn t{*this};
        const auto number = sends_.drop(id);
        if (!number) return errc::not_found;
        intake_.change().unqueued.push_back(*number);
        return commit();
    }
    result<> mark(const conversation_id& c, mark_key key, std::uint64_t value, seq target = {}) {
        turn t{*this};
        mark_change m{.conversation = c, .key = key, .owner = options_.user, .value = value, .target = target};
        if (!loaded_) return errc::store_failed;
        if (auto stored = commit(); !stored) return stored;  // what was heard before: by itself
        if (key == mark_key::received && seq{value} >= conversation(c).next) return errc::invalid_argument;
        m.value = wishes_.merged(m);
        wishes_.add(m);
        intake_.change().wished.push_back(m);
        return commit();
    }
    result<> read(const conversation_id& c, seq up_to) { return mark(c, mark_key::read, up_to.value); }

    // What is worth nothing later: false if there is no connection.
    bool typing(const conversation_id& c, bool is = true) {
        const std::string in = c.text();
        return say_now(typing_request{.conversation = in, .typing = is}) != 0;
    }
    // Who is watched is watched again after a reconnect.
    void watch(const std::vector<user_id>& users) { watch(users, true); }
    void unwatch(const std::vector<user_id>& users) { watch(users, false); }
    // Anything the codec can say; its answer comes to events.heard with this sequence. 0: there is no connection.
    template <class Request>
    std::uint32_t say_now(const Request& r) {
        turn t{*this};
        return keeper_.is_open() ? say(r) : 0;
    }

    void use_credential(std::string credential) {
        turn t{*this};
        options_.credential = std::move(credential);
        if (state_now() == client_state::wants_credential) keeper_.begin(now_), why_ended_ = {};
    }
    // Said again after a reconnect, too: to the server every connection begins in the foreground.
    void background(bool is) {
        turn t{*this};
        background_ = is;
        if (keeper_.is_open()) say(background_request{is});
    }
    void log_out() {
        turn t{*this};
        if (keeper_.is_open()) say(logout_request{});
        if (is_connected()) parts_.network.disconnect();
        connection_ended(errc::logged_out, {});
    }

    // --- how things are
    client_state state() const { return state_; }
    position cursor_now() const { return intake_.cursor(); }
    kept_conversation conversation(const conversation_id& c) const { return intake_.kept().at(c); }
    template <class F>
    void each_conversation(F f) const {
        intake_.kept().each(std::move(f));
    }
    bool has_said_everything() const { return sends_.empty() && wishes_.empty(); }
    instant now() const { return parts_.clock.now(); }
    store_type& store() { return parts_.store; }
    const client_options& settings() const { return options_; }
    client_events& events() { return events_; }  // not to be changed by one of them

private:
    // --- turns
    void begin_turn() {
        if (depth_++ == 0) now_ = parts_.clock.now();
        else again_ = true;
    }
    // What is to be done follows from how things are, whatever made them so.
    void end_turn() {
        if (depth_ == 1) settle();
        --depth_;
    }
    void settle() {
        do {
            again_ = false;
            for (function<void()>& answer : std::exchange(answers_, {})) answer();
            keep_line();
            mind_holes();
            pull();  // the next page is on its way while this one is stored
            if (commit()) speak();
            tell_state();
        } while (again_);
    }

    // --- the store
    result<> load() {
        auto s = parts_.store.state();
        loaded_ = static_cast<bool>(s);
        if (!s) return s.error();
        tag_ = s->tag, sends_so_far_ = s->sends, has_log_ = s->epoch != tandem::epoch{};
        forget_pull();
        intake_.load(*s);
        sends_.load(s->queue);
        wishes_.load(s->wishes);
        if (options_.receipts)
            intake_.kept().each_unreceived([&](const conversation_id& c, seq s) { wishes_.owe_received(c, s, now_); });
        return success();
    }
    // Everything heard so far, together with how far that is.
    result<> commit() {
        if (!loaded_) return errc::store_failed;
        if (has_log_ && intake_.change().new_log)
            wishes_.load({});  // before anything is owed for what the new one brings
        local_change change = intake_.take_change([&](const conversation_id& c, seq s) {
            if (options_.receipts) wishes_.owe_received(c, s, now_);
        });
        if (change.empty()) return success();
        if (change.new_log) meet_log(change);
        if (!sends_.empty() || sends_.has_failed()) strike_what_came(change);
        if (auto stored = parts_.store.apply(change); !stored) {
            fall_back(stored.error());
            return stored;
        }
        has_log_ = has_log_ || change.new_log;
        if (events_.changed) events_.changed(change);
        return success();
    }
    void meet_log(local_change& change) {
        sends_.forget_places();
        if (has_log_) {
            for (const std::uint64_t n : sends_.drop_amendments()) change.unqueued.push_back(n);
        } else {  // what was wished was for whatever comes
            const std::vector<mark_change> earlier = wishes_.wished();
            change.wished.insert(change.wished.begin(), earlier.begin(), earlier.end());
        }
    }
    void strike_what_came(local_change& change) {
        for (const entry& e : change.entries)
            if (e.sender == options_.user)
                if (const auto number = sends_.taken(e.send_id)) change.unqueued.push_back(*number);
        if (change.cursor)
            for (const std::uint64_t n : sends_.passed(*change.cursor)) change.unqueued.push_back(n);
    }
    // What is in memory alone is worth nothing: it begins anew with what the store has.
    void fall_back(const error& why) {
        if (is_connected()) parts_.network.disconnect();
        connection_ended(errc::store_failed, {});
        (void)load();
        if (events_.store_failed) events_.store_failed(why);
    }

    // --- the line
    bool is_connected() const {
        using enum line_keeper::stage;
        return keeper_.at() == connecting || keeper_.at() == signing_in || keeper_.at() == open;
    }
    void keep_line() {
        switch (keeper_.due(now_)) {
            case line_keeper::action::nothing: return;
            case line_keeper::action::connect:
                if (!loaded_ && !load()) return keeper_.closed(now_, {});
                return parts_.network.connect(keeper_.server(),
                                              std::remove_reference_t<typename P::codec>::subprotocol);
            case line_keeper::action::beat: beat_due_ = true; return;
            case line_keeper::action::hang_up: return hang_up(errc::timed_out, {});
        }
    }
    void hang_up(errc why, duration come_back) {
        parts_.network.disconnect();
        connection_ended(why, come_back);
    }
    void connection_ended(errc why, duration come_back) {
        // The other sign-in may be one of this device's own, late from a connection that it has given up.
        if (why == errc::replaced && left_behind_ != 0) --left_behind_, why = errc::timed_out;
        else if (is_connected()) left_behind_ = std::min(left_behind_ + 1, 3u);
        const bool ends = is_the_end(why);
        // What goes over HTTP beside a connection that was not to be had goes on.
        if (ends || keeper_.at() != line_keeper::stage::connecting) forget_pull(), intake_.disconnected();
        if (ends || keeper_.is_open()) sends_.lost(), wishes_.lost();
        auth_ = 0, beat_due_ = false, max_frame_bytes_ = 0;
        if (!ends) return keeper_.closed(now_, come_back);
        keeper_.end();
        why_ended_ = why;
    }
    static bool is_the_end(errc why) {
        return why == errc::kicked || why == errc::replaced || why == errc::logged_out || why == errc::bad_credential ||
               why == errc::expired;
    }

    template <class Request>
    std::uint32_t say(const Request& r) {
        const std::uint32_t n = next_sequence();
        keeper_.spoke(now_);
        using codec = std::remove_reference_t<typename P::codec>;
        const std::string said = parts_.codec.say(r, n);
        if (max_frame_bytes_ == 0 || said.size() <= max_frame_bytes_) parts_.network.send(said, codec::is_text);
        else refuse_later(n, errc::too_large);  // the server would end the connection
        return n;
    }
    std::uint32_t next_sequence() {
        if (++sequence_ == 0) ++sequence_;
        return sequence_;
    }
    void refuse_later(std::uint32_t sequence, errc why) {
        answers_.push_back([this, sequence, why] { hear(sequence, heard::refused{.why = why}); });
        again_ = true;
    }

    // --- what is heard
    void hear(std::uint32_t, heard::news_of_log&& n) { intake_.hear(std::move(n)); }
    void hear(std::uint32_t, heard::more&& n) { intake_.hear(n); }
    void hear(std::uint32_t, heard::trimmed&& t) { intake_.hear(t); }
    void hear(std::uint32_t, heartbeat_reply&& r) { intake_.hear(r); }
    void hear(std::uint32_t, background_reply&&) {}
    void hear(std::uint32_t, logout_reply&&) {}
    void hear(std::uint32_t, heard::typing&& t) {
        if (events_.typing) events_.typing(t);
    }
    void hear(std::uint32_t, heard::presences&& p) {
        if (events_.presence) events_.presence(p.users);
    }
    void hear(std::uint32_t, presence_reply&& p) {
        if (events_.presence) events_.presence(p.users);
    }
    void hear(std::uint32_t, heard::relayed&& r) {
        if (events_.relayed) events_.relayed(r);
    }
    void hear(std::uint32_t sequence, relay_reply&& r) { pass_on(sequence, std::move(r)); }
    void hear(std::uint32_t sequence, heard::unknown&& u) { pass_on(sequence, std::move(u)); }
    void pass_on(std::uint32_t sequence, heard::word word) {
        if (events_.heard) events_.heard({sequence, std::move(word)});
    }

    void hear(std::uint32_t sequence, auth_reply&& r) {
        if (sequence != auth_ || keeper_.is_open()) return;
        if (r.user != options_.user) return hang_up(errc::bad_credential, {});
        keeper_.signed_in(now_, r.heartbeat);
        sends_.lost(), wishes_.lost();  // what is on its way over HTTP is said again here, in order
        intake_.signed_in(r);
        max_frame_bytes_ = r.max_frame_bytes;
        if (background_) say(background_request{true});
        if (!watched_.empty()) say_watch(watched_, tandem::watch::start);
    }

    void hear(std::uint32_t sequence, send_reply&& r) { is_placed(sequence, r, r.repeated, r.changed); }
    void hear(std::uint32_t sequence, revoke_reply&& r) { is_placed(sequence, r, false, std::nullopt); }
    void hear(std::uint32_t sequence, edit_reply&& r) { is_placed(sequence, r, false, r.changed); }
    void is_placed(std::uint32_t sequence, const auto& r, bool repeated, const std::optional<std::string>& changed) {
        const queued_send* q = sends_.asked(sequence);
        if (!q) return;
        entry e;
        e.conversation = q->conversation, e.sender = options_.user, e.send_id = q->send_id, e.kind = q->kind;
        e.content_type = q->content_type, e.body = changed.value_or(q->body), e.mentions = q->mentions;
        e.target = q->target, e.place = r.place, e.number = r.number, e.time = r.time;
        if (!sends_.stored(sequence, r.place.position)) return;
        if (!has_log_) return;  // it is not known of which log that is: the pull will tell
        if (!repeated) return intake_.hear(std::move(e));
        if (r.place.position > intake_.cursor()) return;  // it comes like anybody else's
        if (const auto number = sends_.taken(e.send_id)) intake_.change().unqueued.push_back(*number);
    }

    void hear(std::uint32_t sequence, mark_reply&& r) {
        if (!wishes_.asked(sequence)) return;
        if (r.key == mark_key::received) intake_.received(r.conversation, seq{r.value});
        if (r.position) {
            tandem::mark m;
            m.conversation = r.conversation, m.key = r.key, m.owner = options_.user, m.value = r.value;
            m.target = r.target, m.position = r.position;
            intake_.hear(std::move(m));
        }
        if (auto granted = wishes_.granted(sequence)) intake_.change().granted.push_back(std::move(*granted));
    }

    void hear(std::uint32_t sequence, heard::refused&& r) {
        if (sequence != 0 && sequence == auth_) return hang_up(r.why, r.retry_after);
        if (sends_.asked(sequence)) return send_refused(sequence, r);
        if (wishes_.asked(sequence)) return mark_refused(sequence, r);
        pass_on(sequence, std::move(r));
    }
    void send_refused(std::uint32_t sequence, const heard::refused& r) {
        if (is_retryable(r.why)) {
            if (!sends_.postponed(sequence, r.why, r.retry_after, now_) && keeper_.is_open()) hang_up(r.why, {});
        } else if (auto failed = sends_.failed(sequence, r.why)) {
            intake_.change().queued.push_back(std::move(*failed));
        }
    }
    void mark_refused(std::uint32_t sequence, const heard::refused& r) {
        if (is_retryable(r.why)) return wishes_.postponed(sequence, r.retry_after, now_);
        if (auto over = wishes_.refused(sequence)) {
            if (over->key == mark_key::received) intake_.received(over->conversation, seq{over->value});
            intake_.change().granted.push_back(std::move(*over));
        }
    }

    void hear(std::uint32_t, heard::farewell&& k) { hang_up(k.why, k.come_back); }

    // --- holes
    void mind_holes() {
        if (!intake_.is_waiting()) return void(hole_at_ = {});
        if (hole_at_ == instant{}) hole_at_ = now_ + options_.hole_wait;
        if (now_ < hole_at_) return;
        hole_at_ = {};
        intake_.give_up_waiting();
    }

    // --- pulls
    bool speaks() const { return loaded_ && (keeper_.is_open() || keeper_.polls()); }
    void forget_pull() {
        ++pull_;
        asking_ = false;
        pull_at_ = {};
    }
    void pull() {
        if (!speaks()) return;
        if (!keeper_.is_open() && !intake_.is_pulling() && now_ >= poll_at_) {
            poll_at_ = now_ + options_.poll_every;
            intake_.poll();
        }
        if (asking_ || now_ < pull_at_) return;
        const pull_wish wish = intake_.wish();
        if (const auto* p = std::get_if<wants_page>(&wish)) {
            std::string target = "/api/sync?lastSeq=" + std::to_string(p->from.value);
            target += "&count=" + std::to_string(options_.page);
            if (p->epoch != tandem::epoch{}) target += "&epoch=" + std::to_string(p->epoch.value);
            get<heard::sync_page>(target, [this](heard::sync_page&& page) { page_came(std::move(page)); });
        } else if (const auto* h = std::get_if<wants_history>(&wish)) {
            const std::uint64_t size = h->range.last.value - h->range.first.value + 1;
            std::string target = "/api/messages/history?conversation=" + escaped(h->conversation.text());
            target += "&after=" + std::to_string(h->range.first.value - 1);
            target += "&count=" + std::to_string(std::min<std::uint64_t>(size, options_.page));
            get<heard::history>(target, [this](heard::history&& page) { intake_.hear(std::move(page)); });
        }
    }
    void page_came(heard::sync_page&& page) {
        const position before = intake_.cursor();
        intake_.hear(std::move(page));
        // What is on its way on this connection may be of the log before.
        if (intake_.change().new_log && keeper_.is_open()) return hang_up(errc::reset, {});
        if (intake_.cursor() == before && std::holds_alternative<wants_page>(intake_.wish()))
            pull_at_ = now_ + pull_pause_.next();  // whoever answered does not have it yet
    }
    template <class Answer, class Then>
    void get(const std::string& target, Then then) {
        asking_ = true;
        ask<Answer>("GET", target, {}, [this, n = pull_, then](result<Answer> r) {
            if (n != pull_) return;
            asking_ = false;
            if (r) pull_pause_.succeeded(), then(std::move(*r));
            else pull_failed<Answer>(r.error(), then);
        });
    }
    template <class Answer, class Then>
    void pull_failed(const error& why, Then then) {
        if (is_about_credential(why.code)) return want_credential();
        if constexpr (std::same_as<Answer, heard::history>)
            if (why.code == errc::not_member || why.code == errc::not_found) return then(Answer{});  // there is nothing
        pull_at_ = now_ + std::max(why.retry_after, pull_pause_.next());
    }

    static bool is_about_credential(errc why) {
        return why == errc::bad_credential || why == errc::expired || why == errc::not_signed_in;
    }
    void want_credential() {
        if (is_connected()) parts_.network.disconnect();
        connection_ended(errc::expired, {});
    }

    // then(result<Answer>), inside a turn.
    template <class Answer, class Then>
    void ask(std::string_view method, const std::string& target, const std::string& body, Then then) {
        using codec = std::remove_reference_t<typename P::codec>;
        const std::string authorization = "Bearer " + options_.credential;
        const pull_request r{.method = method,
                             .target = target,
                             .content_type = body.empty() ? std::string_view{} : codec::media_type,
                             .accept = codec::media_type,
                             .authorization = authorization,
                             .body = body};
        const std::weak_ptr<char> alive = alive_;
        parts_.network.ask(keeper_.server(), r, done<pull_answer>{[this, alive, then](result<pull_answer> a) mutable {
                               if (alive.expired()) return;
                               turn t{*this};
                               auto read = understand<Answer>(std::move(a));
                               if (depth_ == 1) return then(std::move(read));
                               answers_.push_back([then, read = std::move(read)]() mutable { then(std::move(read)); });
                           }});
    }
    template <class Answer>
    result<Answer> understand(result<pull_answer> a) {
        if (!a) return error{errc::store_failed, a.error().detail, a.error().retry_after};
        if (a->status == 200) {
            auto read = parts_.codec.template read_answer<Answer>(a->body);
            return read ? std::move(read) : result<Answer>{error{errc::store_failed, read.error().detail}};
        }
        const auto why = parts_.codec.template read_answer<heard::refused>(a->body);
        const errc code = why ? why->why : a->status == 401 ? errc::bad_credential : errc::store_failed;
        return error{code, {}, std::max(a->retry_after, why ? why->retry_after : duration{})};
    }
    static std::string escaped(std::string_view text) {
        static constexpr char digits[] = "0123456789ABCDEF";
        std::string out;
        for (const char c : text) {
            const auto byte = static_cast<unsigned char>(c);
            if (is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == ':') out += c;
            else out.append({'%', digits[byte >> 4], digits[byte & 15]});
        }
        return out;
    }
    static bool is_letter_or_digit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    // --- speaking
    void speak() {
        if (keeper_.is_open()) {
            const bool reports = intake_.take_report(), is_due = std::exchange(beat_due_, false);
            if (reports || is_due) say(heartbeat_request{.cursor = intake_.cursor()});
            sends_.pump(now_, options_.window, [this](const queued_send& q) { return say_send(q); });
            wishes_.pump(now_, [this](const mark_change& m) { return with_mark(m, [&](auto& r) { return say(r); }); });
        } else if (speaks()) {
            sends_.pump(now_, 1, [this](const queued_send& q) { return post_send(q); });
            wishes_.pump(now_,
                         [this](const mark_change& m) { return with_mark(m, [&](auto& r) { return post_mark(r); }); });
        }
    }

    // f(request), as which it is said.
    template <class F>
    static std::uint32_t with_request(const queued_send& q, F f) {
        const std::string in = q.conversation.text();
        const std::string_view id = q.send_id.view();
        if (q.kind == entry_kind::revoke)
            return f(revoke_request{.conversation = in, .send_id = id, .target = q.target});
        if (q.kind == entry_kind::edit)
            return f(edit_request{
                .conversation = in, .send_id = id, .target = q.target, .content_type = q.content_type, .body = q.body});
        send_request r{.conversation = in, .send_id = id, .content_type = q.content_type, .body = q.body};
        for (const user_id& named : q.mentions) r.mentions.push_back(named.view());
        return f(r);
    }
    template <class F>
    static std::uint32_t with_mark(const mark_change& m, F f) {
        const std::string in = m.conversation.text();
        const mark_request r{.conversation = in, .key = m.key, .value = m.value, .target = m.target};
        return f(r);
    }

    std::uint32_t say_send(const queued_send& q) {
        return with_request(q, [&](const auto& r) { return say(r); });
    }
    std::uint32_t post_send(const queued_send& q) {
        return with_request(q, [&]<class R>(const R& r) {
            if constexpr (std::same_as<R, revoke_request>) return post<revoke_reply>("/api/messages/revoke", r);
            else if constexpr (std::same_as<R, edit_request>) return post<edit_reply>("/api/messages/edit", r);
            else return post<send_reply>("/api/messages/send", r);
        });
    }
    std::uint32_t post_mark(const mark_request& r) { return post<mark_reply>("/api/messages/read", r); }
    // Whatever comes of it is heard as if it had been said on a connection.
    template <class Reply, class Request>
    std::uint32_t post(const char* target, const Request& r) {
        const std::uint32_t n = next_sequence();
        ask<Reply>("POST", target, parts_.codec.write_body(r), [this, n](result<Reply> answer) {
            if (!sends_.asked(n) && !wishes_.asked(n)) return;  // it is said on a connection by now
            if (answer) return hear(n, std::move(*answer));
            const error& e = answer.error();
            if (is_about_credential(e.code)) return want_credential();
            hear(n, heard::refused{.why = e.code, .retry_after = e.retry_after});
        });
        return n;
    }

    result<send_id> queue(queued_send q) {
        turn t{*this};
        if (auto stored = commit(); !stored) return stored.error();  // what was heard before: by itself
        q.number = ++sends_so_far_;
        q.send_id = send_id{std::to_string(tag_) + "." + std::to_string(q.number)};
        q.said = now_;
        local_change change{.queued = {q}};
        if (auto stored = parts_.store.apply(change); !stored) return stored.error();
        const send_id id = q.send_id;
        sends_.add(std::move(q));
        if (events_.changed) events_.changed(change);
        return id;
    }

    // --- presence
    void watch(const std::vector<user_id>& users, bool on) {
        turn t{*this};
        for (const user_id& u : users) {
            std::erase(watched_, u);
            if (on) watched_.push_back(u);
        }
        if (keeper_.is_open()) say_watch(users, on ? tandem::watch::start : tandem::watch::stop);
    }
    void say_watch(const std::vector<user_id>& users, tandem::watch w) {
        presence_request r{.watch = w};
        for (const user_id& u : users) r.users.push_back(u.view());
        say(r);
    }

    // --- how things are
    client_state state_now() const {
        if (why_ended_ == errc::bad_credential || why_ended_ == errc::expired) return client_state::wants_credential;
        if (why_ended_ != errc{}) return client_state::ended;
        if (keeper_.is_open()) return intake_.is_pulling() ? client_state::catching_up : client_state::live;
        if (speaks()) return client_state::polling;
        return is_connected() ? client_state::connecting : client_state::offline;
    }
    void tell_state() {
        if (state_ == state_now()) return;
        state_ = state_now();
        if (events_.state) events_.state(state_, why_ended_);
    }

    backoff pause(std::uint64_t n) const {
        return backoff{options_.seed, options_.first_wait, options_.longest_wait}.of_its_own(n);
    }

    client_parts<P> parts_;
    client_options options_;
    client_events events_;
    std::shared_ptr<char> alive_ = std::make_shared<char>();
    std::size_t depth_ = 0;
    bool again_ = false;  // a verb was called meanwhile
    instant now_{};
    std::vector<function<void()>> answers_;  // that came while they were asked for

    bool loaded_ = false;
    std::uint64_t tag_ = 0;
    std::uint64_t sends_so_far_ = 0;
    bool has_log_ = false;  // or had one

    line_keeper keeper_;
    intake intake_;
    send_queue sends_;
    wishes wishes_;
    std::vector<user_id> watched_;
    bool background_ = false;

    std::uint32_t sequence_ = 0;
    std::uint32_t auth_ = 0;  // the sequence of the sign-in
    std::uint32_t max_frame_bytes_ = 0;
    bool beat_due_ = false;
    unsigned left_behind_ = 1;  // connections given up, by this run or an earlier one, of which the server may not know
    client_state state_ = client_state::offline;
    errc why_ended_{};

    backoff pull_pause_;
    unsigned pull_ = 0;
    bool asking_ = false;
    instant pull_at_{};  // not before
    instant poll_at_{};
    instant hole_at_{};  // when what is missing before a push is pulled; 0: nothing is
};

}  // namespace tandem
