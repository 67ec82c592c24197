// A say before it is stored.
#pragma once

#include "../core/answer.hpp"
#include "../core/entry.hpp"

namespace tandem {

namespace verbs {
inline constexpr auto admit = [](auto& g, auto&& d, auto&&... x) -> decltype(g.admit(std::move(d), x...)) {
    return g.admit(std::move(d), x...);
};
}  // namespace verbs

// Meaning: returns the draft, changed or not, or refuses it; its body and content type count, and whom a message names:
// whatever else it touched is restored. Threads: the engine's; may answer later: sends of one session to one
// conversation stay in order, nobody else waits. Durability: none; a retried send may be asked about again.
template <class G>
concept gatekeeper = answers<decltype(verbs::admit), draft, G&, draft>;

struct no_gatekeeper {
    result<draft> admit(draft d) const { return d; }
};
static_assert(gatekeeper<no_gatekeeper>);

}  // namespace tandem
