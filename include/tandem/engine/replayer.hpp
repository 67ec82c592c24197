// Pulls for those who cannot: what a session missed goes into its connection again, from what its user has received.
#pragma once

#include "replay.hpp"
#include "tally.hpp"

namespace tandem {

// At least once, and each conversation in order. What a user has received is the mark of that name; it moves when the answer
// to a probe comes back through the connection, behind what was sent.
template <class P>
class replayer : public tally<P> {
    using base = tally<P>;

public:
    // Your connection: what outlet.probe(token) asked for has come.
    void probed(session_handle h, std::uint64_t token) {
        const typename base::scope t{*this};
        const session* s = this->hub_.find(h);
        replay* r = s ? find(h) : nullptr;
        if (!r) return;
        const user_id user = this->hub_.user(s->user);
        r->sent.answered(token).each([&](const conversation_id& c, seq newest) {
            this->mark_as(user, {c, mark_key::received, user, newest.value}, std::nullopt);
        });
        probe_later(*r);
    }

protected:
    using base::base;

    // One page for each session that is behind and has room.
    void go_on_replaying() {
        for (std::size_t i = 0; i < behind_.size(); ++i) {  // an answer from inside the call adds none and removes none
            replay* r = find(behind_[i]);
            if (r && may_go_on(*r)) go_on(*r);
        }
        std::erase_if(behind_, [&](session_handle h) {
            const replay* r = find(h);
            return !r || !r->behind;
        });
    }
    bool replays_left() {
        for (const session_handle h : behind_)
            if (replay* r = find(h); r && may_go_on(*r)) return true;
        return false;
    }

    void send_probes() {
        for (const session_handle h : std::exchange(to_probe_, {})) {
            replay* r = find(h);
            if (!r) continue;
            r->probe_next = false;
            session& s = *this->hub_.find(h);
            this->with_outlet(s, [&](outlet_ref& o) {
                if (!o.can_probe()) return;
                if (const auto token = r->sent.probe()) o.probe(*token);
            });
        }
    }

    void session_gone(session_handle h, std::uint32_t user) override {
        replays_.erase(h.slot);
        base::session_gone(h, user);
    }

private:
    replay* find(session_handle h) {
        const auto found = replays_.find(h.slot);
        return found != replays_.end() && found->second.session == h && this->hub_.find(h) ? &found->second : nullptr;
    }

    // --- falling behind
    void begin_replay(session_handle h) override {
        replay& r = replays_[h.slot] = replay{.session = h, .reading = true};
        put_behind(r);
        this->template ask<overview_page>(
            verbs::overviews, this->store(), [this, h](result<overview_page> p) { overviews_read(h, std::move(p)); },
            user_id{this->hub_.user(this->hub_.find(h)->user)});
    }

    void falls_behind(session_handle h) override {
        replay* r = find(h);
        if (!r || r->behind) return;
        r->cursor = this->surely_settled();
        put_behind(*r);
    }

    void put_behind(replay& r) {
        r.behind = true;
        behind_.push_back(r.session);
    }

    void overviews_read(session_handle h, result<overview_page> p) {
        replay* r = find(h);
        if (!r) return;
        if (!p) return this->end_session_later(h, error{errc::store_failed, "overviews"});
        r->reading = false;
        r->cursor = p->head.newest;
        for (overview& o : p->conversations) {  // newest first, and the last stretch is read first
            const seq next =
                std::max(received_by(this->hub_.user(this->hub_.find(h)->user), o).next(), o.head.first_kept);
            if (next <= o.head.seq) r->stretches.push_back({std::move(o.membership), next, o.head.seq});
        }
    }

    // The mark itself: what a user sent says nothing of what they were sent.
    static seq received_by(const user_id& user, const overview& o) {
        std::uint64_t received = 0;
        for (const mark& m : o.marks)
            if (m.owner == user && (m.key == mark_key::received || m.key == mark_key::read))
                received = std::max(received, m.value);
        return {received};
    }

    // --- going on
    bool may_go_on(const replay& r) {
        if (r.reading || this->is_full(*this->hub_.find(r.session), this->options_.pushing_until_bytes)) return false;
        return !r.stretches.empty() || r.cursor < this->settled() || has_caught_up(r);
    }

