// Tells a run of entries to those it concerns: to its senders the acks, to all others the pushes; large rooms in slices.
#pragma once

#include "fan_out.hpp"
#include "switchboard.hpp"

namespace tandem {

template <class P>
class teller : public switchboard<P> {
    using base = switchboard<P>;

public:
    // Everything up to here went into the connections of those it concerns: what a checkpoint may say.
    position settled() const { return fan_out_.settled(told_); }

protected:
    using base::base;
    using typename base::dialect_list;
    using errand_type = errand<dialect_list>;

    // Of a session that cannot pull: this entry went into its connection; or, its own, was acknowledged.
    virtual void went_in(session_handle h, const entry& e) = 0;
    virtual void acknowledged(session_handle h, const session& s, const stored& own) = 0;

    // Whoever asked for this entry gets their answer.
    void acknowledge(const origin& o, const stored& s) {
        if (o.then) this->complete([then = o.then, s] { then(s); });
        session* of = this->hub_.find(o.request.session);
        if (!of) return;
        if (of->unacked > 0) --of->unacked;
        this->notify(hooks::acknowledged, this->named(o.request.session, *of), s.conversation, s.place);
        if (base::some_cannot_pull && this->cannot_pull(*of)) acknowledged(o.request.session, *of, s);
        switch (s.kind) {
            case entry_kind::revoke:
                return this->reply(o.request,
                                   revoke_reply{s.send_id, s.conversation, s.target, s.place, s.time, s.number});
            case entry_kind::edit:
                return this->reply(
                    o.request, edit_reply{s.send_id, s.conversation, s.target, s.place, s.time, s.changed, s.number});
            default:
                return this->reply(
                    o.request, send_reply{s.send_id, s.conversation, s.place, s.number, s.time, s.repeated, s.changed});
        }
    }

    // A user's sessions enter or leave a room: at once, or after what is still being told there.
    void change_room(const conversation_id& c, const user_id& user, bool join) {
        if (fan_out_.busy(c)) {
            fan_out_.add(c, {.step = join ? errand_type::what::join : errand_type::what::leave, .user = user});
        } else {
            change_room_now(c, user, join);
        }
    }

    void tell_slices() {
        if (fan_out_.idle()) return;
        fan_out_.slice([&](const conversation_id& c, errand_type& e) { return step(c, e); });
    }
    bool slices_left() const { return !fan_out_.idle(); }

    // The users at both ends of a personal conversation, as far as they are here.
    using both_ends = std::array<std::uint32_t, 2>;
    static constexpr both_ends nobody_at_the_ends{session_hub::nobody, session_hub::nobody};

    void tell_run(run r, both_ends ends = nobody_at_the_ends) {
        const auto& entries = r.from->page.entries;
        r.first = entries[r.entries.front()].place.position;
        r.last = entries[r.entries.back()].place.position;
        const conversation_id& c = entries[r.entries.front()].conversation;
        if (c.is_personal()) tell_personal(r, ends);
        else tell_room(c, std::move(r));
    }

    // To those who may see it besides its owner. Who joined later hears of reactions to what they cannot see, too: here
    // nobody knows since when they see, and a number says nothing of the entry. Pulls leave those out.
    void tell_shared_mark(run r) {
        const mark& m = r.from->page.marks[r.entries.front()];
        if (!m.conversation.is_personal()) return tell_room(m.conversation, std::move(r));
        spoken<dialect_list> said;
        const std::uint32_t other = this->hub_.number_of(m.conversation.other(m.owner));
        this->hub_.each_session_of(other, [&](session_handle h, session& s) { push_shared_mark(h, s, r, said); });
    }

    // The members who are here hear that older entries are gone; nobody is owed it, for histories say the same. Returns how
    // many were told at once; what is told in slices is waited for before anything else is trimmed.
    std::size_t tell_trimmed(const conversation_id& c, seq first_kept) {
        errand_type e{.step = errand_type::what::trimmed, .first_kept = first_kept};
        if (c.is_personal()) return tell_trimmed_to(c.first(), c, e) + tell_trimmed_to(c.second(), c, e);
        const std::uint32_t room = this->hub_.room_of(c);
        if (room == session_hub::nobody) return 0;
        const std::size_t members = this->hub_.room_at(room).size();
        if (members <= this->options_.slice && !fan_out_.busy(c)) return tell_trimmed_to_some(c, e), members;
        ++trims_untold_;
        fan_out_.add(c, std::move(e));
        return 0;
    }
    bool trims_untold() const { return trims_untold_ != 0; }

