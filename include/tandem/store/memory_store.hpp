// The reference model of seq_store: everything in memory, every verb answers now.
#pragma once

#include "catch_up.hpp"
#include "fresh_epoch.hpp"
#include "memory_log.hpp"
#include "overviews.hpp"
#include "page_room.hpp"

namespace tandem {

// memory_log writes, this reads.
class memory_store : public memory_log {
public:
    memory_store() : memory_store{fresh_epoch()} {}
    explicit memory_store(tandem::epoch e, dedup_window::bounds dedup = {})
        : memory_log{dedup, hash_bytes("memory_store", e.value)}, epoch_{e} {}

    result<std::optional<found>> find(const user_id& sender, const send_id& id) const {
        return ledger_.find(sender, id);
    }
    result<log_head> head() const { return log_head{epoch_, ledger_.newest()}; }

    result<page> tail(position from, limits most) const {
        page p = empty_page(from);
        if (is_beyond(from)) return p;
        page_filler filler{p, most};
        filler.end_at({from.value + most_positions});
        scan(p, filler, from, [](const entry_record&) { return true; }, [](const mark_table::row&) { return true; });
        return p;
    }

    // Not const: it remembers readers that come back for the next page.
    result<page> changes(const user_id& id, position cursor, limits most) {
        page p = empty_page(cursor);
        if (is_beyond(cursor)) return p;
        page_filler filler{p, most};
        if (const std::uint32_t user = ledger_.users().find(id); user != none) catch_up_with(user, p, filler);
        ledger_.tell_memberships(id, p);
        return p;
    }

    result<history_page> history(const conversation_id& id, seq_range asked, limits most) const {
        const std::uint32_t conversation = ledger_.conversations().find(id);
        history_page p{.head = ledger_.heads()[conversation], .covered = {seq{1}, seq{0}}};
        const seq first = std::max(asked.first, p.head.first_kept), last = std::min(asked.last, p.head.seq);
        if (first > last) return p;
        page_room room{most};
        seq from = last.next();
        while (from > first && room.take(record_of(conversation, from.previous()).body.size())) from = from.previous();
        for (seq s = from; s <= last; s = s.next()) p.entries.push_back(told(record_of(conversation, s)));
        p.covered = {from, last};
        p.more = from > first;
        return p;
    }

    result<membership_list> memberships(const user_id& id) const { return ledger_.memberships_of(id, epoch_); }
    result<membership> member(const conversation_id& c, const user_id& u) const { return ledger_.member(c, u); }
    result<member_page> members(const conversation_id& c, const user_id& after, std::size_t count) {
        return ledger_.members(c, after, count);
    }

    result<mark_page> marks(const conversation_id& c, seq_range targets, position after, std::size_t count) const {
        return ledger_.marks_about(c, targets, after, count);
    }

    result<overview_page> overviews(const user_id& u) const {
        return overviews_of(
            ledger_, u, epoch_, [&](std::uint32_t c, seq first, seq last) { return countable(c, first, last); },
            [&](std::uint32_t c, seq s) { return told(record_of(c, s)); });
    }

private:
    page empty_page(position from) const {
        return {.head = {epoch_, ledger_.newest()}, .from = from, .examined = from};
    }
    // Nothing can be there: also keeps `from.next()` from coming round to 0.
    bool is_beyond(position from) const { return from >= ledger_.newest(); }

    // In one tail: a stretch of the log with nothing left in it holds nobody up.
    static constexpr std::uint64_t most_positions = 4096;

    // Everything after `from`, one position after the other, until the page is full or has come to its end.
    template <class ShowsEntry, class ShowsMark>
    void scan(page& p, page_filler& filler, position from, ShowsEntry shows_entry, ShowsMark shows_mark) const {
        const position last = p.examined;
        for (position next = from.next(); next <= last; next = next.next()) {
            const item i = at(next);
            if (i.is_empty()) continue;
            if (i.is_mark() && !shows_mark(ledger_.marks()[i.number()])) continue;
            if (!i.is_mark() && !shows_entry(entries_[i.number()])) continue;
            if (!tell(p, filler, next)) return;
        }
    }

    // False: it did not fit.
    bool tell(page& p, page_filler& filler, position which) const {
        const item i = at(which);
        if (!filler.fits(which, i.is_mark() ? 0 : entries_[i.number()].body.size())) return false;
        if (i.is_mark()) p.marks.push_back(ledger_.told(ledger_.marks()[i.number()]));
        else p.entries.push_back(told(entries_[i.number()]));
        return true;
    }

