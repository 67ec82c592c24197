#include <tandem/pull/pulls_in_flight.hpp>

#include <doctest/doctest.h>

using namespace tandem;

TEST_CASE("S48: a user has so many pulls at once, others have theirs") {
    pulls_in_flight flying{7};
    auto one = flying.enter("alice", 2), two = flying.enter("alice", 2);
    CHECK(one);
    CHECK(two);
    CHECK(!flying.enter("alice", 2));
    CHECK(flying.enter("bob", 2));
    one = {};
    CHECK(flying.enter("alice", 2));
}

TEST_CASE("who has no pull under way costs nothing") {
    pulls_in_flight flying{7};
    {
        const auto one = flying.enter("alice", 1);
        CHECK(!flying.enter("alice", 1));
        CHECK(flying.users() == 1);
    }
    CHECK(flying.users() == 0);
    CHECK(!flying.enter("alice", 0));
    CHECK(flying.users() == 0);
}

TEST_CASE("a place may outlive the counting") {
    pulls_in_flight::place last;
    {
        pulls_in_flight flying{7};
        last = flying.enter("alice", 1);
    }
    CHECK(last);
}
