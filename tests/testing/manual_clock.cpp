#include <tandem/testing/manual_clock.hpp>

#include <doctest/doctest.h>

using namespace tandem;

TEST_SUITE("manual_clock") {
    TEST_CASE("stands still until it is told otherwise") {
        manual_clock c{{5}};
        CHECK(c.now() == instant{5});
        CHECK(c.now() == instant{5});
        c.advance(seconds(2));
        CHECK(c.now() == instant{2005});
        c.set({7});
        CHECK(c.now() == instant{7});
    }
}
