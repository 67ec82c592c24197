// The engine's side of the log: what it appends, what it hears of, and the one order it is told in.
#pragma once

#include "lanes.hpp"
#include "mark_board.hpp"
#include "teller.hpp"

#include "../store/journal.hpp"

namespace tandem {

template <class P>
class scribe : public teller<P> {
    using base = teller<P>;

public:
    tandem::epoch epoch() const { return epoch_; }
    position newest() const { return follower_.heard(); }

protected:
    scribe(tandem::parts<P> parts, const tandem::options& options)
        : base{std::move(parts), options}, journal_{options.drafts_in_flight, options.drafts_per_commit},
          board_{options.marks_waiting}, lanes_{options.waiting_per_lane} {}

    // --- start: the log before this moment concerns nobody who is connected here
    void read_head_to_start() {
        if (started_ || starting_) return;
        starting_ = true;
        this->template ask<log_head>(verbs::head, store(), [this](result<log_head> head) {
            starting_ = false;
            if (head) hear_head(*head);  // otherwise asked again at the next tick
        });
    }
    bool started() const { return started_; }

    // Everything that is ready to be done with the store and the log; true if anything was.
    bool work_on_log() {
        if (!started_) return false;
        const bool appended = start_append();
        const bool put = start_put();
        const bool advanced = advance();
        return appended || put || advanced || read_tail();
    }

    // --- hearing of others
    void hear_head(const log_head& head) {
        if (!started_) return start(head);  // somebody's sign-in was faster than our own question: no other epoch
        if (head.epoch != epoch_) return change_epoch(head);
        follower_.hear(head.newest);
    }

    void hear_piece(page p) {
        if (!started_) return;
        if (p.head.epoch != epoch_) return look_at_head();  // a bus may be late: only the log knows
        auto heard = std::make_shared<log_piece>();
        heard->page = std::move(p);
        follower_.add(std::move(heard));
    }

    // Whoever committed last may have died before it told anybody, and of a put whose outcome is unknown nobody was
    // told either: only the store knows. So an idle engine looks there, and then says on the bus how far the log goes.
    void look_at_head() {
        this->template ask<log_head>(verbs::head, store(), [this](result<log_head> head) {
            if (head) hear_head(*head);
        });
    }

    void repeat_head_if_idle() {
        if (!started_ || this->now_ < last_published_ + this->options_.bus_idle) return;
        last_published_ = this->now_;
        this->template ask<log_head>(verbs::head, store(), [this](result<log_head> head) {
            if (head) hear_head(*head);
            if constexpr (!std::is_same_v<detail::plain<typename P::bus>, no_bus>) {
                page nothing;
                nothing.head = {epoch_, follower_.heard()};
                nothing.from = nothing.examined = this->told_;
                publish(nothing);
            }
        });
    }

    // --- failing a draft: the answer, and what it means for those behind it
    void fail(const draft& d, const origin& o, error e) {
        if (o.then) this->complete([then = o.then, e] { then(e); });
        session* s = this->hub_.find(o.request.session);
        if (!s) return;
        if (s->unacked > 0) --s->unacked;
        const bool closes = is_retryable(e.code) && e.code != errc::lane_closed;
        const bool behind = closes && lanes_.is_closed(lane_of(d, o), o.arrival);
        this->refuse(o.request, behind ? error{errc::lane_closed} : e, d.send_id);
        if (closes && !behind) close_lane(d, o);
    }

    // Another body than was sent, by the gatekeeper's doing: what was edited or revoked since says so itself.
    static bool says_other(const entry& e, std::uint64_t sent) { return !e.amended_by && fingerprint_of(e) != sent; }

