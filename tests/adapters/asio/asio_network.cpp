#include "tandem/adapters/asio/asio_network.hpp"

#include "scripted.hpp"

using namespace tandem;

namespace {

// A network, the other end of its connections, and all it told.
struct net_scene : scripted_server {
    explicit net_scene(network_options o = {}) : network{std::in_place, loop, std::move(o)} {
        network->tell(
            {.stirs = [this] { ++stirred; },
             .opened = [this] { told.emplace_back("opened"); },
             .received = [this](const message& m) { told.emplace_back(m.data); },
             .closed = [this](const error& why) { told.push_back("closed: " + std::string{text(why.code)}); }});
    }

    std::string url(std::string_view folder = {}) const {
        return "http://127.0.0.1:" + std::to_string(listener.port) + std::string{folder};
    }
    // Has come, has asked, and is let in.
    peer let_in() {
        peer p = accept();
        REQUIRE(until([&] { return p.has("\r\n\r\n"); }));
        const std::size_t at = p.got().find("Sec-WebSocket-Key: ") + 19;
        p.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Accept: " +
               websocket_accept(p.got().substr(at, 24)) + "\r\n\r\n");
        return p;
    }
    static void tell(peer& p, websocket_opcode opcode, std::string_view payload) {
        char head[10];
        const std::size_t size = write_websocket_head(head + 10, payload.size(), opcode);
        p.send(std::string{head + 10 - size, size} + std::string{payload});
    }
    void asks(const std::string& server, const pull_request& r) {
        network->ask(server, r, done<pull_answer>{[this](result<pull_answer> a) {
                         told.push_back(a ? std::to_string(a->status) + " " + a->body + " " +
                                                std::to_string(a->retry_after.milliseconds)
                                          : std::string{text(a.error().code)});
                     }});
    }

    std::vector<std::string> told;
    int stirred = 0;
    std::optional<asio_network> network;
};

}  // namespace

