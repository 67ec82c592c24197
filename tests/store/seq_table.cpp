#include <tandem/store/seq_table.hpp>

#include <doctest/doctest.h>

using namespace tandem;

namespace {

void fill(seq_table& t, std::uint32_t conversation, std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t s = first; s <= last; ++s) t.add(conversation, seq{s}, static_cast<std::uint32_t>(s * 10));
}

bool holds(const seq_table& t, std::uint32_t conversation, std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t s = first; s <= last; ++s)
        if (t.at(conversation, seq{s}) != s * 10) return false;
    return true;
}

}  // namespace

TEST_SUITE("seq_table") {
    TEST_CASE("every seq is found, at the edges of blocks too") {
        seq_table t;
        for (std::uint64_t last = 1; last <= 100; ++last) {
            fill(t, 3, last, last);
            REQUIRE(holds(t, 3, 1, last));
        }
    }

    TEST_CASE("conversations that grow together do not meet") {
        seq_table t;
        for (std::uint64_t s = 1; s <= 50; ++s)
            for (std::uint32_t c = 0; c < 7; ++c) t.add(c, seq{s}, static_cast<std::uint32_t>(s * 10 + c));
        for (std::uint64_t s = 1; s <= 50; ++s)
            for (std::uint32_t c = 0; c < 7; ++c) REQUIRE(t.at(c, seq{s}) == s * 10 + c);
    }

    TEST_CASE("what is kept is found after every trim, and what comes then as well") {
        for (std::uint64_t kept = 1; kept <= 71; ++kept) {
            seq_table t;
            fill(t, 0, 1, 70);
            t.trim(0, seq{kept});
            REQUIRE(holds(t, 0, kept, 70));
            fill(t, 0, 71, 140);
            REQUIRE(holds(t, 0, kept, 140));
            t.trim(0, seq{kept + 40});
            REQUIRE(holds(t, 0, kept + 40, 140));
        }
    }

    TEST_CASE("trimmed little by little, a large conversation stays whole and gives back what it can") {
        seq_table t;
        fill(t, 0, 1, 2000);
        for (std::uint64_t kept = 8; kept <= 2000; kept += 7) {
            t.trim(0, seq{kept});
            REQUIRE(holds(t, 0, kept, 2000));
        }
        fill(t, 1, 1, 1900);
        CHECK(holds(t, 1, 1, 1900));
        CHECK(t.at(0, seq{2000}) == 20'000);
    }

    TEST_CASE("what one conversation gave back, another takes") {
        seq_table t;
        fill(t, 0, 1, 1000);
        t.trim(0, seq{900});
        fill(t, 1, 1, 800);
        CHECK(holds(t, 0, 900, 1000));
        CHECK(holds(t, 1, 1, 800));
    }
}
