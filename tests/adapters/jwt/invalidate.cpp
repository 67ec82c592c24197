#include <tandem/adapters/jwt/invalidations.hpp>

#include "adapters/jwt/tokens.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace jwt_tests;

namespace {

std::string token_of(const char* user, std::int64_t issued) {
    return hs256(R"({"iss":"https://id.example","aud":"chat","sub":")" + std::string{user} + R"(","iat":)" +
                 std::to_string(issued) + R"(,"exp":)" + std::to_string(issued + 3600) + '}');
}

jwt_options an_hour() {
    jwt_options options = expected();
    options.longest_life = minutes(60);
    return options;
}

}  // namespace

TEST_CASE("tokens issued up to now are void, later ones and other users' are not") {
    gate gate;
    gate.clock.advance(milliseconds(500));
    const std::string before = token_of("alice", now - 10), same_second = token_of("alice", now),
                      after = token_of("alice", now + 1);
    CHECK(gate.says(before) == "alice");
    REQUIRE(gate.users.invalidate("alice"));
    CHECK(gate.says(before) == "bad credential");
    CHECK(gate.says(same_second) == "bad credential");
    CHECK(gate.says(after) == "alice");
    CHECK(gate.says(token_of("bob", now - 10)) == "bob");
}

TEST_CASE("an invalidation of another time may be said again, and the latest counts") {
    gate gate;
    REQUIRE(gate.users.invalidate("alice", instant{} + seconds(now - 100)));
    CHECK(gate.says(token_of("alice", now - 100)) == "bad credential");
    CHECK(gate.says(token_of("alice", now - 99)) == "alice");
    REQUIRE(gate.users.invalidate("alice", instant{} + seconds(now - 50)));
    REQUIRE(gate.users.invalidate("alice", instant{} + seconds(now - 80)));
    CHECK(gate.says(token_of("alice", now - 50)) == "bad credential");
    CHECK(gate.says(token_of("alice", now - 49)) == "alice");
    CHECK(gate.users.invalidate("alice", instant{} + seconds(now + 61)).error().code == errc::invalid_argument);
    CHECK(gate.users.invalidate("alice", instant{} + seconds(now + 60)));
    CHECK(gate.says(token_of("alice", now + 60)) == "bad credential");
}

TEST_CASE("without a longest life nothing can be invalidated, since it could never be forgotten") {
    jwt_options options = expected();
    options.longest_life = {};
    gate gate{{secret_key()}, options};
    const auto answer = gate.users.invalidate("alice");
    CHECK(answer.error().code == errc::unsupported);
    CHECK(answer.error().detail.find("longest_life") != std::string::npos);
    CHECK(gate.says(hs256(claims())) == "alice");
}

TEST_CASE("an invalidation is kept as long as a token from before it could live, and no longer") {
    jwt_options options = an_hour();
    options.most_invalidated = 1;
    gate gate{{secret_key()}, options};
    REQUIRE(gate.users.invalidate("alice"));
    const std::string oldest = token_of("alice", now);
    gate.clock.advance(minutes(61) + milliseconds(-1));
    CHECK(gate.users.invalidate("bob").error().code == errc::overloaded);
    CHECK(gate.says(oldest) == "bad credential");
    gate.clock.advance(milliseconds(1));
    CHECK(gate.users.invalidate("bob").error().code == errc::overloaded);
    gate.clock.advance(milliseconds(1));
    CHECK(gate.says(oldest) == "bad credential");
    CHECK(gate.users.invalidate("bob"));
    CHECK(gate.users.invalidated() == 1);
    CHECK(gate.says(oldest) == "expired");
}

TEST_CASE("users who are invalidated do not pile up: never more than twice those that still count") {
    gate gate{{secret_key()}, an_hour()};
    std::size_t most = 0;
    for (int i = 0; i < 20'000; ++i) {
        gate.clock.advance(seconds(10));  // 366 of them within an hour and a minute
        REQUIRE(gate.users.invalidate(user_id{std::to_string(i)}));
        if (gate.users.invalidated() > most) most = gate.users.invalidated();
    }
    CHECK(most >= 366);
    CHECK(most <= 2 * 368);
}

TEST_CASE("a user who is invalidated again takes no more room, also when there is none left") {
    jwt_options options = an_hour();
    options.most_invalidated = 2;
    gate gate{{secret_key()}, options};
    for (int i = 0; i < 10; ++i) {
        gate.clock.advance(seconds(1));
        REQUIRE(gate.users.invalidate("alice"));
        REQUIRE(gate.users.invalidate("bob"));
    }
    CHECK(gate.users.invalidated() == 2);
    CHECK(gate.users.invalidate("carol").error().code == errc::overloaded);
    CHECK(gate.says(token_of("alice", now + 10)) == "bad credential");
    CHECK(gate.says(token_of("carol", now)) == "carol");
}

TEST_CASE("by chance: what is forgotten has expired, and what counts is remembered") {
    tandem::detail::in_jwt::invalidations some{seconds(100), 50};
    std::map<int, std::int64_t> model;
    std::uint64_t chance = 7;
    const auto draw = [&](std::uint64_t below) {
        chance = chance * 6364136223846793005u + 1442695040888963407u;
        return static_cast<int>((chance >> 33) % below);
    };
    std::int64_t second = 1000;
    int full = 0;
    for (int step = 0; step < 20'000; ++step) {
        second += draw(4);
        const int user = draw(200), about = draw(200);
        const user_id id{std::to_string(user)};
        if (draw(2) == 0) {
            if (some.add(id, instant{} + seconds(second), instant{} + seconds(second))) model[user] = second;
            else ++full;
        }
        const auto known = model.find(about);
        for (const std::int64_t issued : {second - 100, second - 50, second - 1, second})
            CHECK(some.has(user_id{std::to_string(about)}, instant{} + seconds(issued)) ==
                  (known != model.end() && issued <= known->second));
    }
    CHECK(full > 0);
    CHECK(some.size() <= 50);
}
