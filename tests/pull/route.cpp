#include <tandem/pull/route.hpp>

#include <doctest/doctest.h>

using namespace tandem;

TEST_CASE("each path is found once, exactly") {
    for (const pull_route& r : pull_routes) CHECK(find_route(r.path) == &r);
    for (const char* other : {"", "/", "/api", "/api/sync/", "/API/sync", "/api/%73ync", "//api/sync", "/api/sync?",
                              "api/sync", "/api/messages/../sync"})
        CHECK_MESSAGE(find_route(other) == nullptr, other);
}

TEST_CASE("posts have bodies") {
    CHECK(find_route("/api/messages/send")->has_body());
    CHECK(!find_route("/api/sync")->has_body());
}
