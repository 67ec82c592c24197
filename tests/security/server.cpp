// What strangers do to a listening socket.
#include "../adapters/asio/live.hpp"
#include "tandem/adapters/json/json_pages.hpp"

#include <sys/resource.h>

#include <ctime>
#include <functional>

using namespace tandem;

namespace {

std::string get(std::string_view target, std::string_view more = {}) {
    return "GET " + std::string{target} + " HTTP/1.1\r\nHost: chat.example\r\n" + std::string{more} + "\r\n";
}

// The status of the first answer; 0: none has come, and the connection is closed.
int status(auto& live, peer& p) {
    REQUIRE(live.until([&] { return p.got().size() >= 12 || p.ended(); }));
    return p.got().size() < 12 ? 0 : std::stoi(p.got().substr(9, 3));
}
int status_of_upgrade(auto& live, std::string_view more, std::string_view path = "/ws") {
    peer p = live.connect();
    p.upgrade(path, more);
    return status(live, p);
}
int status_of(auto& live, std::string_view bytes) {
    peer p = live.connect();
    p.send(bytes);
    return status(live, p);
}

constexpr duration soon = milliseconds(150);

}  // namespace

TEST_CASE("S01 a page of another origin opens no WebSocket and reads no page") {
    live_server<> live{{.origins = {"https://chat.example:8443"}}};
    CHECK(status_of_upgrade(live, "Origin: https://chat.example:8443\r\n") == 101);
    CHECK(status_of_upgrade(live, "Origin: http://h\r\n") == 101);  // what this server itself has served
    CHECK(status_of_upgrade(live, "") == 101);
    for (const char* other :
         {"https://chat.example", "http://chat.example:8443", "https://chat.example:8443.evil.example",
          "https://chat.example:84430", "null", "https://h", "http://h.evil.example", "http://h/"})
        CHECK(status_of_upgrade(live, "Origin: " + std::string{other} + "\r\n") == 403);
    CHECK(status_of(live, get("/api/sync", "Origin: https://evil.example\r\n")) == 403);
    peer p = live.connect();
    p.send(get("/health", "Origin: https://chat.example:8443\r\n"));
    CHECK(live.until([&] { return p.has("Access-Control-Allow-Origin: https://chat.example:8443\r\n"); }));
}

TEST_CASE("S01 who sends no origin may be kept out") {
    live_server<> live{{.without_origin = false}};
    CHECK(status_of_upgrade(live, "") == 403);
    CHECK(status_of_upgrade(live, "Origin: http://h\r\n") == 101);
}

TEST_CASE("S02 only version 13 of the WebSocket protocol") {
    live_server<> live;
    for (const char* version : {"0", "7", "8", "12", "14", "", "013", "13, 8"}) {
        peer p = live.connect();
        p.send(get("/ws", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                          "Sec-WebSocket-Version: " +
                              std::string{version} + "\r\n"));
        CHECK(status(live, p) == 426);
        CHECK(p.has("Sec-WebSocket-Version: 13\r\n"));
    }
}

TEST_CASE("S03 a request that takes too long is cut, however it dribbles in") {
    live_server<> live{{.arrive_within = soon}};
    peer silent = live.connect(), dribbling = live.connect(), resting = live.connect();
    resting.send(get("/health"));
    const std::string request = get("/health", "X: " + std::string(4000, 'x') + "\r\n");
    std::size_t sent = 0;
    const auto begun = std::chrono::steady_clock::now();
    CHECK(live.until([&] {  // a byte each millisecond
        if (!dribbling.ended() && std::chrono::steady_clock::now() > begun + std::chrono::milliseconds(sent))
            dribbling.send(request.substr(sent++, 1));
        return dribbling.ended() && silent.ended();
    }));
    CHECK(sent < 1000);
    CHECK_FALSE(resting.ended());
}

TEST_CASE("S03 the next request of a kept connection has its time, too, from its first byte") {
    live_server<> live{{.arrive_within = soon}};
    peer p = live.connect();
    p.send(get("/health") + "GET /hea");
    CHECK(live.until([&] { return p.ended(); }));
    CHECK(p.has("fine"));
}

