// What one user has missed: where to look, and which positions it is.
#pragma once

#include "recent_walks.hpp"
#include "state.hpp"

#include "database.hpp"

#include <algorithm>

namespace tandem::sqlite {

// A conversation in which something happened behind the cursor.
struct missed_stream {
    std::uint32_t conversation;
    tandem::seq last;  // its newest entry
    membership_table::row member;
    seq first_here{};  // what lies before it is on the disk

    bool sees(seq s) const { return s <= last && member.sees(s); }
};

// Taken from memory: all that can have been missed in (from, until].
struct missed_plan {
    position from{};
    position until{};
    std::vector<missed_stream> streams{};         // in order of conversation number
    std::vector<mark> marks{};                    // in order of position, as many as a page may have
    std::vector<membership_table::line> lines{};  // of all these
    std::uint32_t user = flat_index::none;
    bool more_marks = false;
    // Up to here the log is looked through: of the little that was said while somebody was away for a moment, that is shorter
    // than asking for each of their conversations. (On the disk. What is in memory is found at once.)
    position scanned{};

    bool on_disk() const { return scanned != from; }

    const missed_stream* find(std::uint32_t conversation) const {
        const auto at = std::lower_bound(streams.begin(), streams.end(), conversation,
                                         [](const missed_stream& s, std::uint32_t c) { return s.conversation < c; });
        return at != streams.end() && at->conversation == conversation ? &*at : nullptr;
    }
};

// The lowest positions of many, few at a time.
class lowest_positions {
public:
    explicit lowest_positions(std::size_t most) : most_{most} {}

    // False: this one and all above it are too high.
    bool offer(position p) {
        if (heap_.size() == most_ && p > heap_.front()) return false;
        heap_.push_back(p);
        std::push_heap(heap_.begin(), heap_.end());
        if (heap_.size() <= most_) return true;
        std::pop_heap(heap_.begin(), heap_.end());
        heap_.pop_back();
        return true;
    }

    std::vector<position> in_order() && {
        std::sort_heap(heap_.begin(), heap_.end());
        return std::move(heap_);
    }

private:
    std::size_t most_;
    std::vector<position> heap_;  // the highest first
};

// Offers what the stream has here in (from, until]. False: what comes behind it is too high.
inline bool offer_places(const missed_stream& s, const places& here, position from, position until,
                         lowest_positions& to) {
    const auto& all = here.positions;
    auto at = static_cast<std::size_t>(std::upper_bound(all.begin(), all.end(), from) - all.begin());
    for (; at < all.size(); ++at)
        if (all[at] > until || (s.sees(here.seq_at(at)) && !to.offer(all[at]))) return false;
    return true;
}

// `most`: of the marks.
inline missed_plan plan_for(const state& s, recent_walks& walks, const user_id& id, position from, position until,
                            std::size_t most) {
    const books& b = s.books;
    missed_plan plan{.from = from, .until = until};
    plan.user = b.users().find(id);
    auto mine = b.memberships().of(plan.user);
    const auto begun = walks.take(plan.user, from, mine.empty() ? position{} : mine.back().changed);
    if (begun) mine = begun->lines, plan.until = until = begun->until;
    std::vector<const mark_table::row*> marks;
    const auto note = [&](std::uint32_t n) {
        const auto& m = b.marks()[n];
        if (m.position <= until) marks.push_back(&m);
    };
    s.changed.each(mine, from, [&](const membership_table::line& line) {
        plan.lines.push_back(line);
        const auto& member = b.memberships()[line.row];
        const conversation_head& head = b.heads()[line.conversation];
        if (head.position > from) plan.streams.push_back({line.conversation, head.seq, member});
        if (member.current())
            b.marks().each_shared(line.conversation, from, [&](std::uint32_t n) {
                if (b.marks()[n].owner != plan.user && b.shows(b.marks()[n], plan.user)) note(n);
            });
    });
    b.marks().each_of(plan.user, from, note);
    std::sort(marks.begin(), marks.end(), [](auto* a, auto* c) { return a->position < c->position; });
    plan.more_marks = marks.size() > most + 1;
    if (plan.more_marks) marks.resize(most + 1);  // one that does not fit says so
    for (const auto* m : marks) plan.marks.push_back(b.told(*m));
    std::sort(plan.streams.begin(), plan.streams.end(),
              [](const missed_stream& a, const missed_stream& c) { return a.conversation < c.conversation; });
    plan.scanned = from < s.settled ? std::min(until, position{from.value + 64 + 4 * plan.streams.size()}) : from;
    return plan;
}

// What lies behind `from` for the streams of a plan: their places in memory.
inline void offer_recent(const state& s, missed_plan& plan, lowest_positions& to) {
    for (missed_stream& stream : plan.streams) {
        stream.first_here = s.first_here(stream.conversation);
        for (const auto* part : {&s.frozen.places, &s.young.places})
            if (const places* here = part->of(stream.conversation))
                offer_places(stream, *here, plan.scanned, plan.until, to);
    }
}

// And those on the disk.
inline void offer_stored(stored_places& disk, const missed_plan& plan, lowest_positions& to) {
    if (!plan.on_disk()) return;
    for (const missed_stream& stream : plan.streams)
        disk.each_behind(stream.conversation, plan.scanned, [&](const places& stretch) {
            return stretch.first < stream.first_here && offer_places(stream, stretch, plan.scanned, plan.until, to);
        });
}

}  // namespace tandem::sqlite
