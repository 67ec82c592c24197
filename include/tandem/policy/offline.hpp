// Somebody to tell when the receiver is away.
#pragma once

#include "../core/entry.hpp"

#include <span>

namespace tandem {

// Meaning: `wake` is told of a placed entry and of users it concerns who have no session on this engine. It is a hint for
// a push notification; the log has the entry. Threads: the engine's, at the end of a turn. Durability: none.
template <class O>
concept offline = requires(O& o, const entry& e, std::span<const user_id> absent) { o.wake(e, absent); };

struct no_offline {
    void wake(const entry&, std::span<const user_id>) const {}
};
static_assert(offline<no_offline>);

}  // namespace tandem