    // Everything up to here went into the connections, also while a piece of the log is being told.
    position surely_settled() const { return fan_out_.settled(before_piece_); }

    bool concerns(const conversation_id& c, const session& s) {
        if (s.user == session_hub::nobody) return false;
        return c.is_personal() ? c.names(this->hub_.user(s.user)) : this->hub_.is_in(c, s.user);
    }

    position told_;
    position before_piece_;  // told_ when the piece under way was begun

private:
    void tell_room(const conversation_id& c, run r) {
        const std::uint32_t room = this->hub_.room_of(c);
        const bool large = room != session_hub::nobody && this->hub_.room_at(room).size() > this->options_.slice;
        errand_type e{.run = std::move(r)};
        if (large || fan_out_.busy(c)) fan_out_.add(c, std::move(e));
        else step(c, e);
    }

    void tell_personal(const run& r, both_ends ends) {
        spoken<dialect_list> said;
        const few<session_handle> apart = tell_apart(r, said);
        for (const std::uint32_t user : ends) tell_user(user, r, said, apart);
    }

    void tell_user(std::uint32_t user, const run& r, spoken<dialect_list>& said, const few<session_handle>& apart) {
        this->hub_.each_session_of(user, [&](session_handle h, session& s) { push_run(h, s, r, said, apart); });
    }

    // --- the steps of one conversation
    bool step(const conversation_id& c, errand_type& e) {
        if (e.step == errand_type::what::trimmed) {
            const bool finished = tell_trimmed_to_some(c, e);
            if (finished) --trims_untold_;
            return finished;
        }
        if (e.step != errand_type::what::tell) {
            change_room_now(c, e.user, e.step == errand_type::what::join);
            return true;
        }
        if (!e.begun) {
            e.begun = true;
            if (!e.run.is_mark) e.apart = tell_apart(e.run, e.said);
        }
        const std::uint32_t room = this->hub_.room_of(c);
        if (room == session_hub::nobody) return true;
        std::size_t receivers = 0;
        e.slot = this->hub_.walk(room, e.slot, this->options_.slice, [&](session_handle h, session& s) {
            ++receivers;
            if (e.run.is_mark) push_shared_mark(h, s, e.run, e.said);
            else push_run(h, s, e.run, e.said, e.apart);
        });
        this->notify(hooks::told, receivers);
        return e.slot >= this->hub_.room_at(room).slots();
    }

    void push_run(session_handle h, session& s, const run& r, spoken<dialect_list>& said,
                  const few<session_handle>& apart) {
        if (!apart.empty() && is_among(apart, h)) return;
        const auto& entries = r.from->page.entries;
        bool in = false;
        if (r.entries.size() == 1) {
            told_as(entries[r.entries.front()], [&](const auto& event) { in = this->push(h, s, event, said, r); });
        } else {
            batch_view_.clear();
            if (s.lag.gets_pushes())
                for (const std::uint32_t i : r.entries) batch_view_.push_back(&entries[i]);
            in = this->push(h, s, push_batch{.entries = batch_view_}, said, r);
        }
        if (base::some_cannot_pull && in && this->cannot_pull(s)) went_in(h, entries[r.entries.back()]);
    }

    static bool is_among(const few<session_handle>& sorted, session_handle h) {
        if (sorted.size() == 1) return sorted.front() == h;
        auto low = sorted.begin();
        for (std::size_t n = sorted.size(); n > 0;) {
            const std::size_t half = n / 2;
            if (low[static_cast<std::ptrdiff_t>(half)] < h) low += static_cast<std::ptrdiff_t>(half) + 1, n -= half + 1;
            else n = half;
        }
        return low != sorted.end() && *low == h;
    }

