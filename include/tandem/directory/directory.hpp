// May somebody do this, here?
#pragma once

#include "../core/answer.hpp"
#include "../core/entry.hpp"

namespace tandem {

// relay: straight to a user (in direct{asker, user}), or left with them (in self{user}).
enum class action : unsigned char { send, revoke_own, revoke_any, edit, mark, type, relay, watch, see };

namespace verbs {
inline constexpr auto may = [](auto& d, auto&&... x) -> decltype(d.may(x...)) { return d.may(x...); };
}  // namespace verbs

// Meaning: the application's permissions beyond membership (a block list, a muted member, closed hours). Membership
// itself is decided by the store, inside the commit. true: go on; false or an error: refused, not_allowed. Threads: the
// engine's; may answer later. Durability: none; answers may be kept for options.directory_memory, until engine.forget.
template <class D>
concept directory = answers<decltype(verbs::may), bool, D&, const user_id&, const conversation_id&, action>;

// Whoever is a member may.
struct open_directory {
    result<bool> may(const user_id&, const conversation_id&, action) const { return true; }
};
static_assert(directory<open_directory>);

}  // namespace tandem
