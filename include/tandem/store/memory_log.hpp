// The writing half of memory_store: entries and marks where they stand, and what amends them.
#pragma once

#include "changed_conversations.hpp"
#include "entry_table.hpp"
#include "ledger.hpp"
#include "placed_entry.hpp"
#include "seq_table.hpp"

namespace tandem {

// The ledger decides; this keeps the entries. The log has one item per position: an entry, a mark, or nothing, because
// the mark moved on or the entry was trimmed, and with it the marks about it. The same calls give the same answers:
// time is what the drafts say.
class memory_log {
public:
    result<outcomes> append(drafts ds) {
        outcomes all;
        all.reserve(ds.size());
        for (std::size_t i = 0; i < ds.size(); i += together) {
            const drafts some = ds.subspan(i, std::min(together, ds.size() - i));
            const auto numbers = look_ahead(some);
            for (std::size_t k = 0; k < some.size(); ++k) all.push_back(append_one(some[k], numbers[k]));
        }
        return all;
    }

    result<mark_outcomes> put(mark_changes changes) {
        mark_outcomes all;
        all.reserve(changes.size());
        for (const mark_change& c : changes) all.push_back(put_one(c));
        return all;
    }

    result<nothing> trim(const conversation_id& id, seq first_kept) {
        const std::uint32_t conversation = ledger_.conversations().find(id);
        if (conversation == none) return nothing{};
        const seq from = ledger_.heads()[conversation].first_kept;
        const seq to = ledger_.heads().may_trim(conversation, first_kept);
        if (to == from) return nothing{};
        const std::uint64_t number_before = record_of(conversation, to.previous()).number;
        for (seq s = from; s < to; s = s.next()) forget(conversation, s);
        kept_.trim(conversation, to);
        forget_revoked(conversation, to);
        ledger_.trim(conversation, to, number_before);
        return nothing{};
    }

protected:
    static constexpr std::uint32_t none = flat_index::none;

    // What stands at a position of the log.
    struct item {
        static constexpr std::uint32_t mark_bit = 0x80000000u;
        std::uint32_t what = none;

        static item entry(std::uint32_t n) { return {n}; }
        static item mark(std::uint32_t n) { return {n | mark_bit}; }
        bool is_empty() const { return what == none; }
        bool is_mark() const { return !is_empty() && (what & mark_bit) != 0; }
        std::uint32_t number() const { return what & ~mark_bit; }
    };

    memory_log(dedup_window::bounds dedup, std::uint64_t seed) : ledger_{dedup, seed} {}

    // s is between first_kept and the head.
    std::uint32_t number_of(std::uint32_t conversation, seq s) const { return kept_.at(conversation, s); }
    const entry_record& record_of(std::uint32_t conversation, seq s) const {
        return entries_[number_of(conversation, s)];
    }
    entry_record& record_of(std::uint32_t conversation, seq s) { return entries_[number_of(conversation, s)]; }

    item at(position p) const { return log_[p.value - 1]; }

    entry told(const entry_record& r) const {
        entry e;
        e.conversation = ledger_.conversations()[r.conversation], e.sender = ledger_.users()[r.sender];
        if (r.subject != none) e.subject = ledger_.users()[r.subject];
        e.send_id = r.send_id, e.kind = r.kind, e.content_type = r.content_type, e.body = r.body, e.target = r.target;
        e.mentions = r.mentions;
        e.role = r.role, e.history = r.history, e.time = r.time, e.fingerprint = r.fingerprint, e.trusted = r.trusted;
        e.place = {r.seq, r.position}, e.number = r.number;
        e.visible_from = r.visible_from, e.amended_by = r.amended_by, e.revoked = r.revoked;
        return e;
    }

    // The number of the entry at s, or of the last one trimmed.
    std::uint64_t number_at(std::uint32_t conversation, seq s) const {
        const bool kept = s >= ledger_.heads()[conversation].first_kept;
        return kept ? record_of(conversation, s).number : ledger_.heads().number_before_kept(conversation);
    }

    std::uint64_t countable(std::uint32_t conversation, seq first, seq last) const {
        const std::uint64_t all = number_at(conversation, last) - number_at(conversation, first.previous());
        if (conversation >= revoked_.size()) return all;
        const auto& seqs = revoked_[conversation];
        const auto from = std::lower_bound(seqs.begin(), seqs.end(), first);
        return all - static_cast<std::uint64_t>(std::upper_bound(from, seqs.end(), last) - from);
    }

    ledger ledger_;
    entry_table entries_;
    changed_conversations changed_;
    seq_table kept_;

private:
    static constexpr std::size_t together = 16;  // drafts whose cache misses are waited for together

