#include <tandem/core/clock.hpp>

#include <doctest/doctest.h>

#include <chrono>

static_assert(tandem::time_source<tandem::system_clock>);
static_assert(tandem::time_source<const tandem::system_clock>);
static_assert(
    !tandem::time_source<std::chrono::system_clock>);  // tells something else, and not as a member of its object

TEST_CASE("the system clock tells milliseconds since 1970") {
    const auto std_now = [] {
        const auto since = std::chrono::system_clock::now().time_since_epoch();
        return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
    };
    const auto before = std_now();
    const auto now = tandem::system_clock{}.now().milliseconds;
    CHECK(before <= now);
    CHECK(now <= std_now());
}
