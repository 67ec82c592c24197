#include "tandem/adapters/asio/websocket_client.hpp"

#include "certificate.hpp"
#include "live.hpp"
#include "scripted.hpp"

using namespace tandem;

namespace {

// All a client was told.
struct heard {
    std::vector<std::string> opened, messages, pongs;
    std::vector<bool> texts;
    std::vector<websocket_end> ends;
    int drained = 0;

    websocket_handlers handlers() {
        return {.opened = [this](std::string_view s) { opened.emplace_back(s); },
                .message =
                    [this](bytes payload, bool text) {
                        messages.emplace_back(payload);
                        texts.push_back(text);
                    },
                .pong = [this](bytes payload) { pongs.emplace_back(payload); },
                .drained = [this] { ++drained; },
                .closed = [this](const websocket_end& e) { ends.push_back(e); }};
    }
    bool has(std::string_view part) const {
        for (const std::string& m : messages)
            if (m.find(part) != std::string::npos) return true;
        return false;
    }
    errc why() const { return ends.empty() ? errc{} : ends[0].why.code; }
};

websocket_target at(std::uint16_t port, std::optional<tls_context> tls = {}) {
    return {.at = {.host = tls ? "localhost" : "127.0.0.1", .port = port, .tls = std::move(tls)}};
}

constexpr duration soon = milliseconds(150);
constexpr link_options hasty{
    .connect_within = soon, .shake_hands_within = soon, .close_within = soon, .message = {.message_bytes = 1000}};

// A client, and the other end of its connection.
struct scene : scripted_server {
    heard told;
    std::optional<websocket_client> client;

    explicit scene(const link_options& o = hasty) { client.emplace(loop, told.handlers(), o); }

    // Has come, and has asked.
    peer asked(websocket_target t = {}) {
        t.at = {.host = "127.0.0.1", .port = listener.port};
        client->open(t);
        peer p = accept();
        REQUIRE(until([&] { return p.has("\r\n\r\n"); }));
        return p;
    }
    static std::string yes(peer& p, std::string_view more = {}) {
        const std::string& got = p.got();
        const std::size_t key = got.find("Sec-WebSocket-Key: ") + 19;
        return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
               "Upgrade\r\nSec-WebSocket-Accept: " +
               websocket_accept(got.substr(key, 24)) + "\r\n" + std::string{more} + "\r\n";
    }
    peer opened() {
        peer p = asked();
        p.send(yes(p));
        REQUIRE(until([&] { return client->is_open(); }));
        return p;
    }
    bool is_over() {
        return until([&] { return !told.ends.empty(); });
    }
};

std::string frame_of(websocket_opcode opcode, std::string_view payload) {
    char head[10];
    const std::size_t size = write_websocket_head(head + 10, payload.size(), opcode);
    return std::string{head + 10 - size, size} + std::string{payload};
}

constexpr auto as_server = websocket_role::server;

}  // namespace

TEST_CASE("a client of our own talks to a server of our own, and says goodbye") {
    live_server<> live;
    heard told;
    websocket_client alice{live.loop, told.handlers()};
    CHECK_FALSE(alice.send("too early"));
    alice.open(at(live.port));
    REQUIRE(live.until([&] { return alice.is_open(); }));
    CHECK(alice.send("AUTH_REQ 1 credential=alice", true));
    CHECK(live.until([&] { return told.has("AUTH_RSP 1"); }));
    peer bob = live.sign_in("bob");
    bob.say("SEND_REQ 2 to=alice send_id=a body=hello");
    CHECK(live.until([&] { return told.has("body=hello"); }));
    CHECK(told.texts == std::vector(told.texts.size(), true));
    CHECK(alice.ping("are you there"));
    CHECK(live.until([&] { return told.pongs == std::vector<std::string>{"are you there"}; }));

    alice.close();
    CHECK_FALSE(alice.is_open());
    CHECK_FALSE(alice.send("too late"));
    REQUIRE(live.until([&] { return !told.ends.empty(); }));
    CHECK(told.ends[0].code == websocket_close_code::normal);
    CHECK(told.ends[0].why.code == errc::logged_out);
    CHECK(live.until([&] { return live.server->connections() == 1; }));
    CHECK(told.opened == std::vector<std::string>{""});
    CHECK(told.ends.size() == 1);
}

