#include <tandem/store/changed_conversations.hpp>

#include <doctest/doctest.h>

using namespace tandem;

TEST_SUITE("changed_conversations") {
    TEST_CASE("finds those of a user's conversations where something happened since") {
        changed_conversations t;
        t.touch(0, position{1});
        t.touch(5, position{3});
        t.touch(2, position{4});
        t.touch(0, position{6});
        const membership_table::line lines[] = {{position{1}, 0, 10}, {position{3}, 5, 11}, {position{4}, 2, 12}};
        std::vector<std::uint32_t> rows;
        t.each(lines, position{3}, [&](const membership_table::line& l) { rows.push_back(l.row); });
        CHECK(rows == std::vector<std::uint32_t>{10, 12});
        CHECK(t.last(5) == position{3});
        CHECK(t.last(77) == position{});
    }
}
