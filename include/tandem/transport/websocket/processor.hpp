// websocketpp's rules of RFC 6455, held so that memory follows what was received. Nobody's business but this folder's.
#pragma once

#ifndef _WEBSOCKETPP_CPP11_STRICT_
#define _WEBSOCKETPP_CPP11_STRICT_
#endif
#include <websocketpp/http/request.hpp>
#include <websocketpp/http/response.hpp>

#include <websocketpp/extensions/permessage_deflate/disabled.hpp>
#include <websocketpp/processors/hybi13.hpp>
#include <websocketpp/random/none.hpp>

#include "websocket_message.hpp"

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

struct processor_config {
    using request_type = websocketpp::http::parser::request;
    using response_type = websocketpp::http::parser::response;
    using message_type = websocket_buffer;
    using con_msg_manager_type = websocket_buffers;
    using rng_type = websocketpp::random::none::int_generator<std::uint32_t>;  // it only reads, so it draws no keys
    struct permessage_deflate_config {
        using request_type = processor_config::request_type;
    };
    using permessage_deflate_type = websocketpp::extensions::permessage_deflate::disabled<permessage_deflate_config>;
    static constexpr std::size_t max_message_size = 0;  // websocket_processor says it anew for every frame
    static constexpr bool enable_extensions = false;
};

inline processor_config::rng_type no_random;

class websocket_processor final : private websocket_buffers, private websocketpp::processor::hybi13<processor_config> {
    using rules = websocketpp::processor::hybi13<processor_config>;

public:
    explicit websocket_processor(websocket_role role)
        : rules{false, role == websocket_role::server, static_cast<websocket_buffers*>(this), no_random} {}
    websocket_processor(const websocket_processor&) = delete;  // it is known to its base by its address
    websocket_processor& operator=(const websocket_processor&) = delete;

    // Takes a part of the bytes, never beyond a header's or a frame's end; what is wrong with it goes to `fault`.
    std::size_t take(char* data, std::size_t size, const websocket_limits& limits, websocket_close_code& fault) {
        if (one_fragment_too_many(data[0], limits)) return fail(fault, websocket_close_code::policy_violation);
        // A continuation's header makes the processor add the declared size to the payload's, which may overflow, and
        // reserve as much. It does both to an empty stand-in, which goes at once, against what is left of the limit.
        std::string stand_in;
        if (in_header()) in_progress.stand_in = &stand_in;
        set_max_message_size(limits.message_bytes - smaller(in_progress.payload.size(), limits.message_bytes));
        websocketpp::lib::error_code error;
        const std::size_t used = consume(reinterpret_cast<std::uint8_t*>(data), smaller(size, m_bytes_needed), error);
        in_progress.stand_in = nullptr;
        if (error) return fail(fault, code_of(error));
        if (ready() && ends_inside_a_letter()) return fail(fault, websocket_close_code::invalid_payload);
        return used;
    }

    using rules::ready;

    // Once a message is ready. Its buffer is to be given back when it has been looked at.
    websocket_buffer& taken() {
        websocket_buffer& buffer = *rules::get_message();
        if (&buffer == &in_progress) continuations_ = 0;
        return buffer;
    }

    void forget() {
        m_data_msg = {};
        m_control_msg = {};
        continuations_ = 0;
        reset_headers();
        in_progress.give_back();
        control.give_back();
    }

    bool idle() const {
        return m_state == HEADER_BASIC && m_bytes_needed == websocketpp::frame::BASIC_HEADER_LENGTH &&
               !m_data_msg.msg_ptr;
    }

    std::size_t held_bytes() const { return in_progress.held_bytes() + control.held_bytes(); }

    // Sec-WebSocket-Accept for a Sec-WebSocket-Key.
    std::string accept(std::string key) const {
        process_handshake_key(key);
        return key;
    }

private:
    static std::size_t smaller(std::size_t a, std::size_t b) { return a < b ? a : b; }

    static std::size_t fail(websocket_close_code& fault, websocket_close_code code) {
        fault = code;
        return 0;
    }

    bool in_header() const { return m_state == HEADER_BASIC || m_state == HEADER_EXTENDED; }

    // The processor counts bytes only: continuations without any would never end.
    bool one_fragment_too_many(char first, const websocket_limits& limits) {
        const bool frame_begins = m_state == HEADER_BASIC && m_bytes_needed == websocketpp::frame::BASIC_HEADER_LENGTH;
        if (!frame_begins || (first & 0x0f) != 0) return false;
        if (!m_data_msg.msg_ptr) return false;
        return ++continuations_ >= limits.fragments;
    }

    // The processor asks this only of a text in one frame: the opcode of a last fragment is that of a continuation.
    bool ends_inside_a_letter() {
        return m_current_msg->msg_ptr->opcode == websocketpp::frame::opcode::text &&
               !m_current_msg->validator.complete();
    }

    websocket_close_code code_of(const websocketpp::lib::error_code& error) const {
        namespace wrong = websocketpp::processor::error;
        const bool no_length_at_all =
            (m_extended_header.bytes[0] & 0x80) != 0 && websocketpp::frame::get_basic_size(m_basic_header) == 127;
        if (error == wrong::make_error_code(wrong::invalid_utf8)) return websocket_close_code::invalid_payload;
        const bool long_one = error == wrong::make_error_code(wrong::message_too_big) ||
                              error == wrong::make_error_code(wrong::requires_64bit);
        return long_one && !no_length_at_all ? websocket_close_code::too_large : websocket_close_code::protocol_error;
    }

    std::uint32_t continuations_ = 0;  // of the message in progress
};

}  // namespace tandem::detail
