// The client's half in an app with sockets of its own: four verbs for the engine, four facts from the app, and a timer.
// For Asio there is adapters/asio/asio_device.hpp, which has all this.
#include <tandem/adapters/asio/asio_client.hpp>
#include <tandem/adapters/asio/asio_server.hpp>
#include <tandem/adapters/json/json_client.hpp>
#include <tandem/adapters/json/json_dialect.hpp>
#include <tandem/adapters/json/json_pages.hpp>
#include <tandem/client/client_engine.hpp>
#include <tandem/client/memory_local_store.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>

#include <iostream>

struct my_client {
    using store = tandem::memory_local_store;
    using codec = tandem::json_client;
    using network = struct my_network&;
    using clock = tandem::system_clock;
};

struct my_network {  // what you have: here a WebSocket and an HTTP client, both on one loop
    asio::io_context& loop;
    tandem::server_place place;
    tandem::http_client http{loop, place};
    std::optional<tandem::websocket_client> socket{};
    tandem::client_engine<my_client>* engine = nullptr;

    void connect(std::string_view, std::string_view subprotocol) {
        socket.emplace(loop, tandem::websocket_handlers{
                                 .opened = [this](std::string_view) { engine->opened(); },
                                 .message = [this](tandem::bytes b, bool text) { engine->received({b, text}); },
                                 .closed = [this](const tandem::websocket_end& end) { engine->closed(end.why); }});
        socket->open({.at = place, .subprotocols = {std::string{subprotocol}}});
    }
    void send(tandem::bytes payload, bool text) {
        if (!socket->send(payload, text)) socket->close();  // too much waits: the next connection says it again
    }
    void disconnect() { socket.reset(); }
    void ask(std::string_view, const tandem::pull_request& r, tandem::done<tandem::pull_answer> then) {
        http.ask({.method = std::string{r.method},
                  .target = std::string{r.target},
                  .fields = {{"Authorization", std::string{r.authorization}}, {"Accept", std::string{r.accept}}},
                  .body = std::string{r.body}},
                 tandem::done<tandem::http_reply>{[then](tandem::result<tandem::http_reply> reply) {
                     if (!reply) return then(reply.error());
                     then(tandem::pull_answer{.status = reply->status, .body = reply->body});
                 }});
    }
};

struct my_app {
    my_network network;
    tandem::client_engine<my_client> engine;
    asio::steady_timer timer{network.loop};

    my_app(asio::io_context& loop, const char* user, std::uint16_t port, tandem::client_events events)
        : network{loop, {.host = "127.0.0.1", .port = port}},
          engine{{.store = tandem::memory_local_store{std::hash<std::string_view>{}(user)}, .network = network},
                 {.user = user, .credential = user, .servers = {"the only one"}},
                 std::move(events)} {
        network.engine = &engine;
        if (engine.start()) wake();
    }
    void wake() {  // ten times a second will do; next_tick() says it exactly
        engine.tick();
        timer.expires_after(std::chrono::milliseconds(100));
        timer.async_wait([this](std::error_code cancelled) {
            if (!cancelled) wake();
        });
    }
};

struct my_chat : tandem::default_policies {
    using store = tandem::memory_store;
    using authenticator = tandem::trust_everyone;
    using dialects = tandem::dialects<tandem::json_dialect>;
    using pages = tandem::page_codecs<tandem::json_pages>;
};

int main() {
    asio::io_context loop;
    tandem::engine<my_chat> engine;
    tandem::asio_server server{loop, engine};
    const auto port = server.listen_plain("127.0.0.1", 0);
    if (!port) return std::cerr << port.error().detail << '\n', 1;

    const auto prints = [&](const char* who, std::size_t enough) {
        return [who, enough, &loop](const tandem::local_change& c) {
            for (const tandem::entry& e : c.entries) {
                std::cout << who << " has  " << e.place.seq.value << ' ' << e.sender.view() << ": " << e.body << '\n';
                if (e.place.seq.value == enough) loop.stop();
            }
        };
    };
    my_app alice{loop, "alice", *port, {.changed = prints("alice", 0)}};
    const auto to_bob = tandem::conversation_id::direct("alice", "bob");
    for (const char* said : {"hello bob", "I am not even connected"})
        if (!alice.engine.send(to_bob, said)) return 1;
    my_app bob{loop, "bob", *port, {.changed = prints("bob", 2)}};
    loop.run();
}