    // Stored by an earlier try. Its ack may never have arrived, so what a gatekeeper made of it is told again.
    void acknowledge_again(const draft& d, const origin& o, place where, std::uint64_t number, instant time) {
        stored s{.send_id = d.send_id,
                 .conversation = d.conversation,
                 .kind = d.kind,
                 .target = d.target,
                 .place = where,
                 .number = number,
                 .time = time,
                 .repeated = true};
        if constexpr (std::is_same_v<detail::plain<typename P::gatekeeper>, no_gatekeeper>) {
            this->acknowledge(o, s);
        } else {
            const conversation_id c = d.conversation;
            const seq_range only{where.seq, where.seq};
            this->template ask<history_page>(
                verbs::history, store(),
                [this, o, s = std::move(s), sent = d.fingerprint](result<history_page> r) mutable {
                    if (r && !r->entries.empty() && says_other(r->entries.front(), sent))
                        s.changed = r->entries.front().body;
                    this->acknowledge(o, s);
                },
                c, only, limits{.entries = 1});
        }
    }

    lane_key lane_of(const draft&, const origin& o) const { return {o.request.session, o.conversation}; }

    auto& store() { return *this->parts_.store; }

    journal<origin> journal_;
    mark_board board_;
    lanes lanes_;

private:
    void start(const log_head& head) {
        started_ = true;
        epoch_ = head.epoch;
        follower_.start(head.newest);
        this->told_ = head.newest;
        last_published_ = this->now_;
    }

    // --- appending
    bool start_append() {
        if (!journal_.may_start()) return false;
        const auto batch = journal_.start();
        this->notify(hooks::appended, batch->size());
        this->template ask<outcomes>(
            verbs::append, store(),
            [this, batch, asked_in = epoch_](result<outcomes> r) {
                appended(batch, asked_in == epoch_ ? std::move(r) : result<outcomes>{of_another_log()});
            },
            drafts{batch->drafts});
        return true;
    }

    using batch_ptr = std::shared_ptr<batch<origin>>;

    void appended(const batch_ptr& b, result<outcomes> r) {
        if (r && r->size() != b->size())
            r = error{errc::unknown_outcome, "append answered for another number of drafts"};
        if (!r && r.error().code == errc::unknown_outcome) {
            unknown_ = true;  // it stays in flight until the log has told what became of it
            return;
        }
        if (r) place_all(b, *r);
        else fail_all(b, r.error());
        journal_.finish();
    }

    void place_all(const batch_ptr& b, const outcomes& what) {
        auto mine = std::make_shared<log_piece>();
        mine->own = true;
        mine->page.entries.reserve(b->size());
        mine->origins.reserve(b->size());
        for (std::size_t i = 0; i < b->size(); ++i) {
            const outcome& o = what[i];
            if (b->claimed[i]) continue;
            if (o.became == outcome::what::refused)
                fail(b->drafts[i], b->origins[i], error{o.why, "refused by the store"});
            else if (o.became == outcome::what::already)
                acknowledge_again(b->drafts[i], b->origins[i], o.place, o.number, o.time);
            else place_one(*mine, std::move(b->drafts[i]), std::move(b->origins[i]), o);
        }
        if (mine->page.entries.empty()) return;
        mine->page.from = mine->page.entries.front().place.position.previous();
        mine->page.examined = mine->page.entries.back().place.position;
        mine->page.head = {epoch_, mine->page.examined};
        publish(mine->page);
        follower_.add(std::move(mine));
    }

    void place_one(log_piece& mine, draft&& d, origin&& o, const outcome& what) {
        entry& e = mine.page.entries.emplace_back();
        static_cast<draft&>(e) = std::move(d);
        e.place = what.place;
        e.number = what.number;
        e.visible_from = what.visible_from;
        if (what.place.position <= this->told_) acknowledge_late(e, o);
        mine.origins.push_back(std::move(o));
    }

    void acknowledge_late(const entry& e, const origin& o) { this->acknowledge(o, stored_as(e)); }

