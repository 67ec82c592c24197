// What follows a commit: for each entry the ack, then the pushes; memberships change where they stand in the log.
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

    // Tells the positions (after, up_to] of a piece. The caller keeps the order of positions.
    void tell_piece(const std::shared_ptr<log_piece>& p, position after, position up_to) {
        told_ = up_to;
        std::size_t e = 0, m = 0;
        const auto& entries = p->page.entries;
        const auto& marks = p->page.marks;
        while (e < entries.size() && entries[e].place.position <= after) ++e;
        while (m < marks.size() && marks[m].position <= after) ++m;
        for (; e < entries.size() && entries[e].place.position <= up_to; ++e) {
            for (; m < marks.size() && marks[m].position < entries[e].place.position; ++m) tell_mark(p, m);
            gather(p, e);
        }
        for (; m < marks.size() && marks[m].position <= up_to; ++m) tell_mark(p, m);
        tell_gathered(p);
    }

    // Whoever asked for this entry gets their answer.
    void acknowledge(const origin& o, const stored& s) {
        if (o.then) this->complete([then = o.then, s] { then(s); });
        session* of = this->hub_.find(o.request.session);
        if (!of) return;
        if (of->unacked > 0) --of->unacked;
        switch (s.kind) {
            case entry_kind::revoke:
                return this->reply(o.request, revoke_reply{s.send_id, s.conversation, s.target, s.place, s.time});
            case entry_kind::edit:
                return this->reply(o.request,
                                   edit_reply{s.send_id, s.conversation, s.target, s.place, s.time, s.changed});
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

    // A joined or left entry was told: the engine keeps what it needs for those who are arriving just now.
    virtual void membership_told(const entry& e) = 0;
    // A member may see what was said before: the engine fetches it.
    virtual void backfill(const entry& joined) = 0;

    position told_;

private:
    // --- one conversation's entries of one commit become one run
    void gather(const std::shared_ptr<log_piece>& p, std::size_t e) {
        const entry& it = p->page.entries[e];
        this->notify(hooks::placed, it);
        this->parts_.event_sink->publish(it);
        if (is_membership(it.kind)) {
            tell_gathered(p);
            tell_membership(p, static_cast<std::uint32_t>(e));
            return;
        }
        const std::uint64_t key = p->own ? p->origins[e].conversation : hash(it.conversation, this->seed_);
        const std::uint32_t found = run_of_.find(
            key, [&](std::uint32_t n) { return p->page.entries[runs_[n].first].conversation == it.conversation; });
        const auto index = static_cast<std::uint32_t>(e);
        const bool goes_on =
            found != flat_index::none && runs_[found].bytes + it.body.size() <= this->options_.batch_bytes;
        if (goes_on) {
            next_in_run_.resize(p->page.entries.size());
            next_in_run_[runs_[found].last] = index;
            runs_[found].last = index;
            runs_[found].bytes += it.body.size();
        } else {
            if (found != flat_index::none) run_of_.erase(key, found);
            run_of_.insert(key, static_cast<std::uint32_t>(runs_.size()));
            runs_.push_back({index, index, it.body.size(), {session_hub::nobody, session_hub::nobody}});
        }
    }

    void tell_gathered(const std::shared_ptr<log_piece>& p) {
        if (runs_.empty()) return;
        for (std::size_t i = 0; i < runs_.size(); ++i) {
            if (i % ahead == 0) look_ahead(*p, i);
            run r{p, runs_[i].first};
            for (std::uint32_t at = runs_[i].first; at != runs_[i].last;) r.entries.push_back(at = next_in_run_[at]);
            tell_run(std::move(r), runs_[i].ends);
        }
        runs_.clear();
        run_of_ = {};
    }

    using both_ends = std::array<std::uint32_t, 2>;

    // Those who get the next runs lie anywhere in memory: what leads to them is fetched for several runs together.
    void look_ahead(const log_piece& p, std::size_t from) {
        session_hub& hub = this->hub_;
        const std::size_t count = std::min(ahead, runs_.size() - from);
        std::array<std::array<std::uint64_t, 2>, ahead> hashes;
        const auto each_end = [&](auto visit) {
            for (std::size_t i = 0; i < count; ++i) {
                const conversation_id& c = p.page.entries[runs_[from + i].first].conversation;
                if (!c.is_personal()) continue;
                visit(c.first(), hashes[i][0], runs_[from + i].ends[0]);
                if (c.kind() == conversation_kind::direct) visit(c.second(), hashes[i][1], runs_[from + i].ends[1]);
            }
        };
        each_end([&](const short_text& id, std::uint64_t& hash, std::uint32_t&) {
            hub.prefetch_number(hash = hub.hash_of(id));
        });
        each_end([&](const short_text&, std::uint64_t hash, std::uint32_t&) { hub.prefetch_name(hash); });
        each_end([&](const short_text& id, std::uint64_t hash, std::uint32_t& end) {
            hub.prefetch_user(end = hub.number_of(id, hash));
        });
        each_end([&](const short_text&, std::uint64_t, std::uint32_t end) { hub.prefetch_session_of(end); });
        each_end([&](const short_text&, std::uint64_t, std::uint32_t end) { hub.prefetch_connection_of(end); });
    }

    void tell_run(run r, both_ends ends) {
        const auto& entries = r.from->page.entries;
        r.first = entries[r.entries.front()].place.position;
        r.last = entries[r.entries.back()].place.position;
        const conversation_id& c = entries[r.entries.front()].conversation;
        if (c.is_personal()) return tell_personal(c, r, ends);
        const std::uint32_t room = this->hub_.room_of(c);
        const bool large = room != session_hub::nobody && this->hub_.room_at(room).size() > this->options_.slice;
        errand_type e{.run = std::move(r)};
        if (large || fan_out_.busy(c)) fan_out_.add(c, std::move(e));
        else step(c, e);
    }

    void tell_personal(const conversation_id& c, const run& r, both_ends ends) {
        spoken<dialect_list> said;
        const few<session_handle> apart = tell_apart(r, said);
        for (const std::uint32_t user : ends) tell_user(user, r, said, apart);
        if (c.kind() == conversation_kind::direct) wake_absent(c, r, ends[0], ends[1]);
    }

    void wake_absent(const conversation_id& c, const run& r, std::uint32_t first, std::uint32_t second) {
        const auto away = [&](std::uint32_t u) { return u == session_hub::nobody || !this->hub_.has_sessions(u); };
        for (const std::uint32_t i : r.entries) {
            const entry& e = r.from->page.entries[i];
            const bool to_first = !(c.first() == e.sender);
            if (!away(to_first ? first : second)) continue;
            const user_id absent{(to_first ? c.first() : c.second()).view()};
            this->parts_.offline->wake(e, std::span{&absent, 1});
        }
    }

    void tell_user(std::uint32_t user, const run& r, spoken<dialect_list>& said, const few<session_handle>& apart) {
        this->hub_.each_session_of(user, [&](session_handle h, session& s) { push_run(h, s, r, said, apart); });
    }

    // --- the steps of one conversation
    bool step(const conversation_id& c, errand_type& e) {
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
        if (r.entries.size() == 1) {
            told_as(entries[r.entries.front()], [&](const auto& event) { this->push(h, s, event, said, r.last); });
        } else {
            batch_view_.clear();
            if (s.lag.gets_pushes())
                for (const std::uint32_t i : r.entries) batch_view_.push_back(&entries[i]);
            this->push(h, s, push_batch{.entries = batch_view_}, said, r.last);
        }
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
        told_as(e, [&](const auto& event) { this->push(h, *s, event, said, e.place.position); });
    }

    void echo(const run& r, std::uint32_t i, session_handle h, spoken<dialect_list>& said) {
        session* s = this->hub_.find(h);
        if (!s) return;
        bool wanted = false;
        this->in_dialect(*s,
                         [&](auto& d, auto&) { wanted = std::remove_reference_t<decltype(d)>::traits.echo_to_origin; });
        if (wanted) tell_one(r, i, h, said);
    }

    bool concerns(const conversation_id& c, const session& s) {
        if (s.user == session_hub::nobody) return false;
        return c.is_personal() ? c.names(this->hub_.user(s.user)) : this->hub_.is_in(c, s.user);
    }

    // --- memberships
    // joined: first into the room, then the entry, so that the subject gets it too; left: the other way round.
    void tell_membership(const std::shared_ptr<log_piece>& p, std::uint32_t i) {
        const entry& e = p->page.entries[i];
        membership_told(e);
        const bool joins = e.kind == entry_kind::joined;
        const bool is_new = joins && !is_in_room(e.conversation, e.subject);  // and no member who gets another role
        if (joins) change_room(e.conversation, e.subject, true);
        tell_run(run{p, i}, {session_hub::nobody, session_hub::nobody});
        if (!joins) change_room(e.conversation, e.subject, false);
        if (is_new && e.visible_from < e.place.seq) backfill(e);
    }

    bool is_in_room(const conversation_id& c, const user_id& user) const {
        const std::uint32_t number = this->hub_.number_of(user);
        return number != session_hub::nobody && this->hub_.is_in(c, number);
    }

    void change_room_now(const conversation_id& c, const user_id& user, bool join) {
        const std::uint32_t number = this->hub_.number_of(user);
        if (number == session_hub::nobody) return;
        if (join) {
            if (this->hub_.is_present(number)) this->hub_.join(c, number);
            return;
        }
        if (const std::uint32_t room = this->hub_.room_of(c); room != session_hub::nobody)
            this->hub_.leave(room, number);
        this->hub_.forget_user(number);
    }

    // --- marks
    void tell_mark(const std::shared_ptr<log_piece>& p, std::size_t i) {
        tell_gathered(p);
        const mark& m = p->page.marks[i];
        run r{p, static_cast<std::uint32_t>(i), true, m.position, m.position};
        answer_askers(p, i);
        tell_owner(p, i);
        if (!m.shared) return;
        if (m.conversation.is_personal()) {
            spoken<dialect_list> said;
            const std::uint32_t other = this->hub_.number_of(m.conversation.other(m.owner));
            this->hub_.each_session_of(other, [&](session_handle h, session& s) { push_shared_mark(h, s, r, said); });
        } else {
            errand_type e{.run = std::move(r)};
            const conversation_id c = m.conversation;
            const std::uint32_t room = this->hub_.room_of(c);
            const bool large = room != session_hub::nobody && this->hub_.room_at(room).size() > this->options_.slice;
            if (large || fan_out_.busy(c)) fan_out_.add(c, std::move(e));
            else step(c, e);
        }
    }

    void answer_askers(const std::shared_ptr<log_piece>& p, std::size_t i) {
        if (p->askers.empty()) return;
        const mark& m = p->page.marks[i];
        for (const reply_to& to : p->askers[i]) this->reply(to, mark_reply{m.conversation, m.key, m.value});
    }

    // The owner's other devices; the one that asked has its reply.
    void tell_owner(const std::shared_ptr<log_piece>& p, std::size_t i) {
        const mark& m = p->page.marks[i];
        const std::uint32_t owner = this->hub_.number_of(m.owner);
        spoken<dialect_list> said;
        this->hub_.each_session_of(owner, [&](session_handle h, session& s) {
            if (!p->askers.empty())
                for (const reply_to& to : p->askers[i])
                    if (to.session == h) return;
            this->push(h, s, push_mark{m}, said, m.position);
        });
    }

    void push_shared_mark(session_handle h, session& s, const run& r, spoken<dialect_list>& said) {
        const mark& m = r.from->page.marks[r.entries.front()];
        if (s.user != session_hub::nobody && this->hub_.user(s.user) == m.owner) return;
        told_as(m, false, [&](const auto& event) { this->push(h, s, event, said, m.position); });
    }

    struct gathered {
        std::uint32_t first;
        std::uint32_t last;
        std::size_t bytes;
        both_ends ends;  // direct and self: the users, as far as they are here
    };
    static constexpr std::size_t ahead = 16;

    fan_out<dialect_list> fan_out_;
    std::vector<gathered> runs_;
    flat_index run_of_;
    std::vector<std::uint32_t> next_in_run_;
    std::vector<const entry*> batch_view_;
};

}  // namespace tandem
