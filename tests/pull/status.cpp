#include <tandem/pull/status.hpp>

#include <doctest/doctest.h>

using namespace tandem;

TEST_CASE("an error may be gone the next time exactly if its status says so") {
    for (unsigned n = 1; n <= static_cast<unsigned>(errc::shutting_down); ++n) {
        const auto why = static_cast<errc>(n);
        const int status = status_of(why);
        CHECK_MESSAGE(is_retryable(why) == (status == 429 || status == 503), text(why));
        CHECK(status >= 400);
        CHECK(status < 600);
    }
}

TEST_CASE("each kind of error has its status") {
    CHECK(status_of(errc::invalid_argument) == 400);
    CHECK(status_of(errc::bad_credential) == 401);
    CHECK(status_of(errc::not_member) == 403);
    CHECK(status_of(errc::not_found) == 404);
    CHECK(status_of(errc::send_id_reused) == 409);
    CHECK(status_of(errc::gone) == 410);
    CHECK(status_of(errc::too_large) == 413);
    CHECK(status_of(errc::rate_limited) == 429);
    CHECK(status_of(errc::unknown_outcome) == 503);
    CHECK(status_of(errc::slow_receiver) == 500);
}
