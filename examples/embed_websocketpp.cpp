// A websocketpp server that echoes, and has for a while; at /chat it has got an engine.
#include "embed_scene.hpp"

#include <tandem/adapters/websocketpp/websocketpp_bridge.hpp>
#include <tandem/tandem.hpp>

#include <websocketpp/config/asio_no_tls.hpp>
#include <websocketpp/server.hpp>

using my_server = websocketpp::server<websocketpp::config::asio>;

int main() {
    my_server server;
    server.clear_access_channels(websocketpp::log::alevel::all);
    server.init_asio();
    server.set_reuse_addr(true);
    server.set_message_handler([&](auto who, const my_server::message_ptr& message) {
        server.send(who, "You said: " + message->get_payload(), message->get_opcode());
    });

    // All that is new: an engine, a bridge, and who goes over it.
    tandem::engine<my_chat> engine;
    tandem::websocketpp_bridge bridge{server, engine};
    server.set_validate_handler([&](auto who) {
        const bool chats = server.get_con_from_hdl(who)->get_resource() == "/chat";
        return chats ? bridge.validate(who) : true;
    });

    server.listen({asio::ip::address_v4::loopback(), 0});
    server.start_accept();
    asio::error_code failed;
    const std::uint16_t port = server.get_local_endpoint(failed).port();

    std::thread visitors{[&] {
        {
            visitor carol{"carol", port, "/echo"};
            carol.says("anybody there?");
            carol.hears("You said");
        }
        alice_and_bob_talk(port, "/chat");
        server.stop();
    }};
    server.run();
    visitors.join();
}
