// The one connection that commits.
#pragma once

#include "opening.hpp"
#include "pending_commit.hpp"
#include "settling.hpp"
#include "write_statements.hpp"

#include "../../core/answer.hpp"

namespace tandem::sqlite {

struct writer_options {
    duration horizon = days(7);          // send ids are known so long at least
    std::size_t settle_after = 1 << 18;  // entries
    int checkpoint_pages = 1000;         // commits may lie in the -wal file up to about this size
};

// Every change is one transaction: decided on top of the books, written, synced; only then the books follow. A change that fails
// leaves nothing behind, on disk or in memory.
class writer {
public:
    writer(const database& db, state& s, const writer_options& o)
        : db_{db}, state_{s}, options_{o}, sql_{db}, pending_{s.books}, sends_{db}, places_{db},
          settling_{db, s, o.horizon} {
        sqlite3_wal_hook(db.raw(), &note_wal_pages, this);
        known_foreign_ = data_version();
        const position newest =
            opening::open_tail(db, s, [&](std::uint32_t conversation, std::uint32_t sender, instant t) {
                settling_.note(s.books.memberships().find(sender, conversation), t);
            });
        if (newest > s.books.newest()) s.books.restore_newest(newest);
        be_durable();
    }
    writer(const writer&) = delete;
    writer& operator=(const writer&) = delete;
    ~writer() { sqlite3_wal_hook(db_.raw(), nullptr, nullptr); }

    result<outcomes> append(std::span<const drafts> parts) {
        return in_one_commit<outcomes>([&] {
            outcomes all;
            for (const drafts ds : parts) append_all(ds, all);
            return all;
        });
    }

    result<mark_outcomes> put(mark_changes changes) {
        return in_one_commit<mark_outcomes>([&] {
            mark_outcomes all;
            for (const mark_change& c : changes) all.push_back(put_one(c));
            return all;
        });
    }

    result<nothing> trim(const conversation_id& id, seq first_kept) {
        return in_one_commit<nothing>([&] {
            const std::uint32_t conversation = state_.books.conversations().find(id);
            if (conversation == none) return nothing{};
            const conversation_head& head = state_.books.heads()[conversation];
            const seq to = state_.books.heads().may_trim(conversation, first_kept);
            if (to != head.first_kept) forget(conversation, head, to);
            return nothing{};
        });
    }

private:
    static constexpr std::size_t together = 16;
    static constexpr std::uint32_t none = flat_index::none;

    template <class T, class Work>
    result<T> in_one_commit(Work work) {
        try {
            begin();
            T answer = work();
            finish();
            return answer;
        } catch (const failure& failed) { return take_back(failed); } catch (...) {
            give_up();
            throw;
        }
    }

    // Memory has run out, nobody knows where: what is on the disk is right, what is in memory may not be.
    void give_up() {
        if (db_.in_transaction()) sqlite3_exec(db_.raw(), "rollback", nullptr, nullptr, nullptr);
        known_foreign_ = 0;
    }

    void begin() {
        be_certain();
        sql_.begin.run();
        if (data_version() != known_foreign_)
            throw failure{SQLITE_BUSY, db_.file(),
                          known_foreign_ == 0 ? "memory ran out; open it again"
                                              : "another program has written to this log; open it again"};
        pending_.begin();
    }

    void finish() {
        if (pending_.empty()) return db_.run("rollback");
        pending_.each_new_user(
            [&](std::uint32_t n, const user_id& id) { sql_.user.bind(1, std::uint64_t{n}).bind(2, id.view()).run(); });
        pending_.each_new_conversation([&](std::uint32_t n, const conversation_id& id) {
            const std::string text = id.text();
            sql_.conversation.bind(1, std::uint64_t{n}).bind(2, std::string_view{text}).run();
        });
        settling_.go_on(pending_.placed().size());
        commits_ = true;
        sql_.commit.run();
        commits_ = false;
        write_down();
        checkpoint();
    }

    // The rest of the world may see it.
    void write_down() {
        auto since = settling_.committed();
        std::unique_lock alone{state_.mutex};
        pending_.write_down(state_.books, [&](const auto& p, const auto* sender) {
            state_.touch(p.of.conversation, p.outcome.place.position);
            state_.young.places.add(p.of.conversation, p.outcome.place.seq, p.outcome.place.position);
            settling_.note(sender, p.draft->time);
        });
        for (const auto& m : pending_.marks())
            if (m.change->shared) state_.touch(m.conversation, m.position);
        state_.trims += pending_.trims() ? 1 : 0;
        for (const send_at& s : pending_.sends().all()) state_.young.sends.add(s);
        for (const std::uint64_t hash : since.sends) state_.groups.back().filter.add(hash);
        if (since.oldest_is_gone) state_.forget_oldest_run();
        if (since.run) {
            state_.settled = since.run->last;
            state_.runs.push_back(std::move(*since.run));
            state_.frozen.clear();
        }
        pending_.clear();
        alone.unlock();
        if (!settling_.under_way() && settling_.entries() >= options_.settle_after) begin_settling();
    }

