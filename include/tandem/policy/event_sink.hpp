// A queue to hand every entry to.
#pragma once

#include "../core/entry.hpp"

namespace tandem {

// Meaning: `publish` gets every entry of the log once it is durable, in order of position. Threads: the engine's.
// Durability: as the engine follows the log; a sink that must see each entry across crashes keeps its own cursor over
// the store's tail.
template <class S>
concept event_sink = requires(S& s, const entry& e) { s.publish(e); };

struct no_sink {
    void publish(const entry&) const {}
};
static_assert(event_sink<no_sink>);

}  // namespace tandem
