// The engine: facts go in by calls, frames come out through outlets, answers through tickets.
#pragma once

#include "on_ephemeral.hpp"
#include "on_mark.hpp"
#include "on_send.hpp"
#include "on_session.hpp"
#include "reception.hpp"

#include "../pull/http_api.hpp"
#include "../router/command_router.hpp"

namespace tandem {

using built_in_handlers = handlers<on_sign_in, on_heartbeat, on_logout, on_background, on_send, on_revoke, on_edit,
                                   on_mark, on_typing, on_presence, on_relay>;

// Opens no socket, starts no thread, reads no clock but its own policy's. One thread at a time. Every verb is a turn; hold a
// `turn` around several, and they share commits and writes.
template <class P>
class engine final : public reception<P> {
    using base = reception<P>;

public:
    using policies = P;
    using opened = typename base::opened;
    using call_type = call<engine>;

    explicit engine(tandem::parts<P> parts = {}, tandem::options options = {}) : base{std::move(parts), options} {
        const scope t{*this};
        this->read_head_to_start();
    }
    ~engine() { this->nobody_is_here(); }

    // Everything between two returns to your event loop.
    class turn {
    public:
        explicit turn(engine& e) : of_{e} { of_.enter_turn(); }
        ~turn() { of_.leave_turn(); }
        turn(const turn&) = delete;
        turn& operator=(const turn&) = delete;

    private:
        engine& of_;
    };

    // --- connections
    // Your server is about to accept a connection. Refused: answer HTTP 400 (or what your dialect says) and do not accept.
    result<opened> open(outlet_ref outlet, const hello& h = {}) {
        const scope t{*this};
        result<opened> answer = error{errc::unsupported, "no dialect of this engine was asked for"};
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (greet<I>(outlet, h, answer) || ...);
        }(std::make_index_sequence<base::dialect_list::count>{});
        return answer;
    }

    // Your server read a whole message. False: the session is over, and so should your connection be.
    bool receive(session_handle h, const message& m) {
        const scope t{*this};
        session* s = this->hub_.find(h);
        if (!s) return false;
        this->hub_.prefetch_user_of(*s);
        s->heard = this->seconds_now();
        this->notify(hooks::received, m.data.size());
        const bool known = s->state == session_state::ready;
        if (m.data.size() > (known ? this->options_.max_frame_bytes : this->options_.max_frame_bytes_before_sign_in))
            this->end_session(h, error{errc::too_large, "a message over the limit"});
        else this->in_dialect(*s, [&](auto& d, auto& states) { read(h, d, states.at(h.slot), m); });
        return this->hub_.find(h) != nullptr;
    }

    // Your connection is gone, or its queue has room again.
    void closed(session_handle h) {
        const scope t{*this};
        this->drop_session(h, errc::dead_session);
    }
    void drained(session_handle h) {
        const scope t{*this};
        if (session* s = this->hub_.find(h)) this->tell_news(h, *s);
    }
    void kick(session_handle h, error why = errc::kicked) {
        const scope t{*this};
        this->end_session(h, why);
    }
    void kick(const user_id& user, const error& why = errc::kicked) {
        const scope t{*this};
        this->hub_.each_session_of(this->hub_.number_of(user),
                                   [&](session_handle h, session&) { this->end_session_later(h, why); });
    }

    // --- time. Returns when it wants to be called again, at the latest.
    instant tick() {
        const scope t{*this};
        this->read_head_to_start();
        this->repeat_head_if_idle();
        sweep();
        if (this->now_ >= presence_due_) tell_presence();
        if (this->slices_left()) return this->now_;
        instant next = this->now_ + seconds(1);
        if (!this->board_.empty() && this->board_.next(this->options_.mark_pause) < next)
            next = this->board_.next(this->options_.mark_pause);
        return next;
    }

    // --- what your own code does in somebody's name
    void send(draft d, done<stored> then = {}) {
        const scope t{*this};
        d.trusted = true;
        if (d.send_id.empty()) d.send_id = own_send_id();
        this->submit(std::move(d), origin{.then = std::move(then)});
    }
    void join(const conversation_id& c, const user_id& user, role as = role::member, done<stored> then = {}) {
        send(membership_draft(c, user, entry_kind::joined, as), std::move(then));
    }
    void leave(const conversation_id& c, const user_id& user, done<stored> then = {}) {
        send(membership_draft(c, user, entry_kind::left, role::none), std::move(then));
    }
    // The owner first; `then` is answered when the owner is in. All are in one commit unless the journal is nearly full.
    conversation_id create_group(const group_id& id, const user_id& owner, std::span<const user_id> members = {},
                                 done<stored> then = {}) {
        const scope t{*this};
        const auto c = conversation_id::group(id);
        join(c, owner, role::owner, std::move(then));
        for (const user_id& m : members) join(c, m);
        return c;
    }
    template <class Event>
    std::uint32_t tell(const user_id& user, const Event& event) {
        const scope t{*this};
        return base::tell(this->hub_.number_of(user), event);
    }

