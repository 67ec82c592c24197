// GET /api/sync: what a device missed, in all its conversations, since its cursor.
#pragma once

#include "query_string.hpp"

#include "../protocol/pages.hpp"

namespace tandem {

struct sync_question {
    position from{};  // exclusive
    tandem::epoch epoch{};
    tandem::limits limits{};
};

// count=: how many; capped, but nobody means 0.
inline limits page_limits(query_string& q, limits most) {
    const auto count = q.number("count");
    if (count == std::uint64_t{0}) q.refuse("count");
    if (count && *count < most.entries) most.entries = static_cast<std::size_t>(*count);
    return most;
}

// lastSeq= is exclusive. fromSeq= is inclusive: clients exist that pass their newest + 1. Neither: from the beginning.
inline sync_question sync_question_of(query_string& q, limits most) {
    sync_question asked;
    const auto last = q.number("lastSeq"), from = q.number("fromSeq");
    if (last && from) q.refuse("fromSeq");
    if (last) asked.from = {*last};
    if (from && *from != 0) asked.from = position{*from}.previous();
    asked.epoch = {q.number("epoch", ~std::uint64_t{0}).value_or(0)};
    asked.limits = page_limits(q, most);
    return asked;
}

// The cursor is of another log: nothing the asker has holds.
inline bool is_of_another_log(const sync_question& asked, const log_head& head) {
    return asked.from > head.newest || (asked.epoch && asked.epoch != head.epoch);
}

// Who has left is not told how the conversation went on: its head is the entry that ended the membership.
inline conversation_head head_seen_by(const membership& m, conversation_head head, const std::vector<entry>& page) {
    if (m.current()) return head;
    head.seq = m.intervals.empty() ? seq{} : m.intervals.back().ended_at;
    head.position = m.intervals.empty() ? position{} : m.changed;
    head.number = 0;
    for (const entry& e : page)
        if (e.conversation == m.conversation && e.place.seq == head.seq) head.number = e.number;
    return head;
}

}  // namespace tandem
