// What was stored under a send id.
#pragma once

#include "../core/entry.hpp"

namespace tandem {

struct sent {
    std::uint32_t conversation;  // its number
    tandem::place place;
    std::uint64_t number;
    std::uint64_t fingerprint;
    instant time;
};

}  // namespace tandem