TEST_CASE("a close of one's own is a goodbye, whatever code was chosen for it") {
    live_server<> live;
    heard told;
    websocket_client client{live.loop, told.handlers()};
    client.open(at(live.port));
    REQUIRE(live.until([&] { return client.is_open(); }));
    client.close(close_code_of(errc::kicked), "of my own will");
    REQUIRE(live.until([&] { return !told.ends.empty(); }));
    CHECK(told.why() == errc::logged_out);
    CHECK(told.ends[0].code == close_code_of(errc::kicked));
}

TEST_CASE("why a server ends a session is told by name") {
    live_server<> live;
    heard told;
    websocket_client alice{live.loop, told.handlers()};
    alice.open(at(live.port));
    REQUIRE(live.until([&] { return alice.is_open(); }));
    alice.send("AUTH_REQ 1 credential=alice", true);
    REQUIRE(live.until([&] { return told.has("AUTH_RSP 1"); }));
    live.engine.kick(user_id{"alice"});
    REQUIRE(live.until([&] { return !told.ends.empty(); }));
    CHECK(told.ends[0].why.code == errc::kicked);
    CHECK(told.ends[0].code == close_code_of(errc::kicked));
}

TEST_CASE("over TLS; who is not trusted, or has another name, is told nothing") {
    live_server<> live;
    const certificate_files files, others;
    const std::uint16_t port =
        *live.server->listen("127.0.0.1", 0, *tls_context::for_servers(files.certificate, files.key));
    const tls_context trusting = *tls_context::for_clients(files.certificate);
    heard good, stranger, other_name, plain;
    websocket_client a{live.loop, good.handlers()}, b{live.loop, stranger.handlers()},
        c{live.loop, other_name.handlers()}, d{live.loop, plain.handlers(), hasty};
    a.open(at(port, trusting));
    b.open(at(port, *tls_context::for_clients(others.certificate)));
    websocket_target by_address = at(port, trusting);
    by_address.at.host = "127.0.0.1";
    c.open(by_address);
    d.open(at(port));
    REQUIRE(live.until([&] { return a.is_open(); }));
    a.send("AUTH_REQ 1 credential=" + std::string(2000, 'a'), true);
    CHECK(live.until([&] { return !good.messages.empty(); }));
    CHECK(live.until([&] { return !stranger.ends.empty() && !other_name.ends.empty() && !plain.ends.empty(); }));
    CHECK(stranger.why() == detail::unreachable);
    CHECK(stranger.ends[0].why.detail.find("certificate") != std::string::npos);
    CHECK(other_name.why() == detail::unreachable);
    CHECK(other_name.ends[0].why.detail.find("IP address mismatch") != std::string::npos);
    CHECK(stranger.opened.empty());
    CHECK(other_name.opened.empty());
    a.close();
    CHECK(live.until([&] { return !good.ends.empty(); }));
    CHECK(good.why() == errc::logged_out);
}

TEST_CASE("a server that refuses is told by its status") {
    live_server<> live;
    heard told;
    websocket_client client{live.loop, told.handlers()};
    websocket_target nowhere = at(live.port);
    nowhere.path = "/nowhere";
    client.open(nowhere);
    REQUIRE(live.until([&] { return !told.ends.empty(); }));
    CHECK(told.why() == errc::not_found);
    CHECK(told.ends[0].status == 404);
    CHECK(told.opened.empty());

    struct {
        std::string answer;
        errc why;
        std::int64_t come_back;
    } const table[] = {{"401 No\r\nContent-Length: 0\r\n\r\n", errc::bad_credential, 0},
                       {"403 No\r\nContent-Length: 5\r\n\r\nnever", errc::not_allowed, 0},
                       {"429 No\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", errc::rate_limited, 7},
                       {"503 No\r\nRetry-After: 1x\r\nContent-Length: 0\r\n\r\n", errc::overloaded, 0},
                       {"503 No\r\nRetry-After: 9999999999999999999\r\nContent-Length: 0\r\n\r\n", errc::overloaded, 0},
                       {"302 Go\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", errc::unsupported, 0},
                       {"200 Fine\r\nContent-Length: 0\r\n\r\n", errc::unsupported, 0}};
    for (const auto& row : table) {
        CAPTURE(row.answer);
        scene s;
        peer p = s.asked();
        p.send("HTTP/1.1 " + row.answer);
        CHECK(s.is_over());
        CHECK(s.told.why() == row.why);
        CHECK(s.told.ends[0].why.retry_after == seconds(row.come_back));
        CHECK(s.told.ends[0].status == std::stoi(row.answer));
    }
    scene s;
    peer until_closed = s.asked();
    until_closed.send("HTTP/1.1 403 No\r\n\r\nnever");
    until_closed.close();
    CHECK(s.is_over());
    CHECK(s.told.why() == errc::not_allowed);
}

