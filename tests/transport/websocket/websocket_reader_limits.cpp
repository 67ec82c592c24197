#include <tandem/transport/websocket/websocket_reader.hpp>

#include "frames.hpp"
#include "script.hpp"

#include <memory>

using namespace tandem;
using namespace spelled;
using scripts::check, scripts::script, scripts::shown;

namespace {

constexpr websocket_role server = websocket_role::server, at_client = websocket_role::client;
constexpr std::uint64_t top_bit = std::uint64_t{1} << 63;
constexpr auto nobody = [](const websocket_message&) { return true; };

websocket_close_code feed(websocket_reader& reader, std::string piece) {
    return reader.feed(piece.data(), piece.size(), nobody);
}

std::string body(std::size_t size) { return std::string(size, 'm'); }

}  // namespace

TEST_CASE("S35 a message may be as long as the limit and not a byte longer") {
    check({
        {"exactly the limit", sent(last_binary, body(100)), "binary " + shown(body(100)), server, {100}},
        {"one above", sent(last_binary, body(101)), "fails 1009", server, {100}},
        {"exactly a limit that takes two bytes", sent(last_text, body(300)), "text " + shown(body(300)), server, {300}},
        {"one above it", sent(last_text, body(301)), "fails 1009", server, {300}},
        {"exactly 64 KiB by default", sent(last_binary, body(65536)), "binary " + shown(body(65536))},
        {"one above 64 KiB", sent(last_binary, body(65537)), "fails 1009"},
        {"exactly the limit, from a server",
         served(last_binary, body(100)),
         "binary " + shown(body(100)),
         at_client,
         {100}},
        {"one above, from a server", served(last_binary, body(101)), "fails 1009", at_client, {100}},
        {"exactly the limit, in fragments",
         sent(first_text, body(40)) + sent(middle, body(59)) + sent(last, "m"),
         "text " + shown(body(100)),
         server,
         {100}},
        {"one above, in fragments",
         sent(first_text, body(40)) + sent(middle, body(59)) + sent(last, "mm"),
         "fails 1009",
         server,
         {100}},
        {"one above, in the second fragment",
         sent(first_text, body(40)) + sent(middle, body(61)),
         "fails 1009",
         server,
         {100}},
        {"one above, in the first fragment", sent(first_text, body(101)), "fails 1009", server, {100}},
        {"the limit is each message's own",
         times(3, sent(first_binary, body(60)) + sent(last, body(40))),
         times(2, "binary " + shown(body(100)) + " | ") + "binary " + shown(body(100)),
         server,
         {100}},
        {"control frames do not count",
         sent(first_text, body(100)) + sent(a_ping, body(125)) + sent(last),
         "ping " + shown(body(125)) + " | text " + shown(body(100)),
         server,
         {100}},
        {"a limit of nothing lets nothing pass",
         sent(last_text) + sent(last_text, "a"),
         "text '' | fails 1009",
         server,
         {0}},
        {"nor in a continuation", sent(first_text) + sent(last, "a"), "fails 1009", server, {0}},
        {"the largest limit there is",
         sent(first_text, "a") + sent(last, "b"),
         "text 'ab'",
         server,
         {~std::uint32_t{0}}},
    });
}

TEST_CASE("S35 a message that is too long is refused before any of it has come") {
    const std::string first = sent(first_binary, "abc"), first_served = served(first_binary, "abc");
    check({
        {"126 bytes", head(last_binary, 126).append(key), "fails 1009", server, {125}},
        {"65537 bytes", head(last_binary, 65537).append(key), "fails 1009"},
        {"4 GiB", head(last_binary, std::uint64_t{1} << 32).append(key), "fails 1009"},
        {"2^63 - 1", head(last_binary, top_bit - 1).append(key), "fails 1009"},
        {"2^63, which is no length", head(last_binary, top_bit).append(key), "fails 1002"},
        {"2^64 - 1, which is none either", head(last_binary, ~std::uint64_t{0}).append(key), "fails 1002"},
        {"2^63 for a ping", head(a_ping, top_bit).append(key), "fails 1002"},
        {"a continuation of 65534 bytes after 3", first + head(last, 65534).append(key), "fails 1009"},
        {"a continuation of 65533 bytes after 3", first + head(last, 65533).append(key), "unfinished"},
        {"a continuation of 4 GiB", first + head(last, std::uint64_t{1} << 32).append(key), "fails 1009"},
        {"a continuation of 2^63 - 1", first + head(last, top_bit - 1).append(key), "fails 1009"},
        {"a continuation of 2^63", first + head(last, top_bit).append(key), "fails 1002"},
        {"a continuation of 2^64 - 1", first + head(last, ~std::uint64_t{0}).append(key), "fails 1002"},
        {"a continuation of 2^64 - 3, which with 3 is nothing", first + head(last, ~std::uint64_t{0} - 2).append(key),
         "fails 1002"},
        {"a server's 2^63", head(last_binary, top_bit, false), "fails 1002", at_client},
        {"a server's 65537", head(last_binary, 65537, false), "fails 1009", at_client},
        {"a server's continuation of 2^64 - 1", first_served + head(last, ~std::uint64_t{0}, false), "fails 1002",
         at_client},
        {"a server's continuation of 65534 after 3", first_served + head(last, 65534, false), "fails 1009", at_client},
        {"a server's continuation of 98 after 3", first_served + head(last, 98, false), "fails 1009", at_client, {100}},
    });
}

