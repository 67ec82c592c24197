#include "tandem/adapters/asio/http_client.hpp"

#include "certificate.hpp"
#include "live.hpp"
#include "scripted.hpp"

#include "tandem/adapters/asio/asio_client.hpp"

using namespace tandem;

namespace {

// What was answered, in the order it was.
struct heard {
    struct one {
        std::string name;
        int status = 0;  // 0: an error
        std::string body;
        errc why{};
        std::string detail;
        http_reply reply;
    };
    std::vector<one> all;

    done<http_reply> as(std::string name) {
        return done<http_reply>{[this, name](result<http_reply> r) {
            if (r) all.push_back({name, r->status, r->body, {}, {}, *r});
            else all.push_back({name, 0, {}, r.error().code, r.error().detail, {}});
        }};
    }
    std::string names() const {
        std::string joined;
        for (const one& a : all) joined += a.name;
        return joined;
    }
};

constexpr duration soon = milliseconds(150);
constexpr link_options hasty{
    .connect_within = soon, .shake_hands_within = soon, .answer = {.head_bytes = 2000, .body_bytes = 1000}};

struct scene : scripted_server {
    heard told;
    std::optional<http_client> client;

    explicit scene(const link_options& o = hasty) {
        client.emplace(loop, server_place{.host = "127.0.0.1", .port = listener.port}, o);
    }

    http_client::ticket ask(const std::string& name, http_call c = {}) {
        if (c.target == "/") c.target = "/" + name;
        return client->ask(c, told.as(name));
    }
    // Reads until that much was asked on it.
    bool is_asked(peer& p, std::string_view part) {
        return until([&] { return p.has(part); });
    }
    bool are_answered(std::size_t n) {
        return until([&] { return told.all.size() >= n; });
    }
    // A connection on which one request has been answered.
    peer kept() {
        ask("first");
        peer p = accept();
        REQUIRE(is_asked(p, "GET /first "));
        p.send(fine("1"));
        REQUIRE(are_answered(1));
        told.all.clear();
        return p;
    }
    bool nobody_came() {
        settle();
        const int fd = listener.take();
        if (fd >= 0) ::close(fd);
        return fd < 0;
    }
    static std::string fine(std::string_view body, std::string_view more = {}) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string{more} +
               "\r\n" + std::string{body};
    }
};

}  // namespace

TEST_CASE("a server of our own is asked: pages, refusals, over one connection") {
    live_server<> live;
    heard told;
    http_client client{live.loop, {.host = "localhost", .port = live.port}};
    client.ask({.target = "/health"}, told.as("a"));
    client.ask({.target = "/api/sync?lastSeq=0", .fields = {{"Authorization", "Bearer alice"}}}, told.as("b"));
    client.ask({.target = "/nowhere"}, told.as("c"));
    client.ask({.method = "HEAD", .target = "/health"}, told.as("d"));
    client.ask({.method = "POST",
                .target = "/api/messages/send",
                .fields = {{"Authorization", "Bearer alice"}, {"Content-Type", "application/json"}},
                .body = "no json"},
               told.as("e"));
    CHECK(client.waiting() == 5);
    REQUIRE(live.until([&] { return told.all.size() == 5; }));
    CHECK(told.names() == "abcde");
    CHECK(told.all[0].status == 200);
    CHECK(told.all[1].body.find("\"hasMore\":false") != std::string::npos);
    CHECK(told.all[1].reply.field("cache-control") == "no-store");
    CHECK(told.all[2].status == 404);
    CHECK(told.all[3].body.empty());
    CHECK(told.all[3].status == 200);
    CHECK(told.all[4].status == 400);
    CHECK(live.server->connections() == 1);
    CHECK(client.waiting() == 0);
}

