// GET /api/messages/history: one conversation, backwards from its end or from anywhere, or forwards.
#pragma once

#include "sync.hpp"

namespace tandem {

struct history_question {
    tandem::conversation_id conversation{};
    seq_range asked{seq{1}, seq{query_string::largest}};
    bool forward = false;
    tandem::limits limits{};
    seq kept{1};  // forward: older ones turned out to be trimmed
};

// before= and after= are exclusive; neither: the newest. The conversation is for the caller, who knows the user.
inline history_question history_question_of(query_string& q, limits most) {
    history_question asked;
    const auto before = q.number("before"), after = q.number("after");
    if (before && after) q.refuse("after");
    if (before == std::uint64_t{0}) q.refuse("before");
    if (after == query_string::largest) q.refuse("after");
    if (before && *before != 0) asked.asked.last = seq{*before}.previous();
    if (after) asked.asked.first = seq{*after}.next(), asked.forward = true;
    asked.limits = page_limits(q, most);
    return asked;
}

// The part of one interval of the membership that a page may come from: the nearest in the direction that was asked.
struct visible_part {
    seq_range range{seq{1}, seq{0}};
    seq beyond{};  // where the next interval in that direction begins (forward) or ends (backward); 0: there is none
};

namespace detail {

inline seq end_of(const interval& i) { return i.open() ? seq{query_string::largest} : i.ended_at; }

inline visible_part newest_part(const std::vector<interval>& all, seq_range asked) {
    for (std::size_t i = all.size(); i-- > 0;) {
        const seq first = all[i].visible_from > asked.first ? all[i].visible_from : asked.first;
        const seq last = end_of(all[i]) < asked.last ? end_of(all[i]) : asked.last;
        if (first <= last) return {{first, last}, i > 0 ? all[i - 1].ended_at : seq{}};
    }
    return {};
}

inline visible_part oldest_part(const std::vector<interval>& all, seq_range asked) {
    for (std::size_t i = 0; i < all.size(); ++i) {
        const seq first = all[i].visible_from > asked.first ? all[i].visible_from : asked.first;
        if (first <= end_of(all[i]))
            return {{first, end_of(all[i])}, i + 1 < all.size() ? all[i + 1].visible_from : seq{}};
    }
    return {};
}

}  // namespace detail

inline visible_part part_for(const membership& m, const history_question& q) {
    if (!q.forward) return detail::newest_part(m.intervals, q.asked);
    return detail::oldest_part(m.intervals, {q.kept > q.asked.first ? q.kept : q.asked.first, q.asked.last});
}

// What the store is asked for. It fills a page from the end, so forwards the end is fixed by the count.
inline seq_range store_range(const visible_part& part, const history_question& q) {
    seq_range r = part.range;
    const std::uint64_t most = r.first.value + (q.limits.entries - 1);
    if (q.forward && r.first <= r.last && most < r.last.value) r.last = {most};
    return r;
}

// Forwards a page must begin where it was asked to. True: it does not, ask again with what `q` has become.
inline bool must_ask_again(history_question& q, const seq_range& asked, const history_page& p) {
    if (!q.forward || asked.first > asked.last) return false;
    if (p.covered.first > p.covered.last && p.head.first_kept > asked.last) return q.kept = p.head.first_kept, true;
    if (!p.more) return false;  // `more` is about older ones here: the bytes were too many
    const std::size_t half = static_cast<std::size_t>(asked.last.value - asked.first.value + 1) / 2;
    q.limits.entries = half > p.entries.size() && !p.entries.empty() ? p.entries.size() : half;
    if (q.limits.entries == 0) q.limits.entries = 1;
    return asked.first < asked.last;
}

// Says of the store's page what it covers of what was asked: what lies between, and is not in it, the membership or
// first_kept explain. `m` was read after the page.
inline void finish_history(history_page& p, const history_question& q, const visible_part& part, const membership& m) {
    const seq store_first = p.covered.first, store_last = p.covered.last;
    const bool any = store_first <= store_last;
    p.head = head_seen_by(m, p.head, p.entries);
    p.covered = q.asked;
    if (p.covered.last > p.head.seq) p.covered.last = p.head.seq;
    if (!q.forward) {
        if (p.more) p.covered.first = store_first;
        else if (part.beyond && part.beyond >= p.head.first_kept) p.covered.first = part.beyond.next(), p.more = true;
        return;
    }
    const seq end = part.range.last < p.head.seq ? part.range.last : p.head.seq;
    p.more = (any && store_last < end) || part.beyond;
    if (any && store_last < end) p.covered.last = store_last;
    else if (part.beyond) p.covered.last = part.beyond.previous();
}

}  // namespace tandem
