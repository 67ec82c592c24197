// What this engine appends to the log: one commit after the other, and what becomes of each draft.
#pragma once

#include "lanes.hpp"
#include "listener.hpp"

#include "../store/journal.hpp"

namespace tandem {

template <class P>
class scribe : public listener<P> {
    using base = listener<P>;

protected:
    scribe(tandem::parts<P> parts, const tandem::options& options)
        : base{std::move(parts), options}, journal_{options.drafts_in_flight, options.drafts_per_commit},
          lanes_{options.waiting_per_lane} {}

    bool start_append() {
        if (!journal_.may_start()) return false;
        const auto batch = journal_.start();
        this->notify(hooks::appended, batch->size());
        this->template ask<outcomes>(
            verbs::append, this->store(),
            [this, batch, asked_in = this->epoch()](result<outcomes> r) {
                appended(batch, this->if_still(asked_in, std::move(r)));
            },
            drafts{batch->drafts});
        return true;
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
                verbs::history, this->store(),
                [this, o, s = std::move(s), sent = d.fingerprint](result<history_page> r) mutable {
                    if (r && !r->entries.empty() && says_other(r->entries.front(), sent))
                        s.changed = r->entries.front().body;
                    this->acknowledge(o, s);
                },
                c, only, limits{.entries = 1});
        }
    }

    lane_key lane_of(const draft&, const origin& o) const { return {o.request.session, o.conversation}; }

    journal<origin> journal_;
    lanes lanes_;

private:
    using batch_ptr = std::shared_ptr<batch<origin>>;

    void appended(const batch_ptr& b, result<outcomes> r) {
        if (r && r->size() != b->size())
            r = error{errc::unknown_outcome, "append answered for another number of drafts"};
        if (!r && r.error().code == errc::unknown_outcome)
            return this->doubt();  // it stays in flight until the log has told what became of it
        if (r) place_all(b, *r);
        else fail_all(b, r.error());
        journal_.finish();
    }

    void place_all(const batch_ptr& b, const outcomes& what) {
        auto mine = std::make_shared<log_piece>();
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
        const position first = mine->page.entries.front().place.position;
        const position last = mine->page.entries.back().place.position;
        this->hear_own(std::move(mine), first, last);
    }

    void place_one(log_piece& mine, draft&& d, origin&& o, const outcome& what) {
        entry& e = mine.page.entries.emplace_back();
        static_cast<draft&>(e) = std::move(d);
        e.place = what.place;
        e.number = what.number;
        e.visible_from = what.visible_from;
        if (what.place.position <= this->told_) this->acknowledge(o, stored_as(e));
        mine.origins.push_back(std::move(o));
    }

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

    std::optional<origin> claim(const entry& e) override { return journal_.claim(e.sender, e.send_id); }

    // What the log does not have by now was never stored.
    void doubt_settled() override {
        fail_all(journal_.flying(), error{errc::store_failed, "the log does not have it"});
        journal_.finish();
    }
};

}  // namespace tandem
