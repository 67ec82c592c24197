// A law has a name, earns guarantees, and can be tried.
#pragma once

#include "../store_probe.hpp"

#include <cstdint>

namespace tandem {

// Under which circumstances a law looks at a store.
enum class circumstance : unsigned char { calls, large_batches, failing_calls, restarts, crashes, readers };
inline constexpr const char* circumstance_names[] = {"calls",    "large batches", "failing calls",
                                                     "restarts", "crashes",       "readers"};

// What a law needs of a store and its bench.
struct store_needs {
    bool trim = false;
    bool joins = false;
    bool restart = false;
    bool failures = false;
    bool crashes = false;
    bool any_thread = false;
};

// Lives of a law by chance, each from its own seed: to try more of them, give more.
struct lives {
    std::uint64_t first_seed = 1;
    std::uint64_t count = 20;
    int steps = 400;
};

// One life. `nth` is the call of the machine below that fails in it, where the law goes through all of them.
struct store_life {
    std::uint64_t seed = 1;
    int steps = 0;
    std::size_t nth = 0;
};

// `earns`: the guarantees of the design that rest on it, with commas between.
struct store_law {
    const char* name;
    const char* earns;
    void (*check)(store_probe&);  // on a store in which nothing has happened yet
    store_needs needs{};
    circumstance under = circumstance::calls;
};

}  // namespace tandem
