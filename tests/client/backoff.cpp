#include <tandem/client/backoff.hpp>

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <vector>

using namespace tandem;

namespace {

// The waits after one failure, two, three … of a thousand clients.
std::vector<std::vector<std::int64_t>> waits_of_a_thousand(std::size_t failures) {
    std::vector<std::vector<std::int64_t>> waits(failures);
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        backoff b{seed, milliseconds(100), milliseconds(1500)};
        for (auto& after : waits) after.push_back(b.next().milliseconds);
    }
    return waits;
}

constexpr std::array<std::int64_t, 7> bounds{100, 200, 400, 800, 1500, 1500, 1500};

}  // namespace

TEST_SUITE("backoff") {
    TEST_CASE("a wait is within a bound that doubles with each failure, up to the most") {
        const auto waits = waits_of_a_thousand(bounds.size());
        for (std::size_t n = 0; n < bounds.size(); ++n)
            for (const std::int64_t w : waits[n]) REQUIRE((w >= 0 && w <= bounds[n]));
    }

    TEST_CASE("waits lie anywhere between nothing and the bound") {
        const auto waits = waits_of_a_thousand(bounds.size());
        for (std::size_t n = 0; n < bounds.size(); ++n) {
            CAPTURE(n);
            std::array<int, 10> tenths{};
            for (const std::int64_t w : waits[n]) ++tenths[static_cast<std::size_t>(w * 10 / (bounds[n] + 1))];
            for (const int found : tenths) CHECK((found > 50 && found < 160));  // of a thousand: about a hundred
        }
    }

    TEST_CASE("clients with neighbouring seeds come back at different moments") {
        std::set<std::int64_t> moments;
        for (std::uint64_t seed = 0; seed < 100; ++seed)
            moments.insert(backoff{seed, days(1), days(1)}.next().milliseconds);
        CHECK(moments.size() == 100);
    }

    TEST_CASE("one client does not wait for the same time again and again") {
        backoff b{1, days(1), days(1)};
        std::set<std::int64_t> waits;
        for (int n = 0; n < 100; ++n) waits.insert(b.next().milliseconds);
        CHECK(waits.size() == 100);
    }

    TEST_CASE("after a success it begins with the first bound again") {
        std::int64_t longest = 0;
        backoff b{1, milliseconds(100), seconds(30)};
        for (int n = 0; n < 1000; ++n) {
            for (int failure = 0; failure < 5; ++failure) b.next();
            b.succeeded();
            longest = std::max(longest, b.next().milliseconds);
            b.succeeded();
        }
        CHECK(longest <= 100);
        CHECK(longest > 90);
    }

    TEST_CASE("a first bound above the most is the most") {
        for (std::uint64_t seed = 0; seed < 100; ++seed) {
            backoff b{seed, seconds(60), milliseconds(10)};
            for (int n = 0; n < 5; ++n) REQUIRE(b.next() <= milliseconds(10));
        }
    }

    TEST_CASE("below nothing, or less, there is only nothing") {
        backoff b{7};
        CHECK(b.any_below({}) == duration{});
        CHECK(b.any_below(milliseconds(-5)) == duration{});
        CHECK(b.any_below(days(1)) > duration{});
    }

    TEST_CASE("one of its own has the same measure and other chances") {
        const backoff b{7, milliseconds(100), milliseconds(400)};
        std::set<std::vector<std::int64_t>> seen;
        for (std::uint64_t number = 0; number < 100; ++number) {
            backoff own = b.of_its_own(number);
            std::vector<std::int64_t> waits;
            for (const std::int64_t bound : {100, 200, 400, 400, 400, 400}) {
                waits.push_back(own.next().milliseconds);
                REQUIRE(waits.back() <= bound);
            }
            seen.insert(waits);
        }
        CHECK(seen.size() == 100);
    }
}
