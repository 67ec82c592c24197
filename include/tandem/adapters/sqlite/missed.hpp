// What one user has missed: where to look, and which positions it is.
#pragma once

#include "state.hpp"

#include "database.hpp"

#include <algorithm>

namespace tandem::sqlite {

// A conversation in which something happened behind the cursor.
struct missed_stream {
    std::uint32_t conversation;
    tandem::seq last;  // its newest entry
    tandem::position last_position;
    membership_table::row member;

    bool sees(seq s) const { return s <= last && member.sees(s); }
};

// Taken from memory: all that can have been missed in (from, until].
struct missed_plan {
    position from{};
    position until{};
    std::vector<missed_stream> streams{};  // in order of conversation number
    std::vector<mark> marks{};             // in order of position, as many as a page may have
    bool more_marks = false;

    const missed_stream* find(std::uint32_t conversation) const {
        const auto at = std::lower_bound(streams.begin(), streams.end(), conversation,
                                         [](const missed_stream& s, std::uint32_t c) { return s.conversation < c; });
        return at != streams.end() && at->conversation == conversation ? &*at : nullptr;
    }

    // To look at a position in passing costs a tenth of what it costs to go to a conversation.
    std::uint64_t worth_scanning() const { return streams.empty() ? 0 : 64 + 2 * streams.size(); }
};

inline missed_plan plan_for(const state& s, const user_id& id, position from, position until, std::size_t most_marks) {
    missed_plan plan{.from = from, .until = until};
    const books& b = s.books;
    const std::uint32_t user = b.users().find(id);
    std::vector<const mark_table::row*> marks;
    const auto note = [&](std::uint32_t n) {
        const auto& m = b.marks()[n];
        if (m.position <= until) marks.push_back(&m);
    };
    s.changed.each(b.memberships().of(user), from, [&](const membership_table::line& line) {
        const auto& member = b.memberships()[line.row];
        const conversation_head& head = b.heads()[line.conversation];
        if (head.position > from) plan.streams.push_back({line.conversation, head.seq, head.position, member});
        if (member.current())
            b.marks().each_shared(line.conversation, from, [&](std::uint32_t n) {
                if (b.marks()[n].owner != user && b.shows(b.marks()[n], user)) note(n);
            });
    });
    b.marks().each_of(user, from, note);
    std::sort(marks.begin(), marks.end(), [](auto* a, auto* c) { return a->position < c->position; });
    plan.more_marks = marks.size() > most_marks + 1;
    if (plan.more_marks) marks.resize(most_marks + 1);  // one that does not fit says so
    for (const auto* m : marks) plan.marks.push_back(b.told(*m));
    std::sort(plan.streams.begin(), plan.streams.end(),
              [](const missed_stream& a, const missed_stream& c) { return a.conversation < c.conversation; });
    return plan;
}

// Over one connection; reads nothing but the index by seq.
class missed_positions {
public:
    explicit missed_positions(const database& db)
        : down_{db, "select seq, position from entries where conversation = ? and seq <= ? order by seq desc"},
          up_{db, "select seq, position from entries where conversation = ? and seq >= ? order by seq"},
          at_{db, "select position from entries where conversation = ? and seq = ?"} {}

    // The first `most` (and one more) positions behind `from` with an entry for the user, in order.
    std::vector<position> after(const missed_plan& plan, position from, std::size_t most) {
        found_.clear();
        most_ = most + 1;
        for (const missed_stream& s : plan.streams)
            if (s.last_position > from) gather(s, from, plan.until);
        std::sort_heap(found_.begin(), found_.end());
        return found_;
    }

private:
    static constexpr std::size_t few = 32;

    void gather(const missed_stream& s, position from, position until) {
        std::vector<std::pair<seq, position>> newest;
        bool all = true;
        {
            rows older{down_.bind(1, std::uint64_t{s.conversation}).bind(2, s.last.value)};
            while (older.next() && position{down_.number(1)} > from) {
                if (newest.size() == few) {
                    all = false;
                    break;
                }
                newest.emplace_back(seq{down_.number(0)}, position{down_.number(1)});
            }
        }
        if (!all) return gather_from(s, first_after(s, from, newest.back().first), until);
        for (auto one = newest.rbegin(); one != newest.rend(); ++one)
            if (one->second > until || !offer(s, one->first, one->second)) return;
    }

    void gather_from(const missed_stream& s, seq first, position until) {
        rows newer{up_.bind(1, std::uint64_t{s.conversation}).bind(2, first.value)};
        while (newer.next())
            if (position{up_.number(1)} > until || !offer(s, seq{up_.number(0)}, position{up_.number(1)})) return;
    }

    // Keeps the lowest. False: this one and all behind it are too high.
    bool offer(const missed_stream& s, seq at, position p) {
        if (found_.size() == most_ && p > found_.front()) return false;
        if (!s.sees(at)) return true;
        found_.push_back(p);
        std::push_heap(found_.begin(), found_.end());
        if (found_.size() <= most_) return true;
        std::pop_heap(found_.begin(), found_.end());
        found_.pop_back();
        return true;
    }

    // Something at or before `known` is behind `from`: steps of 32, 64 … from there, then halves.
    seq first_after(const missed_stream& s, position from, seq known) {
        std::uint64_t after = known.value, step = few;
        while (after > step && is_after(s, after - step, from)) after -= step, step *= 2;
        std::uint64_t low = after > step ? after - step : 1;
        while (low < after) {
            const std::uint64_t middle = low + (after - low) / 2;
            if (is_after(s, middle, from)) after = middle;
            else low = middle + 1;
        }
        return {low};
    }

    // What is trimmed is not.
    bool is_after(const missed_stream& s, std::uint64_t which, position from) {
        rows answer{at_.bind(1, std::uint64_t{s.conversation}).bind(2, which)};
        return answer.next() && position{at_.number(0)} > from;
    }

    statement down_;
    statement up_;
    statement at_;
    std::vector<position> found_;  // a heap, the highest first
    std::size_t most_ = 0;
};

}  // namespace tandem::sqlite
