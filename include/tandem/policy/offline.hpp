// Somebody to tell when the receiver is away.
#pragma once

#include "../core/entry.hpp"

#include <span>

namespace tandem {

// Meaning: `wake` is told of a message and of members who are away: no session of theirs here is in front of them. Once for
// each user and conversation until they have read it, and once more if a message names them; in groups of more than
// options.wake_up_to members only those who are named. It is a hint for a push notification; the log has the entry. Who
// has muted what is for you to leave out. Threads: the engine's; it never calls the engine. Durability: none.
template <class O>
concept offline = requires(O& o, const entry& e, std::span<const user_id> absent) { o.wake(e, absent); };

struct no_offline {
    void wake(const entry&, std::span<const user_id>) const {}
};
static_assert(offline<no_offline>);

}  // namespace tandem
