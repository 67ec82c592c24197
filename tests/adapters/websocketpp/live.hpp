// A websocketpp server on loopback that echoes, and chats at /chat; its loop is turned by the test itself.
#pragma once

#include "../asio/peer.hpp"

#include "tandem/adapters/websocketpp/websocketpp_bridge.hpp"
#include "tandem/codec/tiny_codec.hpp"
#include "tandem/engine/engine.hpp"
#include "tandem/store/memory_store.hpp"

#include <websocketpp/config/asio_no_tls.hpp>
#include <websocketpp/server.hpp>

#include <doctest/doctest.h>

namespace bridged {

using server_type = websocketpp::server<websocketpp::config::asio>;

struct chat : tandem::default_policies {
    using store = tandem::memory_store;
    using authenticator = tandem::trust_everyone;
    using dialects = tandem::dialects<tandem::tiny_dialect>;
};

template <class Chat = chat>
struct live_server {
    using engine_type = tandem::engine<Chat>;

    explicit live_server(const tandem::options& o = {}) : engine{{}, o} {
        server.clear_access_channels(websocketpp::log::alevel::all);
        server.clear_error_channels(websocketpp::log::elevel::all);
        server.init_asio(&loop);
        server.set_reuse_addr(true);
        server.set_message_handler([this](auto who, const server_type::message_ptr& m) {
            server.send(who, "echo " + m->get_payload(), m->get_opcode());
        });
        server.set_close_handler([this](auto) { ++closed_echoes; });
        server.set_validate_handler([this](auto who) {
            const auto c = server.get_con_from_hdl(who);
            if (!c->get_resource().starts_with("/chat")) return true;
            if (small_buffers) c->get_raw_socket().set_option(asio::socket_base::send_buffer_size(4096));
            return bridge->validate(who);
        });
        bridge.emplace(server, engine);

        server.listen({asio::ip::address_v4::loopback(), 0});
        server.start_accept();  // the first connection has the handlers of now
        asio::error_code failed;
        port = server.get_local_endpoint(failed).port();
    }

    // Turns the loop until it is so; false when it has not become so in ten seconds.
    template <class Is>
    bool until(Is is) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!is()) {
            if (std::chrono::steady_clock::now() > end) return false;
            if (loop.stopped()) loop.restart();
            loop.run_one_for(std::chrono::milliseconds(2));
        }
        return true;
    }
    // Everything that is ready now.
    void settle() {
        for (int i = 0; i < 20; ++i) {
            if (loop.stopped()) loop.restart();
            loop.poll();
        }
    }

    peer connect(std::string_view path = "/chat", std::string_view more = {}) {
        peer p{port};
        p.upgrade(path, more);
        return p;
    }
    peer sign_in(std::string_view user) {
        peer p = connect();
        p.say("AUTH_REQ 1 credential=" + std::string{user});
        REQUIRE(until([&] { return p.is_told("AUTH_RSP"); }));
        return p;
    }

    asio::io_context loop;
    server_type server;
    engine_type engine;
    std::optional<tandem::websocketpp_bridge<server_type, engine_type>> bridge;
    std::uint16_t port = 0;
    int closed_echoes = 0;
    bool small_buffers = false;
};

}  // namespace bridged