    // It has everything up to the cursor, and all of that was told, to this session as something to skip. (The store may be
    // ahead of what was told: who were live by then would be pushed it again.)
    bool has_caught_up(const replay& r) {
        return r.stretches.empty() && r.cursor <= this->settled() &&
               r.cursor >= this->hub_.find(r.session)->lag.must_report();
    }

    void go_on(replay& r) {
        if (!r.stretches.empty()) read_stretch(r);
        else if (has_caught_up(r)) live_again(r);
        else read_log(r);
    }

    void live_again(replay& r) {
        this->hub_.find(r.session)->lag.report(r.cursor);
        r.behind = false;
        r.answered.clear();
    }

    void read_stretch(replay& r) {
        const stretch& lacks = r.stretches.back();
        const seq_range asked{lacks.next, std::min(lacks.last, seq{lacks.next.value + lacks.together - 1})};
        r.reading = true;
        const conversation_id c = lacks.membership.conversation;
        this->template ask<history_page>(
            verbs::history, this->store(),
            [this, h = r.session, asked](result<history_page> p) { stretch_read(h, asked, std::move(p)); }, c, asked,
            this->options_.small_page);
    }

    void stretch_read(session_handle h, const seq_range& asked, result<history_page> p) {
        replay* r = find(h);
        if (!r) return;
        r->reading = false;
        if (!p) return;  // asked again in a later turn
        stretch& lacks = r->stretches.back();
        if (p->more) {  // the store fills a page from its end: fewer at once then
            lacks.together = std::max<std::size_t>(1, (asked.last.value - asked.first.value + 1) / 2);
            return;
        }
        for (const entry& e : p->entries)
            if (lacks.membership.sees(e.place.seq)) put_in(*r, e);
        lacks.next = std::max(asked.last.next(), p->head.first_kept);
        if (lacks.next > lacks.last) r->stretches.pop_back();
    }

    void read_log(replay& r) {
        r.reading = true;
        const position from = r.cursor;
        this->template ask<page>(
            verbs::changes, this->store(), [this, h = r.session](result<page> p) { log_read(h, std::move(p)); },
            user_id{this->hub_.user(this->hub_.find(r.session)->user)}, from, this->options_.small_page);
    }

    void log_read(session_handle h, result<page> p) {
        replay* r = find(h);
        if (!r) return;
        r->reading = false;
        if (!p || p->head.epoch != this->epoch()) return;
        for (const entry& e : p->entries) put_in(*r, e);
        r->cursor = p->examined;
    }

    void put_in(replay& r, const entry& e) {
        if (r.sent.was_sent(e.conversation, e.place.seq)) return;
        if (!was_answered(r, e.place.position)) {
            session& s = *this->hub_.find(r.session);
            told_as(
                e, [&](const auto& event) { this->put_into(r.session, s, this->encode(event, s.dialect, s.variant)); });
            this->notify(hooks::pushed, this->named(r.session, s), [&] { return carried_by(e); });
        }
        note(r, e.conversation, e.place.seq);
    }

    static bool was_answered(const replay& r, position p) {
        for (const position own : r.answered)
            if (own == p) return true;
        return false;
    }

    // --- what is in the connection
    void went_in(session_handle h, const entry& e) override {
        if (replay* r = find(h)) note(*r, e.conversation, e.place.seq);
    }

    void acknowledged(session_handle h, const session& s, const stored& own) override {
        replay* r = find(h);
        if (!r || !this->concerns(own.conversation, s)) return;  // it may be left with somebody else
        if (s.lag.gets_pushes()) note(*r, own.conversation, own.place.seq);
        else r->answered.push_back(own.place.position);
    }

    void note(replay& r, const conversation_id& c, seq s) {
        r.sent.sent(c, s);
        probe_later(r);
    }

    void probe_later(replay& r) {
        if (std::exchange(r.probe_next, true)) return;
        to_probe_.push_back(r.session);
    }

    std::unordered_map<std::uint32_t, replay> replays_;  // by slot
    std::vector<session_handle> behind_;
    std::vector<session_handle> to_probe_;
};

}  // namespace tandem