TEST_CASE("over TLS, with answers of many records; who is not trusted is not asked") {
    live_server<> live;
    const certificate_files files, others;
    const std::uint16_t port =
        *live.server->listen("127.0.0.1", 0, *tls_context::for_servers(files.certificate, files.key));
    bool asked_by_stranger = false;
    live.server->on_request([&](const http_request& r, const http_exchange& x) {
        asked_by_stranger = asked_by_stranger || r.path() == "/secret";
        return x.answer({.body = std::string(3'000'000, 'x') + std::string{r.body}}), true;
    });
    heard told;
    http_client client{live.loop, {"localhost", port, *tls_context::for_clients(files.certificate)}},
        stranger{live.loop, {"localhost", port, *tls_context::for_clients(others.certificate)}};
    for (int i = 0; i < 3; ++i) client.ask({.method = "POST", .body = std::string(50'000, 'y')}, told.as("a"));
    REQUIRE(live.until([&] { return told.all.size() == 3; }));
    for (const auto& a : told.all) CHECK(a.body.size() == 3'050'000);
    CHECK(live.server->connections() == 1);
    stranger.ask({.target = "/secret"}, told.as("b"));
    REQUIRE(live.until([&] { return told.all.size() == 4; }));
    CHECK(told.all[3].why == detail::unreachable);
    CHECK(told.all[3].detail.find("certificate") != std::string::npos);
    CHECK_FALSE(asked_by_stranger);
}

TEST_CASE("the next request is written when the one before is answered, not earlier") {
    scene s;
    s.ask("one");
    s.ask("two", {.method = "POST", .body = "body"});
    peer p = s.accept();
    CHECK(s.is_asked(p, "GET /one HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(s.listener.port) + "\r\n\r\n"));
    s.settle();
    CHECK_FALSE(p.has("/two"));
    p.send(scene::fine("1", "X-Field: value\r\n"));
    CHECK(s.is_asked(p, "POST /two HTTP/1.1\r\n"));
    CHECK(s.is_asked(p, "Content-Length: 4\r\n\r\nbody"));
    CHECK(s.told.names() == "one");
    CHECK(s.told.all[0].reply.field("x-field") == "value");
    CHECK(s.told.all[0].reply.field("x-other").empty());
    p.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 Done\r\n\r\n");
    CHECK(s.are_answered(2));
    CHECK(s.told.all[1].status == 204);
    CHECK(s.nobody_came());
}

TEST_CASE("answers come whole, however they travel") {
    const std::string chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nA: b\r\n\r\n";
    for (const std::string& answer : {chunked, scene::fine("hello world")}) {
        scene s;
        s.ask("a");
        peer p = s.accept();
        REQUIRE(s.is_asked(p, "\r\n\r\n"));
        for (const char c : answer) {
            CHECK(s.told.all.empty());
            p.send({&c, 1});
            s.settle();
        }
        REQUIRE(s.are_answered(1));
        CHECK(s.told.all[0].body == "hello world");
        s.ask("b");
        CHECK(s.is_asked(p, "GET /b "));
    }
    scene s;
    s.ask("until_the_end");
    peer p = s.accept();
    REQUIRE(s.is_asked(p, "\r\n\r\n"));
    p.send("HTTP/1.1 200 OK\r\n\r\nhello");
    s.settle();
    CHECK(s.told.all.empty());
    p.close();
    REQUIRE(s.are_answered(1));
    CHECK(s.told.all[0].body == "hello");
}

TEST_CASE("a connection that ends in the middle of an answer is no answer, and the next request has another one") {
    const std::string halves[] = {"", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
                                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"};
    for (const std::string& half : halves)
        for (const bool reset : {false, true}) {
            CAPTURE(half);
            scene s;
            s.ask("a");
            s.ask("b");
            peer p = s.accept();
            REQUIRE(s.is_asked(p, "\r\n\r\n"));
            p.send(half);
            s.settle();
            reset ? p.reset() : p.close();
            REQUIRE(s.are_answered(1));
            CHECK(s.told.all[0].why == errc::unknown_outcome);
            peer next = s.accept();
            CHECK(s.is_asked(next, "GET /b "));
            next.send(scene::fine("b"));
            CHECK(s.are_answered(2));
            CHECK(s.told.all[1].body == "b");
        }
}

TEST_CASE("what is no answer, or too large a one, ends the connection; the next request has another one") {
    struct {
        std::string bytes;
        errc why;
    } const table[] = {
        {"SSH-2.0-OpenSSH_9\r\n", errc::malformed},
        {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", errc::malformed},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", errc::malformed},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", errc::malformed},
        {"HTTP/1.1 200 OK\r\nX: " + std::string(3000, 'x'), errc::too_large},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", errc::too_large},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x'), errc::too_large},
        {"HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'x'), errc::too_large},
    };
    for (const auto& row : table) {
        CAPTURE(row.bytes.substr(0, 80));
        scene s;
        s.ask("a");
        s.ask("b");
        peer p = s.accept();
        REQUIRE(s.is_asked(p, "\r\n\r\n"));
        p.send(row.bytes);
        REQUIRE(s.are_answered(1));
        CHECK(s.told.all[0].why == row.why);
        CHECK(s.until([&] { return p.ended(); }));
        peer next = s.accept();
        CHECK(s.is_asked(next, "GET /b "));
    }
}

TEST_CASE("each request has its own time, also while it waits for others") {
    scene s;
    s.ask("never", {.within = milliseconds(300)});
    s.ask("short", {.within = milliseconds(50)});
    s.ask("long");
    peer p = s.accept();
    REQUIRE(s.is_asked(p, "GET /never "));
    p.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal");
    REQUIRE(s.are_answered(1));
    CHECK(s.told.all[0].name == "short");
    CHECK(s.told.all[0].why == errc::timed_out);
    CHECK_FALSE(p.ended());
    REQUIRE(s.are_answered(2));
    CHECK(s.told.all[1].name == "never");
    CHECK(s.told.all[1].why == errc::timed_out);
    CHECK(s.until([&] { return p.ended(); }));  // an answer that comes now would be taken for the next one's
    peer next = s.accept();
    REQUIRE(s.is_asked(next, "GET /long "));
    next.send(scene::fine("there"));
    REQUIRE(s.are_answered(3));
    CHECK(s.told.all[2].body == "there");
}

TEST_CASE("a server that lets nobody in is given up, and all that waited are told; later it is tried again") {
    scene s;
    s.listener.close();
    for (const char* name : {"a", "b", "c"}) s.ask(name, {.method = "POST"});
    CHECK(s.told.all.empty());  // never from within a verb
    REQUIRE(s.are_answered(3));
    for (const auto& a : s.told.all) {
        CHECK(a.why == detail::unreachable);
        CHECK(a.detail.find("refused") != std::string::npos);
    }
    CHECK(s.told.names() == "abc");

    scene t;  // TLS is expected, and the server says nothing
    t.client.emplace(t.loop, server_place{"localhost", t.listener.port, *tls_context::for_clients()}, hasty);
    t.ask("a");
    t.ask("b");
    peer silent = t.accept();
    REQUIRE(t.are_answered(2));
    CHECK(t.told.all[0].why == detail::unreachable);
    t.ask("c");
    peer again = t.accept();
    CHECK(t.until([&] { return !again.got().empty(); }));
}

TEST_CASE("a kept connection that was closed meanwhile is made anew, also for what may not be repeated") {
    for (const bool noticed : {false, true})
        for (const bool reset : {false, true}) {
            scene s;
            peer p = s.kept();
            reset ? p.reset() : p.close();
            if (noticed) s.settle();
            s.ask("next", {.method = "POST", .body = "x"});
            peer q = s.accept();
            REQUIRE(s.is_asked(q, "POST /next "));
            q.send(scene::fine("2"));
            REQUIRE(s.are_answered(1));
            CHECK(s.told.all[0].body == "2");
        }
}

TEST_CASE("a kept connection that closes instead of answering: what may be repeated is, once") {
    struct {
        http_call call;
        bool again;
    } const table[] = {{{.method = "GET"}, true},
                       {{.method = "HEAD"}, true},
                       {{.method = "POST"}, false},
                       {{.method = "POST", .repeatable = true}, true}};
    for (const auto& row : table) {
        CAPTURE(row.call.method);
        scene s;
        peer p = s.kept();
        s.ask("next", row.call);
        REQUIRE(s.is_asked(p, " /next "));
        p.close();
        if (row.again) {
            peer q = s.accept();
            REQUIRE(s.is_asked(q, " /next "));
            q.close();
        }
        REQUIRE(s.are_answered(1));
        CHECK(s.told.all[0].why == errc::unknown_outcome);
        CHECK(s.nobody_came());
        CHECK(s.told.all.size() == 1);
    }
}

TEST_CASE("nothing is repeated of which an answer had begun, or that a fresh connection has failed") {
    scene s;
    peer p = s.kept();
    s.ask("next");
    REQUIRE(s.is_asked(p, " /next "));
    p.send("HTTP/1.1 2");
    s.settle();
    p.close();
    REQUIRE(s.are_answered(1));
    CHECK(s.told.all[0].status == 0);
    CHECK(s.nobody_came());

    scene t;
    t.ask("fresh");
    peer q = t.accept();
    REQUIRE(t.is_asked(q, " /fresh "));
    q.close();
    REQUIRE(t.are_answered(1));
    CHECK(t.told.all[0].why == errc::unknown_outcome);
    CHECK(t.nobody_came());
}

TEST_CASE("what a server says unasked is never taken for an answer") {
    const std::string lie = scene::fine("lie");
    for (const bool noticed : {false, true}) {
        scene s;
        peer p = s.kept();
        p.send(lie);
        if (noticed) s.settle();
        s.ask("next");
        peer q = s.accept();
        CHECK(s.until([&] { return p.ended(); }));
        REQUIRE(s.is_asked(q, "GET /next "));
        CHECK_FALSE(p.has("/next"));
        q.send(scene::fine("truth"));
        REQUIRE(s.are_answered(1));
        CHECK(s.told.all[0].body == "truth");
    }
    scene s;
    s.ask("a");
    s.ask("b");
    peer p = s.accept();
    REQUIRE(s.is_asked(p, "GET /a "));
    p.send(scene::fine("a") + lie);
    REQUIRE(s.are_answered(1));
    CHECK(s.told.all[0].body == "a");
    peer q = s.accept();
    REQUIRE(s.is_asked(q, "GET /b "));
    q.send(scene::fine("b"));
    REQUIRE(s.are_answered(2));
    CHECK(s.told.all[1].body == "b");
}

TEST_CASE("a server that wants to close is let go") {
    for (const char* answer : {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na",
                               "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na"}) {
        scene s;
        s.ask("a");
        s.ask("b");
        peer p = s.accept();
        REQUIRE(s.is_asked(p, "GET /a "));
        p.send(answer);
        REQUIRE(s.are_answered(1));
        CHECK(s.told.all[0].body == "a");
        CHECK(s.until([&] { return p.ended(); }));
        peer q = s.accept();
        CHECK(s.is_asked(q, "GET /b "));
    }
}

TEST_CASE("an answer to half a request is an answer: the server would not read the rest") {
    scene s;
    s.ask("large", {.method = "POST", .body = std::string(20'000'000, 'x')});
    peer p = s.accept();
    p.send("HTTP/1.1 413 No\r\nConnection: close\r\nContent-Length: 4\r\n\r\nless");
    REQUIRE(s.are_answered(1));
    CHECK(s.told.all[0].status == 413);
    CHECK(s.told.all[0].body == "less");

    s.ask("again", {.method = "POST", .body = std::string(20'000'000, 'x')});
    peer q = s.accept();
    s.settle();
    q.send(scene::fine("enough"));
    q.close();  // with something unread: nothing more can be written to it
    REQUIRE(s.are_answered(2));
    CHECK(s.told.all[1].body == "enough");
}

TEST_CASE("a large request arrives whole at a server that takes its time") {
    scene s;
    s.ask("large", {.method = "POST", .body = std::string(20'000'000, 'x')});
    peer p = s.accept();
    s.settle();
    CHECK(s.until([&] { return p.got().size() > 20'000'000; }));
    p.send(scene::fine("thanks"));
    CHECK(s.are_answered(1));
}

TEST_CASE("what is cancelled is answered at once; what was asked behind it is not touched") {
    scene s;
    const auto first = s.ask("a"), second = s.ask("b");
    s.ask("c");
    peer p = s.accept();
    REQUIRE(s.is_asked(p, "GET /a "));
    s.client->cancel(second);
    CHECK(s.told.names() == "b");
    CHECK(s.told.all[0].why == errc::unknown_outcome);
    CHECK_FALSE(p.ended());
    s.client->cancel(first);
    CHECK(s.told.names() == "ba");
    s.client->cancel(first);
    s.client->cancel(12345);
    CHECK(s.told.names() == "ba");
    CHECK(s.until([&] { return p.ended(); }));
    peer q = s.accept();
    REQUIRE(s.is_asked(q, "GET /c "));
    q.send(scene::fine("c"));
    REQUIRE(s.are_answered(3));
    CHECK(s.told.all[2].body == "c");
}

TEST_CASE("what cannot be asked is told so, and does not stop the others; no field breaks out") {
    scene s;
    s.ask("a", {.method = "G ET"});
    s.ask("b", {.target = "no slash"});
    s.ask("c", {.target = "/a\r\nb"});
    s.ask("d", {.fields = {{"X-Evil", "a\r\nX-Worse: b"}, {"Content-Length", "7"}}});
    CHECK(s.told.all.empty());
    peer p = s.accept();
    CHECK(s.is_asked(p, "GET /d "));
    CHECK(times(p.got(), "HTTP/1.1") == 1);
    CHECK_FALSE(p.has("X-Worse"));
    CHECK_FALSE(p.has("Content-Length"));
    CHECK(s.told.names() == "abc");
    for (const auto& a : s.told.all) CHECK(a.why == errc::invalid_argument);
    s.client.emplace(s.loop, server_place{.host = "", .port = s.listener.port}, hasty);
    s.told.all.clear();
    s.ask("e");
    REQUIRE(s.until([&] { return s.told.names() == "e"; }));
    CHECK(s.told.all[0].why == errc::invalid_argument);
}

TEST_CASE("so many wait for one another, and no more; there is room again when one is answered") {
    scene s;
    link_options two = hasty;
    two.requests = 2;
    s.client.emplace(s.loop, server_place{.host = "127.0.0.1", .port = s.listener.port}, two);
    for (const char* name : {"a", "b", "c"}) s.ask(name, {.target = std::string{"/"} + name});
    peer p = s.accept();
    REQUIRE(s.until([&] { return s.told.names() == "c"; }));
    CHECK(s.told.all[0].why == errc::overloaded);
    CHECK(s.is_asked(p, "GET /a "));
    p.send("HTTP/1.1 204 No Content\r\n\r\n");
    REQUIRE(s.until([&] { return s.told.names() == "ca"; }));
    s.ask("d", {.target = "/d"});
    p.send("HTTP/1.1 204 No Content\r\n\r\n");
    CHECK(s.is_asked(p, "GET /d "));
    CHECK(s.told.names() == "cab");
}

TEST_CASE("whoever waits for a client that goes is told so, within its destructor, and never later") {
    for (const int turns : {0, 1, 3, 20}) {
        scene s;
        s.ask("a");
        s.ask("b");
        for (int i = 0; i < turns; ++i) s.loop.poll_one();
        s.client.reset();
        CHECK(s.told.names() == "ab");
        for (const auto& a : s.told.all) CHECK(a.why == errc::unknown_outcome);
        s.settle();
        CHECK(s.told.all.size() == 2);
    }
}

TEST_CASE("a client may be destroyed by whoever is answered: an answer, an error, a deadline, a cancellation") {
    enum class by { answer, error, deadline, refusal, cancel };
    for (const by b : {by::answer, by::error, by::deadline, by::refusal, by::cancel}) {
        CAPTURE(static_cast<int>(b));
        scene s;
        if (b == by::refusal) s.listener.close();
        int calls = 0;
        const auto ticket = s.client->ask({.within = b == by::deadline ? milliseconds(50) : seconds(30)},
                                          done<http_reply>{[&](const result<http_reply>&) {
                                              ++calls;
                                              s.client.reset();
                                          }});
        s.ask("behind");
        if (b == by::cancel) s.client->cancel(ticket);
        if (b == by::answer || b == by::error) {
            peer p = s.accept();
            REQUIRE(s.is_asked(p, "\r\n\r\n"));
            if (b == by::answer) p.send(scene::fine("x"));
            p.close();
            REQUIRE(s.are_answered(1));
        }
        REQUIRE(s.are_answered(1));
        CHECK(calls == 1);
        CHECK(s.told.names() == "behind");
        CHECK(s.told.all[0].why == errc::unknown_outcome);
        CHECK_FALSE(s.client);
        s.settle();
    }
}

TEST_CASE("who is answered may ask again, also after an error") {
    scene s;
    s.listener.close();
    int left = 5;
    function<void()> again = [&] {
        s.client->ask({}, done<http_reply>{[&](const result<http_reply>&) {
                          if (--left > 0) again();
                      }});
    };
    again();
    again();
    CHECK(s.until([&] { return left <= 0 && s.client->waiting() == 0; }));
}

TEST_CASE("while nobody waits there is no timer") {
    scene s;
    peer p = s.kept();
    s.settle();
    const auto begin = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(400))
        CHECK(s.loop.run_one_for(std::chrono::milliseconds(400)) == 0);
    CHECK_FALSE(p.ended());
}

TEST_CASE("a body without a length that TLS has not ended was cut off") {
    for (const bool goodbye : {false, true}) {
        scene s;
        const certificate_files files;
        const auto server = tls_context::for_servers(files.certificate, files.key)->accept();
        s.client.emplace(s.loop,
                         server_place{"localhost", s.listener.port, *tls_context::for_clients(files.certificate)},
                         link_options{});
        s.ask("a");
        peer p = s.accept();
        detail::outbox out;
        detail::outbox::spare_queues spare;
        std::vector<char> room(16 * 1024);
        std::string plain;
        std::size_t read = 0;
        const auto exchange = [&] {
            const std::string cipher = p.got().substr(read);
            read += cipher.size();
            server->feed({cipher.data(), cipher.size()});
            for (int size = 1; (size = server->read(room)) > 0;)
                plain.append(room.data(), static_cast<std::size_t>(size));
            for (bytes piece; !(piece = server->next_piece(out, room, spare)).empty(); server->written(piece.size()))
                p.send(piece);
            return plain.find("\r\n\r\n") != std::string::npos;
        };
        REQUIRE(s.until(exchange));
        out.add(frame{"HTTP/1.1 200 OK\r\n\r\nhalf"}, spare);
        exchange();
        if (goodbye && server->say_goodbye()) exchange();
        p.send_nothing_more();
        REQUIRE(s.are_answered(1));
        CHECK(s.told.all[0].status == (goodbye ? 200 : 0));
        CHECK(s.told.all[0].why == (goodbye ? errc{} : errc::unknown_outcome));
    }
}

TEST_CASE("how a server is called in a Host field") {
    CHECK(server_place{"chat.example", 80}.authority() == "chat.example");
    CHECK(server_place{"chat.example", 443}.authority() == "chat.example:443");
    CHECK(server_place{"::1", 8080}.authority() == "[::1]:8080");
    CHECK(server_place{"chat.example", 443, *tls_context::for_clients()}.authority() == "chat.example");
    CHECK(server_place{"chat.example", 80, *tls_context::for_clients()}.authority() == "chat.example:80");
}
