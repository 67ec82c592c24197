#include <tandem/store/head_table.hpp>

#include <doctest/doctest.h>

using namespace tandem;

TEST_SUITE("head_table") {
    TEST_CASE("a conversation nobody wrote in is empty") {
        const head_table t;
        CHECK(t[0xffffffffu].seq == seq{});
        CHECK(t[3].first_kept == seq{1});
    }

    TEST_CASE("counts seqs, and numbers of what counts") {
        head_table t;
        t.advance(2, position{5}, true);
        t.advance(2, position{9}, false);
        CHECK(t[2].seq == seq{2});
        CHECK(t[2].position == position{9});
        CHECK(t[2].number == 1);
        CHECK(t[1].seq == seq{});
    }

    TEST_CASE("trims up to the head, never backwards") {
        head_table t;
        for (std::uint64_t p = 1; p <= 4; ++p) t.advance(0, position{p}, true);
        CHECK(t.may_trim(0, seq{3}) == seq{3});
        CHECK(t.may_trim(0, seq{99}) == seq{5});
        t.trim(0, seq{3}, 2);
        CHECK(t.may_trim(0, seq{1}) == seq{3});
        CHECK(t.number_before_kept(0) == 2);
        CHECK(t[0].number == 4);
    }
}