    // --- HTTP: a request your server has read, and its answer. What the request views must live until this returns; the
    // answer may come later. An error instead of an answer (the engine ended first) is a 503.
    void pull(const pull_request& request, done<pull_answer> then) {
        const scope t{*this};
        pulls_.serve(request, std::move(then));
    }

    // --- other engines on the same log
    void follow(const page& published) {
        const scope t{*this};
        this->hear_piece(published);
    }

    // --- permissions changed: ask the directory again
    void forget() { this->forget_permissions(); }

    // --- what the built-in handlers ask for
    void heartbeat(const reply_to& to, tandem::cursor cursor);
    void mark_as(const user_id& user, mark_change change, std::optional<reply_to> asked, done<mark_reply> then = {});
    void presence_of(const reply_to& to, std::vector<user_id> users, watch what);
    void tell_typing(const conversation_id& c, session_handle from, bool typing);
    void relay(session_handle from, const reply_to& to, const user_id& whom, std::uint32_t type, std::string_view body);

    // Online here, and in it: membership as of everything that was told.
    bool is_member_here(const conversation_id& c, const user_id& user) const {
        if (c.is_personal()) return c.names(user);
        const std::uint32_t number = this->hub_.number_of(user);
        return number != session_hub::nobody && this->hub_.is_in(c, number);
    }

    // Here: other engines have sessions too.
    bool is_online(const user_id& user) const {
        const std::uint32_t number = this->hub_.number_of(user);
        return number != session_hub::nobody && this->hub_.is_present(number);
    }

    // then(session) if the directory allows it and the session still lives; otherwise the request is refused.
    template <class Then>
    void permitted(const reply_to& to, const conversation_id& c, action what, Then then) {
        session* s = this->hub_.find(to.session);
        if (!s) return;
        const user_id user = this->hub_.user(s->user);
        this->permit(user, c, what, [this, to, then = std::move(then)](result<> r) mutable {
            if (!this->hub_.find(to.session)) return;
            if (r) then(to.session);
            else this->refuse(to, r.error());
        });
    }

private:
    friend class turn;
    void answer_presence(const reply_to& to, const std::vector<user_id>& users, const std::vector<char>& may,
                         watch what);

    template <class, class>
    friend class http_api;
    using scope = typename base::scope;

    // --- a turn's end: commits, completions, telling; then the outlets write
    void end_of_turn() override {
        for (bool more = true; more;) {
            more = false;
            while (this->work_off_completions()) more = true;  // all of them: what they submit goes in one commit
            more |= this->work_on_log();
            more |= this->work_on_arrivals();
            more |= this->end_sessions();
        }
        this->tell_slices();
        while (this->end_sessions() || this->work_off_completions()) {}
        this->flush_outlets();
    }

    // --- connections
    template <std::size_t I>
    bool greet(outlet_ref outlet, const hello& h, result<opened>& answer) {
        auto& dialect = std::get<I>(this->dialects_);
        using dialect_type = std::remove_reference_t<decltype(dialect)>;
        typename dialect_type::state state{};
        const greeting g = dialect.greet(h, state);
        if (g.what == greeting::verdict::decline) return false;
        if (g.what == greeting::verdict::refuse) {
            answer = error{errc::not_allowed, "refused by the dialect"};
            return true;
        }
        const session_handle handle = this->hub_.open(outlet);
        session& s = *this->hub_.find(handle);
        s.dialect = static_cast<unsigned char>(I);
        s.variant = static_cast<unsigned char>(g.variant);
        s.heard = this->seconds_now();
        this->hub_.details(handle).ends = this->seconds_now() + seconds_of(this->options_.sign_in_within);
        if constexpr (!std::is_empty_v<typename dialect_type::state>)
            std::get<I>(this->states_).at(handle.slot) = state;
        this->notify(hooks::session_opened);
        if (!g.credential.empty()) this->sign_in(reply_to{handle, {}}, auth_request{.credential = g.credential});
        answer = opened{handle, g.subprotocol};
        return true;
    }

