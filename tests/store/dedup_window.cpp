#include <tandem/store/dedup_window.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tandem;

namespace {

dedup_window::row nth(std::uint32_t sender, std::uint64_t n, std::int64_t time = 0) {
    return {{7, {seq{n}, position{n}}, n, n, {time}}, send_id{std::to_string(n)}, sender};
}

}  // namespace

TEST_SUITE("dedup_window") {
    TEST_CASE("finds a send by its sender and its id") {
        dedup_window w;
        w.add(nth(1, 5));
        REQUIRE(w.find(1, "5"));
        CHECK(w.find(1, "5")->place == place{seq{5}, position{5}});
        CHECK_FALSE(w.find(2, "5"));
        CHECK_FALSE(w.find(1, "6"));
    }

    TEST_CASE("forgets what is older than its horizon") {
        dedup_window w{{.horizon = seconds(10)}};
        for (std::uint64_t n = 1; n <= 100; ++n) w.add(nth(1, n, static_cast<std::int64_t>(n) * 1000));
        CHECK(w.size() == 11);
        CHECK_FALSE(w.find(1, "89"));
        CHECK(w.find(1, "90"));
        w.expire({1'000'000});
        CHECK(w.size() == 0);
    }

    TEST_CASE("never holds more than its bound, and drops the oldest") {
        dedup_window w{{.sends = 100}};
        for (std::uint64_t n = 1; n <= 1000; ++n) {
            w.add(nth(static_cast<std::uint32_t>(n % 3), n));
            REQUIRE(w.size() <= 100);
        }
        for (std::uint64_t n = 1; n <= 1000; ++n)
            CHECK((w.find(static_cast<std::uint32_t>(n % 3), send_id{std::to_string(n)}) != nullptr) == (n > 900));
    }

    TEST_CASE("keeps everything it may while it grows") {
        dedup_window w{{}, 99};
        for (std::uint64_t n = 1; n <= 5000; ++n) w.add(nth(1, n));
        for (std::uint64_t n = 1; n <= 5000; ++n) REQUIRE(w.find(1, send_id{std::to_string(n)})->number == n);
    }
}
