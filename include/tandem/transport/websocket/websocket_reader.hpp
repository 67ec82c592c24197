// The incoming half of one WebSocket connection: bytes in, messages out.
#pragma once

#include "close_payload.hpp"
#include "processor.hpp"
#include "whole_frame.hpp"

namespace tandem {

// It holds what has begun and is not complete, nothing else: a message that lies whole in the bytes is told from where
// it lies, and a connection on which nothing has begun needs no reader of its own, one that is idle() serves them all.
class websocket_reader {
public:
    explicit websocket_reader(websocket_role role, websocket_limits limits = {})
        : role_{role}, limits_{limits}, processor_{role} {}

    // Takes all bytes, in place: they are unmasked where they lie. sink(const websocket_message&) -> bool is told each
    // message and neither feeds nor destroys this reader. After false, after a close and after a fault nothing more of
    // this connection may be fed, and the reader has forgotten all about it. The answer is `none`, or the code with which
    // the connection is to be failed.
    template <class Sink>
    websocket_close_code feed(char* data, std::size_t size, Sink sink) {
        while (size != 0) {
            step next = idle() ? whole(data, size) : step{};
            if (next.used == 0) next = part(data, size);
            if (next.fault != websocket_close_code::none) return forget(next.fault);
            data += next.used;
            size -= next.used;
            if (!next.complete) continue;
            const bool last = next.message.opcode == websocket_opcode::close;
            const bool more = sink(static_cast<const websocket_message&>(next.message));
            if (next.buffer) next.buffer->give_back();
            if (last || !more) return forget(websocket_close_code::none);
        }
        return websocket_close_code::none;
    }

    // From the next frame on. May be called by the sink.
    void limit(std::uint32_t message_bytes) { limits_.message_bytes = message_bytes; }

    // Nothing of a frame or a message is in progress: as good as a new one.
    bool idle() const { return processor_.idle(); }
    // Memory behind this object: at most twice what has been received of the message in progress, or 4 KiB.
    std::size_t held_bytes() const { return processor_.held_bytes(); }

private:
    struct step {
        std::size_t used = 0;
        websocket_close_code fault = websocket_close_code::none;
        bool complete = false;
        websocket_message message;
        detail::websocket_buffer* buffer = nullptr;  // where the message lies, if it had to be kept
    };

    step whole(char* data, std::size_t size) {
        const detail::whole_frame found = detail::read_whole_frame(data, size, role_, limits_.message_bytes);
        step taken{.used = found.size, .complete = true, .message = {found.opcode, found.payload}};
        if (found.opcode == websocket_opcode::text && !is_utf8(found.payload))
            taken.fault = websocket_close_code::invalid_payload;
        return taken;
    }

    step part(char* data, std::size_t size) {
        step taken;
        taken.used = processor_.take(data, size, limits_, taken.fault);
        if (taken.fault != websocket_close_code::none || !processor_.ready()) return taken;
        taken.complete = true;
        taken.buffer = &processor_.taken();
        taken.message.opcode = static_cast<websocket_opcode>(taken.buffer->opcode);
        taken.message.payload = taken.buffer->payload;
        if (taken.message.opcode == websocket_opcode::close)
            taken.fault = detail::read_close(taken.buffer->payload, taken.message);
        return taken;
    }

    websocket_close_code forget(websocket_close_code why) {
        processor_.forget();
        return why;
    }

    websocket_role role_;
    websocket_limits limits_;
    detail::websocket_processor processor_;
};

}  // namespace tandem