    // Sessions that sent something of this run get their acks where they belong between the pushes; all others share
    // one frame. Returns those told here, sorted.
    few<session_handle> tell_apart(const run& r, spoken<dialect_list>& shared) {
        few<session_handle> apart;
        if (r.from->origins.empty()) return apart;
        for (const std::uint32_t i : r.entries)
            if (const session_handle h = r.from->origins[i].request.session; h) insert_sorted(apart, h);
        if (apart.size() == 1 && r.entries.size() == 1) {
            acknowledge_entry(r, r.entries.front());
            echo(r, r.entries.front(), apart.front(), shared);
            return apart;
        }
        for (const std::uint32_t i : r.entries) {
            const session_handle sender = r.from->origins[i].request.session;
            acknowledge_entry(r, i);
            spoken<dialect_list> said;
            for (const session_handle h : apart) {
                if (h == sender) echo(r, i, h, said);
                else tell_one(r, i, h, said);
            }
        }
        return apart;
    }

    static void insert_sorted(few<session_handle>& to, session_handle h) {
        auto at = to.begin();
        while (at != to.end() && *at < h) ++at;
        if (at == to.end() || *at != h) to.insert(static_cast<std::size_t>(at - to.begin()), h);
    }

    void acknowledge_entry(const run& r, std::uint32_t i) {
        const entry& e = r.from->page.entries[i];
        const origin& o = r.from->origins[i];
        stored s = stored_as(e);
        if (o.changed) s.changed = e.body;
        acknowledge(o, s);
    }

    void tell_one(const run& r, std::uint32_t i, session_handle h, spoken<dialect_list>& said) {
        const entry& e = r.from->page.entries[i];
        session* s = this->hub_.find(h);
        if (!s || !concerns(e.conversation, *s)) return;
        bool in = false;
        told_as(e, [&](const auto& event) { in = this->push(h, *s, event, said, e); });
        if (base::some_cannot_pull && in && this->cannot_pull(*s)) went_in(h, e);
    }

    void echo(const run& r, std::uint32_t i, session_handle h, spoken<dialect_list>& said) {
        session* s = this->hub_.find(h);
        if (!s) return;
        bool wanted = false;
        this->in_dialect(*s,
                         [&](auto& d, auto&) { wanted = std::remove_reference_t<decltype(d)>::traits.echo_to_origin; });
        if (wanted) tell_one(r, i, h, said);
    }

    void change_room_now(const conversation_id& c, const user_id& user, bool join) {
        const std::uint32_t number = this->hub_.number_of(user);
        if (number == session_hub::nobody) return;
        if (join) return enter_room(c, number);
        if (const std::uint32_t room = this->hub_.room_of(c); room != session_hub::nobody)
            this->hub_.leave(room, number);
        this->hub_.forget_user(number);
    }

    void enter_room(const conversation_id& c, std::uint32_t user) {
        if (!this->hub_.is_present(user)) return;
        if (this->hub_.room_count_of(user) < this->options_.rooms_per_user || this->hub_.is_in(c, user))
            return this->hub_.join(c, user);
        this->hub_.each_session_of(user, [&](session_handle h, session&) {
            this->end_session_later(h, error{errc::too_large, "in too many groups"});
        });
    }

    void push_shared_mark(session_handle h, session& s, const run& r, spoken<dialect_list>& said) {
        const mark& m = r.from->page.marks[r.entries.front()];
        if (s.user != session_hub::nobody && this->hub_.user(s.user) == m.owner) return;
        told_as(m, false, [&](const auto& event) { this->push(h, s, event, said, m); });
    }

    bool tell_trimmed_to_some(const conversation_id& c, errand_type& e) {
        const std::uint32_t room = this->hub_.room_of(c);
        if (room == session_hub::nobody) return true;
        const push_trimmed event{c, e.first_kept};
        e.slot = this->hub_.walk(room, e.slot, this->options_.slice,
                                 [&](session_handle h, session& s) { this->push_transient(h, s, event, e.said); });
        return e.slot >= this->hub_.room_at(room).slots();
    }

    // One end of a personal conversation.
    std::size_t tell_trimmed_to(const short_text& user, const conversation_id& c, errand_type& e) {
        const std::uint32_t number = this->hub_.number_of(user, this->hub_.hash_of(user));
        const push_trimmed event{c, e.first_kept};
        this->hub_.each_session_of(number,
                                   [&](session_handle h, session& s) { this->push_transient(h, s, event, e.said); });
        return 1;
    }

    fan_out<dialect_list> fan_out_;
    std::size_t trims_untold_ = 0;
    std::vector<const entry*> batch_view_;
};

}  // namespace tandem
