#include "tandem/adapters/asio/visitors.hpp"

#include <doctest/doctest.h>

using namespace tandem;
using namespace tandem::detail;

namespace {

asio::ip::address address(const char* text) { return asio::ip::make_address(text); }
bool is_in(const char* net, const char* who) { return network::parse(net)->has(address(who)); }

}  // namespace

TEST_CASE("an origin is compared as a whole") {
    const server_options o{.origins = {"https://chat.example"}, .without_origin = false};
    CHECK(origin_may_come(o, "https://chat.example", "other", false));
    CHECK_FALSE(origin_may_come(o, "https://chat.example:443", "other", false));
    CHECK_FALSE(origin_may_come(o, "https://chat.example.evil", "other", false));
    CHECK_FALSE(origin_may_come(o, "", "other", false));
    CHECK_FALSE(origin_may_come(o, "null", "other", false));
}

TEST_CASE("one's own origin has one's own scheme, host and port") {
    const server_options o;
    CHECK(origin_may_come(o, "http://Chat.example:8080", "chat.example:8080", false));
    CHECK_FALSE(origin_may_come(o, "http://chat.example", "chat.example:8080", false));
    CHECK_FALSE(origin_may_come(o, "http://chat.example", "chat.example", true));
    CHECK(origin_may_come(o, "https://chat.example", "chat.example", true));
    CHECK_FALSE(origin_may_come({.same_origin = false}, "http://chat.example", "chat.example", false));
}

TEST_CASE("a network has its addresses and no others") {
    CHECK(is_in("10.0.0.0/8", "10.255.0.1"));
    CHECK_FALSE(is_in("10.0.0.0/8", "11.0.0.1"));
    CHECK(is_in("10.0.0.0/8", "::ffff:10.1.2.3"));
    CHECK(is_in("192.168.1.128/25", "192.168.1.129"));
    CHECK_FALSE(is_in("192.168.1.128/25", "192.168.1.127"));
    CHECK(is_in("127.0.0.1", "127.0.0.1"));
    CHECK_FALSE(is_in("127.0.0.1", "127.0.0.2"));
    CHECK(is_in("fd00::/8", "fdff::1"));
    CHECK_FALSE(is_in("fd00::/8", "fc00::1"));
    CHECK(is_in("0.0.0.0/0", "203.0.113.9"));
    CHECK_FALSE(is_in("0.0.0.0/0", "2001:db8::1"));
    CHECK(is_in("::/0", "203.0.113.9"));
}

TEST_CASE("what is no network says so") {
    for (const char* wrong :
         {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "chat.example", "::/129", "10.0.0.0/8x"}) {
        const auto parsed = network::parse(wrong);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().detail.find(wrong) != std::string::npos);
    }
}

TEST_CASE("S13 of those whom our proxies have named, the last that is none of them") {
    const proxies ours = *proxies::parse({"10.0.0.0/8", "127.0.0.1"});
    const auto behind = [&](const char* peer, std::string_view chain) {
        return ours.behind(address(peer), chain).to_string();
    };
    CHECK(behind("10.0.0.1", "203.0.113.9") == "203.0.113.9");
    CHECK(behind("10.0.0.1", "198.51.100.1, 203.0.113.9") == "203.0.113.9");
    CHECK(behind("10.0.0.1", "203.0.113.9, 10.0.0.2 , 10.0.0.3") == "203.0.113.9");
    CHECK(behind("10.0.0.1", "10.0.0.2") == "10.0.0.2");
    CHECK(behind("10.0.0.1", "") == "10.0.0.1");
    CHECK(behind("10.0.0.1", "203.0.113.9, nonsense") == "10.0.0.1");
    CHECK(behind("10.0.0.1", "203.0.113.9,") == "10.0.0.1");
    CHECK(behind("203.0.113.1", "198.51.100.1") == "203.0.113.1");
    CHECK(behind("10.0.0.1", "2001:db8::1") == "2001:db8::1");
    CHECK(behind("10.0.0.1", "203.0.113.9:4711") == "203.0.113.9");
    CHECK(behind("10.0.0.1", "[2001:db8::1]:4711") == "2001:db8::1");
    CHECK(behind("10.0.0.1", "[2001:db8::1]") == "2001:db8::1");
    CHECK(behind("10.0.0.1", "[") == "10.0.0.1");
}
