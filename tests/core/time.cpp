#include <tandem/core/time.hpp>

#include <doctest/doctest.h>

using namespace tandem;

TEST_CASE("durations are milliseconds, whatever they are called") {
    CHECK(milliseconds(1500) == seconds(1) + milliseconds(500));
    CHECK(minutes(2) == seconds(60) * 2);
    CHECK(days(1) == minutes(24 * 60));
    CHECK(days(365).milliseconds == 31'536'000'000);
    CHECK(seconds(1) < minutes(1));
}

TEST_CASE("instants move by durations, and differ by one") {
    const instant t{1000};
    CHECK(t + seconds(2) == instant{3000});
    CHECK(t - seconds(2) == instant{-1000});
    CHECK((t + minutes(1)) - t == minutes(1));
    CHECK(t - (t + seconds(1)) == milliseconds(-1000));
    CHECK(t < t + milliseconds(1));
}
