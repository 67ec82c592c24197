// How a WebSocket begins, seen from the client: a key of its own, and what the server says to it.
#pragma once

#include "../../core/result.hpp"
#include "websocket_handshake.hpp"
#include "websocket_subprotocols.hpp"

#include <array>

namespace tandem {

// Sec-WebSocket-Key, from bytes nobody can foresee.
inline std::string websocket_key(const std::array<unsigned char, 16>& random) {
    return websocketpp::base64_encode(random.data(), random.size());
}

// Of the answer whose head has been read; a field that was not there is empty.
struct websocket_answer {
    int status = 0;
    std::string_view upgrade = {}, connection = {};
    std::string_view accept = {};       // Sec-WebSocket-Accept
    std::string_view subprotocol = {};  // Sec-WebSocket-Protocol
    std::string_view extensions = {};   // Sec-WebSocket-Extensions
};

// Is the connection a WebSocket now? `key` is what we sent, `offered` the names we did. A server that names no
// subprotocol speaks none of them: whether that will do is the caller's to say.
inline result<> check_websocket_answer(const websocket_answer& answer, std::string_view key,
                                       const websocket_subprotocols& offered) {
    const auto wrong = [](const char* what) { return error{errc::malformed, what}; };
    if (answer.status != 101) return error{errc::unsupported, "the server refused the WebSocket"};
    if (!detail::lists(answer.upgrade, "websocket")) return wrong("101 without Upgrade: websocket");
    if (!detail::lists(answer.connection, "upgrade")) return wrong("101 without Connection: Upgrade");
    if (answer.accept != websocket_accept(key)) return wrong("Sec-WebSocket-Accept does not answer our key");
    if (!answer.subprotocol.empty() && !offered.has(answer.subprotocol))
        return wrong("the server chose a subprotocol that was not offered");
    if (!answer.extensions.empty()) return wrong("the server chose an extension, but none was offered");
    return success();
}

}  // namespace tandem
