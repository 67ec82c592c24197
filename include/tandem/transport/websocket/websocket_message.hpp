// What comes out of a WebSocket: a message of the peer's, a ping, a pong, a close.
#pragma once

#include "../../core/bytes.hpp"
#include "close_codes.hpp"

namespace tandem {

enum class websocket_role : bool { server, client };  // which end is ours

enum class websocket_opcode : unsigned char { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

struct websocket_limits {
    std::uint32_t message_bytes = 64 * 1024;
    std::uint32_t fragments = 1024;  // frames of one message
};

// A view: it dies with the call it was given to.
struct websocket_message {
    websocket_opcode opcode = websocket_opcode::binary;      // never continuation: fragments have been joined
    bytes payload;                                           // text is UTF-8; of a close this is the reason, also UTF-8
    websocket_close_code code = websocket_close_code::none;  // of a close; no_code if the peer gave none
};

}  // namespace tandem
