// How engines on one log hear of each other's commits.
#pragma once

#include "../protocol/pages.hpp"

namespace tandem {

// Meaning: `publish` carries a piece of the log to the other engines, where somebody calls engine.follow(piece). It may
// drop, double, delay and reorder: pieces say which range they cover, and whoever misses one reads the store's tail.
// Threads: the engine's. Durability: none; the bus is never the only copy.
template <class B>
concept bus = requires(B& b, const page& piece) { b.publish(piece); };

// One engine alone.
struct no_bus {
    void publish(const page&) const {}
};
static_assert(bus<no_bus>);

}  // namespace tandem