TEST_CASE("S36 the fragments of a message are counted, empty ones too") {
    const websocket_limits four{.fragments = 4};
    const std::string empty = sent(middle);
    check({
        {"as many as allowed", sent(first_text, "a") + times(2, sent(middle, "b")) + sent(last, "c"), "text 'abbc'",
         server, four},
        {"one more", sent(first_text, "a") + times(3, sent(middle, "b")) + sent(last, "c"), "fails 1008", server, four},
        {"as many empty ones", sent(first_text) + times(2, empty) + sent(last), "text ''", server, four},
        {"one more empty one", sent(first_text) + times(4, empty), "fails 1008", server, four},
        {"control frames between do not count",
         sent(first_text, "a") + times(6, sent(a_ping)) + times(2, empty) + times(6, sent(a_pong)) + sent(last, "c"),
         times(6, "ping '' | ") + times(6, "pong '' | ") + "text 'ac'", server, four},
        {"nor do they start the count anew", sent(first_text) + times(2, empty) + sent(a_ping) + times(2, empty),
         "ping '' | fails 1008", server, four},
        {"each message has its own count", times(3, sent(first_text, "a") + times(2, empty) + sent(last)),
         "text 'a' | text 'a' | text 'a'", server, four},
        {"whole messages do not count", times(9, sent(last_text, "a")), times(8, "text 'a' | ") + "text 'a'", server,
         four},
        {"no fragments allowed",
         sent(last_text, "a") + sent(first_text, "a") + sent(last),
         "text 'a' | fails 1008",
         server,
         {.fragments = 1}},
        {"from a server", served(first_text) + times(4, served(middle)), "fails 1008", at_client, four},
        {"1024 by default", sent(first_text) + times(1022, empty) + sent(last), "text ''"},
        {"endless empty continuations", sent(first_text) + times(5000, empty), "fails 1008"},
    });
}

TEST_CASE("S36 the count ends with the connection it was made for") {
    websocket_reader reader{server, {.fragments = 4}};
    for (const std::string& ends : {served(a_ping), sent(a_close)}) {
        CHECK(feed(reader, sent(first_text) + times(3, sent(middle)) + ends) != websocket_close_code::policy_violation);
        CHECK(reader.idle());
        CHECK(feed(reader, sent(first_text) + times(2, sent(middle)) + sent(last)) == websocket_close_code::none);
    }
}

TEST_CASE("S35 headers that declare 60 KiB cost nothing: memory follows what has come") {
    std::vector<std::unique_ptr<websocket_reader>> peers;
    std::size_t held = 0;
    for (int peer = 0; peer < 40; ++peer) {
        websocket_reader& reader = *peers.emplace_back(std::make_unique<websocket_reader>(server));
        const std::string header = head(peer % 2 ? last_text : first_binary, 60 * 1024).append(key);
        CHECK(feed(reader, header + masked_with(key, "1234567")) == websocket_close_code::none);
        CHECK_FALSE(reader.idle());
        held += reader.held_bytes();
    }
    CHECK(held == 0);  // seven bytes lie in the object itself
    for (int peer = 0; peer < 40; ++peer) {
        websocket_reader reader{server};
        CHECK(feed(reader, sent(first_binary, "1") + head(last, 60 * 1024).append(key) + "1") ==
              websocket_close_code::none);
        CHECK_FALSE(reader.idle());
        held += reader.held_bytes();
    }
    CHECK(held == 0);
}

