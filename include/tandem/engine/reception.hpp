// How a connection becomes a signed-in session, and how it ends: the fence.
#pragma once

#include "admission.hpp"
#include "doorway.hpp"
#include "watches.hpp"

namespace tandem {

template <class P>
class reception : public admission<P> {
    using base = admission<P>;

public:
    struct opened {
        session_handle session;
        std::string_view subprotocol;  // to be named in the handshake's answer
    };

    // Asked by the handler of AUTH_REQ; also by `open` when the greeting brought a credential.
    void sign_in(const reply_to& to, const auth_request& r) {
        session* s = this->hub_.find(to.session);
        if (!s) return;
        if (s->state == session_state::verifying || s->state == session_state::joining)
            return this->refuse(to, error{errc::not_allowed, "a sign-in is under way"});
        const bool again = s->state == session_state::ready;
        if (!again) s->state = session_state::verifying;
        arrival a{.to = to,
                  .device = std::string{r.device},
                  .platform = std::string{r.platform},
                  .cursor = r.cursor,
                  .epoch = r.epoch};
        this->template ask<identity>(
            verbs::verify, *this->parts_.authenticator,
            [this, again, a = std::move(a)](result<identity> who) mutable {
                if (again) renewed(a, std::move(who));
                else verified(std::move(a), std::move(who));
            },
            std::string{r.credential});
    }

protected:
    reception(tandem::parts<P> parts, const tandem::options& options)
        : base{std::move(parts), options}, watches_{options.watches_per_session}, door_{options.sign_ins_at_once} {}

    // True if some arrival could go on.
    bool work_on_arrivals() {
        bool any = let_in();
        for (auto at = households_.begin(); at != households_.end();) {
            const auto here = at++;
            if (!here->second.known || !this->started() || this->told_ < here->second.list.head.newest) continue;
            any = true;
            if (here->second.list.head.newest >= this->began()) move_in(here->first);
            else read_memberships(here->first);  // what came between was told to nobody
        }
        return any;
    }

    void session_gone(session_handle h, std::uint32_t user) override {
        this->lanes_.forget(h);
        watches_.forget(h);
        if (user == session_hub::nobody || this->hub_.has_sessions(user)) return;
        households_.erase(user);
        this->hub_.set_present(user, false);
        const user_id id = this->hub_.user(user);
        watches_.changed(id, false);
        const auto rooms = this->hub_.rooms_of(user);
        for (std::size_t at = rooms.size(); at-- > 0;)
            this->change_room(conversation_id{this->hub_.conversation(rooms[at])}, id, false);
        if (const std::uint32_t still = this->hub_.number_of(id); still != session_hub::nobody)
            this->hub_.forget_user(still);
    }

    // Those who are arriving while this is told learn it from here: the list they asked for may be older.
    void membership_told(const entry& e) override {
        if (households_.empty()) return;
        const std::uint32_t user = this->hub_.number_of(e.subject);
        if (const auto found = households_.find(user); found != households_.end())
            found->second.recorded.push_back({e.conversation, e.kind == entry_kind::joined, e.place.position});
    }

    void epoch_changed() override {
        this->hub_.each_session(
            [&](session_handle h, session&) { this->end_session_later(h, error{errc::reset, "another epoch"}); });
    }

    // Of a session that cannot pull: it is ready, and lacks what came before.
    virtual void begin_replay(session_handle h) = 0;

    watches watches_;

private:
    // One session on its way in.
    struct arrival {
        reply_to to;
        std::string device;
        std::string platform;
        tandem::cursor cursor;
        tandem::epoch epoch;
        std::uint32_t expires = 0;  // second
        position head{};
        bool reset = false;
        identity who{};           // once verified
        doorway::place inside{};  // while the store is asked about it
    };

    struct change {
        conversation_id conversation;
        bool joined;
        position at;
    };

    // A user whose memberships are being read: once, however many of their sessions arrive meanwhile.
    struct household {
        std::uint64_t serial = 0;
        std::vector<arrival> arrivals;
        std::vector<change> recorded;
        membership_list list;
        bool known = false;
    };

