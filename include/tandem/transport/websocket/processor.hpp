// websocketpp's rules of RFC 6455, with what they leave open closed.
#pragma once

#include "websocket_buffer.hpp"
#include "websocket_message.hpp"

namespace tandem::detail {

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
        const bool continues = (first & 0x0f) == 0 && m_data_msg.msg_ptr;
        return frame_begins && continues && ++continuations_ >= limits.fragments;
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