TEST_CASE("S04 S05 S06 heads and bodies have their limits") {
    live_server<> live;
    CHECK(status_of(live, get("/health", "X: " + std::string(9000, 'x') + "\r\n")) == 431);
    std::string fields;
    for (int i = 0; i < 70; ++i) fields += "F" + std::to_string(i) + ": x\r\n";
    CHECK(status_of(live, get("/health", fields)) == 431);
    CHECK(status_of(live, "POST /api/messages/send HTTP/1.1\r\nHost: h\r\nContent-Length: 65537\r\n\r\n") == 413);
    CHECK(status_of(live, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n") ==
          400);
    CHECK(status_of(live, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n") == 501);
    CHECK(status_of(live, "\x16\x03\x01\x02\x01\xfc\x03\x03 hello") == 400);  // TLS where there is none
}

TEST_CASE("S06 what is smuggled behind a refused request is never read") {
    live_server<> live;
    int asked = 0;
    live.server->on_request([&](const http_request&, const http_exchange& x) { return ++asked, x.answer({}), true; });
    peer p = live.connect();
    p.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n" + get("/smuggled"));
    CHECK(status(live, p) == 400);
    CHECK(live.until([&] { return p.ended(); }));
    CHECK(asked == 0);
}

TEST_CASE("S07 one address has so many connections, and comes so fast") {
    live_server<> live{{.per_address = 5}};
    std::vector<peer> some;
    for (int i = 0; i < 8; ++i) some.push_back(live.connect());
    live.settle();
    CHECK(live.server->connections() == 5);
    some.clear();
    CHECK(live.until([&] { return live.server->connections() == 0; }));
    CHECK(status_of(live, get("/health")) == 200);

    live_server<> slow{{.arrivals_per_address = {.per_second = 1, .burst = 3}}};
    for (int i = 0; i < 3; ++i) CHECK(status_of(slow, get("/health")) == 200);
    CHECK(status_of(slow, get("/health")) == 0);
}

TEST_CASE("S07 an address that has gone, and was quiet for a while, is forgotten") {
    live_server<> live{{.arrivals_per_address = {.per_second = 10, .burst = 10}}};
    {
        peer p = live.connect();
        CHECK(live.until([&] { return live.server->connections() == 1; }));
        CHECK(live.server->addresses() == 1);
    }
    CHECK(live.until([&] { return live.server->addresses() == 0; }));
}

TEST_CASE("S08 all together have their number, and so have those who only arrive") {
    live_server<> live{{.connections = 4}};
    std::vector<peer> some;
    for (int i = 0; i < 9; ++i) some.push_back(live.connect());
    live.settle();
    CHECK(live.server->connections() == 4);

    live_server<> half{{.arrive_within = soon, .arriving = 3}};
    peer known = half.sign_in("alice");
    std::vector<peer> open;
    for (int i = 0; i < 9; ++i) open.push_back(half.connect());
    half.settle();
    CHECK(half.server->connections() == 4);
    CHECK(half.until([&] { return half.server->connections() == 1; }));  // in turns, each cut
    CHECK_FALSE(known.ended());
}

TEST_CASE("S09 out of descriptors nothing spins, who is here stays, and accepting goes on") {
    live_server<> live;
    peer alice = live.sign_in("alice");
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    std::vector<peer> waiting;
    for (int i = 0; i < 20; ++i) waiting.push_back(live.connect());
    const int next = ::dup(0);
    ::close(next);
    const rlimit few{static_cast<rlim_t>(next + 3), before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
    const std::clock_t begun = std::clock();
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(400);
    while (std::chrono::steady_clock::now() < end) live.loop.run_one_for(std::chrono::milliseconds(5));
    CHECK(static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC < 0.2);
    CHECK(live.server->connections() < 20);
    alice.say("HEARTBEAT_REQ 2");
    CHECK(live.until([&] { return alice.is_told("HEARTBEAT_RSP"); }));
    ::setrlimit(RLIMIT_NOFILE, &before);
    CHECK(live.until([&] { return live.server->connections() == 21; }));
}

TEST_CASE("S10 unknown paths and languages") {
    live_server<> live;
    CHECK(status_of_upgrade(live, "", "/elsewhere") == 404);
    CHECK(status_of_upgrade(live, "Sec-WebSocket-Protocol: tandem.v9.latin\r\n") == 400);
    CHECK(status_of_upgrade(live, "Sec-WebSocket-Protocol: a, b,, c/\r\n") == 400);
    CHECK(status_of_upgrade(live, "Sec-WebSocket-Protocol: tandem.v9.latin, tandem.v1.tiny\r\n") == 101);
    CHECK(status_of(live, get("/elsewhere")) == 404);
    CHECK(status_of(live, get("/metrics")) == 404);  // S55
}

TEST_CASE("S11 no extension is agreed to") {
    live_server<> live;
    peer p = live.connect();
    p.upgrade("/ws", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n");
    CHECK(status(live, p) == 101);
    CHECK_FALSE(p.has("Extensions"));
}

TEST_CASE("S13 only a proxy of ours says who is behind it") {
    live_server<> live{{.proxies = {"127.0.0.0/8"}}};
    std::string seen;
    live.server->on_request(
        [&](const http_request&, const http_exchange& x) { return seen = x.address(), x.answer({}), true; });
    const auto address_of = [&](std::string_view fields) {
        seen.clear();
        CHECK(status_of(live, get("/", fields)) == 200);
        return seen;
    };
    CHECK(address_of("X-Forwarded-For: 203.0.113.9\r\n") == "203.0.113.9");
    CHECK(address_of("X-Forwarded-For: 10.0.0.1, 203.0.113.9\r\n") == "203.0.113.9");  // the client's own lie
    CHECK(address_of("X-Forwarded-For: 10.0.0.1\r\nX-Forwarded-For: 203.0.113.9\r\n") == "203.0.113.9");
    CHECK(address_of("X-Forwarded-For: 203.0.113.9, 127.0.0.7\r\n") == "203.0.113.9");
    CHECK(address_of("X-Forwarded-For: nonsense\r\n") == "127.0.0.1");
    CHECK(address_of("") == "127.0.0.1");
    live_server<> open;
    open.server->on_request(
        [&](const http_request&, const http_exchange& x) { return seen = x.address(), x.answer({}), true; });
    CHECK(status_of(open, get("/", "X-Forwarded-For: 203.0.113.9\r\n")) == 200);
    CHECK(seen == "127.0.0.1");
}

TEST_CASE("S07 S13 behind a proxy each client counts for itself") {
    live_server<> live{{.per_address = 2, .proxies = {"127.0.0.1"}}};
    std::vector<peer> some;
    const auto open = [&](std::string_view address) {
        some.push_back(live.connect());
        some.back().upgrade("/ws", "X-Forwarded-For: " + std::string{address} + "\r\n");
        return status(live, some.back());
    };
    for (int i = 0; i < 2; ++i) CHECK(open("203.0.113.9") == 101);
    CHECK(open("203.0.113.9") == 429);
    CHECK(open("203.0.113.10") == 101);
    for (int i = 0; i < 2; ++i) CHECK(open("2001:db8::" + std::to_string(i)) == 101);
    CHECK(open("2001:db8::ffff") == 429);
    CHECK(open("2001:db8:0:1::1") == 101);
}

TEST_CASE("S14 who does not sign in is closed, and sends no large frames until then") {
    live_server<> live{{}, {.sign_in_within = seconds(1)}};
    peer large = live.connect(), idle = live.connect();
    large.upgrade();
    idle.upgrade();
    large.say(std::string(5000, 'x'));
    CHECK(live.until([&] { return large.closed_with() == 1009; }));
    CHECK(live.until([&] { return idle.closed_with() == 4000 + static_cast<int>(errc::timed_out); }));
}

TEST_CASE("S26 an address that fails to say who it is, again and again, may not try for a while") {
    struct nobody {
        result<identity> verify(std::string_view) const { return errc::bad_credential; }
    };
    struct chat : live_chat {
        using authenticator = nobody;
    };
    live_server<chat> live{{.failures_per_address = {.per_second = 1, .burst = 5}}};
    int refused = 0;
    for (int i = 0; i < 10; ++i) refused += status_of(live, get("/api/sync", "Authorization: Bearer x\r\n")) == 401;
    CHECK(refused >= 5);
    CHECK(refused <= 6);
    CHECK(status_of(live, get("/api/sync", "Authorization: Bearer x\r\n")) == 429);
    CHECK(status_of_upgrade(live, "") == 429);
    CHECK(status_of(live, get("/health")) == 200);
}

TEST_CASE("S26 on a WebSocket each wrong credential counts, also when the peer leaves before the last") {
    struct myself {
        result<identity> verify(std::string_view credential) const {
            if (credential != "mine") return errc::bad_credential;
            return identity{.user = user_id{"me"}};
        }
    };
    struct chat : live_chat {
        using authenticator = myself;
    };
    live_server<chat> live{{.failures_per_address = {.per_second = 1, .burst = 5}}};
    for (int i = 0; i < 3; ++i) {
        peer p = live.connect();
        p.upgrade();
        p.say("AUTH_REQ 1 credential=x");
        p.say("AUTH_REQ 2 credential=y");
        CHECK(live.until([&] { return p.is_told("ERROR 2"); }));
        if (i == 2) p.say("AUTH_REQ 3 credential=mine");  // whoever has an account guesses no less
        p.close();
        CHECK(live.until([&] { return live.server->connections() == 0; }));
    }
    CHECK(status_of_upgrade(live, "") == 429);
}

TEST_CASE("S01 a WebSocket without an origin may be refused, and nothing else is") {
    live_server<> live{{.without_origin = false}};
    CHECK(status_of_upgrade(live, "") == 403);
    CHECK(status_of(live, get("/health")) == 200);
    CHECK(status_of(live, get("/api/sync", "Authorization: Bearer alice\r\n")) == 200);
}

TEST_CASE("S01 S13 a page that a proxy of ours has served over TLS is of this server") {
    live_server<> live{{.proxies = {"127.0.0.1"}}}, open;
    const std::string of = "Origin: https://h\r\n", proto = "X-Forwarded-Proto: https\r\n";
    CHECK(status_of_upgrade(live, of + proto) == 101);
    CHECK(status_of_upgrade(live, of) == 403);
    CHECK(status_of_upgrade(open, of + proto) == 403);
}

TEST_CASE("S01 who may not come is not told that it may read that") {
    live_server<> live;
    peer p = live.connect();
    p.send(get("/health", "Origin: https://evil.example\r\n"));
    CHECK(live.until([&] { return p.has(" 403 "); }));
    CHECK_FALSE(p.has("Access-Control-Allow-Origin"));
}

TEST_CASE("S35 headers that declare much reserve nothing") {
    live_server<> live{{.per_address = 1000, .arrivals_per_address = {}}};
    std::vector<peer> some;
    for (int i = 0; i < 200; ++i) {
        some.push_back(live.connect());
        some.back().upgrade();
        some.back().send(std::string{"\x82\xfe\x0f\xf0\x01\x02\x03\x04xxxxxxx", 15});
    }
    live.settle();
    CHECK(live.until([&] { return live.server->connections() == 200; }));
    CHECK(live.server->held_bytes() < 200 * 1024);
}

TEST_CASE("S44 a peer that never reads is skipped, then closed, and the memory for all of them is bounded") {
    live_server<> live{{.per_address = 1000, .arrivals_per_address = {}, .send_buffer = 4096},
                       {.pushing_until_bytes = 16 * 1024, .conversation_rate = {}}};
    const auto c = live.engine.create_group(group_id{"team"}, user_id{"good"});
    peer good = live.sign_in("good");
    std::vector<peer> bad;
    for (int i = 0; i < 100; ++i) {
        const std::string user = "bad" + std::to_string(i);
        live.engine.join(c, user_id{user});
        bad.push_back(live.connect());
        bad.back().upgrade();
        bad.back().say("AUTH_REQ 1 credential=" + user);
    }
    CHECK(live.until([&] { return live.engine.hub().room_count() == 1 && live.engine.hub().session_count() == 101; }));
    live.settle();
    for (int i = 102; i <= 301; ++i) {
        draft d;
        d.conversation = c;
        d.sender = user_id{"bad0"};
        d.body = std::string(10'000, 'x');
        const std::size_t before = good.got().size();
        live.engine.send(std::move(d));
        // All of it: what is left of one and the whole of the next would be over its limit.
        REQUIRE(
            live.until([&] { return good.has(" seq=" + std::to_string(i)) && good.got().size() >= before + 10'000; }));
        CHECK(live.server->unwritten_bytes() <= 101 * (16 + 11) * 1024);
    }
}

TEST_CASE("S44 who does not even take replies is closed") {
    live_server<> live{{.send_buffer = 4096}, {.replying_until_bytes = 16 * 1024, .session_rate = {}}};
    peer bad = live.sign_in("bad");
    CHECK(live.until([&] {
        for (int i = 0; i < 100; ++i) bad.say("HEARTBEAT_REQ 2");
        return live.server->connections() == 0;
    }));
    CHECK(live.engine.hub().session_count() == 0);
    CHECK(live.server->unwritten_bytes() == 0);
}

TEST_CASE("S45 pings that nobody reads the answers of cost nothing, and a pong extends nothing") {
    live_server<> live{{.send_buffer = 4096}};
    peer p = live.sign_in("alice");
    std::string pings;
    for (int i = 0; i < 1000; ++i) append_masked(pings, websocket_opcode::ping, std::string(125, 'p'), 7);
    for (int i = 0; i < 200; ++i) {
        p.send(pings);
        live.settle();
    }
    CHECK(live.server->unwritten_bytes() < 64 * 1024);
    CHECK_FALSE(p.ended());
}

TEST_CASE("S45 S46 who is silent is gone in time; a pong that nobody asked for is no word") {
    live_server<> live{{}, {.heartbeat = milliseconds(500)}};
    peer silent = live.sign_in("alice"), ponging = live.sign_in("bob"), speaking = live.sign_in("carol");
    auto next = std::chrono::steady_clock::now();
    CHECK(live.until([&] {
        if (std::chrono::steady_clock::now() >= next) {
            next += std::chrono::milliseconds(50);
            ponging.say("x", websocket_opcode::pong);
            speaking.say("HEARTBEAT_REQ 2");
        }
        return silent.closed_with() != 0 && ponging.closed_with() != 0;
    }));
    CHECK(silent.closed_with() == 4000 + static_cast<int>(errc::timed_out));
    CHECK(speaking.closed_with() == 0);
}

TEST_CASE("S54 a close ends in a closed descriptor, although the peer never answers it") {
    live_server<> live{{.close_within = soon}};
    peer silent = live.sign_in("alice");
    live.engine.kick(user_id{"alice"});
    CHECK(live.until([&] { return live.server->connections() == 0; }));
}

TEST_CASE("S54 … not even when it does not take what was said to it before") {
    live_server<> live{{.close_within = soon, .send_buffer = 4096}, {.session_rate = {}, .user_rate = {}}};
    peer silent = live.sign_in("alice");
    for (int i = 0; i < 60; ++i) {
        draft d;
        d.conversation = conversation_id::self(user_id{"alice"});
        d.sender = user_id{"alice"};
        d.body = std::string(30'000, 'x');
        live.engine.send(std::move(d));
        live.settle();
    }
    live.engine.kick(user_id{"alice"});
    CHECK(live.until([&] { return live.server->connections() == 0; }));
    CHECK(live.server->unwritten_bytes() == 0);
}

TEST_CASE("S55 figures are told on a listener of their own, and nothing else is") {
    live_server<> live;
    const auto port =
        live.server->listen_for_operators("127.0.0.1", 0, [](std::string& out) { out += "tandem_figure 1\n"; });
    REQUIRE(port);
    peer p{*port}, q{*port}, r{*port};
    p.send(get("/metrics"));
    q.send(get("/api/sync", "Authorization: Bearer alice\r\n"));
    r.upgrade();
    CHECK(status(live, p) == 200);
    CHECK(p.has("tandem_figure 1"));
    CHECK(status(live, q) == 404);
    CHECK(status(live, r) == 404);
}

TEST_CASE("a peer may reset the connection in any state") {
    live_server<> live{{.per_address = 1000, .arrivals_per_address = {}}};
    http_exchange waiting;
    live.server->on_request(
        [&](const http_request& r, const http_exchange& x) { return r.path() == "/later" && (waiting = x, true); });
    const std::vector<std::function<void(peer&)>> states{
        [](peer&) {},
        [](peer& p) { p.send("GET /he"); },
        [](peer& p) { p.send(get("/later")); },
        [](peer& p) { p.send(get("/health") + get("/hea")); },
        [](peer& p) { p.upgrade(); },
        [](peer& p) { p.upgrade(), p.say("AUTH_REQ 1 credential=alice"); },
        [](peer& p) { p.upgrade(), p.send("\x81\xfe"); },
        [](peer& p) { p.upgrade(), p.say("\x03\xe8", websocket_opcode::close); },
        [](peer& p) { p.upgrade(), p.say("\xff\xff"); },
    };
    for (const auto& reach : states)
        for (int rounds = 0; rounds < 4; ++rounds) {
            peer p = live.connect();
            reach(p);
            for (int i = 0; i < rounds; ++i) live.loop.poll_one();
            p.reset();
            live.settle();
        }
    CHECK(live.until([&] { return live.server->connections() == 0; }));
    CHECK(live.engine.hub().session_count() == 0);
}

TEST_CASE("two keys are no key, and an upgrade with a body is none") {
    live_server<> live;
    CHECK(status_of_upgrade(live, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n") == 400);
    CHECK(status_of_upgrade(live, "Content-Length: 1\r\n\r\nx") == 400);
    CHECK(status_of_upgrade(live, "Upgrade: h2c\r\n") == 101);  // a list
}
