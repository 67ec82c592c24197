#include "tandem/adapters/asio/asio_server.hpp"

#include "tandem/adapters/json/json_pages.hpp"

#include "live.hpp"

#include <set>

using namespace tandem;

namespace {

constexpr std::string_view as_alice = "Authorization: Bearer alice\r\n";

std::string get(std::string_view target, std::string_view more = as_alice) {
    return "GET " + std::string{target} + " HTTP/1.1\r\nHost: h\r\n" + std::string{more} + "\r\n";
}

}  // namespace

TEST_CASE("what one says is pushed to the other, and acknowledged") {
    live_server<> live;
    peer alice = live.sign_in("alice"), bob = live.sign_in("bob");
    alice.say("SEND_REQ 2 to=bob send_id=a body=hello");
    CHECK(live.until([&] { return alice.is_told("SEND_RSP 2") && bob.is_told("body=hello"); }));
}

TEST_CASE("what was said while somebody was away is pulled on the same port, over a connection that is kept") {
    live_server<> live;
    peer alice = live.sign_in("alice");
    alice.say("SEND_REQ 2 to=bob send_id=a body=hello");
    REQUIRE(live.until([&] { return alice.is_told("SEND_RSP"); }));
    peer bob = live.connect();
    for (int i = 1; i <= 3; ++i) {
        bob.send(get("/api/sync?lastSeq=0", "Authorization: Bearer bob\r\n"));
        CHECK(live.until([&] { return times(bob.got(), "\"hasMore\":false") == static_cast<std::size_t>(i); }));
    }
    CHECK(bob.has("\"nextSeq\":\"1\""));
    CHECK_FALSE(bob.ended());
}

TEST_CASE("requests that come together are answered in their order") {
    live_server<> live;
    peer p = live.connect();
    std::string all;
    for (int i = 0; i < 50; ++i) all += get(i % 2 ? "/health" : "/nothing/here");
    p.send(all);
    REQUIRE(live.until([&] { return times(p.got(), "HTTP/1.1 ") == 50; }));
    const std::string& got = p.got();
    std::size_t at = 0;
    for (int i = 0; i < 50; ++i, ++at) {
        at = got.find("HTTP/1.1 ", at);
        CHECK(got.substr(at + 9, 3) == (i % 2 ? "200" : "404"));
    }
}

TEST_CASE("a peer that asks for much and takes nothing costs one answer's memory, and gets them all in the end") {
    live_server<> live{{}, {.session_rate = {}, .user_rate = {}, .pulls_per_user = 1000}};
    for (int i = 0; i < 300; ++i) {
        draft d;
        d.conversation = conversation_id::self(user_id{"alice"});
        d.sender = user_id{"alice"};
        d.body = std::string(2000, 'x');
        live.engine.send(std::move(d));
    }
    peer p = live.connect();
    constexpr std::size_t pulls = 40;
    std::string all;
    for (std::size_t i = 0; i < pulls; ++i) all += get("/api/sync?lastSeq=0&count=300");
    p.send(all);
    live.settle();
    CHECK(live.server->unwritten_bytes() < 2 * 1024 * 1024);
    CHECK(live.until([&] { return times(p.got(), "\"hasMore\":") == pulls; }));
}

TEST_CASE("what belongs together is written together: one write for all that one round has told a connection") {
    live_server<> live;
    peer alice = live.sign_in("alice"), bob = live.sign_in("bob");
    const std::uint64_t before = live.server->writes();
    for (int i = 0; i < 16; ++i)
        alice.say("SEND_REQ " + std::to_string(i + 2) + " to=bob send_id=" + std::to_string(i) + " body=hello");
    REQUIRE(live.until([&] { return alice.is_told("SEND_RSP 17") && bob.is_told("seq%3D16"); }));
    CHECK(live.server->writes() - before <= 6);
}

TEST_CASE("a request of one's own is answered by one's own handler, at once or later") {
    live_server<> live;
    http_exchange waiting;
    live.server->on_request([&](const http_request& r, const http_exchange& x) {
        if (r.path() == "/hello")
            return x.answer({.content_type = "text/plain", .body = "hello " + std::string{r.query()}}), true;
        if (r.path() == "/later") return waiting = x, true;
        return false;
    });
    peer p = live.connect();
    p.send(get("/hello?bob"));
    CHECK(live.until([&] { return p.has("hello bob"); }));
    p.send(get("/later") + get("/hello?again"));
    CHECK(live.until([&] { return waiting.is_open(); }));
    live.settle();
    CHECK_FALSE(p.has("hello again"));
    waiting.answer({.body = "here it is"});
    CHECK(live.until([&] { return p.has("here it is") && p.has("hello again"); }));
    waiting.answer({.body = "twice"});
    live.settle();
    CHECK_FALSE(p.has("twice"));
}

TEST_CASE("a handler that answers later is told when the peer goes, and its answer goes nowhere") {
    live_server<> live;
    http_exchange waiting;
    bool gone = false;
    live.server->on_request([&](const http_request&, const http_exchange& x) {
        waiting = x;
        x.when_gone([&] { gone = true; });
        return true;
    });
    {
        peer p = live.connect();
        p.send(get("/later"));
        CHECK(live.until([&] { return waiting.is_open(); }));
    }
    CHECK(live.until([&] { return gone; }));
    CHECK_FALSE(waiting.is_open());
    waiting.answer({.body = "too late"});
    CHECK(live.server->connections() == 0);
}

