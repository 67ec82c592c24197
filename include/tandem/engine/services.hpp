// What the built-in handlers ask for besides storing: positions, marks, presence, typing, relays.
#pragma once

#include "reception.hpp"

namespace tandem {

template <class P>
class services : public reception<P> {
    using base = reception<P>;

public:
    void heartbeat(const reply_to& to, tandem::cursor cursor) {
        const auto answer = [this, to](tandem::cursor reported) {
            session* s = this->hub_.find(to.session);
            if (!s) return;
            if (reported) this->report(to.session, *s, *reported);
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

    void mark_as(const user_id& user, mark_change change, std::optional<reply_to> asked, done<mark_reply> then = {}) {
        const auto refuse = [this, asked, then](const error& e) {
            if (asked) this->refuse(*asked, e);
            then(e);
        };
        if (asked && !is_member_here(change.conversation, user)) return refuse(errc::not_member);
        const conversation_id c = change.conversation;
        if (change.key == mark_key::reaction) {
            change.shared = true;
            if (const duration wait = this->take_conversation_rate(c, hash(c, this->seed_)); wait > duration{}) {
                if (asked) this->strike(asked->session);
                return refuse(error{errc::rate_limited, "too many reactions", wait});
            }
        }
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
    void presence_of(const reply_to& to, std::vector<user_id> users, watch what) {
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

    void tell_typing(const conversation_id& c, session_handle from, bool typing) {
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

    void relay(session_handle from, const reply_to& to, const user_id& whom, std::uint32_t type,
               std::string_view body) {
        const user_id sender = this->hub_.user(this->hub_.find(from)->user);
        this->reply(to, relay_reply{base::tell(this->hub_.number_of(whom), push_relay{sender, type, body})});
    }

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

    // --- to everybody who is here
    // Encoded in every language at once, for the event does not live until the last slice.
    template <class Event>
    void broadcast(const Event& event) {
        using dialect_list = typename base::dialect_list;
        const typename base::scope t{*this};
        broadcast_type b;
        for (unsigned d = 0; d < dialect_list::count; ++d)
            for (unsigned v = 0; v < spoken<dialect_list>::variants_of(d); ++v)
                b.said.in(d, v, [&] { return this->encode(event, d, v); });
        broadcasts_.push_back(std::move(b));
    }

protected:
    using base::base;
    using typename base::dialect_list;

    // One slice of the oldest.
    void go_on_broadcasting() {
        if (broadcasts_.empty()) return;
        broadcast_type& b = broadcasts_.front();
        const std::uint32_t end = std::min<std::uint32_t>(static_cast<std::uint32_t>(this->hub_.session_slots()),
                                                          b.slot + static_cast<std::uint32_t>(this->options_.slice));
        for (; b.slot < end; ++b.slot) {
            const session_handle h = this->hub_.handle_at(b.slot);
            if (session* s = this->hub_.find(h)) this->push_transient(h, *s, b.said);
        }
        if (end == this->hub_.session_slots()) broadcasts_.pop_front();
    }
    bool broadcasts_left() const { return !broadcasts_.empty(); }

    void tell_presence() {
        if (this->now_ < presence_due_ || this->watches_.empty()) return;
        presence_due_ = this->now_ + this->options_.presence_pause;
        this->watches_.tell_changes([&](const user_id& user, bool online, const std::vector<session_handle>& watchers) {
            const presence one{user, online};
            const push_presence event{std::span{&one, 1}};
            spoken<dialect_list> said;
            for (const session_handle h : watchers)
                if (session* s = this->hub_.find(h)) this->push_transient(h, *s, event, said);
        });
    }

private:
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
                if (base::tell(this->hub_.number_of(whom), push_batch{.entries = entries, .backfill = true}) == 0)
                    return;
                const device_id all_of_them;
                this->notify(hooks::pushed, named_device{whom, all_of_them}, [&] {
                    return carried{entries.front()->conversation, entries.front()->place.position,
                                   entries.back()->place.position};
                });
            },
            joined.conversation, before, this->options_.pull_page);
    }

    void answer_presence(const reply_to& to, const std::vector<user_id>& users, const std::vector<char>& may,
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

    struct broadcast_type {
        spoken<dialect_list> said{};
        std::uint32_t slot = 0;
    };

    std::deque<broadcast_type> broadcasts_;
    instant presence_due_{};
};

}  // namespace tandem