    void fail_all(const batch_ptr& b, const error& why) {
        for (std::size_t i = 0; i < b->size(); ++i)
            if (!b->claimed[i]) fail(b->drafts[i], b->origins[i], why);
        refuse_behind_closed_lanes();
        refuse_behind_the_gone(*b);
    }

    // What was pipelined behind a failed send must not be stored before it.
    void refuse_behind_closed_lanes() {
        if (lanes_.empty()) return;
        journal_.withdraw(
            [&](const draft& d, const origin& o) {
                return o.request.session && lanes_.is_closed(lane_of(d, o), o.arrival);
            },
            [&](draft d, origin o) { fail(d, o, errc::lane_closed); });
    }

    // A session that is gone has no lanes any more. Its device will repeat all of it elsewhere, in order: so here, too,
    // nothing may be stored that came behind what failed.
    void refuse_behind_the_gone(const batch<origin>& failed) {
        std::vector<lane_key> of_gone;
        for (std::size_t i = 0; i < failed.size(); ++i) {
            const origin& o = failed.origins[i];
            if (!failed.claimed[i] && o.request.session && !this->hub_.find(o.request.session))
                of_gone.push_back(lane_of(failed.drafts[i], o));
        }
        if (of_gone.empty()) return;
        const auto is_behind = [&](const draft& d, const origin& o) {
            const lane_key lane = lane_of(d, o);
            for (const lane_key& gone : of_gone)
                if (gone == lane) return true;
            return false;
        };
        journal_.withdraw(is_behind, [&](draft d, origin o) { fail(d, o, errc::lane_closed); });
    }

    void close_lane(const draft& d, const origin& o) {
        if (lanes_.count_of(o.request.session) >= this->options_.lanes_per_session)
            this->end_session_later(o.request.session, error{errc::overloaded, "too many closed lanes"});
        for (const lane_item& next : lanes_.close(lane_of(d, o), d.send_id, o.arrival))
            fail(next.draft, next.origin, errc::lane_closed);
    }

    // --- unknown: nothing else is appended until the tail has shown what was stored
    void resolve_unknown() {
        unknown_ = false;
        const auto b = journal_.flying();
        fail_all(b, error{errc::store_failed, "the log does not have it"});
        journal_.finish();
    }

    // --- marks
    bool start_put() {
        if (putting_ || !board_.due(this->now_, this->options_.mark_pause)) return false;
        putting_ = true;
        auto wishes = std::make_shared<std::vector<mark_wish>>(board_.take(this->now_));
        auto changes = std::make_shared<std::vector<mark_change>>();
        for (const mark_wish& w : *wishes) changes->push_back(w.change);
        this->template ask<mark_outcomes>(
            verbs::put, store(),
            [this, wishes, changes, asked_in = epoch_](result<mark_outcomes> r) {
                put(*wishes, asked_in == epoch_ ? std::move(r) : result<mark_outcomes>{of_another_log()});
            },
            mark_changes{*changes});
        return true;
    }

    void put(const std::vector<mark_wish>& wishes, result<mark_outcomes> r) {
        putting_ = false;
        if (!r && r.error().code == errc::unknown_outcome) look_at_head();  // if it happened, the tail tells it
        auto mine = std::make_shared<log_piece>();
        mine->own = true;
        for (std::size_t i = 0; i < wishes.size(); ++i) {
            if (!r || r->size() != wishes.size()) refuse_wish(wishes[i], r ? error{errc::unknown_outcome} : r.error());
            else if ((*r)[i].became == mark_outcome::what::refused) refuse_wish(wishes[i], (*r)[i].why);
            else if ((*r)[i].became == mark_outcome::what::unchanged) answer_wish(wishes[i], (*r)[i].value);
            else add_mark(*mine, wishes[i], (*r)[i]);
        }
        if (mine->page.marks.empty()) return;
        mine->page.from = mine->page.marks.front().position.previous();
        mine->page.examined = mine->page.marks.back().position;
        mine->page.head = {epoch_, mine->page.examined};
        publish(mine->page);
        follower_.add(std::move(mine));
    }