    template <class Dialect>
    void read(session_handle h, Dialect& d, typename Dialect::state& state, const message& m) {
        const std::uint32_t cost = 1 + static_cast<std::uint32_t>(m.data.size() / 1024);
        const result<> opened = d.open(m, state, [&](typename Dialect::envelope& e) {
            session* s = this->hub_.find(h);
            if (!s) return;
            call_type call{*this, h, e.correlation};
            if (!s->requests.take(this->options_.session_rate, this->now_, cost)) {
                const duration wait = s->requests.wait(this->options_.session_rate, this->now_, cost);
                call.refuse(error{errc::rate_limited, "too many requests", wait});
                return this->strike(h);
            }
            if (!router_.route(d, e, call)) call.refuse(error{errc::unsupported, "no handler for this command"});
        });
        if (!opened) this->end_session(h, opened.error());
    }

    void backfill(const entry& joined) override {
        const std::uint32_t user = this->hub_.number_of(joined.subject);
        if (user == session_hub::nobody || !this->hub_.has_sessions(user)) return;
        const seq_range before{joined.visible_from, joined.place.seq.previous()};
        this->template ask<history_page>(
            verbs::history, this->store(),
            [this, whom = joined.subject](result<history_page> r) {
                if (!r || r->entries.empty()) return;
                std::vector<const entry*> entries;
                for (const entry& e : r->entries) entries.push_back(&e);
                tell(whom, push_batch{.entries = entries, .backfill = true});
            },
            joined.conversation, before, this->options_.pull_page);
    }

    // --- timers, without a timer per session
    void sweep() {
        if (this->now_ < sweep_due_) return;
        sweep_due_ = this->now_ + seconds(1);
        const std::uint32_t now = this->seconds_now();
        this->hub_.each_session([&](session_handle h, session& s) {
            const std::uint32_t ends = this->hub_.details(h).ends;
            const bool ready = s.state == session_state::ready;
            if (ends != 0 && now >= ends)
                this->end_session_later(h, ready ? error{errc::expired, "its credential has ended"}
                                                 : error{errc::timed_out, "not signed in"});
            else if (ready && now >= s.heard + 2 * seconds_of(this->options_.heartbeat))
                this->end_session_later(h, error{errc::timed_out, "silent"});
            if (s.strikes > 0 && ready && s.requests.is_full(this->now_)) s.strikes /= 2;
        });
    }

    static std::uint32_t seconds_of(duration d) { return static_cast<std::uint32_t>((d.milliseconds + 999) / 1000); }

    void tell_presence() {
        if (watches_empty()) return;
        presence_due_ = this->now_ + this->options_.presence_pause;
        this->watches_.tell_changes([&](const user_id& user, bool online, const std::vector<session_handle>& watchers) {
            const presence one{user, online};
            const push_presence event{std::span{&one, 1}};
            spoken<typename base::dialect_list> said;
            for (const session_handle h : watchers)
                if (session* s = this->hub_.find(h)) this->push_transient(h, *s, event, said);
        });
    }
    bool watches_empty() const { return this->watches_.empty(); }

    // What the pull API asks for: a draft in somebody's name, and then(result<stored>).
    template <class Then>
    void place(draft d, Then then) {
        this->submit(std::move(d), origin{.then = this->template ticket<stored>(std::move(then))});
    }

    draft membership_draft(const conversation_id& c, const user_id& user, entry_kind kind, role as) const {
        draft d;
        d.conversation = c;
        d.sender = user;
        d.kind = kind;
        d.subject = user;
        d.role = as;
        d.history = kind == entry_kind::joined ? this->options_.history_for_new_members : 0;
        return d;
    }

    // Unlike any a client makes up, unlike any of another engine or start: an unknown outcome is recognised by it.
    send_id own_send_id() {
        char text[40] = "~";
        std::size_t size = 1;
        for (std::uint64_t part : {this->seed_, ++own_sends_}) {
            for (int i = 0; i < 16; ++i, part >>= 4) text[size++] = "0123456789abcdef"[part & 15];
        }
        return send_id{std::string_view{text, size}};
    }

    template <class... Built, class... Yours>
    static command_router<Yours..., Built...> router_of(handlers<Built...>, handlers<Yours...>);
    decltype(router_of(built_in_handlers{}, typename P::handlers{})) router_;
    http_api<engine, typename P::pages> pulls_{*this, this->seed_};

    instant sweep_due_{};
    instant presence_due_{};
    std::uint64_t own_sends_ = 0;
};