TEST_SUITE("asio_network") {
    TEST_CASE("it connects below its URL's folder, and tells what comes, each time after a stir") {
        net_scene s;
        s.network->connect(s.url("/im"), "chat");
        peer p = s.let_in();
        CHECK(p.got().starts_with("GET /im/ws HTTP/1.1\r\n"));
        CHECK(p.has("\r\nSec-WebSocket-Protocol: chat\r\n"));
        net_scene::tell(p, websocket_opcode::text, "one");
        net_scene::tell(p, websocket_opcode::binary, "two");
        CHECK(s.until([&] { return s.told.size() == 3; }));
        CHECK(s.told == std::vector<std::string>{"opened", "one", "two"});
        CHECK(s.stirred == 3);
        s.network->send("three", true);
        CHECK(s.until([&] { return !p.messages(websocket_role::server).empty(); }));
        CHECK(p.messages(websocket_role::server).front().payload == "three");
    }

    TEST_CASE("only a code of the server's own ends more than the connection") {
        const auto closed_by = [](std::uint16_t code) {
            net_scene s;
            s.network->connect(s.url(), "chat");
            peer p = s.let_in();
            net_scene::tell(p, websocket_opcode::close,
                            websocket_close_payload(static_cast<websocket_close_code>(code)));
            CHECK(s.until([&] { return p.closed_with(websocket_role::server) != 0; }));
            p.close();
            CHECK(s.until([&] { return s.told.size() == 2; }));
            return s.told.back();
        };
        CHECK(closed_by(1000) == "closed: " + std::string{text(errc::dead_session)});
        CHECK(closed_by(1012) == "closed: " + std::string{text(errc::shutting_down)});
        CHECK(closed_by(4000 + static_cast<std::uint16_t>(errc::logged_out)) ==
              "closed: " + std::string{text(errc::logged_out)});
        CHECK(closed_by(4000 + static_cast<std::uint16_t>(errc::kicked)) ==
              "closed: " + std::string{text(errc::kicked)});
    }

    TEST_CASE("a server that is none, or is not there, is told from the loop") {
        net_scene s;
        s.network->connect("nonsense", "chat");
        CHECK(s.told.empty());
        CHECK(s.until([&] { return s.told.size() == 1; }));
        CHECK(s.told.back() == "closed: " + std::string{text(errc::invalid_argument)});
        s.listener.close();
        s.network->connect(s.url(), "chat");
        CHECK(s.until([&] { return s.told.size() == 2; }));
        CHECK(s.told.back() == "closed: " + std::string{text(errc::shutting_down)});
        s.asks("nonsense", {.method = "GET", .target = "/"});
        CHECK(s.told.size() == 2);
        CHECK(s.until([&] { return s.told.size() == 3; }));
        CHECK(s.told.back() == text(errc::invalid_argument));
        s.asks(s.url(), {.method = "GET", .target = "/"});
        CHECK(s.until([&] { return s.told.size() == 4; }));
    }

    TEST_CASE("what was left tells nothing, but says its last word, while another one begins") {
        net_scene s;
        s.network->connect(s.url(), "chat");
        peer first = s.let_in();
        CHECK(s.until([&] { return s.told.size() == 1; }));
        s.network->send("farewell", true);
        s.network->disconnect();
        s.network->connect(s.url(), "chat");
        peer second = s.let_in();
        CHECK(s.until([&] { return s.told.size() == 2; }));
        net_scene::tell(first, websocket_opcode::text, "too late");
        CHECK(s.until([&] { return first.closed_with(websocket_role::server) == 1000; }));
        CHECK(first.messages(websocket_role::server).front().payload == "farewell");
        first.close();
        net_scene::tell(second, websocket_opcode::text, "in time");
        CHECK(s.until([&] { return s.told.size() == 3; }));
        CHECK(s.told == std::vector<std::string>{"opened", "opened", "in time"});
    }

    TEST_CASE("left before it was let in, or when there was nowhere to go: nothing is told") {
        net_scene s;
        s.network->connect(s.url(), "chat");
        peer p = s.accept();
        s.network->connect("nonsense", "chat");
        s.network->disconnect();
        CHECK(s.until([&] { return p.ended(); }));
        s.settle();
        CHECK(s.told.empty());
        s.network->disconnect();  // there is none
        s.network->send("nowhere", true);
        s.settle();
        CHECK(s.told.empty());
    }

    TEST_CASE("what the socket does not take at once waits its turn") {
        net_scene s{{.link = {.queue_bytes = 1000}}};
        s.network->connect(s.url(), "chat");
        peer p = s.let_in();
        CHECK(s.until([&] { return s.told.size() == 1; }));
        for (int i = 0; i < 300; ++i) s.network->send(std::string(300, static_cast<char>('a' + i % 26)), false);
        CHECK(s.until([&] { return p.messages(websocket_role::server).size() == 300; }));
        std::size_t right = 0;
        for (const peer::told& t : p.messages(websocket_role::server))
            right += t.payload == std::string(300, static_cast<char>('a' + right % 26));
        CHECK(right == 300);
    }

    TEST_CASE("a question goes out as it is, and its answer says when to come back") {
        net_scene s;
        s.asks(s.url("/im"), {.method = "POST",
                              .target = "/api/messages/send?a=%20",
                              .content_type = "text/x",
                              .accept = "text/y",
                              .authorization = "Bearer secret",
                              .body = "hello"});
        peer p = s.accept();
        CHECK(s.until([&] { return p.has("hello"); }));
        CHECK(p.got().starts_with("POST /im/api/messages/send?a=%20 HTTP/1.1\r\n"));
        for (const char* field : {"Content-Type: text/x", "Accept: text/y", "Authorization: Bearer secret"})
            CHECK_MESSAGE(p.has(field), field);
        p.send("HTTP/1.1 503 No\r\nRetry-After: 7\r\nContent-Length: 5\r\n\r\nsorry");
        CHECK(s.until([&] { return s.told.size() == 1; }));
        CHECK(s.told.back() == "503 sorry 7000");
        CHECK(s.stirred == 1);
        s.asks(s.url("/im"), {.method = "GET", .target = "/api/sync"});
        CHECK(s.until([&] { return p.has("GET /im/api/sync"); }));
        CHECK(times(p.got(), "Content-Type") == 1);
        p.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        CHECK(s.until([&] { return s.told.size() == 2; }));
        CHECK(s.told.back() == "200  0");
    }

    TEST_CASE("what was repeatable is asked again over a fresh connection, and has its time") {
        net_scene s{{.answer_within = milliseconds(300)}};
        s.asks(s.url(), {.method = "POST", .target = "/one", .body = "1"});
        {
            peer p = s.accept();
            CHECK(s.until([&] { return p.has("/one"); }));
            p.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            CHECK(s.until([&] { return s.told.size() == 1; }));
        }
        s.asks(s.url(), {.method = "POST", .target = "/two", .body = "2"});
        peer again = s.accept();
        CHECK(s.until([&] { return again.has("/two"); }));
        CHECK(s.until([&] { return s.told.size() == 2; }));
        CHECK(s.told.back() == text(errc::timed_out));
    }

    TEST_CASE(
        "it may be destroyed at any time: connecting, open, asking, or about to say that there is no such server") {
        for (int when = 0; when < 4; ++when) {
            net_scene s;
            s.network->connect(when == 3 ? "nonsense" : s.url(), "chat");
            std::optional<peer> p;
            if (when == 1 || when == 2) p.emplace(s.let_in());
            if (when == 1 || when == 2) CHECK(s.until([&] { return !s.told.empty(); }));
            if (when == 2) s.asks(s.url(), {.method = "GET", .target = "/"});
            s.told.clear();
            s.network.reset();
            s.settle();
            CHECK(s.told.size() == (when == 2 ? 1 : 0));  // what was asked
            if (when == 2) CHECK(s.told.back() == text(errc::unknown_outcome));
        }
    }
}
