#include "tandem/adapters/asio/connection.hpp"

#include "tandem/adapters/json/json_pages.hpp"

#include "live.hpp"

using namespace tandem;

namespace {

std::string asking(std::string_view target, std::string_view more = {}) {
    return "GET " + std::string{target} + " HTTP/1.1\r\nHost: h\r\n" + std::string{more} + "\r\n";
}

// Answers "hello" and what was asked at once; whatever else, later.
struct patient_server : live_server<> {
    explicit patient_server(const server_options& o = {}, const options& e = {}) : live_server<>{o, e} {
        server->on_request([this](const http_request& r, const http_exchange& x) {
            if (r.path() == "/hello") return x.answer({.body = "hello " + std::string{r.query()}}), true;
            waiting.push_back(x);
            return true;
        });
    }

    // A peer whose request waits.
    peer ask_later() {
        peer p = connect();
        const std::size_t before = waiting.size();
        p.send(asking("/later"));
        REQUIRE(until([&] { return waiting.size() > before; }));
        return p;
    }
    // … and so much behind it that nothing is read any more.
    peer ask_much_later() {
        peer p = ask_later();
        while (p.send(asking("/hello?" + std::string(1000, 'x')))) settle();
        return p;
    }

    std::vector<http_exchange> waiting;
};

}  // namespace

TEST_CASE("a server may end while a connection is held") {
    patient_server live;
    const peer p = live.ask_much_later();
    live.server.reset();
    CHECK_FALSE(live.waiting[0].is_open());
    live.settle();
}

TEST_CASE("a server may end while one that goes answers another") {
    patient_server live;
    const peer one = live.ask_later();
    peer other = live.ask_later();
    live.waiting[0].when_gone([&] { live.waiting[1].answer({.body = "you go first"}); });
    live.server.reset();
    CHECK(live.until([&] { return other.ended(); }));
}

TEST_CASE("what came in halves behind a request that waited is put together, whoever is read first") {
    patient_server live;
    peer p = live.ask_later(), other = live.ask_later();
    const std::string second = asking("/hello?second");
    p.send(second.substr(0, 20));
    live.settle();
    // Both are ready in one round: that the other has gone makes the answer, and then the second half is read.
    live.waiting[1].when_gone([&] { live.waiting[0].answer({.body = "first"}); });
    other.close();
    p.send(second.substr(20));
    REQUIRE(live.until([&] { return p.has("hello second"); }));
    CHECK_FALSE(p.has(" 400 "));
    CHECK(p.got().find("first") < p.got().find("hello second"));
}

TEST_CASE("an upgrade that waited behind a request is answered before anything is said on it") {
    patient_server live;
    peer p = live.ask_later();
    p.upgrade("/ws", "Authorization: Bearer alice\r\n");
    live.settle();
    live.waiting[0].answer({.body = "first"});
    REQUIRE(live.until([&] { return p.has("AUTH_RSP"); }));
    CHECK(p.got().find(" 101 ") < p.got().find("AUTH_RSP"));
}

TEST_CASE("a peer that goes behind much that it has asked is gone in time") {
    patient_server live{{.rest_within = milliseconds(100)}};
    bool gone = false;
    {
        const peer p = live.ask_much_later();
        live.waiting[0].when_gone([&] { gone = true; });
    }
    CHECK(live.until([&] { return gone && live.server->connections() == 0; }));
}

TEST_CASE("an answer behind which the connection closes is taken as slowly as any other") {
    patient_server live{{.rest_within = seconds(5), .close_within = milliseconds(50), .send_buffer = 4096}};
    peer p = live.connect();
    p.send(asking("/later", "Connection: close\r\n"));
    REQUIRE(live.until([&] { return live.waiting.size() == 1; }));
    constexpr std::size_t size = 8 * 1024 * 1024;
    const auto start = std::chrono::steady_clock::now();
    live.waiting[0].answer({.body = std::string(size, 'x')});
    auto next = start;
    CHECK(live.until([&] {
        const auto now = std::chrono::steady_clock::now();
        if (now < next) return false;
        next = now + std::chrono::milliseconds(10);
        return p.ended();
    }));
    CHECK(p.got().size() > size);
    CHECK(std::chrono::steady_clock::now() - start > std::chrono::milliseconds(50));
}

TEST_CASE("a request lives as long as the call, also when it is answered") {
    live_server<> live;
    std::string path, field;
    live.server->on_request([&](const http_request& r, const http_exchange& x) {
        x.answer({.body = "here"});
        path = r.path(), field = r.field("X-Long");
        return true;
    });
    peer p = live.connect();
    p.send(asking("/some/path", "X-Long: " + std::string(5000, 'l') + "\r\n"));
    CHECK(live.until([&] { return p.has("here"); }));
    CHECK(path == "/some/path");
    CHECK(field == std::string(5000, 'l'));
}