template <class P>
void engine<P>::heartbeat(const reply_to& to, tandem::cursor cursor) {
    const auto answer = [this, to](tandem::cursor reported) {
        session* s = this->hub_.find(to.session);
        if (!s) return;
        if (reported) s->lag.report(*reported);
        heartbeat_reply r{.newest = this->newest(), .time = this->now_};
        if (s->lag.gets_checkpoints()) r.checkpoint = this->settled();
        this->reply(to, r);
        this->tell_news(to.session, *s);
    };
    if (!cursor || *cursor <= this->newest()) return answer(cursor);
    // Further than this engine has heard: either another engine was faster, or the cursor is of another log.
    this->template ask<log_head>(verbs::head, this->store(), [this, to, cursor, answer](result<log_head> head) {
        if (!head) return this->refuse(to, error{errc::store_failed, "head"});
        this->hear_head(*head);
        if (*cursor <= head->newest) return answer(cursor);
        this->refuse(to, errc::reset);
        this->end_session_later(to.session, error{errc::reset, "a cursor beyond the head"});
    });
}

template <class P>
void engine<P>::mark_as(const user_id& user, mark_change change, std::optional<reply_to> asked, done<mark_reply> then) {
    const auto refuse = [this, asked, then](const error& e) {
        if (asked) this->refuse(*asked, e);
        then(e);
    };
    if (asked && !is_member_here(change.conversation, user)) return refuse(errc::not_member);
    const conversation_id c = change.conversation;
    const auto add = [this, refuse, asked, then](mark_change m) {
        if (!this->board_.add(m, asked ? &*asked : nullptr, then)) refuse(errc::overloaded);
    };
    this->permit(user, c, action::mark, [this, c, change, add, refuse](result<> r) {
        if (!r) return refuse(r.error());
        mark_change m = change;
        if (m.key != mark_key::read && m.key != mark_key::received) return add(m);
        m.shared = true;
        if (c.is_personal()) return add(m);
        // Above this size everybody would be told what everybody has read.
        const user_id first{};
        this->template ask<member_page>(
            verbs::members, this->store(),
            [m, add](result<member_page> page) mutable {
                m.shared = page && !page->more;
                add(m);
            },
            c, first, this->options_.receipts_up_to);
    });
}

// Whom one may not watch looks like somebody who is never here.
template <class P>
void engine<P>::presence_of(const reply_to& to, std::vector<user_id> users, watch what) {
    struct question {
        std::vector<user_id> users;
        std::vector<char> may;
        std::size_t left;
    };
    session* s = this->hub_.find(to.session);
    if (!s) return;
    const std::size_t count = users.size();
    const auto q = std::make_shared<question>(question{std::move(users), std::vector<char>(count), count});
    if (count == 0) return this->reply(to, presence_reply{});
    const user_id asker = this->hub_.user(s->user);
    for (std::size_t i = 0; i < count; ++i)
        this->permit(asker, conversation_id::direct(asker, q->users[i]), action::watch,
                     [this, q, i, to, what](result<> r) {
                         q->may[i] = static_cast<bool>(r);
                         if (--q->left == 0) answer_presence(to, q->users, q->may, what);
                     });
}

template <class P>
void engine<P>::answer_presence(const reply_to& to, const std::vector<user_id>& users, const std::vector<char>& may,
                                watch what) {
    if (!this->hub_.find(to.session)) return;
    presence_reply r;
    for (std::size_t i = 0; i < users.size(); ++i) {
        const user_id& u = users[i];
        const bool online = may[i] && is_online(u);
        if (what == watch::start && may[i] && !this->watches_.start(to.session, u, online))
            return this->refuse(to, error{errc::too_large, "watches per session"});
        if (what == watch::stop) this->watches_.stop(to.session, u);
        r.users.push_back({u, online});
    }
    this->reply(to, r);
}

template <class P>
void engine<P>::tell_typing(const conversation_id& c, session_handle from, bool typing) {
    const std::uint32_t sender = this->hub_.find(from)->user;
    const user_id user = this->hub_.user(sender);
    const push_typing event{c, user, typing};
    if (c.is_personal()) {
        base::tell(this->hub_.number_of(c.other(user)), event, from);
        return;
    }
    const std::uint32_t room = this->hub_.room_of(c);
    if (room == session_hub::nobody || this->hub_.room_at(room).size() > this->options_.slice)
        return;  // a crowd does not watch one type
    spoken<typename base::dialect_list> said;
    this->hub_.walk(room, 0, this->options_.slice, [&](session_handle h, session& s) {
        if (s.user != sender) this->push_transient(h, s, event, said);
    });
}

template <class P>
void engine<P>::relay(session_handle from, const reply_to& to, const user_id& whom, std::uint32_t type,
                      std::string_view body) {
    const user_id sender = this->hub_.user(this->hub_.find(from)->user);
    this->reply(to, relay_reply{tell(whom, push_relay{sender, type, body})});
}

}  // namespace tandem
