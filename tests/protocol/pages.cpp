#include <tandem/protocol/pages.hpp>

#include <doctest/doctest.h>

using namespace tandem;

TEST_CASE("a member sees what lies in one of their intervals") {
    membership m;
    CHECK_FALSE(m.current());
    CHECK_FALSE(m.sees({1}));

    m.intervals = {{.visible_from = {2}, .ended_at = {4}}, {.visible_from = {7}}};
    CHECK(m.current());
    for (std::uint64_t n = 1; n <= 9; ++n) CHECK(m.sees({n}) == ((n >= 2 && n <= 4) || n >= 7));

    m.intervals.back().ended_at = {8};
    CHECK_FALSE(m.current());
    CHECK(m.sees({8}));
    CHECK_FALSE(m.sees({9}));
}

TEST_CASE("a conversation that was never trimmed keeps everything from its first entry") {
    CHECK(conversation_head{}.first_kept == seq{1});
}
