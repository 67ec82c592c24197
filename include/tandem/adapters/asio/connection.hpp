// A connection of a server: HTTP at first; then perhaps a WebSocket, and an outlet of the engine.
#pragma once

#include "http_wire.hpp"
#include "server_core.hpp"

#include "../../hub/session.hpp"
#include "../../pull/bearer.hpp"
#include "../../pull/status.hpp"
#include "../../transport/websocket/websocket_handshake.hpp"
#include "../../transport/websocket/websocket_subprotocols.hpp"
#include "../../transport/websocket/websocket_writer.hpp"

namespace tandem::detail {

template <class Engine>
class connection final : public http_wire {
    using core = server_core<Engine>;

public:
    connection(tcp_socket socket, core& of, const listener_settings& at, std::unique_ptr<tls_session> tls,
               address_book::entry* booked)
        : http_wire{std::move(socket), of, std::move(tls)}, at_{at}, booked_{booked} {}

    // --- an outlet. It only records; what was sent leaves at the end of the turn.
    void send(const frame& f) {
        f.with_head([&](char* end, std::size_t size) {
            return write_websocket_head(end, size, f.text() ? websocket_opcode::text : websocket_opcode::binary);
        });
        put(f);
    }
    void close(const error& why) {
        if (!count_failures() && why.code == errc::bad_credential && booked_) server().failed(booked_->first);
        session_ = {};
        if (why.code == errc::slow_receiver) break_off();
        else say_goodbye(close_code_of(why.code), text(why.code));
    }
    void flush() {
        host().told();
        if (waits_to_write()) return;
        // Some of it may have been left out for want of room, and nobody waits for what is written at once.
        if (queued_bytes() > server().engine->settings().pushing_until_bytes) was_full_ = true, see_to_me();
        write();
    }
    void probe(std::uint64_t token) {
        say(websocket_opcode::ping, {reinterpret_cast<const char*>(&token), sizeof token});
    }
    std::size_t queued_bytes() const { return unwritten(); }

    // For what has begun and is not complete.
    std::size_t held_bytes() const { return held_by_http() + (reader_ ? sizeof *reader_ + reader_->held_bytes() : 0); }

    // --- a server that goes
    session_handle session() const { return session_; }
    // Something was accepted and is not answered yet.
    bool is_owed_something() const {
        if (is_answering()) return true;
        const tandem::session* s = session_ ? server().engine->hub().find(session_) : nullptr;
        return s && s->unacked > 0;
    }

private:
    core& server() const { return static_cast<core&>(host()); }

    void take(std::span<char> data) override {
        if (speaks_http()) data = take_http(data);
        if (is_in(phase::talking) && !data.empty()) take_frames(data);
    }
    void written() override {
        if (std::exchange(was_full_, false)) has_room_again();
        else http_wire::written();
    }
    void has_room_again() override {
        if (session_) server().engine->drained(session_);
    }
    void ended() override {
        http_wire::ended();
        if (reader_) server().give_back(std::move(reader_));
        leave_session();
        server().addresses.leave(std::exchange(booked_, nullptr));
    }

    // --- HTTP
    void serve(const http_request& r) override {
        const bool upgrades = r.has_token("Upgrade", "websocket") && !at_.for_operators;
        if (!server().may_come(r, peer(), encrypted(), upgrades)) return forget_origin(), refuse(403);
        if (upgrades) return upgrade(r);
        const asio::ip::address client = server().client_of(r, peer());
        server().serve(r, exchange(client.to_string()), client, at_);
    }
    void dress(http_answer& a, std::string_view origin) override { server().dress(a, origin); }

    void upgrade(const http_request& r) {
        if (!server().has_websocket_at(r.path())) return refuse(404);
        if (const int status = refusal_of(r)) return refuse(status);
        const std::string protocols = r.joined("Sec-WebSocket-Protocol");
        const auto offered = websocket_subprotocols::parse(protocols);
        if (!offered) return refuse(400);
        if (host().draining) return refuse(503);
        const asio::ip::address client = server().client_of(r, peer());
        if (!server().may_try(address_key::of(client)) || !book(client)) return refuse(429);
        const std::string address = client.to_string();
        host().enter(*this, phase::talking);
        const auto opened = server().engine->open(
            *this, {.subprotocols = {offered->begin(), offered->size()},
                    .path = r.path(),
                    .query = r.query(),
                    .credential = bearer_credential(r.field("Authorization")).value_or(std::string_view{}),
                    .address = address});
        if (!opened) {
            host().enter(*this, phase::arriving);
            return refuse(opened.error().code == errc::unsupported ? 400 : status_of(opened.error().code));
        }
        if (is_in(phase::talking)) session_ = opened->session;  // otherwise it was turned away
        put_in_front(switching_protocols(r.field("Sec-WebSocket-Key"), opened->subprotocol));
        end_http();
        see_to_me();
    }

