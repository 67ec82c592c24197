#include <tandem/engine/replay.hpp>

#include "conversations.hpp"

#include <doctest/doctest.h>

using namespace tandem;

namespace {

const conversation_id crew = conversation_id::group("crew");

}  // namespace

TEST_CASE("unconfirmed: a probe confirms what went before it, and only its own answer does") {
    unconfirmed u;
    CHECK_FALSE(u.probe());
    u.sent(team, seq{3});
    u.sent(team, seq{5});
    u.sent(crew, seq{1});
    const auto token = u.probe();
    REQUIRE(token);
    u.sent(team, seq{6});
    CHECK_FALSE(u.probe());  // one is out
    CHECK(u.answered(*token + 1).empty());
    const auto confirmed = u.answered(*token);
    REQUIRE(confirmed.size() == 2);
    CHECK(*confirmed.find(team) == seq{5});
    CHECK(*confirmed.find(crew) == seq{1});
    CHECK(u.answered(*token).empty());
    const auto next = u.probe();
    REQUIRE(next);
    CHECK(*u.answered(*next).find(team) == seq{6});
    CHECK_FALSE(u.probe());
}

TEST_CASE("unconfirmed: knows what is in the connection, before and behind the probe") {
    unconfirmed u;
    u.sent(team, seq{3});
    CHECK(u.was_sent(team, seq{2}));
    CHECK_FALSE(u.was_sent(team, seq{4}));
    CHECK_FALSE(u.was_sent(crew, seq{1}));
    const auto token = u.probe();
    CHECK(u.was_sent(team, seq{3}));
    u.sent(crew, seq{1});
    CHECK(u.was_sent(crew, seq{1}));
    u.answered(*token);
    CHECK_FALSE(u.was_sent(team, seq{3}));  // and needs not be known any more
    CHECK(u.was_sent(crew, seq{1}));
}
