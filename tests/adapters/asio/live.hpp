// A server on loopback, its loop turned by the test itself: no other thread, no sleep.
#pragma once

#include "peer.hpp"

#include "tandem/adapters/asio/asio_server.hpp"
#include "tandem/adapters/json/json_pages.hpp"
#include "tandem/codec/tiny_pages.hpp"
#include "tandem/engine/engine.hpp"
#include "tandem/store/memory_store.hpp"

#include <doctest/doctest.h>

struct live_chat : tandem::default_policies {
    using store = tandem::memory_store;
    using authenticator = tandem::trust_everyone;
    using dialects = tandem::dialects<tandem::tiny_dialect>;
    using pages = tandem::page_codecs<tandem::json_pages, tandem::tiny_pages>;
};

// Compiled once, in live.cpp.
extern template class tandem::engine<live_chat>;
extern template class tandem::asio_server<tandem::engine<live_chat>>;

template <class Chat = live_chat>
struct live_server {
    explicit live_server(const tandem::server_options& o = {}, const tandem::options& e = {})
        : engine{{}, e}, server{std::in_place, loop, engine, o} {
        port = *server->listen_plain("127.0.0.1", 0);
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

    peer connect() { return peer{port}; }
    // A WebSocket, signed in.
    peer sign_in(std::string_view user) {
        peer p = connect();
        p.upgrade();
        p.say("AUTH_REQ 1 credential=" + std::string{user});
        REQUIRE(until([&] { return p.is_told("AUTH_RSP"); }));
        return p;
    }

    asio::io_context loop;
    tandem::engine<Chat> engine;
    std::optional<tandem::asio_server<tandem::engine<Chat>>> server;
    std::uint16_t port = 0;
};
