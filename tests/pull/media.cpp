#include <tandem/pull/media.hpp>

#include <doctest/doctest.h>

#include <array>

using namespace tandem;

namespace {

constexpr std::array<std::string_view, 2> ours{"application/json", "application/x-protobuf"};
constexpr std::optional<std::size_t> json = 0, protobuf = 1, none;

}  // namespace

TEST_CASE("a content type is compared without case and parameters") {
    CHECK(spoken_type("application/json", ours) == json);
    CHECK(spoken_type("Application/JSON; charset=utf-8", ours) == json);
    CHECK(spoken_type(" application/x-protobuf ;x", ours) == protobuf);
    CHECK(spoken_type("text/json", ours) == none);
    CHECK(spoken_type("application/jsonx", ours) == none);
    CHECK(spoken_type("", ours) == none);
}

TEST_CASE("of what is accepted the best liked is taken") {
    CHECK(wanted_type("application/json", ours) == json);
    CHECK(wanted_type("application/x-protobuf", ours) == protobuf);
    CHECK(wanted_type("*/*", ours) == json);
    CHECK(wanted_type("application/*", ours) == json);
    CHECK(wanted_type("text/html, application/x-protobuf;q=0.9, */*;q=0.8", ours) == protobuf);
    CHECK(wanted_type("application/json;q=0.5, application/x-protobuf", ours) == protobuf);
    CHECK(wanted_type("application/x-protobuf, application/json", ours) == protobuf);
    CHECK(wanted_type("application/json, application/x-protobuf", ours) == json);
    CHECK(wanted_type("*/*, application/x-protobuf", ours) == protobuf);
    CHECK(wanted_type("application/json;q=0, */*", ours) == protobuf);
    CHECK(wanted_type("*/*;q=0.1, application/json;q=0", ours) == protobuf);
    CHECK(wanted_type("APPLICATION/X-PROTOBUF ; Q=1.000", ours) == protobuf);
    CHECK(wanted_type("application/json;version=1;q=0.3,application/x-protobuf;q=0.4", ours) == protobuf);
}

TEST_CASE("what is not ours is not accepted") {
    CHECK(wanted_type("text/html", ours) == none);
    CHECK(wanted_type("application/json;q=0", ours) == none);
    CHECK(wanted_type("*/*;q=0.000", ours) == none);
    CHECK(wanted_type("application/json;q=2", ours) == none);
    CHECK(wanted_type("application/json;q=x, application/json;q=0.1234", ours) == none);
    CHECK(wanted_type(",,;,;q=1,/,*", ours) == none);
    CHECK(wanted_type("text/*", ours) == none);
}
