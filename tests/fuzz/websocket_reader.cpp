// Any bytes as a WebSocket, for both ends: however they are cut, the reader tells what a plain reading of RFC 6455
// tells, and holds no more memory than it was sent.
#include <tandem/transport/websocket/websocket_reader.hpp>

#include <cstdlib>
#include <string>

using namespace tandem;

namespace {

struct setting {
    websocket_role role;
    websocket_limits limits;
};

// The first byte chooses the end and the limits.
setting chosen(unsigned char by) {
    const std::uint32_t bytes[] = {0, 10, 200, 64 * 1024};
    const std::uint32_t fragments[] = {1, 2, 4, 1024};
    return {by & 1 ? websocket_role::client : websocket_role::server, {bytes[by >> 1 & 3], fragments[by >> 3 & 3]}};
}

void tell(std::string& all, unsigned opcode, std::string_view payload, unsigned code = 0) {
    all.append(std::to_string(opcode))
        .append(" ")
        .append(std::to_string(code))
        .append(" ")
        .append(payload)
        .append("\n");
}

std::string fault(std::string all, unsigned code) { return all.append("fails ").append(std::to_string(code)); }

// Could this become UTF-8 if more came?
bool may_become_text(std::string_view text) {
    if (is_utf8(text)) return true;
    for (const char* next : {"\x80", "\x90", "\xa0"})
        for (std::size_t more = 1; more <= 3; ++more)
            if (is_utf8(std::string{text}.append(next).append(more - 1, '\x80'))) return true;
    return false;
}

// RFC 6455 as it is read aloud: all bytes at hand, one frame after the other, no state but the message in progress.
std::string plainly(std::string_view in, const setting& by) {
    std::string all, message;
    unsigned opcode_in_progress = 0;
    std::uint32_t frames = 0;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(in[i]); };
    while (!in.empty()) {
        const unsigned opcode = byte(0) & 0x0f;
        const bool fin = byte(0) & 0x80, control = opcode & 8;
        if (opcode == 0 && opcode_in_progress != 0 && frames >= by.limits.fragments) return fault(all, 1008);
        if (in.size() < 2) break;
        const bool masked = byte(1) & 0x80;
        std::uint64_t size = byte(1) & 0x7f;
        if ((byte(0) & 0x70) || (opcode > 2 && opcode < 8) || opcode > 10) return fault(all, 1002);
        if (masked != (by.role == websocket_role::server)) return fault(all, 1002);
        if (control ? (!fin || size > 125) : ((opcode == 0) != (opcode_in_progress != 0))) return fault(all, 1002);

        const std::size_t length_bytes = size == 126 ? 2 : size == 127 ? 8 : 0;
        const std::size_t head = 2 + length_bytes + (masked ? 4 : 0);
        if (in.size() < head) break;
        if (length_bytes != 0) size = 0;
        for (std::size_t i = 0; i < length_bytes; ++i) size = size << 8 | byte(2 + i);
        if ((length_bytes == 2 && size < 126) || (length_bytes == 8 && (size < 65536 || size >> 63)))
            return fault(all, 1002);
        if (!control && size > by.limits.message_bytes - message.size()) return fault(all, 1009);

        std::string payload{in.substr(head, size)};
        if (masked)
            for (std::size_t i = 0; i < payload.size(); ++i)
                payload[i] = static_cast<char>(payload[i] ^ in[head - 4 + i % 4]);
        const bool whole = payload.size() == size;
        in.remove_prefix(head + payload.size());
        if (control) {
            if (!whole) break;
            if (opcode != 8) {
                tell(all, opcode, payload);
                continue;
            }
            if (payload.size() == 1) return fault(all, 1002);
            const auto at = [&](std::size_t i) { return static_cast<unsigned char>(payload[i]); };
            const unsigned code = payload.empty() ? 1005u : at(0) * 256u + at(1);
            const bool allowed =
                (code >= 1000 && code <= 1014 && code != 1004 && code != 1006) || (code >= 3000 && code < 5000);
            if (!allowed || (!payload.empty() && code == 1005)) return fault(all, 1002);
            const std::string reason = payload.empty() ? "" : payload.substr(2);
            if (!is_utf8(reason)) return fault(all, 1007);
            tell(all, opcode, reason, code);
            return all;
        }
        frames = opcode == 0 ? frames + 1 : 1;
        if (opcode != 0) opcode_in_progress = opcode;
        message += payload;
        if (opcode_in_progress == 1 && !may_become_text(message)) return fault(all, 1007);
        if (!whole) break;
        if (!fin) continue;
        if (opcode_in_progress == 1 && !is_utf8(message)) return fault(all, 1007);
        tell(all, opcode_in_progress, message);
        message.clear();
        opcode_in_progress = 0;
    }
    return all;
}

// size_of_next(what is left) -> how many bytes are fed next.
template <class Size>
std::string in_pieces(std::string in, const setting& by, Size size_of_next) {
    websocket_reader reader{by.role, by.limits};
    std::string all;
    bool over = false;
    for (std::size_t at = 0; at < in.size() && !over;) {
        const std::size_t size = size_of_next(in.size() - at);
        const auto why = reader.feed(in.data() + at, size, [&](const websocket_message& m) {
            tell(all, static_cast<unsigned>(m.opcode), m.payload, static_cast<unsigned>(m.code));
            return !(over = m.opcode == websocket_opcode::close);
        });
        at += size;
        if (reader.held_bytes() > 2 * at + 512) std::abort();
        if (reader.idle() && reader.held_bytes() > 4096 + 512) std::abort();
        if (why != websocket_close_code::none) return fault(all, static_cast<unsigned>(why));
    }
    if (over && !reader.idle()) std::abort();
    return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const setting by = chosen(data[0]);
    std::uint64_t chance = data[1] * std::uint64_t{0x9e3779b97f4a7c15u} + 1;
    const std::string in{reinterpret_cast<const char*>(data) + 2, size - 2};
    const auto some = [&](std::size_t left) {
        chance = chance * 6364136223846793005u + 1442695040888963407u;
        const std::size_t wanted = 1 + (chance >> 59);
        return wanted < left ? wanted : left;
    };
    const std::string expected = plainly(in, by);
    if (in_pieces(in, by, [](std::size_t left) { return left; }) != expected) std::abort();
    if (in_pieces(in, by, [](std::size_t) { return std::size_t{1}; }) != expected) std::abort();
    if (in_pieces(in, by, some) != expected) std::abort();
    return 0;
}
