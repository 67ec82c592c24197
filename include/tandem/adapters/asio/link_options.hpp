// Where a server is, and every number of a connection to it, with its default.
#pragma once

#include "tls_context.hpp"

#include "../../transport/http1/http_limits.hpp"
#include "../../transport/websocket/websocket_message.hpp"

#include <optional>

namespace tandem {

struct server_place {
    std::string host;  // a name, or an address: "chat.example", "192.0.2.7", "2001:db8::7"
    std::uint16_t port = 0;
    std::optional<tls_context> tls{};  // none: not encrypted

    // As a Host field has it.
    std::string authority() const {
        std::string made = host.find(':') == std::string::npos ? host : "[" + host + "]";
        if (port != (tls ? 443 : 80)) made.append(":").append(std::to_string(port));
        return made;
    }
};

struct link_options {
    duration resolve_within = seconds(5);      // its name; not for addresses
    duration connect_within = seconds(5);      // each of its addresses; the next one is tried then
    duration shake_hands_within = seconds(5);  // TLS, and the 101 of a WebSocket
    duration close_within = seconds(5);        // from the last word to a closed socket, whatever the server does
    websocket_limits message{.message_bytes = 1024 * 1024};  // what a server may send in one
    std::uint32_t queue_bytes = 1024 * 1024;                 // waiting to be written; over it send() says no
    std::size_t requests = 1000;                             // of an http_client, waiting for one another
    http_limits answer{.body_bytes = std::size_t{16} * 1024 * 1024};
};

namespace detail {

// No connection was to be had: no such name, nobody there, nobody to be trusted. Whatever was to be asked was not.
inline constexpr errc unreachable = errc::shutting_down;
// There was one, and it has ended without a word.
inline constexpr errc lost = errc::dead_session;

}  // namespace detail

}  // namespace tandem