    // Whoever comes through a proxy counts from here on.
    bool book(const asio::ip::address& client) {
        if (!booked_) booked_ = server().arrive(address_key::of(client));
        return booked_ != nullptr;
    }

    static int refusal_of(const http_request& r) {
        const std::string upgrade = r.joined("Upgrade"), connection = r.joined("Connection"),
                          key = r.joined("Sec-WebSocket-Key"), version = r.joined("Sec-WebSocket-Version");
        return websocket_refusal({.method = r.method,
                                  .version = r.minor_version == 1 ? "HTTP/1.1" : "HTTP/1.0",
                                  .upgrade = upgrade,
                                  .connection = connection,
                                  .key = key,
                                  .websocket_version = version,
                                  .has_body = !r.body.empty()});
    }

    static std::string switching_protocols(std::string_view key, std::string_view subprotocol) {
        std::string head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
        head.append("Sec-WebSocket-Accept: ").append(websocket_accept(key)).append("\r\n");
        if (!subprotocol.empty()) head.append("Sec-WebSocket-Protocol: ").append(subprotocol).append("\r\n");
        return head.append("\r\n");
    }

    // --- WebSocket. A reader is borrowed while a message is on its way.
    void take_frames(std::span<char> data) {
        auto reader = reader_ ? std::move(reader_) : server().lend_reader();
        reader->limit(server().frame_limit(session_));
        answered_ping_ = false;
        const websocket_close_code fault =
            reader->feed(data.data(), data.size(), [&](const websocket_message& m) { return take_message(m); });
        if (fault != websocket_close_code::none) fail(fault);
        if (is_in(phase::talking) && !reader->idle()) reader_ = std::move(reader);
        else server().give_back(std::move(reader));
    }

    // False: nothing more is wanted.
    bool take_message(const websocket_message& m) {
        switch (m.opcode) {
            case websocket_opcode::ping: return answer_ping(m.payload), true;
            case websocket_opcode::pong: return probed(m.payload), true;
            case websocket_opcode::close: return answer_goodbye(m.code), false;
            default: break;
        }
        server().engine->receive(session_, {m.payload, m.opcode == websocket_opcode::text});
        return is_in(phase::talking);
    }

    // One for all that came together, and none to a peer that does not take what it was sent.
    void answer_ping(bytes payload) {
        if (std::exchange(answered_ping_, true) || waits_to_write()) return;
        say(websocket_opcode::pong, payload);
        see_to_me();
    }

    void probed(bytes payload) {
        std::uint64_t token = 0;
        if (payload.size() != sizeof token) return;
        std::memcpy(&token, payload.data(), sizeof token);
        server().engine->probed(session_, token);
    }

    void answer_goodbye(websocket_close_code code) {
        leave_session();
        say(websocket_opcode::close, websocket_close_payload(code));
        close_after_writing(true);
    }
    void fail(websocket_close_code why) {
        leave_session();
        say_goodbye(why, {});
    }
    void say_goodbye(websocket_close_code code, std::string_view reason) {
        say(websocket_opcode::close, websocket_close_payload(code, reason));
        close_after_writing();
    }

    void leave_session() {
        count_failures();
        if (const auto session = std::exchange(session_, {})) server().engine->closed(session);
    }
    // Each wrong credential counts, however the connection ends.
    bool count_failures() {
        const tandem::session* s = session_ ? server().engine->hub().find(session_) : nullptr;
        if (!s || !booked_) return false;
        for (unsigned n = 0; n < s->wrong_credentials; ++n) server().failed(booked_->first);
        return s->wrong_credentials > 0;
    }

    void say(websocket_opcode opcode, bytes payload) {
        std::string control;
        append_control(control, opcode, payload);
        put(control);
    }

    const listener_settings& at_;
    std::unique_ptr<websocket_reader> reader_;
    address_book::entry* booked_;
    session_handle session_;
    bool answered_ping_ = false;
    bool was_full_ = false;
};

}  // namespace tandem::detail
