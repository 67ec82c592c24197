#include <tandem/transport/websocket/websocket_subprotocols.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tandem;

namespace {

// "a|b", or "refused".
std::string parsed(std::string_view value) {
    const auto all = websocket_subprotocols::parse(value);
    if (!all) return "refused";
    std::string joined;
    for (const std::string_view name : *all) joined.append(joined.empty() ? "" : "|").append(name);
    return joined;
}

std::string many(int count) {
    std::string value = "p0";
    for (int i = 1; i < count; ++i) value += ", p" + std::to_string(i);
    return value;
}

}  // namespace

TEST_CASE("offered names come in the client's order") {
    CHECK(parsed("") == "");
    CHECK(parsed("tandem.v1.json") == "tandem.v1.json");
    CHECK(parsed("tandem.v1.protobuf, tandem.v1.json") == "tandem.v1.protobuf|tandem.v1.json");
    CHECK(parsed("b,a ,\tc") == "b|a|c");
    CHECK(parsed("Chat, chat") == "Chat|chat");
}

TEST_CASE("what is no list of distinct names is refused") {
    for (const char* value :
         {" ", ",", "a,", ",a", "a,,b", "a b", "a;b", "a/b", "a\"b\"", "a, a", "a, b, a", "a\nb", "é"}) {
        CAPTURE(value);
        CHECK(parsed(value) == "refused");
    }
}

TEST_CASE("sixteen names are enough") {
    CHECK(websocket_subprotocols::parse(many(16))->size() == 16);
    CHECK(parsed(many(17)) == "refused");
    CHECK(parsed(many(1000)) == "refused");
}

TEST_CASE("a name is offered as it is spelled, or it is not") {
    const auto all = websocket_subprotocols::parse("tandem.v1.json, x");
    CHECK(all->has("tandem.v1.json"));
    CHECK(all->has("x"));
    CHECK_FALSE(all->has("X"));
    CHECK_FALSE(all->has("tandem.v1"));
    CHECK_FALSE(all->has(""));
}