    std::array<ledger::numbers, together> look_ahead(drafts ds) const {
        const auto all = ledger_.look_ahead<together>(ds);
        for (const auto& n : all) kept_.prefetch(n.conversation), changed_.prefetch(n.conversation);
        for (const auto& n : all) kept_.prefetch_end(n.conversation);
        return all;
    }

    outcome append_one(const draft& d, ledger::numbers known) {
        const auto target_of = [&](std::uint32_t c, seq s) { return target_state_of(record_of(c, s)); };
        const ledger::decision o = ledger_.place(d, target_of, known);
        if (o.became == outcome::what::placed) keep(d, o);
        return o;
    }

    void keep(const draft& d, const ledger::decision& o) {
        const std::uint32_t n = entries_.add();
        write(entries_[n], d, o);
        log_.push_back(item::entry(n));
        kept_.add(o.of.conversation, o.place.seq, n);
        changed_.touch(o.of.conversation, o.place.position);
        if (d.kind == entry_kind::revoke) revoke(entries_[n]);
        if (d.kind == entry_kind::edit) edit(n);
    }

    void write(entry_record& r, const draft& d, const ledger::decision& o) const {
        r.body = d.body, r.send_id = d.send_id;
        if (!d.mentions.empty()) r.mentions = d.mentions;
        r.conversation = o.of.conversation, r.sender = o.of.sender;
        r.subject = d.subject.empty() ? none : ledger_.users().find(d.subject);
        r.content_type = d.content_type, r.history = d.history, r.kind = d.kind, r.role = d.role, r.trusted = d.trusted;
        r.seq = o.place.seq, r.position = o.place.position, r.number = o.number;
        r.fingerprint = d.fingerprint, r.time = d.time, r.target = d.target, r.visible_from = o.visible_from;
    }

    // The target and every edit of it: none of these bodies is shown again.
    void revoke(const entry_record& by) {
        entry_record& target = record_of(by.conversation, by.target);
        seq edited = target.amended_by;
        blank(target, by.seq);
        if (is_countable(target.kind)) note_revoked(by.conversation, target.seq);
        while (edited && edited >= ledger_.heads()[by.conversation].first_kept) {
            entry_record& e = record_of(by.conversation, edited);
            edited = e.edited_before;
            blank(e, by.seq);
        }
    }

    void note_revoked(std::uint32_t conversation, seq s) {
        if (conversation >= revoked_.size()) revoked_.resize(conversation + std::size_t{1});
        auto& seqs = revoked_[conversation];
        seqs.insert(std::upper_bound(seqs.begin(), seqs.end(), s), s);
    }

    void edit(std::uint32_t n) {
        entry_record& by = entries_[n];
        entry_record& target = record_of(by.conversation, by.target);
        by.edited_before = target.amended_by;
        target.body = by.body, target.content_type = by.content_type, target.amended_by = by.seq;
    }

    mark_outcome put_one(const mark_change& c) {
        const mark_table::id which = ledger_.id_of(c);
        const std::uint32_t known = ledger_.marks().find(which);
        const position before = known == none ? position{} : ledger_.marks()[known].position;
        const mark_outcome o = ledger_.put(c);
        if (o.became != mark_outcome::what::changed) return o;
        if (before) slot(before) = item{};
        log_.push_back(item::mark(ledger_.marks().find(which)));
        if (c.shared) changed_.touch(which.conversation, o.position);
        return o;
    }

    void forget(std::uint32_t conversation, seq s) {
        const std::uint32_t n = number_of(conversation, s);
        slot(entries_[n].position) = item{};
        ledger_.marks().each_about(conversation, s,
                                   [&](std::uint32_t m) { slot(ledger_.marks()[m].position) = item{}; });
        entries_.erase(n);
    }

    // Nobody counts before first_kept, so those there may stay until they are the most of it: a trim costs what it
    // trims.
    void forget_revoked(std::uint32_t conversation, seq first_kept) {
        if (conversation >= revoked_.size()) return;
        auto& seqs = revoked_[conversation];
        const auto kept = std::lower_bound(seqs.begin(), seqs.end(), first_kept);
        if (2 * (kept - seqs.begin()) > seqs.end() - seqs.begin()) seqs.erase(seqs.begin(), kept);
    }

    item& slot(position p) { return log_[p.value - 1]; }

    std::vector<item> log_;                  // by position
    std::vector<std::vector<seq>> revoked_;  // by conversation: seqs of blanked messages, sorted
};

}  // namespace tandem