TEST_CASE("S35 a message in progress holds at most twice what has come, and gives it back") {
    websocket_reader reader{server};
    std::string all = sent(first_binary, body(30'000)) + sent(middle, body(20'000)) + sent(last, body(10'000));
    std::size_t told = 0;
    for (std::size_t at = 0; at < all.size(); at += 500) {
        const std::size_t size = std::min<std::size_t>(500, all.size() - at);
        const auto hear = [&](const websocket_message& m) { return told = m.payload.size(), true; };
        REQUIRE(reader.feed(all.data() + at, size, hear) == websocket_close_code::none);
        CHECK(reader.held_bytes() <= 2 * (at + size) + 64);
        if (at > 10'000 && !reader.idle()) CHECK(reader.held_bytes() >= at - 100);
    }
    CHECK(told == 60'000);
    CHECK(reader.idle());
    CHECK(reader.held_bytes() == 0);

    SUBCASE("after a fault too") {
        CHECK(feed(reader, sent(first_binary, body(30'000))) == websocket_close_code::none);
        CHECK(reader.held_bytes() >= 30'000);
        CHECK(feed(reader, sent(last_text)) == websocket_close_code::protocol_error);
        CHECK(reader.idle());
        CHECK(reader.held_bytes() == 0);
    }
    SUBCASE("after a close too") {
        CHECK(feed(reader, sent(first_binary, body(30'000))) == websocket_close_code::none);
        CHECK(feed(reader, sent(a_close)) == websocket_close_code::none);
        CHECK(reader.idle());
        CHECK(reader.held_bytes() == 0);
    }
    SUBCASE("what is small is kept for the next one") {
        CHECK(feed(reader, sent(first_binary, body(1000)) + sent(last, body(1000))) == websocket_close_code::none);
        CHECK(reader.idle());
        CHECK(reader.held_bytes() >= 2000);
        CHECK(reader.held_bytes() <= 4096);
    }
}

TEST_CASE("S45 a flood of pings and pongs leaves nothing behind") {
    websocket_reader reader{server};
    std::string flood = times(1000, sent(a_ping, body(125)) + sent(a_pong, body(125)));
    int heard = 0;
    const auto hear = [&](const websocket_message&) { return ++heard, true; };
    CHECK(reader.feed(flood.data(), flood.size(), hear) == websocket_close_code::none);
    CHECK(heard == 2000);
    CHECK(reader.idle());
    CHECK(reader.held_bytes() <= 256);
}

TEST_CASE("S45 who listens may stop: what follows is not told") {
    websocket_reader reader{server};
    std::string all = sent(first_text, "first") + sent(a_ping) + sent(last) + sent(last_text, "whole");
    for (const int stop_after : {1, 2, 3}) {
        std::string data = all;
        int heard = 0;
        const auto hear = [&](const websocket_message&) { return ++heard < stop_after; };
        CHECK(reader.feed(data.data(), data.size(), hear) == websocket_close_code::none);
        CHECK(heard == stop_after);
        CHECK(reader.idle());
    }
}

TEST_CASE("one reader serves many connections, as long as it is idle between them") {
    websocket_reader reader{server};
    CHECK(reader.idle());
    for (const std::string& ends :
         {served(a_ping), sent(a_close), sent(last_text, "\xff"), sent(last_binary, body(70'000)),
          sent(first_text, "a") + sent(first_text, "b"), sent(last_text, "a") + sent(a_close)}) {
        feed(reader, ends);
        CHECK(reader.idle());
        std::string next = sent(last_text, "next") + sent(first_text, "ne") + sent(last, "xt");
        std::string told;
        for (char& byte : next)
            CHECK(reader.feed(&byte, 1, [&](const websocket_message& m) { return told += shown(m), true; }) ==
                  websocket_close_code::none);
        CHECK(told == "text 'next'text 'next'");
        CHECK(reader.idle());
    }
    CHECK(feed(reader, "\x81") == websocket_close_code::none);
    CHECK_FALSE(reader.idle());
}

TEST_CASE("the limit changes from the next frame on, also while the first message is being told") {
    websocket_reader reader{server, {10}};
    std::string all = sent(last_text, "sign me in") + sent(last_text, "more than ten bytes");
    int heard = 0;
    const auto sign_in = [&](const websocket_message&) { return reader.limit(100), ++heard, true; };
    CHECK(reader.feed(all.data(), all.size(), sign_in) == websocket_close_code::none);
    CHECK(heard == 2);

    SUBCASE("raised in the middle of a message") {
        CHECK(feed(reader, sent(first_text, body(90))) == websocket_close_code::none);
        reader.limit(200);
        CHECK(feed(reader, sent(last, body(110))) == websocket_close_code::none);
        CHECK(reader.idle());
    }
    SUBCASE("lowered below what has come") {
        CHECK(feed(reader, sent(first_text, body(90))) == websocket_close_code::none);
        reader.limit(50);
        CHECK(feed(reader, sent(middle)) == websocket_close_code::none);
        CHECK(feed(reader, sent(last, "a")) == websocket_close_code::too_large);
    }
}
