// A user's list of conversations, out of the books and a store's entries.
#pragma once

#include "books.hpp"

#include <algorithm>

namespace tandem {

// countable(first, last) counts a conversation's entries in that range that are countable and not revoked; what was trimmed is
// nobody's unread. Own sends count as read.
template <class Countable>
std::uint64_t unread_of(const overview& o, Countable countable) {
    const seq start = std::max(o.read.next(), o.head.first_kept);
    std::uint64_t sum = 0;
    for (const interval& i : o.membership.intervals) {
        const seq first = std::max(start, i.visible_from), last = i.open() ? o.head.seq : i.ended_at;
        if (first <= last) sum += countable(first, last);
    }
    return sum;
}

namespace detail {

// The user's marks of whole conversations that nobody else sees, in order of conversation number.
inline std::vector<const mark_table::row*> private_marks(const books& l, std::uint32_t user) {
    std::vector<const mark_table::row*> own;
    l.marks().each_of(user, {}, [&](std::uint32_t n) {
        if (!l.marks()[n].shared && !l.marks()[n].target) own.push_back(&l.marks()[n]);
    });
    std::sort(own.begin(), own.end(), [](auto* a, auto* b) { return a->conversation < b->conversation; });
    return own;
}

inline void add_marks(const books& l, const std::vector<const mark_table::row*>& own, std::uint32_t conversation,
                      std::vector<mark>& to) {
    l.marks().each_about(conversation, seq{}, [&](std::uint32_t n) { to.push_back(l.told(l.marks()[n])); });
    auto at = std::lower_bound(own.begin(), own.end(), conversation,
                               [](auto* r, std::uint32_t c) { return r->conversation < c; });
    for (; at != own.end() && (*at)->conversation == conversation; ++at) to.push_back(l.told(**at));
}

}  // namespace detail

// An overview without what only the entries tell: unread and last.
struct begun_overview {
    std::uint32_t conversation;        // its number
    std::uint64_t number_before_kept;  // countable entries before first_kept
    tandem::overview overview;
};

// Newest activity first.
inline std::vector<begun_overview> begin_overviews(const books& l, const user_id& id) {
    std::vector<begun_overview> all;
    const std::uint32_t user = l.users().find(id);
    const auto own = detail::private_marks(l, user);
    for (const auto& line : l.memberships().of(user)) {
        const auto& r = l.memberships()[line.row];
        if (!r.current()) continue;
        overview o{.membership = l.told(r), .head = l.heads()[r.conversation], .read = l.read_by(r)};
        o.received = std::max(o.read, seq{l.marks().value_of({r.conversation, mark_key::received, r.user})});
        detail::add_marks(l, own, r.conversation, o.marks);
        all.push_back({r.conversation, l.heads().number_before_kept(r.conversation), std::move(o)});
    }
    std::sort(all.begin(), all.end(), [](const begun_overview& a, const begun_overview& b) {
        return a.overview.head.position > b.overview.head.position;
    });
    return all;
}

// countable(conversation, first, last) as in unread_of; entry_at(conversation, seq) gives a kept entry.
template <class Countable, class EntryAt>
overview_page overviews_of(const books& l, const user_id& id, epoch e, Countable countable, EntryAt entry_at) {
    overview_page p{.head = {e, l.newest()}};
    for (begun_overview& begun : begin_overviews(l, id)) {
        overview& o = begun.overview;
        o.unread = unread_of(o, [&](seq first, seq last) { return countable(begun.conversation, first, last); });
        if (o.head.seq >= o.head.first_kept) o.last = entry_at(begun.conversation, o.head.seq);
        p.conversations.push_back(std::move(o));
    }
    return p;
}

}  // namespace tandem