TEST_CASE("a handler that forgets its request has it answered") {
    live_server<> live;
    live.server->on_request([](const http_request&, const http_exchange&) { return true; });
    peer p = live.connect();
    p.send(get("/forgotten"));
    CHECK(live.until([&] { return p.has("HTTP/1.1 500"); }));
}

TEST_CASE("a ping is answered, and the close of a peer with its own code") {
    live_server<> live;
    peer alice = live.sign_in("alice");
    alice.say("are you there", websocket_opcode::ping);
    CHECK(live.until([&] { return alice.is_told("are you there"); }));
    alice.say(websocket_close_payload(websocket_close_code::normal, "bye"), websocket_opcode::close);
    CHECK(live.until([&] { return alice.ended(); }));
    CHECK(alice.closed_with() == 1000);
    CHECK(live.server->connections() == 0);
    CHECK(live.engine.hub().session_count() == 0);
}

TEST_CASE("a session that is kicked is told why, in its language and in the close") {
    live_server<> live;
    peer alice = live.sign_in("alice");
    live.engine.kick(user_id{"alice"}, errc::replaced);
    CHECK(live.until([&] { return alice.closed_with() != 0; }));
    CHECK(alice.is_told("KICK_OUT"));
    CHECK(alice.closed_with() == 4000 + static_cast<int>(errc::replaced));
    alice.close();
    CHECK(live.until([&] { return live.server->connections() == 0; }));
}

TEST_CASE("what the engine is made to say outside of a round leaves at once, to the last of a large group") {
    live_server<> live{{}, {.slice = 4}};
    const auto c = live.engine.create_group(group_id{"team"}, user_id{"u0"});
    std::vector<peer> members;
    for (int i = 0; i < 20; ++i) {
        const std::string user = "u" + std::to_string(i);
        if (i > 0) live.engine.join(c, user_id{user});
        members.push_back(live.sign_in(user));
    }
    live.settle();
    draft d;
    d.conversation = c;
    d.sender = user_id{"u0"};
    d.body = "to-everybody";
    const auto begun = std::chrono::steady_clock::now();
    live.engine.send(std::move(d));
    CHECK(live.until([&] {
        for (peer& m : members)
            if (!m.is_told("to-everybody")) return false;
        return true;
    }));
    CHECK(std::chrono::steady_clock::now() - begun < std::chrono::milliseconds(700));  // not at the engine's next tick
}

TEST_CASE("who drains answers what it was asked, tells everybody when to come back, and lets nobody in") {
    live_server<> live{{.come_back_within = seconds(30)}};
    std::vector<peer> some;
    for (int i = 0; i < 8; ++i) some.push_back(live.sign_in("u" + std::to_string(i)));
    peer resting = live.connect();
    resting.send(get("/health"));
    REQUIRE(live.until([&] { return resting.has("fine"); }));
    some[0].say("SEND_REQ 2 to=u1 send_id=a body=hello");
    bool drained = false;
    live.until([&] { return some[1].is_told("hello"); });
    live.server->drain([&] { drained = true; });
    std::vector<std::string> moments;
    for (peer& p : some) {
        CHECK(live.until([&] { return p.closed_with() != 0; }));
        CHECK(p.closed_with() == 1012);
        for (const auto& t : p.messages())
            if (const auto at = t.payload.find("come_back="); at != std::string::npos)
                moments.push_back(t.payload.substr(at));
    }
    CHECK(moments.size() == some.size());
    CHECK(std::set<std::string>(moments.begin(), moments.end()).size() > some.size() / 2);
    CHECK_FALSE(drained);
    peer late = live.connect();
    some.clear();
    CHECK(live.until([&] { return drained; }));
    CHECK(resting.ended());
    CHECK(live.until([&] { return late.ended(); }));
    CHECK(live.server->connections() == 0);
}

TEST_CASE("where nobody can listen the error says where, and why") {
    live_server<> live;
    const auto taken = live.server->listen_plain("127.0.0.1", live.port);
    const auto unknown = live.server->listen_plain("localhost", 0);
    REQUIRE_FALSE(taken);
    REQUIRE_FALSE(unknown);
    CHECK(taken.error().detail.find("port " + std::to_string(live.port) + ": Address already in use") !=
          std::string::npos);
    CHECK(unknown.error().detail.find("localhost is no address") == 0);
}

TEST_CASE("a proxy that is no address is told where one listens: without it, nobody would be believed") {
    asio::io_context loop;
    engine<live_chat> engine{{}};
    asio_server server{loop, engine, {.proxies = {"10.0.0.0/8", "balancer.internal"}}};
    const auto listening = server.listen_plain("127.0.0.1", 0);
    REQUIRE_FALSE(listening);
    CHECK(listening.error().detail.find("balancer.internal") != std::string::npos);
}

TEST_CASE("a server that ends takes its connections along, whatever they were doing") {
    live_server<> live;
    http_exchange waiting;
    live.server->on_request([&](const http_request& r, const http_exchange& x) {
        if (r.path() != "/later") return false;
        waiting = x;
        return true;
    });
    peer talking = live.sign_in("alice"), asking = live.connect(), arriving = live.connect();
    asking.send(get("/later"));
    arriving.send("GET /hea");
    REQUIRE(live.until([&] { return waiting.is_open() && live.server->connections() == 3; }));
    live.server.reset();
    live.settle();
    CHECK_FALSE(waiting.is_open());
    CHECK((talking.ended() && asking.ended() && arriving.ended()));
    CHECK(live.engine.hub().session_count() == 0);
}
