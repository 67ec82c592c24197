#include "tandem/adapters/websocketpp/websocketpp_bridge.hpp"

#include "live.hpp"

using bridged::live_server;

TEST_CASE("a message goes through a websocketpp server from one user to another") {
    live_server server;
    auto alice = server.sign_in("alice");
    auto bob = server.sign_in("bob");
    CHECK(server.bridge->connections() == 2);

    alice.say("SEND_REQ 2 to=bob send_id=s1 body=hello");
    CHECK(server.until([&] { return bob.is_told("PUSH_MSG") && bob.is_told("body=hello"); }));
    CHECK(server.until([&] { return alice.is_told("SEND_RSP 2"); }));
    CHECK_FALSE(alice.is_told("PUSH_MSG"));
}

TEST_CASE("whoever is not given to the bridge is served by the handlers that were there") {
    live_server server;
    auto someone = server.connect("/echo");
    someone.say("hello");
    CHECK(server.until([&] { return someone.is_told("echo hello"); }));
    CHECK(server.bridge->connections() == 0);

    auto alice = server.sign_in("alice");
    CHECK_FALSE(alice.is_told("echo"));
    someone.close();
    alice.close();
    CHECK(server.until([&] { return server.closed_echoes == 1 && server.bridge->connections() == 0; }));
    CHECK(server.closed_echoes == 1);
}

TEST_CASE("the handshake says which language is spoken, and one that nobody speaks is refused") {
    live_server server;
    auto alice = server.connect("/chat", "Sec-WebSocket-Protocol: klingon, tandem.v1.tiny\r\n");
    CHECK(server.until([&] { return alice.has("\r\n\r\n"); }));
    CHECK(alice.has(" 101 "));
    CHECK(alice.has("Sec-WebSocket-Protocol: tandem.v1.tiny\r\n"));

    auto worf = server.connect("/chat", "Sec-WebSocket-Protocol: klingon\r\n");
    CHECK(server.until([&] { return worf.ended(); }));
    CHECK(worf.has(" 400 "));
    CHECK(server.bridge->connections() == 1);
    CHECK(server.engine.hub().session_count() == 1);
}

