#include <tandem/testing/random.hpp>

#include <doctest/doctest.h>

using namespace tandem;

TEST_SUITE("seeded_random") {
    TEST_CASE("is splitmix64, on every machine") {
        seeded_random r{0};
        CHECK(r.next() == 0xe220a8397b1dcdafu);
        CHECK(r.next() == 0x6e789e6aa1b965f4u);
    }

    TEST_CASE("stays below its limit and reaches all of it") {
        seeded_random r{1};
        bool seen[5] = {};
        for (int i = 0; i < 200; ++i) seen[r.below(5)] = true;
        for (const bool s : seen) CHECK(s);
        CHECK(r.below(0) == 0);
        CHECK_FALSE(r.chance(0));
        CHECK(r.chance(100));
    }
}
