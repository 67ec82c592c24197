#include <tandem/engine/metronome.hpp>

#include <doctest/doctest.h>

using namespace tandem;

TEST_CASE("appointments come in the order of their time, not before it") {
    metronome<char> m;
    const char a = 'a', b = 'b';
    CHECK(m.next({99}) == instant{99});
    m.set(a, {20});
    m.set(b, {10});
    CHECK(m.next({99}) == instant{10});
    CHECK(m.next({5}) == instant{5});
    CHECK_FALSE(m.take({9}));
    CHECK(m.take({20}) == b);
    CHECK(m.take({20}) == a);
    CHECK_FALSE(m.take({99}));
}