    // --- who
    void verified(arrival a, result<identity> who) {
        session* s = this->hub_.find(a.to.session);
        if (!s) return;
        s->state = session_state::greeted;
        if (!who) return not_verified(a, who.error());
        auto device = device_of(*who, a);
        if (!device) return this->refuse(a.to, device.error());
        if (is_over(who->expires)) return not_verified(a, errc::expired);
        const auto platform =
            static_cast<std::uint32_t>(hash_bytes(who->platform.empty() ? a.platform : who->platform));
        session_details& details = this->hub_.details(a.to.session);
        details.device = *device;
        details.platform = platform;
        s->state = session_state::verifying;
        s->strikes = 0;
        a.who = std::move(*who);
        waiting_.push_back(std::move(a));
        let_in();
    }

    // In their order, as far as there is room. True if somebody came in.
    bool let_in() {
        bool any = false;
        for (; !waiting_.empty() && door_.has_room(); any = true) {
            arrival a = std::move(waiting_.front());
            waiting_.pop_front();
            if (this->hub_.find(a.to.session)) come_in(std::move(a));
        }
        return any;
    }

    void come_in(arrival a) {
        const session_details details = this->hub_.details(a.to.session);
        const user_id user = a.who.user;
        make_room_for(user, details.device, details.platform);
        a.expires = second_of(a.who.expires);
        a.inside = door_.enter();
        register_session(std::move(a), user);
    }

    void renewed(const arrival& a, result<identity> who) {
        session* s = this->hub_.find(a.to.session);
        if (!s) return;
        if (!who) return this->refuse(a.to, who.error());
        if (who->user != this->hub_.user(s->user) || is_over(who->expires))
            return this->refuse(a.to, errc::bad_credential);
        this->hub_.details(a.to.session).ends = second_of(who->expires);
        this->reply(a.to, reply_for(a, *s, this->newest()));
    }

    void not_verified(const arrival& a, const error& why) {
        this->refuse(a.to, why);
        session* s = this->hub_.find(a.to.session);
        if (s && why.code == errc::bad_credential && s->wrong_credentials < 31)
            s->wrong_credentials = (s->wrong_credentials + 1u) & 31u;
        if (s && (++s->strikes >= this->options_.failed_sign_ins || !may_try_again(*s)))
            this->end_session_later(a.to.session, error{why.code, "failed to sign in"});
    }

    // Some dialects sign in by their greeting and in no other way.
    bool may_try_again(const session& s) {
        return this->in_dialect(
            s, [](auto& d, auto&) { return reads<std::remove_reference_t<decltype(d)>, auth_request>; });
    }

    // Of the far future the last there is.
    static std::uint32_t second_of(instant expires) {
        constexpr std::int64_t last = 0xffffffff;
        return static_cast<std::uint32_t>(std::min(expires.milliseconds / 1000, last));
    }
    bool is_over(instant expires) const { return expires != instant{} && expires <= this->now_; }

    static result<device_id> device_of(const identity& who, const arrival& a) {
        if (!who.device.empty()) return who.device;
        if (a.device.empty()) return device_id{"default"};
        return device_id::parse(a.device);
    }

    void make_room_for(const user_id& user, const device_id& device, std::uint32_t platform) {
        const login_policy& policy = this->options_.logins;
        std::vector<session_handle> others;
        this->hub_.each_session_of(this->hub_.number_of(user), [&](session_handle h, session&) {
            const session_details& d = this->hub_.details(h);
            if (policy.replaces(d.device == device, d.platform == platform)) this->end_session_later(h, errc::replaced);
            else others.push_back(h);
        });
        // The newest come first in a user's list.
        for (; others.size() >= policy.sessions_per_user; others.pop_back())
            this->end_session_later(others.back(), errc::replaced);
    }

    // --- the fence, in this order: registered, memberships read, what was recorded applied, rooms joined, then the head.
    void register_session(arrival a, const user_id& user) {
        const std::uint32_t number = this->hub_.sign_in(a.to.session, user);
        session& s = *this->hub_.find(a.to.session);
        s.state = session_state::joining;
        if (base::some_cannot_pull && this->cannot_pull(s)) {
            a.cursor.reset();
            s.lag.skip({});  // nothing is pushed before what it lacks
        }
        if (this->hub_.is_present(number)) return read_head(std::move(a));
        household& h = households_[number];
        h.arrivals.push_back(std::move(a));
        if (h.serial == 0) read_memberships(number);
    }