    void add_mark(log_piece& mine, const mark_wish& w, const mark_outcome& o) {
        mark& m = mine.page.marks.emplace_back();
        static_cast<mark_change&>(m) = w.change;
        m.value = o.value;
        m.position = o.position;
        if (o.position <= this->told_) answer_wish(w, o.value);
        else answer_callers(w, mark_reply{m.conversation, m.key, m.value});
        mine.askers.push_back(w.asked);
    }

    void refuse_wish(const mark_wish& w, const error& e) {
        for (const reply_to& to : w.asked) this->refuse(to, e);
        answer_callers(w, e);
    }
    void answer_wish(const mark_wish& w, std::uint64_t value) {
        for (const reply_to& to : w.asked) this->reply(to, mark_reply{w.change.conversation, w.change.key, value});
        answer_callers(w, mark_reply{w.change.conversation, w.change.key, value});
    }
    void answer_callers(const mark_wish& w, const result<mark_reply>& r) {
        for (const done<mark_reply>& then : w.then) this->complete([then, r] { then(r); });
    }

    // --- following
    bool advance() {
        const position before = this->told_;
        follower_.drain([&](const std::shared_ptr<log_piece>& p, position after, position up_to) {
            if (!p->own) claim_ours(*p, after, up_to);
            this->tell_piece(p, after, up_to);
        });
        return this->told_ != before;
    }

    // The log was faster than our append's answer, or is the only one to tell.
    void claim_ours(log_piece& p, position after, position up_to) {
        if (!journal_.flying()) return;
        for (std::size_t i = 0; i < p.page.entries.size(); ++i) {
            const entry& e = p.page.entries[i];
            if (e.place.position <= after || e.place.position > up_to) continue;
            auto ours = journal_.claim(e.sender, e.send_id);
            if (!ours) continue;
            p.origins.resize(p.page.entries.size());
            p.origins[i] = std::move(*ours);
        }
    }

    bool read_tail() {
        if (reading_ || (!follower_.has_hole() && !unknown_)) return false;
        if (this->now_ < tail_again_) return false;
        reading_ = true;
        this->template ask<page>(
            verbs::tail, store(),
            [this, hint = follower_.heard(), for_unknown = unknown_](result<page> r) {
                tail_was_read(std::move(r), hint, for_unknown);
            },
            this->told_, this->options_.tail_page);
        return true;
    }

    void tail_was_read(result<page> r, position hint, bool for_unknown) {
        reading_ = false;
        if (!r) {
            tail_again_ = this->now_ + milliseconds(100);
            return;
        }
        const bool more = r->more;
        const log_head head = r->head;
        if (head.epoch != epoch_) return change_epoch(head);
        hear_piece(std::move(*r));
        if (follower_.heard() == hint && head.newest < hint) follower_.correct(head.newest);
        advance();
        if (for_unknown && unknown_ && !more) resolve_unknown();
    }

    void publish(const page& p) {
        last_published_ = this->now_;
        this->parts_.bus->publish(p);
    }

    // What was asked of the old log has no place in the new one, whatever it answers.
    static error of_another_log() { return {errc::store_failed, "the log was replaced meanwhile"}; }

    // Another log: nothing a client or this engine knows of the old one holds.
    void change_epoch(const log_head& head) {
        epoch_ = head.epoch;
        follower_.start(head.newest);
        this->told_ = head.newest;
        epoch_changed();
    }

protected:
    virtual void epoch_changed() = 0;

    bool appending_is_stuck() const { return unknown_; }

private:
    follower<origin> follower_;
    tandem::epoch epoch_;
    bool started_ = false;
    bool starting_ = false;
    bool unknown_ = false;
    bool putting_ = false;
    bool reading_ = false;
    instant tail_again_{};
    instant last_published_{};
};

}  // namespace tandem
