// What an error is called in HTTP.
#pragma once

#include "../core/error.hpp"

namespace tandem {

// An error that may be gone the next time is 429 or 503: whoever sees those comes back, unchanged.
constexpr int status_of(errc why) {
    switch (why) {
        case errc::malformed:
        case errc::invalid_argument: return 400;
        case errc::not_signed_in:
        case errc::bad_credential:
        case errc::expired: return 401;
        case errc::not_allowed:
        case errc::not_member:
        case errc::too_late: return 403;
        case errc::not_found: return 404;
        case errc::send_id_reused:
        case errc::reset: return 409;
        case errc::gone: return 410;
        case errc::too_large: return 413;
        case errc::rate_limited: return 429;
        default: return is_retryable(why) ? 503 : 500;
    }
}

}  // namespace tandem