TEST_CASE("an older version of the protocol has other frames: it is refused with the one that is spoken") {
    live_server server;
    peer old{server.port};
    old.send("GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    CHECK(server.until([&] { return old.ended(); }));
    CHECK(old.has(" 426 "));
    CHECK(old.has("Sec-WebSocket-Version: 13\r\n"));
    CHECK(server.engine.hub().session_count() == 0);
}

TEST_CASE("what is said before the handshake has been answered comes behind the answer") {
    live_server server;
    auto alice = server.connect("/chat?x=1", "Authorization: Bearer alice\r\n");
    CHECK(server.until([&] { return alice.is_told("AUTH_RSP 0 user=alice"); }));
}

TEST_CASE("a bridge may end between a handshake and its answer") {
    live_server server;
    server.server.set_validate_handler([&](auto who) {
        const bool may_come = server.bridge->validate(who);
        asio::post(server.loop, [&] { server.bridge.reset(); });
        return may_come;
    });
    auto first = server.connect("/echo");  // still has the handlers of before
    CHECK(server.until([&] { return first.has(" 101 "); }));
    auto alice = server.connect("/chat", "Authorization: Bearer alice\r\n");
    CHECK(server.until([&] { return alice.has(" 101 ") && alice.closed_with() != 0; }));
    CHECK_FALSE(alice.is_told("AUTH_RSP"));
}

struct closed_dialect : tandem::tiny_dialect {
    tandem::greeting greet(const tandem::hello& h, state&) const {
        seen = std::string{h.path}.append(" ").append(h.query).append(" ").append(h.address);
        return {.what = tandem::greeting::verdict::turn_away,
                .told = tandem::frame{"come back later", true},
                .why = tandem::errc::shutting_down};
    }
    static inline std::string seen;
};

TEST_CASE("whoever is turned away hears why, and then the close") {
    struct closed_chat : bridged::chat {
        using dialects = tandem::dialects<closed_dialect>;
    };
    live_server<closed_chat> server;
    auto alice = server.connect("/chat/now?a=1&b=2");
    CHECK(server.until([&] { return alice.closed_with() != 0; }));
    CHECK(alice.is_told("come back later"));
    CHECK(alice.closed_with() == 1012);
    CHECK(closed_dialect::seen == "/chat/now a=1&b=2 127.0.0.1");
    CHECK(server.engine.hub().session_count() == 0);
}

TEST_CASE("what the application sends between rounds goes to all of a large room, although nothing else happens") {
    live_server server{{.slice = 2}};
    const auto room = tandem::conversation_id::group(tandem::group_id{"room"});
    std::vector<peer> members;
    for (const char* user : {"a", "b", "c", "d", "e", "f", "g"}) {
        server.engine.join(room, tandem::user_id{user});
        members.push_back(server.sign_in(user));
    }
    server.settle();

    tandem::draft d;
    d.conversation = room, d.sender = tandem::user_id{"a"}, d.body = "hello_all";
    server.engine.send(std::move(d));
    for (int i = 0; i < 20; ++i) server.settle();  // nothing waits for a timer
    for (auto& m : members) CHECK(m.is_told("body=hello_all"));
}

TEST_CASE("a session that is kicked is told why, in its language and in the close") {
    live_server server;
    auto alice = server.sign_in("alice");
    server.engine.kick(tandem::user_id{"alice"}, tandem::errc::replaced);
    CHECK(server.until([&] { return alice.closed_with() != 0; }));
    CHECK(alice.is_told("KICK_OUT"));
    CHECK(alice.closed_with() == 4000 + static_cast<int>(tandem::errc::replaced));
    alice.close();
    CHECK(server.until([&] { return server.bridge->connections() == 0; }));
}

TEST_CASE("a peer that resets its connection leaves nothing behind, in whichever state") {
    live_server server;
    auto alice = server.sign_in("alice");
    auto bob = server.connect();
    CHECK(server.until([&] { return server.bridge->connections() == 2; }));
    alice.reset();
    bob.reset();
    CHECK(server.until([&] { return server.bridge->connections() == 0; }));
    CHECK(server.engine.hub().session_count() == 0);
}

TEST_CASE("a peer that closes is gone for the engine, too") {
    live_server server;
    auto alice = server.sign_in("alice");
    alice.say({"\x03\xe8", 2}, tandem::websocket_opcode::close);
    CHECK(server.until([&] { return alice.closed_with() == 1000; }));
    CHECK(server.until([&] { return server.engine.hub().session_count() == 0; }));
}

TEST_CASE("a message over the engine's limit is not even received") {
    live_server server{{.max_frame_bytes = 1000}};
    auto alice = server.sign_in("alice");
    alice.send({"\x81\xfe\x27\x10mask", 8});  // the head of 10000 bytes
    CHECK(server.until([&] { return alice.closed_with() == 1009; }));
}

TEST_CASE("the engine has its time although nothing comes in: who does not sign in is closed") {
    live_server server{{.sign_in_within = tandem::seconds(1)}};
    auto silent = server.connect();
    CHECK(server.until([&] { return silent.closed_with() != 0; }));
}

TEST_CASE("what the engine is made to say outside of a round leaves at once, to the last of a large group") {
    live_server server{{.slice = 4}};
    const auto c = server.engine.create_group(tandem::group_id{"team"}, tandem::user_id{"u0"});
    std::vector<peer> members;
    for (int i = 0; i < 20; ++i) {
        const std::string user = "u" + std::to_string(i);
        if (i > 0) server.engine.join(c, tandem::user_id{user});
        members.push_back(server.sign_in(user));
    }
    server.settle();
    const auto begun = std::chrono::steady_clock::now();
    for (const std::string body : {"first-to-all", "second-to-all", "third-to-all"}) {
        tandem::draft d;
        d.conversation = c;
        d.sender = tandem::user_id{"u0"};
        d.body = body;
        server.engine.send(std::move(d));
        CHECK(server.until([&] {
            for (peer& m : members)
                if (!m.is_told(body)) return false;
            return true;
        }));
    }
    CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(1));  // not each at the engine's next tick
}

// --- slow readers

struct slow_bob {
    static constexpr std::size_t limit = 32 * 1024;

    slow_bob() {
        server.small_buffers = true;
        bob.emplace(server.sign_in("bob"));
        alice.emplace(server.sign_in("alice"));
    }