    void begin_settling() {
        {
            const std::unique_lock alone{state_.mutex};
            std::swap(state_.young, state_.frozen);
            state_.begin_run(state_.settled.next(), state_.frozen.sends.size());
        }
        settling_.begin(state_.settled, state_.books.newest());
    }

    error take_back(const failure& failed) {
        pending_.clear();
        settling_.taken_back();
        if (db_.in_transaction()) sqlite3_exec(db_.raw(), "rollback", nullptr, nullptr, nullptr);
        if (!std::exchange(commits_, false)) return {errc::store_failed, failed.text()};
        doubtful_ = true;
        try {
            be_certain();
            return {errc::store_failed, failed.text()};
        } catch (const failure&) { return {errc::unknown_outcome, failed.text()}; }
    }

    // What was killed before its sync has been found again, but no disk may have it. And what a loss of power left in the
    // -wal file may end amid a sector, which the next commit would put at risk: so the file begins anew. If that cannot be
    // done now, nothing is written before there is certainty.
    void be_durable() {
        const int code = sqlite3_wal_checkpoint_v2(db_.raw(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
        doubtful_ = code != SQLITE_OK;
        try {
            be_certain();
        } catch (const failure&) {}
    }

    // A commit that failed may still be found by whoever opens the file after a crash, until another one stands in its place.
    void be_certain() {
        if (!doubtful_) return;
        sql_.begin.run();
        try {
            sql_.doubt.run();
            sql_.commit.run();
        } catch (const failure&) {
            if (db_.in_transaction()) sqlite3_exec(db_.raw(), "rollback", nullptr, nullptr, nullptr);
            throw;
        }
        doubtful_ = false;
    }

    void append_all(drafts ds, outcomes& all) {
        for (std::size_t i = 0; i < ds.size(); i += together) {
            const drafts some = ds.subspan(i, std::min(together, ds.size() - i));
            const auto known = state_.books.look_ahead<together>(some, [&](std::size_t n, books::numbers of) {
                if (const std::uint64_t send = of.sender == none ? 0 : hash_of(some[n], of.sender)) fetch_ahead(send);
            });
            for (std::size_t k = 0; k < some.size(); ++k) all.push_back(append_one(some[k], known[k]));
        }
    }

    // All that is looked into for a send id, at once: each would be waited for as long as for all of them.
    void fetch_ahead(std::uint64_t send) const {
        state_.young.sends.prefetch(send), state_.frozen.sends.prefetch(send);
        for (const run_group& group : state_.groups) group.filter.prefetch(send);
    }

    outcome append_one(const draft& d, books::numbers of) {
        const std::uint64_t fingerprint = rules::fingerprint_for(d);
        pending_.find_numbers(d, of);
        std::uint64_t send = of.sender == none ? 0 : hash_of(d, of.sender);
        const auto before = send == 0 ? std::nullopt : sent_before(d, of.sender, send);
        const auto target = [&](std::uint32_t c, seq s) { return state_of_target(c, s); };
        if (before) return rules::repeated(*before, of.conversation, fingerprint);
        const outcome o = rules::decide(d, pending_.facts_about(d, of, nullptr, target), fingerprint, pending_.next());
        if (o.became != outcome::what::placed) return o;
        pending_.add(d, o, of,
                     [&](std::uint32_t user, const standing& now) { write_member(of.conversation, user, now); });
        if (send == 0) send = hash_of(d, of.sender);
        if (send != 0) pending_.add_send(send);
        const std::uint32_t subject = d.subject.empty() ? none : pending_.number_of(d.subject);
        write_entry(sql_.entry, d, o, of.conversation, of.sender, subject, fingerprint);
        if (is_amendment(d.kind)) amend(d, o.place.seq, of.conversation);
        return o;
    }

    std::uint64_t hash_of(const draft& d, std::uint32_t sender) const {
        return d.send_id.empty() ? 0 : hash_of_send(sender, d.send_id, state_.seed);
    }

    std::optional<sent> sent_before(const draft& d, std::uint32_t sender, std::uint64_t hash) {
        std::optional<sent> found;
        const auto is_it = [&](position p) { return (found = sends_.at(p, sender, d.send_id)).has_value(); };
        if (pending_.sends().find(hash, is_it)) return found;
        return sqlite::sent_before(sends_, candidates_for(state_, hash), hash, sender, d.send_id);
    }

    position place_of(std::uint32_t conversation, seq s) {
        if (s > state_.books.heads()[conversation].seq) return pending_.place_of(conversation, s);
        const position here = state_.place_of(conversation, s);
        return here ? here : places_.at(conversation, s);
    }

    target_state state_of_target(std::uint32_t conversation, seq s) {
        rows answer{sql_.target.bind(1, place_of(conversation, s).value)};
        if (!answer.next()) return target_state::none;
        if (sql_.target.small<entry_kind>(0) != entry_kind::message) return target_state::other;
        return sql_.target.is_null(1) ? target_state::message : target_state::revoked;
    }

    void write_member(std::uint32_t conversation, std::uint32_t user, const standing& now) {
        sql_.member.bind(1, std::uint64_t{conversation}).bind(2, std::uint64_t{user});
        sql_.member.bind(3, static_cast<std::uint64_t>(now.role)).bind(4, now.latest.visible_from.value);
        sql_.member.bind(5, now.latest.ended_at.value).bind(6, now.changed.place.seq.value);
        sql_.member.bind(7, now.changed.place.position.value).bind(8, now.changed.number);
        sql_.member.bind(9, static_cast<std::uint64_t>(now.changed.time.milliseconds)).run();
    }

    void amend(const draft& by, seq at, std::uint32_t conversation) {
        const position target = place_of(conversation, by.target);
        if (by.kind == entry_kind::edit) {
            sql_.edit.bind_blob(1, by.body).bind(2, std::uint64_t{by.content_type}).bind(3, at.value);
            return sql_.edit.bind(4, target.value).run();
        }
        sql_.blank.bind(1, at.value).bind(2, target.value).run();
        sql_.blank_edits.bind(1, at.value).bind(2, std::uint64_t{conversation}).bind(3, by.target.value).run();
    }

    mark_outcome put_one(const mark_change& c) {
        const mark_table::id which = state_.books.id_of(c);
        const auto* owner =
            which.owner == none ? nullptr : state_.books.memberships().find(which.owner, which.conversation);
        const errc why = rules::refusal(c, owner, state_.books.heads()[which.conversation]);
        if (why != errc{}) return {.why = why};
        const std::uint64_t before = pending_.value_of(which), value = merged(c.key, before, c.value);
        if (value == before) return {mark_outcome::what::unchanged, {}, value, {}};
        pending_.add(c, which, value);
        sql_.mark.bind(1, std::uint64_t{which.conversation}).bind(2, which.target.value);
        sql_.mark.bind(3, static_cast<std::uint64_t>(which.key)).bind(4, std::uint64_t{which.owner}).bind(5, value);
        sql_.mark.bind(6, c.shared ? 1u : 0u).bind(7, pending_.newest().value).run();
        return {mark_outcome::what::changed, {}, value, pending_.newest()};
    }

    // While a run has its hash, a send id counts. Who wrote what is not settled yet has read it, all the same.
    void forget(std::uint32_t conversation, const conversation_head& head, seq to) {
        const std::uint64_t before = number_at(place_of(conversation, to.previous()));
        const position counts = state_.runs.empty() ? position{} : state_.runs.front().first;
        for (seq s = head.first_kept; s < to; s = s.next()) {
            const position at = place_of(conversation, s);
            if (at >= counts) sql_.keep_send.bind(1, at.value).run();
            if (at > state_.settled) sql_.keep_last_sent.bind(1, at.value).run();
            sql_.forget_entry.bind(1, at.value).run();
        }
        sql_.forget_places.bind(1, std::uint64_t{conversation}).bind(2, to.value).run();
        sql_.forget_marks.bind(1, std::uint64_t{conversation}).bind(2, to.value).run();
        sql_.head.bind(1, head.seq.value).bind(2, head.position.value).bind(3, head.number).bind(4, to.value);
        sql_.head.bind(5, before).bind(6, std::uint64_t{conversation}).run();
        sql_.trimmed.bind(1, state_.books.newest().value).run();
        pending_.add(pending_commit::trimmed{conversation, to, before});
    }

    std::uint64_t number_at(position p) {
        rows answer{sql_.target.bind(1, p.value)};
        return answer.next() ? sql_.target.number(2) : 0;
    }

    std::uint64_t data_version() {
        rows answer{sql_.foreign};
        return answer.next() ? sql_.foreign.number(0) : 0;
    }

    static int note_wal_pages(void* self, sqlite3*, const char*, int pages) {
        static_cast<writer*>(self)->wal_pages_ = pages;
        return SQLITE_OK;
    }

    // Between commits, and little at a time. If it fails, the commits are in the -wal file all the same.
    void checkpoint() {
        if (wal_pages_ < options_.checkpoint_pages) return;
        wal_pages_ = 0;
        sqlite3_wal_checkpoint_v2(db_.raw(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    }

    const database& db_;
    state& state_;
    writer_options options_;
    write_statements sql_;
    pending_commit pending_;
    stored_sends sends_;
    stored_places places_;
    settling settling_;
    std::uint64_t known_foreign_ = 0;
    int wal_pages_ = 0;
    bool commits_ = false;  // COMMIT is being said
    bool doubtful_ = true;  // it was, and failed; or somebody else said it
};

}  // namespace tandem::sqlite
