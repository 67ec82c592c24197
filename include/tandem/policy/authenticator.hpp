// Who is it?
#pragma once

#include "../core/answer.hpp"
#include "../core/ids.hpp"

#include <string>

namespace tandem {

struct identity {
    user_id user;
    device_id device{};  // empty: the client names its own
    std::string platform{};
    instant expires{};  // 0: never
};

namespace verbs {
inline constexpr auto verify = [](auto& a, auto&&... x) -> decltype(a.verify(x...)) { return a.verify(x...); };
inline constexpr auto invalidate = [](auto& a, auto&&... x) -> decltype(a.invalidate(x...)) {
    return a.invalidate(x...);
};
}  // namespace verbs

// Meaning: turns a credential into an identity, or refuses it; an unknown user and a bad signature answer alike
// (bad_credential). Threads: the engine's; may answer later, meanwhile the session's frames are refused. Durability: none.
template <class A>
concept authenticator = answers<decltype(verbs::verify), identity, A&, std::string_view>;

// Optional: every credential of this user that was given out before now is void.
template <class A>
concept invalidating_authenticator =
    authenticator<A> && answers<decltype(verbs::invalidate), nothing, A&, const user_id&>;

// For tests and first examples: the credential *is* the user's id. Never put this on a network.
struct trust_everyone {
    result<identity> verify(std::string_view credential) const {
        auto user = user_id::parse(credential);
        if (!user) return errc::bad_credential;
        return identity{.user = *user};
    }
};
static_assert(authenticator<trust_everyone>);

}  // namespace tandem
