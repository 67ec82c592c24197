// The inside of a close frame: two bytes of code, then a reason in UTF-8.
#pragma once

#include "../../core/utf8.hpp"
#include "websocket_message.hpp"

#include <cassert>
#include <string>

namespace tandem {

// A reason that is too long ends at a letter's boundary. It reaches the peer: no internals.
inline std::string websocket_close_payload(websocket_close_code code, std::string_view reason = {}) {
    constexpr std::size_t longest = 123;
    if (code == websocket_close_code::no_code) return {};
    assert(may_travel(code) && "this close code never stands in a frame");
    if (reason.size() > longest) {
        std::size_t end = longest;
        while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xc0) == 0x80) --end;
        reason = reason.substr(0, end);
    }
    const auto number = static_cast<std::uint16_t>(code);
    std::string payload{static_cast<char>(number >> 8), static_cast<char>(number & 0xff)};
    return payload.append(reason);
}

namespace detail {

// Fills in code and reason; or says with which code the connection fails, for a close may be wrong, too.
inline websocket_close_code read_close(bytes payload, websocket_message& message) {
    message.opcode = websocket_opcode::close;
    message.code = websocket_close_code::no_code;
    if (payload.empty()) return websocket_close_code::none;
    if (payload.size() == 1) return websocket_close_code::protocol_error;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(payload[i]); };
    message.code = static_cast<websocket_close_code>(byte(0) << 8 | byte(1));
    message.payload = payload.substr(2);
    if (!may_travel(message.code)) return websocket_close_code::protocol_error;
    return is_utf8(message.payload) ? websocket_close_code::none : websocket_close_code::invalid_payload;
}

}  // namespace detail

}  // namespace tandem
