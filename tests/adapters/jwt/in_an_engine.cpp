// The authenticator where it belongs: in an engine, by value and by reference.
#include <tandem/adapters/jwt/jwt_authenticator.hpp>
#include <tandem/adapters/jwt/jwt_issuer.hpp>

#include <tandem/codec/tiny_codec.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>

#include <tandem/testing/recorded_outlet.hpp>

#include "adapters/jwt/tokens.hpp"

#include <doctest/doctest.h>

using namespace jwt_tests;

namespace {

struct chat : default_policies {
    using store = memory_store;
    using authenticator = basic_jwt_authenticator<manual_clock&>;
    using operators = trust_everyone;
    using clock = manual_clock&;
    using dialects = tandem::dialects<tiny_dialect>;
};

struct chat_by_reference : chat {
    using authenticator = basic_jwt_authenticator<manual_clock&>&;
};

struct chat_of_today : default_policies {
    using store = memory_store;
    using authenticator = jwt_authenticator;
    using dialects = tandem::dialects<tiny_dialect>;
};

basic_jwt_authenticator<manual_clock&> users_of(manual_clock& clock) {
    return *basic_jwt_authenticator<manual_clock&>::make(expected(), {secret_key()}, clock);
}

// A connection to such an engine: what it heard last, and why it was closed.
template <class Engine>
struct device {
    explicit device(Engine& e) : engine{&e}, session{e.open(outlet)->session} {}

    std::string signs_in(const std::string& token) {
        engine->receive(session, {"AUTH_REQ 1 credential=" + token});
        return std::string{outlet.frames().back().payload()};
    }

    Engine* engine;
    recorded_outlet outlet;
    session_handle session;
};

template <class Policies>
void lives_and_ends(engine<Policies>& server, manual_clock& clock) {
    device phone{server}, stranger{server};
    const std::string good = phone.signs_in(hs256(claims()));
    CHECK_MESSAGE(good.starts_with("AUTH_RSP 1"), good);
    const std::string bad = stranger.signs_in(hs256(claims()) + "A");
    CHECK_MESSAGE(bad.starts_with("ERROR 1"), bad);
    CHECK_MESSAGE(bad.find("bad%20credential") != bad.npos, bad);
    clock.advance(seconds(3600 + 59));
    server.tick();
    CHECK_FALSE(phone.outlet.closed());
    clock.advance(seconds(1));
    server.tick();
    REQUIRE(phone.outlet.closed());
    CHECK(phone.outlet.reason()->code == errc::expired);
}

options patient() {
    options o;
    o.heartbeat = days(1);
    return o;
}

}  // namespace

TEST_CASE("S25 kept by value: a session ends with its token and the leeway") {
    manual_clock clock;
    engine<chat> server{{.authenticator = users_of(clock), .clock = clock}, patient()};
    lives_and_ends(server, clock);
}

TEST_CASE("S25 kept by reference: the same, and new keys count at once") {
    manual_clock clock;
    auto users = users_of(clock);
    engine<chat_by_reference> server{{.authenticator = users, .clock = clock}, patient()};
    REQUIRE(users.use_keys({*jwt_key::hs256("another secret of 32 bytes, or more")}));
    device early{server};
    CHECK(early.signs_in(hs256(claims())).starts_with("ERROR 1"));
    REQUIRE(users.use_keys({secret_key()}));
    lives_and_ends(server, clock);
}

TEST_CASE("an operator invalidates a user: the sessions end, and the token opens no other") {
    manual_clock clock;
    engine<chat> server{{.authenticator = users_of(clock), .clock = clock}, patient()};
    device phone{server}, tablet{server};
    REQUIRE(phone.signs_in(hs256(claims())).starts_with("AUTH_RSP 1"));
    bool told = false;
    server.administer("root", done<administration<engine<chat>>>{[&](result<administration<engine<chat>>> desk) {
                          REQUIRE(desk);
                          desk->invalidate("alice", done<nothing>{[&](const result<>& r) { told = bool(r); }});
                      }});
    CHECK(told);
    REQUIRE(phone.outlet.closed());
    CHECK(phone.outlet.reason()->code == errc::expired);
    CHECK(tablet.signs_in(hs256(claims())).starts_with("ERROR 1"));
}

TEST_CASE("with the clock of today") {
    auto users = jwt_authenticator::make(expected(), {secret_key()});
    REQUIRE(users);
    engine<chat_of_today> server{{.authenticator = std::move(*users)}};
    device phone{server};
    CHECK(phone.signs_in(hs256(claims())).starts_with("ERROR 1"));  // of 2023
    auto issuer = jwt_issuer::make(secret, expected());
    REQUIRE(issuer);
    CHECK(phone.signs_in(*issuer->issue({.user = "alice"}, minutes(5))).starts_with("AUTH_RSP 1"));
}
