// A server on your event loop: WebSocket and pull API on one port. Here two clients on the same loop talk over it.
#include <tandem/adapters/asio/asio_client.hpp>
#include <tandem/adapters/asio/asio_server.hpp>
#include <tandem/adapters/json/json_dialect.hpp>
#include <tandem/adapters/json/json_pages.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>

#include <iostream>

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

    const auto as = [&](const char* user) {
        return tandem::websocket_target{.at = {.host = "127.0.0.1", .port = *port},
                                        .subprotocols = {"tandem.v1.json"},
                                        .fields = {{"Authorization", "Bearer " + std::string{user}}}};
    };
    const auto hello_bob =
        R"({"command":"SEND_REQ","sequence":1,"body":{"to":"bob","clientMsgId":"1","body":"hello bob"}})";
    tandem::websocket_client alice{loop, {.message = [&](tandem::bytes told, bool) {
                                       std::cout << "alice gets  " << told << '\n';
                                       if (told.find("AUTH_RSP") != told.npos) alice.send(hello_bob, true);
                                   }}};
    tandem::websocket_client bob{loop, {.message = [&](tandem::bytes told, bool) {
                                     std::cout << "bob gets    " << told << '\n';
                                     if (told.find("AUTH_RSP") != told.npos) alice.open(as("alice"));
                                     if (told.find("PUSH_MSG") != told.npos) server.drain([&] { loop.stop(); });
                                 }}};
    bob.open(as("bob"));
    loop.run();
}