TEST_CASE("a request is served once, whatever comes behind the last one") {
    live_server<> live;
    int served = 0;
    live.server->on_request([&](const http_request&, const http_exchange& x) {
        x.answer({.body = "here"});
        return ++served, true;
    });
    for (const char* last : {"GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"}) {
        served = 0;
        peer p = live.connect();
        p.send(last + std::string{"X"} + asking("/more"));
        CHECK(live.until([&] { return p.ended(); }));
        CHECK(served == 1);
    }
}

TEST_CASE("a peer that goes behind a second request that waits is noticed as well") {
    patient_server live{{.pipelined_bytes = 2000}};
    bool gone = false;
    {
        peer p = live.ask_later();
        p.send(asking("/hello?" + std::string(1500, 'x')) + asking("/later") +
               asking("/hello?" + std::string(1000, 'y')));
        live.settle();
        live.waiting[0].answer({.body = "first"});
        REQUIRE(live.until([&] { return live.waiting.size() == 2; }));
        live.waiting[1].when_gone([&] { gone = true; });
        REQUIRE(live.until([&] { return p.has("first"); }));
        live.settle();
    }
    CHECK(live.until([&] { return gone; }));
}

TEST_CASE("a handler may add another one while it is asked") {
    live_server<> live;
    live.server->on_request([&](const http_request&, const http_exchange&) {
        for (int i = 0; i < 100; ++i)
            live.server->on_request(
                [](const http_request&, const http_exchange& x) { return x.answer({.body = "new"}), true; });
        return false;
    });
    peer p = live.connect();
    p.send(asking("/"));
    CHECK(live.until([&] { return p.has("new"); }));
}

TEST_CASE("a handler that throws has its request answered, and the next one comes") {
    live_server<> live;
    live.server->on_request([&](const http_request& r, const http_exchange& x) {
        x.answer({.body = std::to_string(std::stoi(std::string{r.query()}))});
        return true;
    });
    peer p = live.connect();
    p.send(asking("/?forty") + asking("/?42"));
    CHECK(live.until([&] { return p.has(" 500 ") && p.has("42"); }));
}

TEST_CASE("who is told when the peer goes is let go with the answer") {
    live_server<> live;
    const auto held = std::make_shared<int>();
    live.server->on_request([&](const http_request&, const http_exchange& x) {
        x.when_gone([x, held] {});
        x.answer({.body = "here"});
        return true;
    });
    peer p = live.connect();
    p.send(asking("/"));
    CHECK(live.until([&] { return p.has("here"); }));
    CHECK(held.use_count() == 1);
}

TEST_CASE("a status that is none is 500, and what is said with it is said") {
    live_server<> live;
    live.server->on_request([&](const http_request& r, const http_exchange& x) {
        x.answer({.status = r.path() == "/odd" ? 0 : 200, .body = "body of " + std::string{r.path()}});
        return true;
    });
    peer p = live.connect();
    p.send(asking("/odd") + asking("/even"));
    CHECK(live.until([&] { return p.has("body of /odd") && p.has("body of /even"); }));
    CHECK(p.has(" 500 "));
}

TEST_CASE("whoever was told too much in one round is told that there is more, though it left at once") {
    live_server<> live{{}, {.pushing_until_bytes = 4096, .drafts_per_commit = 1, .conversation_rate = {}}};
    const auto c = live.engine.create_group(group_id{"team"}, user_id{"alice"}, std::vector<user_id>{"bob"});
    peer bob = live.sign_in("bob");
    live.settle();
    {
        const engine<live_chat>::turn t{live.engine};
        for (int i = 0; i < 20; ++i) {
            draft d;
            d.conversation = c, d.sender = user_id{"alice"}, d.body = std::string(1000, 'x');
            live.engine.send(std::move(d));
        }
    }
    CHECK(live.until([&] { return bob.is_told("NEWS"); }));
}

TEST_CASE("who drains twice is told twice, and may listen again") {
    live_server<> live;
    peer p = live.sign_in("alice");
    int told = 0;
    live.server->drain([&] { ++told; });
    live.server->drain([&] { ++told; });
    CHECK(live.until([&] { return p.closed_with() != 0; }));
    p.close();
    CHECK(live.until([&] { return told == 2; }));
    live.port = *live.server->listen_plain("127.0.0.1", 0);
    const peer again = live.sign_in("alice");
}
