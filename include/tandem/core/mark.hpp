// A small value of (conversation, key, owner, target) that changes in place.
#pragma once

#include "entry.hpp"

namespace tandem {

// What hides something (cleared_before, pinned, muted, deleted) is kept, and told to the owner's devices, which hide or
// sort as they like. The log has the entries all the same, and so have pulls.
enum class mark_key : std::uint16_t {
    // of a whole conversation
    received = 1,        // the owner's devices have everything up to this seq
    read = 2,            // the owner has seen everything up to this seq
    cleared_before = 3,  // the owner hid everything before this seq
    pinned = 4,
    muted = 5,
    // of one entry
    reaction = 6,  // the application's number of an emoji, told to all members; 0 takes it back
    deleted = 7,   // the owner deleted the entry, for the owner's devices only
    // the application's own keys start at 1000, with or without a target
};

constexpr bool is_application_key(mark_key key) { return static_cast<unsigned>(key) >= 1000; }
constexpr bool is_known(mark_key key) {
    return (key >= mark_key::received && key <= mark_key::deleted) || is_application_key(key);
}
// Is this what a mark of that key is about: an entry, or (0) the whole conversation?
constexpr bool is_about(mark_key key, seq target) {
    if (is_application_key(key)) return true;
    return static_cast<bool>(target) == (key == mark_key::reaction || key == mark_key::deleted);
}

enum class merge { max, newest };

// Two writers of one mark never need to agree: the rule decides.
constexpr merge merge_of(mark_key key) {
    return key == mark_key::received || key == mark_key::read || key == mark_key::cleared_before ? merge::max
                                                                                                 : merge::newest;
}

// What comes of it.
constexpr std::uint64_t merged(mark_key key, std::uint64_t now, std::uint64_t value) {
    return merge_of(key) == merge::max && value < now ? now : value;
}

// The value is a seq, so it may not lie beyond the head.
constexpr bool is_seq_mark(mark_key key) { return merge_of(key) == merge::max; }

struct mark_change {
    conversation_id conversation{};
    mark_key key{};
    user_id owner{};
    std::uint64_t value = 0;
    bool shared = false;   // other members may see it (receipts, reactions); otherwise only the owner's devices
    tandem::seq target{};  // the entry it is about; 0: the whole conversation
};

constexpr bool is_same(const mark_change& a, const mark_change& b) {
    return a.key == b.key && a.target == b.target && a.owner == b.owner && a.conversation == b.conversation;
}

struct mark : mark_change {
    tandem::position position{};  // of its last change, in the same commit order as entries
};

}  // namespace tandem
