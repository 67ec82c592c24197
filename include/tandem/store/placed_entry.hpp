// From a draft and what became of it to the entry; and what a later entry does to an earlier one.
#pragma once

#include "rules.hpp"

namespace tandem {

inline entry placed_entry(const draft& d, const outcome& placed) {
    entry e;
    static_cast<draft&>(e) = d;
    e.place = placed.place, e.number = placed.number, e.visible_from = placed.visible_from;
    return e;
}

template <class Entry>
target_state target_state_of(const Entry& e) {
    if (e.kind != entry_kind::message) return target_state::other;
    return e.revoked ? target_state::none : target_state::message;
}

template <class Entry>
void blank(Entry& e, seq by) {
    e.body = {};
    e.mentions = {};
    e.revoked = true;
    e.amended_by = by;
}

// Call it for the entries of the same conversation. A revoke blanks its target and every edit of it, for those have
// bodies that were the target's; an edit gives its target a new one.
inline void amend(entry& earlier, const entry& by) {
    const bool target = earlier.place.seq == by.target;
    const bool edit = earlier.kind == entry_kind::edit && earlier.target == by.target;
    if (by.kind == entry_kind::edit && target)
        earlier.body = by.body, earlier.content_type = by.content_type, earlier.amended_by = by.place.seq;
    if (by.kind == entry_kind::revoke && (target || edit)) blank(earlier, by.place.seq);
}

}  // namespace tandem
