#include <tandem/policy/histogram.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tandem;

TEST_CASE("a histogram: a time is in the first bucket whose bound it does not exceed") {
    histogram h;
    for (const std::uint64_t t : {0u, 1'000u, 1'001u, 4'000u}) h.add(t);
    CHECK(h.count_in(0) == 2);
    CHECK(h.count_in(1) == 2);
    h.add(10'000'000'000);
    CHECK(h.count_in(12) == 1);
    h.add(10'000'000'001);
    h.add(60'000'000'000);
    CHECK(h.count_in(13) == 2);
    CHECK(h.sum() == 80'000'006'002);
}

TEST_CASE("a histogram's bounds grow from 1 µs to 10 s, and their texts say what they are") {
    const histogram::bound* before = nullptr;
    for (const histogram::bound& b : histogram::bounds) {
        CAPTURE(b.nanoseconds);
        CHECK(std::stod(std::string{b.seconds}) * 1e9 == doctest::Approx(static_cast<double>(b.nanoseconds)));
        if (before) CHECK(b.nanoseconds > before->nanoseconds * 2);
        before = &b;
    }
    CHECK(histogram::bounds.front().nanoseconds == 1'000);
    CHECK(histogram::bounds.back().nanoseconds == 10'000'000'000);
}
