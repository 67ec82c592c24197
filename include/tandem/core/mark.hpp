// A small value of (conversation, key, owner) that changes in place.
#pragma once

#include "entry.hpp"

namespace tandem {

enum class mark_key : std::uint16_t {
    received = 1,        // the owner's devices have everything up to this seq
    read = 2,            // the owner has seen everything up to this seq
    cleared_before = 3,  // the owner hid everything before this seq
    pinned = 4,
    muted = 5,
    // the application's own keys start at 1000
};

enum class merge { max, newest };

// Two writers of one mark never need to agree: the rule decides.
constexpr merge merge_of(mark_key key) {
    return key == mark_key::received || key == mark_key::read || key == mark_key::cleared_before ? merge::max
                                                                                                 : merge::newest;
}

// The value is a seq, so it may not lie beyond the head.
constexpr bool is_seq_mark(mark_key key) { return merge_of(key) == merge::max; }

struct mark_change {
    conversation_id conversation{};
    mark_key key{};
    user_id owner{};
    std::uint64_t value = 0;
    bool shared = false;  // other members may see it (receipts); otherwise only the owner's devices
};

struct mark : mark_change {
    tandem::position position{};  // of its last change, in the same commit order as entries
};

}  // namespace tandem
