// The common case: a message in one frame, all of it in the bytes at hand.
#pragma once

#include "mask.hpp"
#include "websocket_message.hpp"

namespace tandem::detail {

// Nothing of it has to be kept, so it is read where it lies, without the processor. What is longer than 65535 bytes,
// unusual or wrong in any way is not found here: the processor knows the rules for it.
struct whole_frame {
    websocket_opcode opcode = websocket_opcode::binary;
    std::size_t size = 0;  // header and payload; 0: it is not the common case
    bytes payload;         // unmasked
};

inline whole_frame read_whole_frame(char* data, std::size_t size, websocket_role role, std::uint32_t limit) {
    constexpr unsigned last_text = 0x81, last_binary = 0x82;
    if (size < 2) return {};
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(data[i]); };
    const unsigned first = byte(0), length = byte(1) & 0x7f;
    const bool masked = (byte(1) & 0x80) != 0;
    if ((first != last_text && first != last_binary) || masked != (role == websocket_role::server)) return {};

    const std::size_t head = std::size_t{2} + (length == 126 ? 2 : 0) + (masked ? 4 : 0);
    if (length == 127 || size < head) return {};
    const std::size_t declared = length == 126 ? std::size_t{byte(2)} << 8 | byte(3) : length;
    const bool longer_than_needed = length == 126 && declared < 126;
    if (longer_than_needed || declared > limit || size - head < declared) return {};

    char* const payload = data + head;
    if (masked) mask(payload, declared, payload - 4);
    return {
        first == last_text ? websocket_opcode::text : websocket_opcode::binary, head + declared, {payload, declared}};
}

}  // namespace tandem::detail