    void send(int n, std::size_t size) {
        for (int i = 0; i < n; ++i) {
            alice->say("SEND_REQ 2 to=bob send_id=s" + std::to_string(++sent) + " body=" + std::string(size, 'x'));
            REQUIRE(server.until([&] { return alice->has("send_id=s" + std::to_string(sent) + " "); }));
        }
    }
    std::size_t queued() {
        std::size_t bytes = 0;
        server.engine.hub().each_session_of(
            server.engine.hub().number_of(tandem::user_id{"bob"}),
            [&](tandem::session_handle, tandem::session& s) { bytes = s.outlet.queued_bytes(); });
        return bytes;
    }

    live_server<> server{{.pushing_until_bytes = limit, .session_rate = {.per_second = 1000000, .burst = 1000000}}};
    std::optional<peer> alice, bob;
    int sent = 0;
};

TEST_CASE("a slow reader becomes one that pulls: its queue is bounded, and it hears once that there is more") {
    slow_bob slow;
    slow.send(400, 30'000);
    CHECK(slow.queued() <= slow_bob::limit + 31'000);

    CHECK(slow.server.until([&] { return slow.bob->has("NEWS"); }));
    slow.server.settle();
    const auto told = slow.bob->messages();
    CHECK(told.size() < 300);
    CHECK(told.back().payload.starts_with("NEWS"));
    CHECK(told[told.size() - 2].payload.starts_with("PUSH_MSG"));

    slow.bob->say("HEARTBEAT_REQ 3 cursor=" + std::to_string(slow.server.engine.newest().value));
    CHECK(slow.server.until([&] { return slow.bob->has("HEARTBEAT_RSP 3"); }));
    slow.send(1, 5);
    CHECK(slow.server.until([&] { return slow.bob->has("send_id=s401 "); }));
}

TEST_CASE("whoever does not take what it was sent gets no answers to pings either") {
    slow_bob slow;
    slow.send(400, 30'000);
    const std::size_t before = slow.queued();
    for (int i = 0; i < 100; ++i) slow.bob->say("are you there?", tandem::websocket_opcode::ping);
    slow.server.settle();
    CHECK(slow.queued() == before);

    CHECK(slow.server.until([&] { return slow.bob->has("NEWS"); }));
    CHECK_FALSE(slow.bob->has("are you there?"));
    slow.bob->say("and now?", tandem::websocket_opcode::ping);
    CHECK(slow.server.until([&] { return slow.bob->is_told("and now?"); }));
    CHECK(slow.bob->messages().back().opcode == tandem::websocket_opcode::pong);
}

// --- probes

struct who_cannot_pull : tandem::tiny_dialect {
    static constexpr tandem::dialect_traits traits{.missed = tandem::when_missed::replay};
};

TEST_CASE("a probe is a ping, and its pong says what was received: that is not told again") {
    struct chat : bridged::chat {
        using dialects = tandem::dialects<who_cannot_pull>;
    };
    const auto ping_of = [](peer& p) {
        for (const peer::told& t : p.messages())
            if (t.opcode == tandem::websocket_opcode::ping) return t.payload;
        return std::string{};
    };
    live_server<chat> server;
    auto alice = server.sign_in("alice");
    for (const bool answers : {false, true, true}) {
        auto bob = server.sign_in("bob");
        if (!answers) alice.say("SEND_REQ 2 to=bob send_id=s1 body=hello");
        CHECK(server.until([&] { return !ping_of(bob).empty(); }));
        CHECK(bob.is_told("body=hello"));
        if (answers) {
            bob.say("not a token", tandem::websocket_opcode::pong);
            bob.say(ping_of(bob), tandem::websocket_opcode::pong);
            server.settle();
        }
        bob.close();
        CHECK(server.until([&] { return server.bridge->connections() == 1; }));
        if (answers) break;
    }
    auto bob = server.sign_in("bob");
    server.settle();
    CHECK_FALSE(bob.is_told("body=hello"));
}

// --- the end

TEST_CASE("a bridge that ends takes its connections along, and nobody else's") {
    live_server server;
    auto alice = server.sign_in("alice");
    auto someone = server.connect("/echo");
    CHECK(server.until([&] { return someone.has("\r\n\r\n"); }));
    server.bridge.reset();
    CHECK(server.engine.hub().session_count() == 0);
    alice.say("SEND_REQ 2 to=bob send_id=s1 body=hello");
    CHECK(server.until([&] { return alice.closed_with() == 1012; }));
    CHECK_FALSE(alice.is_told("SEND_RSP"));
    someone.say("still there?");
    CHECK(server.until([&] { return someone.is_told("echo still there?"); }));
}
