// Where websocketpp's processor writes a message: memory follows what was received.
#pragma once

#include "../../core/bytes.hpp"
#include "websocketpp.hpp"

#include <string>

namespace tandem::detail {

// What the processor writes a message into: ours, lent to it, used again for the next one.
class websocket_buffer {
public:
    // A pointer that owns nothing and has the verbs the processor asks of one.
    class ptr {
    public:
        ptr() = default;
        explicit ptr(websocket_buffer* to) : to_{to} {}
        void reset() { to_ = nullptr; }
        websocket_buffer* operator->() const { return to_; }
        websocket_buffer& operator*() const { return *to_; }
        explicit operator bool() const { return to_ != nullptr; }

    private:
        websocket_buffer* to_ = nullptr;
    };

    std::string payload;
    websocketpp::frame::opcode::value opcode = websocketpp::frame::opcode::binary;
    std::string* stand_in = nullptr;  // shown instead of the payload while a header is read

    // Asked by the processor.
    std::string& get_raw_payload() { return stand_in ? *stand_in : payload; }
    websocketpp::frame::opcode::value get_opcode() const { return opcode; }
    bool get_fin() const { return true; }
    bool get_compressed() const { return false; }
    void set_compressed(bool) {}
    void set_opcode(websocketpp::frame::opcode::value) {}
    void set_prepared(bool) {}
    void set_header(const std::string&) {}

    void give_back() {
        constexpr std::size_t kept = 4096;
        if (payload.capacity() > kept) std::string{}.swap(payload);  // assigning an empty one would keep the memory
        else payload.clear();
    }
    std::size_t held_bytes() const {
        const std::size_t inside = std::string{}.capacity();
        return payload.capacity() > inside ? payload.capacity() : 0;
    }
};

// One message in progress and one control frame between its fragments: there cannot be more.
struct websocket_buffers {
    using ptr = websocket_buffers*;

    websocket_buffer in_progress, control;

    // The size is what the peer declares: 15 bytes could claim gigabytes, so it counts for nothing.
    websocket_buffer::ptr get_message(websocketpp::frame::opcode::value opcode, std::size_t /* declared */) {
        websocket_buffer& buffer = websocketpp::frame::opcode::is_control(opcode) ? control : in_progress;
        buffer.opcode = opcode;
        return websocket_buffer::ptr{&buffer};
    }
};

}  // namespace tandem::detail