    // Few positions are looked through; of many, only those in the user's own conversations.
    void catch_up_with(std::uint32_t user, page& p, page_filler& filler) {
        const auto lines = ledger_.memberships().of(user);
        const position changed = lines.empty() ? position{} : lines.back().changed;
        for (position from = p.from; from < p.head.newest;) {
            auto reader = readers_.take(user, from, changed);
            if (!reader && p.head.newest.value - from.value <= 16 + lines.size() / 8)
                return scan_for(user, p, filler, from);
            if (!reader) reader = reader_from(user, from, p.head.newest);
            if (!tell_from(*reader, p, filler)) {
                reader->pause(p.examined);
                return readers_.put(std::move(*reader));
            }
            from = reader->until();
        }
    }

    void scan_for(std::uint32_t user, page& p, page_filler& filler, position from) const {
        const auto shows = [&](const entry_record& r) {
            const auto* member = ledger_.memberships().find(user, r.conversation);
            return member && member->sees(r.seq);
        };
        scan(p, filler, from, shows, [&](const mark_table::row& r) { return ledger_.shows(r, user); });
    }

    catch_up reader_from(std::uint32_t user, position from, position until) const {
        catch_up reader{user, from, until};
        changed_.each(ledger_.memberships().of(user), from, [&](const membership_table::line& line) {
            const auto& member = ledger_.memberships()[line.row];
            const seq first = visible_at_or_after(member, first_after(line.conversation, from));
            if (first) reader.add({record_of(line.conversation, first).position, first, line.row});
            if (member.current())
                ledger_.marks().each_shared(line.conversation, from, [&](std::uint32_t n) {
                    const auto& mark = ledger_.marks()[n];
                    const bool seen = !mark.target || member.sees(mark.target);
                    if (mark.owner != user && seen) reader.add_mark(mark.position);
                });
        });
        ledger_.marks().each_of(user, from, [&](std::uint32_t n) { reader.add_mark(ledger_.marks()[n].position); });
        reader.begin();
        return reader;
    }

    // False: the page is full.
    bool tell_from(catch_up& reader, page& p, page_filler& filler) const {
        while (reader.has_entry() || reader.has_mark())
            if (reader.mark_is_next() ? !tell_mark(reader, p, filler) : !tell_entry(reader, p, filler)) return false;
        return true;
    }

    bool tell_mark(catch_up& reader, page& p, page_filler& filler) const {
        if (at(reader.next_mark()).is_mark() && !tell(p, filler, reader.next_mark())) return false;
        reader.mark_told();
        return true;
    }

    bool tell_entry(catch_up& reader, page& p, page_filler& filler) const {
        const catch_up::stream next = reader.next_entry();
        const auto& member = ledger_.memberships()[next.membership];
        const bool trimmed = at(next.position).is_empty();
        if (!trimmed && !tell(p, filler, next.position)) return false;
        const seq then = visible_at_or_after(member, next.seq.next());
        if (then) reader.stream_goes_on(then, record_of(member.conversation, then).position);
        else reader.stream_ended();
        return true;
    }

    // The first seq from `s` on that is kept and that the member may see, or 0.
    seq visible_at_or_after(const membership_table::row& member, seq s) const {
        const conversation_head& head = ledger_.heads()[member.conversation];
        const seq visible = member.next_visible(std::max(s, head.first_kept));
        return visible <= head.seq ? visible : seq{};
    }

    // The first kept seq behind `p`. What a reader missed is near the end: steps of 1, 2, 4 … from there, then halves.
    seq first_after(std::uint32_t conversation, position p) const {
        const auto is_after = [&](std::uint64_t s) { return record_of(conversation, {s}).position > p; };
        const conversation_head& head = ledger_.heads()[conversation];
        const std::uint64_t first = head.first_kept.value;
        std::uint64_t after = head.seq.value + 1, step = 1;
        while (after >= first + step && is_after(after - step)) after -= step, step *= 2;
        std::uint64_t low = after >= first + step ? after - step : first;
        while (low < after) {
            const std::uint64_t middle = low + (after - low) / 2;
            if (is_after(middle)) after = middle;
            else low = middle + 1;
        }
        return {low};
    }

    tandem::epoch epoch_;
    recent_readers readers_;
};
static_assert(trimming_store<memory_store>);

}  // namespace tandem