TEST_CASE("a 101 that is none opens nothing") {
    const auto with = [](std::string from, std::string to) {
        return [=](std::string yes) { return yes.replace(yes.find(from), from.size(), to); };
    };
    const auto more = [&](std::string_view field) {
        return with("\r\n\r\n", "\r\n" + std::string{field} + "\r\n\r\n");
    };
    const std::vector<function<std::string(std::string)>> lies = [&] {
        std::vector<function<std::string(std::string)>> all;
        all.emplace_back(with("Sec-WebSocket-Accept: ", "Sec-WebSocket-Accept: x"));
        all.emplace_back(with("Sec-WebSocket-Accept: ", "X-Accept: "));
        all.emplace_back(with("Upgrade: websocket", "Upgrade: h2c"));
        all.emplace_back(with("Connection: Upgrade", "Connection: close"));
        all.emplace_back(more("Sec-WebSocket-Protocol: other"));
        all.emplace_back(more("Sec-WebSocket-Protocol: one\r\nSec-WebSocket-Protocol: two"));
        all.emplace_back(more("Sec-WebSocket-Extensions: permessage-deflate"));
        all.emplace_back(with("HTTP/1.1 101", "HTTP/2.0 101"));
        all.emplace_back([](std::string) { return std::string{"SSH-2.0-OpenSSH_9\r\n"}; });
        return all;
    }();
    for (auto& lie : lies) {
        scene s;
        peer p = s.asked({.at = {}, .subprotocols = {"one", "two"}});
        p.send(const_cast<function<std::string(std::string)>&>(lie)(scene::yes(p)));
        CHECK(s.is_over());
        CHECK(s.told.why() == errc::malformed);
        CHECK(s.told.opened.empty());
        CHECK(s.until([&] { return p.ended(); }));
    }
    scene s;
    peer p = s.asked();
    p.send("HTTP/1.1 101 Yes\r\n" + std::string(20'000, 'x'));
    CHECK(s.is_over());
    CHECK(s.told.why() == errc::too_large);
}

TEST_CASE("what is asked for: names in their order, fields, a key that is never the same; no field breaks out") {
    scene s;
    peer p = s.asked({.at = {},
                      .path = "/ws?token=x",
                      .subprotocols = {"one", "two"},
                      .fields = {{"Authorization", "Bearer abc"}, {"X-Evil", "a\r\nX-Worse: b"}}});
    CHECK(p.has("GET /ws?token=x HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(s.listener.port) + "\r\n"));
    CHECK(p.has("Sec-WebSocket-Protocol: one, two\r\n"));
    CHECK(p.has("Authorization: Bearer abc\r\n"));
    CHECK_FALSE(p.has("X-Worse"));
    p.send(scene::yes(p, "Sec-WebSocket-Protocol: two\r\n"));
    CHECK(s.until([&] { return s.told.opened == std::vector<std::string>{"two"}; }));
    scene other;
    peer q = other.asked();
    const auto key = [](peer& of) { return of.got().substr(of.got().find("Sec-WebSocket-Key"), 43); };
    CHECK(key(p) != key(q));
}

TEST_CASE("what cannot be asked for is refused without a connection") {
    for (const websocket_target& bad :
         {websocket_target{.at = {.host = "", .port = 1}}, websocket_target{.at = {.host = "a b", .port = 1}},
          websocket_target{.at = {.host = "127.0.0.1", .port = 1}, .path = "no slash"},
          websocket_target{.at = {.host = "127.0.0.1", .port = 1}, .path = "/a b"},
          websocket_target{.at = {.host = "127.0.0.1", .port = 1}, .subprotocols = {"a,b", "b"}},
          websocket_target{.at = {.host = "127.0.0.1", .port = 1}, .subprotocols = {"a b"}}}) {
        scene s;
        s.client->open(bad);
        CHECK(s.told.ends.empty());  // never from within a verb
        CHECK(s.is_over());
        CHECK(s.told.why() == errc::invalid_argument);
    }
}

TEST_CASE("nobody there, no such name: told once") {
    scene s;
    s.listener.close();
    s.client->open(at(s.listener.port));
    CHECK(s.is_over());
    CHECK(s.told.why() == detail::unreachable);
    CHECK(s.told.ends[0].why.detail.find("refused") != std::string::npos);
    s.told.ends.clear();
    s.client->open({.at = {.host = std::string(64, 'a') + ".invalid", .port = 80}});
    CHECK(s.is_over());
    CHECK(s.told.why() == detail::unreachable);
    s.settle();
    CHECK(s.told.ends.size() == 1);
}

TEST_CASE("whoever does not let us in has its time: the connection, the answer, the rest of the answer") {
    struct closed_door : raw_listener {
        std::vector<peer> before;
        closed_door() : raw_listener{0} {
            for (int i = 0; i < 4; ++i) before.emplace_back(port);
        }
    } door;
    scene s;
    s.client->open(at(door.port));
    CHECK(s.is_over());
    CHECK(s.told.why() == detail::unreachable);
    CHECK(s.told.ends[0].why.detail.find("in time") != std::string::npos);

    for (const std::string& half :
         {std::string{}, std::string{"HTTP/1.1 101 Switch"}, std::string{"HTTP/1.1 101 Yes\r\nA: b\r\n"},
          std::string{"HTTP/1.1 403 No\r\nContent-Length: 10\r\n\r\nnev"}}) {
        scene t;
        peer p = t.asked();
        p.send(half);
        CHECK(t.is_over());
        CHECK(t.told.why() == detail::unreachable);
        CHECK(t.until([&] { return p.ended(); }));
    }
    scene t;
    websocket_target tls = at(t.listener.port, *tls_context::for_clients());
    t.client->open(tls);
    peer silent = t.accept();
    CHECK(t.is_over());
    CHECK(t.told.why() == detail::unreachable);
}

TEST_CASE("every address of a name is tried, in its order") {
    struct probe final : detail::client_wire {
        using client_wire::client_wire;
        bool came = false;
        std::optional<error> why;
        void connected() override { came = true; }
        void take(std::span<char>) override {}
        void ended(const error& e) override { why = e; }
    };
    scripted_server s;
    const auto there = [&](const char* address, std::uint16_t port) {
        return probe::endpoint{asio::ip::make_address(address), port};
    };
    raw_listener full{0};
    std::vector<peer> before;
    for (int i = 0; i < 4; ++i) before.emplace_back(full.port);
    const detail::counted_ptr<probe> found{new probe{s.loop, hasty}}, none{new probe{s.loop, hasty}};
    found->dial(
        {there("127.0.0.2", s.listener.port), there("127.0.0.1", full.port), there("127.0.0.1", s.listener.port)});
    none->dial({there("127.0.0.2", s.listener.port), there("127.0.0.3", s.listener.port)});
    CHECK(s.until([&] { return found->came && none->why; }));
    CHECK(none->why->detail.find("127.0.0.3") != std::string::npos);
    CHECK_FALSE(found->why);
    found->forsake();
    s.settle();
    CHECK_FALSE(found->why);
}

TEST_CASE("a server is told by which name it was found, before TLS begins; an address is no name") {
    for (const std::string host : {"localhost", "127.0.0.1"}) {
        scene s;
        s.client->open({.at = {.host = host, .port = s.listener.port, .tls = *tls_context::for_clients()}});
        peer p = s.accept();
        REQUIRE(s.until([&] { return p.got().size() > 100; }));
        CHECK(p.has(host) == (host == "localhost"));
    }
}

TEST_CASE("names are looked up") {
    live_server<> live;
    heard told;
    websocket_client client{live.loop, told.handlers()};
    websocket_target by_name = at(live.port);
    by_name.at.host = "localhost";
    client.open(by_name);
    CHECK(live.until([&] { return client.is_open(); }));
}

TEST_CASE("messages come whole, however they travel: with the 101, byte by byte, in fragments") {
    scene s;
    peer p = s.asked();
    const std::string all = scene::yes(p) + frame_of(websocket_opcode::text, "first") +
                            frame_of(websocket_opcode::binary, std::string(300, 'x')) +
                            std::string{"\x01\x02\x66\x72", 4} + frame_of(websocket_opcode::ping, "between") +
                            std::string{"\x80\x03\x61\x67\x73", 5};
    SUBCASE("at once") { p.send(all); }
    SUBCASE("byte by byte") {
        for (const char c : all) p.send({&c, 1}), s.settle();
    }
    CHECK(s.until([&] { return s.told.messages.size() == 3; }));
    CHECK(s.told.messages == std::vector<std::string>{"first", std::string(300, 'x'), "frags"});
    CHECK(s.told.texts == std::vector{true, false, true});
    CHECK(s.until([&] { return p.messages(as_server).size() == 1; }));
    CHECK(p.messages(as_server)[0].opcode == websocket_opcode::pong);
    CHECK(p.messages(as_server)[0].payload == "between");
}

TEST_CASE("what is sent is masked, each time with another key, and arrives as it was; what a turn says is one write") {
    scene s{link_options{}};
    peer p = s.opened();
    const std::size_t head = p.got().size();
    for (int i = 0; i < 100; ++i) CHECK(s.client->send("0123456789", i % 2 == 0));
    CHECK(s.client->queued_bytes() == 100 * 16);
    CHECK(s.until([&] { return p.messages(as_server).size() == 100; }));
    CHECK(s.client->queued_bytes() == 0);
    std::vector<std::string> keys;
    for (std::size_t at = head; at < p.got().size(); at += 16) keys.push_back(p.got().substr(at + 2, 4));
    std::sort(keys.begin(), keys.end());
    CHECK(std::unique(keys.begin(), keys.end()) - keys.begin() >= 99);
    for (std::size_t i = 0; i < 100; ++i) {
        CHECK(p.messages(as_server)[i].payload == "0123456789");
        CHECK((p.messages(as_server)[i].opcode == websocket_opcode::text) == (i % 2 == 0));
    }
}

TEST_CASE("a server that breaks the rules is told which, and so is the client") {
    struct {
        std::string bytes;
        int code;
        errc why;
    } const table[] = {
        {std::string{"\x81\x85\0\0\0\0hello", 11}, 1002, errc::malformed},                    // masked
        {frame_of(websocket_opcode::text, "\xff\xfe"), 1007, errc::malformed},                // no UTF-8
        {frame_of(websocket_opcode::binary, std::string(1001, 'x')), 1009, errc::too_large},  // over the limit
        {std::string{"\xc1\x01x", 3}, 1002, errc::malformed},                                 // compressed, unasked
        {std::string{"\x80\x01x", 3}, 1002, errc::malformed},                                 // continues nothing
        {std::string{"\x88\x01x", 3}, 1002, errc::malformed},                                 // half a close code
        {frame_of(websocket_opcode::close, "\x03\xed"), 1002, errc::malformed},               // 1005 never travels
    };
    for (const auto& row : table) {
        scene s;
        peer p = s.opened();
        p.send(row.bytes + frame_of(websocket_opcode::text, "never heard"));
        CHECK(s.until([&] { return p.closed_with(as_server) == row.code; }));
        CHECK_FALSE(s.client->is_open());
        CHECK(s.told.ends.empty());
        p.close();
        CHECK(s.is_over());
        CHECK(s.told.why() == row.why);
        CHECK(s.told.messages.empty());
    }
}

TEST_CASE("a close of the server's is answered, told with code and reason, and ends even if the server stays") {
    for (const bool stays : {false, true}) {
        scene s;
        peer p = s.opened();
        p.send(frame_of(websocket_opcode::close, "\x0f\xac"
                                                 "back in a minute"));  // 4012
        CHECK(s.until([&] { return p.closed_with(as_server) == 4012; }));
        if (!stays) p.close();
        CHECK(s.is_over());
        CHECK(static_cast<int>(s.told.ends[0].code) == 4012);
        CHECK(s.told.ends[0].reason == "back in a minute");
        CHECK(s.told.why() == errc::gone);
        CHECK(s.until([&] { return p.ended(); }));
    }
    scene s;
    peer p = s.opened();
    p.send(frame_of(websocket_opcode::close, {}));
    p.send_nothing_more();
    CHECK(s.is_over());
    CHECK(s.told.ends[0].code == websocket_close_code::no_code);
}

TEST_CASE("a server that never answers the close has its time; nothing it says meanwhile is told") {
    scene s;
    peer p = s.opened();
    s.client->send("before");
    s.client->close(websocket_close_code::going_away, "tired");
    s.client->close();
    CHECK(s.until([&] { return p.closed_with(as_server) == 1001; }));
    CHECK(p.messages(as_server)[0].payload == "before");
    CHECK(p.messages(as_server)[1].payload == "tired");
    CHECK(p.messages(as_server).size() == 2);
    p.send(frame_of(websocket_opcode::text, "still here") + frame_of(websocket_opcode::ping, "and you"));
    CHECK(s.is_over());
    CHECK(s.told.why() == errc::timed_out);
    CHECK(s.told.messages.empty());
    CHECK(s.until([&] { return p.ended(); }));
    CHECK(p.messages(as_server).size() == 2);
}

TEST_CASE("a connection that ends without a word is told as lost, in every state") {
    enum class when { before_answer, in_head, open, in_message, after_close };
    for (const when w : {when::before_answer, when::in_head, when::open, when::in_message, when::after_close})
        for (const bool reset : {false, true}) {
            CAPTURE(static_cast<int>(w));
            CAPTURE(reset);
            scene s;
            peer p = s.asked();
            if (w == when::in_head) p.send("HTTP/1.1 101 Sw"), s.settle();
            if (w >= when::open) {
                p.send(scene::yes(p));
                REQUIRE(s.until([&] { return s.client->is_open(); }));
            }
            if (w == when::in_message) p.send("\x81\x05h"), s.settle();
            if (w == when::after_close) {
                s.client->close();
                REQUIRE(s.until([&] { return p.closed_with(as_server) == 1000; }));
            }
            reset ? p.reset() : p.close();
            CHECK(s.is_over());
            CHECK(s.told.why() == (w < when::open ? detail::unreachable : detail::lost));
            CHECK(s.told.ends[0].code == websocket_close_code::connection_lost);
            s.settle();
            CHECK(s.told.ends.size() == 1);
        }
}

TEST_CASE("what waits is bounded; when there is room again it is said, and nothing was lost") {
    scene s{{.queue_bytes = 100'000}};
    peer p = s.opened();
    const std::string message(1000, 'm');
    std::size_t sent = 0;
    for (int turn = 0; turn < 100'000 && s.client->queued_bytes() < 50'000; ++turn) {  // until the kernel takes no more
        sent += s.client->send(message);
        s.settle();
    }
    while (s.client->send(message)) ++sent;
    CHECK(s.client->queued_bytes() <= 100'000);
    CHECK(s.client->queued_bytes() > 98'000);
    CHECK_FALSE(s.client->send(message));
    CHECK(s.told.drained == 0);
    CHECK(s.until([&] { return p.got().size() > 0 && s.told.drained == 1; }));
    CHECK(s.client->queued_bytes() == 0);
    CHECK(s.client->send("the end"));
    ++sent;
    CHECK(s.until([&] { return p.has("\x87") && p.got().size() >= (sent - 1) * 1008; }));
    CHECK(s.until([&] { return p.messages(as_server).size() == sent; }));
}

TEST_CASE("whoever was told no is told when there is room, also when nothing had to wait") {
    scene s{{.queue_bytes = 1000}};
    peer p = s.opened();
    CHECK(s.client->send(std::string(900, 'x')));
    CHECK_FALSE(s.client->send(std::string(900, 'x')));
    CHECK(s.until([&] { return s.told.drained == 1; }));
    CHECK(s.client->send(std::string(900, 'x')));
}

TEST_CASE("pings are answered, but not faster than the server takes the answers") {
    scene s;
    peer p = s.opened();
    std::string flood;
    for (int i = 0; i < 500; ++i) flood += frame_of(websocket_opcode::ping, std::to_string(i));
    p.send(flood);
    p.send(frame_of(websocket_opcode::text, "behind"));
    CHECK(s.until([&] { return s.told.has("behind"); }));
    s.settle();
    CHECK(p.messages(as_server).size() >= 1);
    CHECK(p.messages(as_server).size() < 20);
}

TEST_CASE("a client may be destroyed by any of its handlers, and at any time") {
    const auto destroyed_by = [](auto arrange, auto bring_about) {
        scene s{{.queue_bytes = 1000}};
        websocket_handlers h;
        int calls = 0;
        const auto destroy = [&s, &calls, big = std::string(100, 'x')](const auto&...) {
            ++calls;
            s.client.reset();
            CHECK(big.size() == 100);  // what it captured lives until it returns
        };
        arrange(h, destroy);
        s.client.emplace(s.loop, std::move(h), link_options{.close_within = soon, .queue_bytes = 1000});
        peer p = s.asked();
        p.send(scene::yes(p));
        bring_about(s, p);
        CHECK(s.until([&] { return !s.client; }));
        CHECK(s.until([&] { return p.ended(); }));
        CHECK(calls == 1);
    };
    const auto nothing = [](scene&, peer&) {};
    const auto open = [](scene& s) { REQUIRE(s.until([&] { return s.client->is_open(); })); };
    destroyed_by([](auto& h, auto& destroy) { h.opened = destroy; }, nothing);
    destroyed_by(
        [](auto& h, auto& destroy) { h.message = destroy; },
        [](scene&, peer& p) { p.send(frame_of(websocket_opcode::text, "a") + frame_of(websocket_opcode::text, "b")); });
    destroyed_by(
        [](auto& h, auto& destroy) { h.pong = destroy; },
        [](scene&, peer& p) { p.send(frame_of(websocket_opcode::pong, "a") + frame_of(websocket_opcode::text, "b")); });
    destroyed_by([](auto& h, auto& destroy) { h.drained = destroy; },
                 [&](scene& s, peer&) {
                     open(s);
                     while (s.client->send(std::string(100, 'x'))) {}
                 });
    destroyed_by([](auto& h, auto& destroy) { h.closed = destroy; },
                 [&](scene& s, peer& p) {
                     open(s);
                     p.reset();
                 });

    for (const int turns : {0, 1, 2, 3, 5, 8}) {
        scene s;
        s.client->open(at(s.listener.port));
        for (int i = 0; i < turns; ++i) s.loop.poll_one();
        s.client.reset();
        s.settle();
        CHECK(s.told.ends.empty());
        CHECK(s.told.opened.empty());
    }
    scene s;
    s.client->open({.at = {.host = "localhost", .port = s.listener.port}});
    s.client.reset();
    s.settle();
    CHECK(s.told.ends.empty());
}

TEST_CASE("closed before it was open: no connection, told once") {
    scene s;
    s.client->open(at(s.listener.port));
    s.client->close();
    CHECK(s.told.ends.empty());
    CHECK(s.is_over());
    CHECK(s.told.why() == errc::logged_out);
    s.settle();
    CHECK(s.told.ends.size() == 1);
    CHECK(s.told.opened.empty());
}

TEST_CASE("closed while the server's yes is on its way: it is not opened any more") {
    scene s;
    peer p = s.asked();
    p.send(scene::yes(p));
    asio::post(s.loop, [&] { s.client->close(); });
    CHECK(s.is_over());
    CHECK(s.told.why() == errc::logged_out);
    CHECK(s.told.opened.empty());
}

TEST_CASE("it is opened again by the handler that was told the end, as often as one likes") {
    scripted_server s;
    int ends = 0;
    std::optional<websocket_client> client;
    client.emplace(s.loop, websocket_handlers{.closed = [&](const websocket_end&) {
                       if (++ends < 5) client->open(at(s.listener.port));
                   }});
    client->open(at(s.listener.port));
    for (int i = 0; i < 5; ++i) s.accept().close();
    CHECK(s.until([&] { return ends == 5; }));
    CHECK_FALSE(client->is_open());
}

TEST_CASE("handlers that were not given are not called") {
    scene s;
    s.client.emplace(s.loop, websocket_handlers{});
    peer p = s.asked();
    p.send(scene::yes(p) + frame_of(websocket_opcode::text, "a") + frame_of(websocket_opcode::pong, "b"));
    CHECK(s.until([&] { return s.client->is_open(); }));
    p.close();
    CHECK(s.until([&] { return !s.client->is_open(); }));
}

TEST_CASE("an open connection has no timer") {
    scene s;
    peer p = s.opened();
    s.settle();
    const auto begin = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(400))
        CHECK(s.loop.run_one_for(std::chrono::milliseconds(400)) == 0);
    CHECK(s.client->is_open());
}
