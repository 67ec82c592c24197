// The outgoing half: what stands in front of a payload, and whole frames for what is not shared.
#pragma once

#include "mask.hpp"
#include "websocket_message.hpp"

#include <cassert>
#include <string>

namespace tandem {

// The header of an unmasked frame that is a whole message, written so that it ends at `end`: 2, 4 or 10 bytes, which it
// returns. frame::with_head() wants it like this.
inline std::size_t write_websocket_head(char* end, std::size_t size, websocket_opcode opcode) {
    const std::size_t length_bytes = size < 126 ? 0 : size <= 0xffff ? 2 : 8;
    char* to = end;
    for (std::size_t i = 0, left = size; i < length_bytes; ++i, left >>= 8) *--to = static_cast<char>(left & 0xff);
    *--to = static_cast<char>(length_bytes == 0 ? size : length_bytes == 2 ? 126 : 127);
    *--to = static_cast<char>(0x80 | static_cast<unsigned>(opcode));
    return static_cast<std::size_t>(end - to);
}

// server → client: a ping, pong or close.
inline void append_control(std::string& out, websocket_opcode opcode, bytes payload) {
    assert(payload.size() < 126 && "a control frame has at most 125 bytes");
    char head[10];  // room for any, or optimisers see a long one written
    const std::size_t size = write_websocket_head(head + 10, payload.size(), opcode);
    out.append(head + 10 - size, size).append(payload);
}

// client → server: any frame. The key must be one the page or the user behind it could not foresee.
inline void append_masked(std::string& out, websocket_opcode opcode, bytes payload, std::uint32_t key) {
    char head[10];
    const std::size_t size = write_websocket_head(head + 10, payload.size(), opcode);
    char* const begin = head + 10 - size;
    begin[1] = static_cast<char>(begin[1] | 0x80);
    char key_bytes[4];
    for (int i = 0; i < 4; ++i) key_bytes[i] = static_cast<char>(key >> (24 - 8 * i) & 0xff);
    out.append(begin, size).append(key_bytes, 4).append(payload);
    detail::mask(out.data() + (out.size() - payload.size()), payload.size(), key_bytes);
}

}  // namespace tandem
