#include <tandem/store/page_room.hpp>

#include <doctest/doctest.h>

using namespace tandem;

TEST_SUITE("page_room") {
    TEST_CASE("is full by items or by bytes, but takes one item whatever its size") {
        page_room by_items{{.entries = 2, .bytes = 100}};
        CHECK(by_items.take(1));
        CHECK(by_items.take(1));
        CHECK_FALSE(by_items.take(1));
        page_room by_bytes{{.entries = 9, .bytes = 10}};
        CHECK(by_bytes.take(99));
        CHECK_FALSE(by_bytes.take(1));
        page_room none{{.entries = 0, .bytes = 0}};
        CHECK(none.take(5));
    }

    TEST_CASE("a page has examined everything before what did not fit") {
        page p{.head = {{}, position{9}}, .from = position{2}};
        page_filler f{p, {.entries = 1}};
        CHECK(f.fits(position{4}, 1));
        CHECK(p.examined == position{9});
        CHECK_FALSE(p.more);
        CHECK_FALSE(f.fits(position{7}, 1));
        CHECK(p.examined == position{6});
        CHECK(p.more);
    }

    TEST_CASE("a page that ends before the head has more, one that ends there or later has not") {
        page p{.head = {{}, position{9}}, .from = position{2}};
        page_filler f{p, {.entries = 1}};
        f.end_at(position{12});
        f.end_at(position{9});
        CHECK_FALSE(p.more);
        f.end_at(position{8});
        CHECK(p.more);
        CHECK(p.examined == position{8});
        f.end_at(position{9});
        CHECK(p.examined == position{8});
    }

    TEST_CASE("beyond the head the cursor stays") {
        page p{.head = {{}, position{9}}, .from = position{20}};
        page_filler f{p, {}};
        CHECK(p.examined == position{20});
        CHECK_FALSE(p.more);
    }
}
