// How many sessions one user may have, and which of them a new one ends.
#pragma once

#include <cstdint>

namespace tandem {

enum class logins : unsigned char { any_number, one_per_platform, one_per_user };

struct login_policy {
    logins allowed = logins::any_number;
    std::uint32_t sessions_per_user = 16;  // over it the oldest goes

    // A device has one session at a time whatever the policy: a second one is the same phone after a reconnect.
    constexpr bool replaces(bool same_device, bool same_platform) const {
        return same_device || allowed == logins::one_per_user || (allowed == logins::one_per_platform && same_platform);
    }
};

}  // namespace tandem
