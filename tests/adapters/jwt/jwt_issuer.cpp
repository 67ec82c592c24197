#include <tandem/adapters/jwt/jwt_issuer.hpp>

#include "adapters/jwt/tokens.hpp"

#include <doctest/doctest.h>

using namespace jwt_tests;

namespace {

struct office : gate {
    explicit office(jwt_options options = expected(), std::string kid = {})
        : gate{{secret_key(kid)}, options},
          issuer{*basic_jwt_issuer<manual_clock&>::make(secret, options, kid, clock)} {}

    basic_jwt_issuer<manual_clock&> issuer;
};

}  // namespace

TEST_CASE("what it issues says who it is to an authenticator of the same options, until it expires") {
    office office;
    const identity alice{.user = "alice", .device = "phone", .platform = "ios"};
    const auto token = office.issuer.issue(alice, minutes(5));
    REQUIRE(token);
    const auto who = office.users.verify(*token);
    REQUIRE(who);
    CHECK(who->user == alice.user);
    CHECK(who->device == alice.device);
    CHECK(who->platform == "ios");
    CHECK(who->expires == office.clock.now() + minutes(5) + seconds(60));
    office.clock.advance(minutes(6));
    CHECK(office.says(*token) == "expired");
}

TEST_CASE("the token is the one that anybody else would have made") {
    office office{expected(), "k1"};
    const auto token = office.issuer.issue({.user = "alice"}, seconds(3600));
    const std::string head = R"({"alg":"HS256","typ":"JWT","kid":"k1"})";
    const std::string body =
        R"({"iss":"https://id.example","aud":"chat","sub":"alice","iat":1700000000,"exp":1700003600})";
    REQUIRE(token);
    CHECK(*token == hs256(body, head));
}

TEST_CASE("texts that JSON has to escape come back as they were") {
    jwt_options options = expected();
    options.issuer = "\"\\/\x01\x1f\x7f\xe2\x82\xac";
    options.user_claim = "a \"name\"";
    office office{options, "k\"1\\"};
    for (const char* name : {"quo\"te", "back\\slash", "Zo\xc3\xab", "\xf0\x9f\x98\x80", "a/b", "}{,:"}) {
        const auto token = office.issuer.issue({.user = name}, seconds(1));
        REQUIRE(token);
        CHECK(office.says(*token) == name);
    }
}

TEST_CASE("what no authenticator would take is not issued") {
    office office;
    const auto refuses = [&](const identity& who, duration life) {
        const auto token = office.issuer.issue(who, life);
        return !token && token.error().code == errc::invalid_argument && !token.error().detail.empty();
    };
    CHECK(refuses({.user = {}}, seconds(60)));
    CHECK(refuses({.user = "a\nb"}, seconds(60)));
    CHECK(refuses({.user = "alice", .device = "\xff"}, seconds(60)));
    CHECK(refuses({.user = "alice", .platform = std::string(48, 'x')}, seconds(60)));
    CHECK(refuses({.user = "alice"}, milliseconds(999)));
    CHECK(refuses({.user = "alice"}, duration{}));
    CHECK(refuses({.user = "alice"}, days(30) + milliseconds(1)));
    CHECK_FALSE(refuses({.user = "alice"}, days(30)));
    jwt_options options = expected();
    options.longest_life = {};
    jwt_tests::gate gate;
    const auto of = [&](jwt_options o, const char* kid = "", duration life = seconds(60)) {
        auto made = *basic_jwt_issuer<manual_clock&>::make(secret, std::move(o), kid, gate.clock);
        return made.issue({.user = "alice"}, life);
    };
    REQUIRE(of(options));
    REQUIRE(of(options, "k"));
    CHECK_FALSE(of(options, "\xff"));
    CHECK(of(options, "", days(3660)));
    CHECK_FALSE(of(options, "", days(3661)));
    CHECK_FALSE(of(options, "", milliseconds(0x7fffffffffffffff)));
    options.user_claim = "iss";
    CHECK_FALSE(of(options));
    options.user_claim = "\xff";
    CHECK_FALSE(of(options));
    options.user_claim = "sub", options.issuer = std::string(4000, 'x');
    CHECK_FALSE(of(options));
}

TEST_CASE("a life of part of a second is cut: never longer than was said, nor than the longest life") {
    jwt_options options = expected();
    options.longest_life = seconds(10);
    office office{options};
    office.clock.advance(milliseconds(999));
    const auto token = office.issuer.issue({.user = "alice"}, seconds(10));
    REQUIRE(token);
    CHECK(office.says(*token) == "alice");
    CHECK(office.users.verify(*token)->expires <= office.clock.now() + seconds(70));
    const auto short_one = office.issuer.issue({.user = "alice"}, milliseconds(1999));
    REQUIRE(short_one);
    CHECK(office.users.verify(*short_one)->expires <= office.clock.now() + milliseconds(61'999));
}

TEST_CASE("S21 a short secret, S17 a public key, and options that make no sense are refused when the issuer is made") {
    CHECK_FALSE(jwt_issuer::make("short", expected()));
    CHECK_FALSE(jwt_issuer::make(rsa_pair().public_pem(), expected()));
    CHECK_FALSE(jwt_issuer::make(secret, {.issuer = "x"}));
    CHECK(jwt_issuer::make(secret, expected()));
}
