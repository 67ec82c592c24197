// A connection of a websocketpp endpoint of yours, as an outlet.
#pragma once

#include "../../core/outlet.hpp"
#include "../../transport/websocket/websocket_writer.hpp"

#include <websocketpp/close.hpp>

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tandem {

// The frame that was sent last, as a message of websocketpp's: framed and copied once for all who get it.
template <class Server>
class websocketpp_message {
    using pointer = typename Server::message_ptr;

public:
    pointer of(const frame& f, typename Server::connection_type& to) {
        if (message_ && f == frame_) return message_;
        const auto opcode = f.text() ? websocket_opcode::text : websocket_opcode::binary;
        message_ =
            of(opcode, to,
               f.with_head([&](char* end, std::size_t size) { return write_websocket_head(end, size, opcode); }));
        frame_ = f;
        return message_;
    }
    void forget() {
        message_ = {};
        frame_ = frame{};  // not {}, which clang 14 never destroys here under -fsanitize=undefined
    }

    // A frame with its head: it is sent as it is, and all of it is counted.
    static pointer of(websocket_opcode opcode, typename Server::connection_type& to, bytes whole) {
        using opcode_type = decltype(pointer {} -> get_opcode());
        pointer message = to.get_message(static_cast<opcode_type>(opcode), 0);
        message->set_payload(whole.data(), whole.size());
        message->set_prepared(true);
        return message;
    }

private:
    frame frame_;
    pointer message_;
};

// Made in the validate handler, when nothing may be sent yet: what is, leaves at `opened`. The connection outlives it.
// `Server` is your websocketpp::server<config>, of the protocol's version 13 and with one thread that runs its loop.
// Whoever does not answer a close, or does not read it, is gone after websocketpp's own time for that.
template <class Server>
class websocketpp_outlet {
public:
    using connection_type = typename Server::connection_type;

    websocketpp_outlet(connection_type& to, websocketpp_message<Server>& shared) : to_{&to}, shared_{&shared} {}

    void send(const frame& f) {
        if (open_) (void)to_->send(shared_->of(f, *to_));
        else put_off(f);
    }
    void close(const error& why) {
        if (!open_) return put_off(why.code);
        websocketpp::lib::error_code gone;  // then nobody is left to be told
        to_->close(static_cast<std::uint16_t>(close_code_of(why.code)), std::string{text(why.code)}, gone);
    }
    // What has not left by now never will, and what it was made with need not be there any more.
    void forsake(const error& why) {
        early_.clear();
        early_bytes_ = 0;
        close(why);
    }
    void probe(std::uint64_t token) {
        if (!open_) return put_off(token);
        websocketpp::lib::error_code gone;
        to_->ping(std::string{reinterpret_cast<const char*>(&token), sizeof token}, gone);
    }
    // What websocketpp has handed to the socket it does not count: a queue may hold twice what it says.
    std::size_t queued_bytes() const { return early_bytes_ + to_->get_buffered_amount(); }

    // Your open handler.
    void opened() {
        open_ = true;
        early_bytes_ = 0;
        for (const early& what : std::exchange(early_, {})) std::visit([&](const auto& one) { this->said(one); }, what);
    }
    // Your pong handler: the token of a probe, if that is what it answers.
    static std::optional<std::uint64_t> token_of(std::string_view pong) {
        std::uint64_t token = 0;
        if (pong.size() != sizeof token) return std::nullopt;
        std::memcpy(&token, pong.data(), sizeof token);
        return token;
    }

    // Your ping handler, which then answers false. None for whoever does not take what it was sent: websocketpp would keep
    // any number of them, and count none that is empty.
    void answer_ping(bytes payload) {
        if (!open_ || queued_bytes() > 0) return;
        std::string pong;
        append_control(pong, websocket_opcode::pong, payload);
        (void)to_->send(websocketpp_message<Server>::of(websocket_opcode::pong, *to_, pong));
    }

    connection_type& connection() const { return *to_; }

private:
    using early = std::variant<frame, errc, std::uint64_t>;

    void put_off(early what) {
        if (const frame* f = std::get_if<frame>(&what)) early_bytes_ += f->size();
        early_.push_back(std::move(what));
    }
    void said(const frame& f) { send(f); }
    void said(errc why) { close(why); }
    void said(std::uint64_t token) { probe(token); }

    connection_type* to_;
    websocketpp_message<Server>* shared_;
    std::vector<early> early_;
    std::size_t early_bytes_ = 0;
    bool open_ = false;
};

}  // namespace tandem