    void read_memberships(std::uint32_t number) {
        household& h = households_[number];
        h.known = false;
        h.serial = ++serials_;
        this->template ask<membership_list>(
            verbs::memberships, this->store(),
            [this, number, serial = h.serial](result<membership_list> r) {
                memberships_read(number, serial, std::move(r));
            },
            this->hub_.user(number));
    }

    void memberships_read(std::uint32_t number, std::uint64_t serial, result<membership_list> r) {
        const auto found = households_.find(number);
        if (found == households_.end() || found->second.serial != serial) return;
        if (!r) {
            const auto arrivals = std::move(found->second.arrivals);
            households_.erase(found);
            for (const arrival& a : arrivals)
                this->end_session_later(a.to.session, error{errc::store_failed, "memberships"});
            return;
        }
        found->second.list = std::move(*r);
        found->second.known = true;
        this->hear_head(found->second.list.head);
    }

    // Everything up to the list's head has been told: from here on this engine keeps the memberships itself.
    void move_in(std::uint32_t number) {
        household h = std::move(households_[number]);
        households_.erase(number);
        const user_id user = this->hub_.user(number);
        this->hub_.set_present(number, true);
        for (const membership& m : h.list.memberships)
            if (m.current() && !m.conversation.is_personal()) this->change_room(m.conversation, user, true);
        for (const change& c : h.recorded)
            if (c.at > h.list.head.newest) this->change_room(c.conversation, user, c.joined);
        watches_.changed(user, true);
        for (arrival& a : h.arrivals) read_head(std::move(a));
    }

    void read_head(arrival a) {
        this->template ask<log_head>(
            verbs::head, this->store(), [this, a = std::move(a)](result<log_head> head) mutable {
                session* s = this->hub_.find(a.to.session);
                if (!s) return;
                if (!head) return this->end_session_later(a.to.session, error{errc::store_failed, "head"});
                this->hear_head(*head);
                a.head = head->newest;
                a.reset = a.cursor && ((a.epoch && a.epoch != head->epoch) || *a.cursor > head->newest);
                s->lag.fence(head->newest);
                if (a.cursor && !a.reset) this->report(a.to.session, *s, *a.cursor);
                if (a.cursor && !a.reset && *a.cursor < head->newest) send_little(std::move(a));
                else arrived(a, *s, nullptr);
            });
    }

    // If little is missing it follows the reply at once, as a page.
    void send_little(arrival a) {
        const user_id user = this->hub_.user(this->hub_.find(a.to.session)->user);
        const position from = *a.cursor;
        this->template ask<page>(
            verbs::changes, this->store(),
            [this, a = std::move(a)](result<page> r) {
                session* s = this->hub_.find(a.to.session);
                if (!s) return;
                const bool fits = r && !r->more && r->memberships.empty() && r->head.epoch == this->epoch();
                arrived(a, *s, fits ? &*r : nullptr);
            },
            user, from, this->options_.small_page);
    }

    void arrived(const arrival& a, session& s, const page* little) {
        s.state = session_state::ready;
        this->hub_.details(a.to.session).ends = a.expires;
        auth_reply reply = reply_for(a, s, a.head);
        reply.page_follows = little != nullptr;
        this->reply(a.to, reply);
        if (base::some_cannot_pull && this->cannot_pull(s)) return begin_replay(a.to.session);
        if (!little) return;
        this->notify(hooks::pulled, this->named(a.to.session, s), little->from, little->examined);
        std::vector<const entry*> entries;
        for (const entry& e : little->entries) entries.push_back(&e);
        this->say(a.to.session, push_batch{.entries = entries, .marks = little->marks, .next = little->examined});
    }

    auth_reply reply_for(const arrival& a, const session& s, position head) {
        return {.user = this->hub_.user(s.user),
                .device = this->hub_.details(a.to.session).device,
                .epoch = this->epoch(),
                .head = head,
                .reset = a.reset,
                .max_frame_bytes = this->options_.max_frame_bytes,
                .heartbeat = this->options_.heartbeat,
                .time = this->now_};
    }

    std::unordered_map<std::uint32_t, household> households_;
    std::uint64_t serials_ = 0;
    doorway door_;
    std::deque<arrival> waiting_;  // verified, outside
};

}  // namespace tandem
