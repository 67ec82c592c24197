// One connection to a server, from its name to its end.
#pragma once

#include "counted_ptr.hpp"
#include "link_options.hpp"
#include "outbox.hpp"

#include <asio/basic_stream_socket.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include <array>
#include <chrono>

namespace tandem::detail {

// Finds the addresses, tries each, agrees on TLS; then bytes come in and go out until it ends, which is told once and
// last. Everything is told from the loop, never from within a verb, and may forsake the wire. Writes leave at the end
// of the loop's round, joined. Counted: whoever uses it holds it, and each operation that waits.
class client_wire {
public:
    using ptr = counted_ptr<client_wire>;
    using endpoint = asio::ip::tcp::endpoint;

    client_wire(asio::io_context& loop, const link_options& o)
        : options_{o}, loop_{loop}, resolver_{loop}, socket_{loop}, deadline_{loop} {}
    client_wire(const client_wire&) = delete;
    virtual ~client_wire() = default;

    void dial(const server_place& to) {
        if (to.tls) tls_ = to.tls->connect(to.host);
        std::error_code is_name;
        const auto address = asio::ip::make_address(to.host, is_name);
        if (!is_name) return dial(std::vector<endpoint>{{address, to.port}});
        limit(options_.resolve_within, {unreachable, to.host + " was not resolved in time"});
        resolver_.async_resolve(to.host, std::to_string(to.port), resolver::numeric_service,
                                [self = ptr{this}, host = to.host](const std::error_code& failed, const auto& found) {
                                    if (self->is_closed()) return;
                                    if (failed) self->end({unreachable, host + ": " + failed.message()});
                                    else self->dial(std::vector<endpoint>{found.begin(), found.end()});
                                });
    }
    void dial(std::vector<endpoint> addresses) {
        addresses_ = std::move(addresses);
        step_ = step::connecting;
        try_next("it has no address");
    }

    // Its user goes, or needs it no more: nothing is told from now on.
    void forsake() {
        forsaken_ = true;
        shut();
    }
    bool is_closed() const { return step_ == step::closed; }
    bool is_connected() const { return step_ == step::connected; }
    std::size_t unwritten() const { return out_.bytes(); }

    std::uint32_t owners = 0;

protected:
    // To be written to; encrypted, if it is to be.
    virtual void connected() = 0;
    // What the server sent, decrypted; it may be changed in place.
    virtual void take(std::span<char> data) = 0;
    // The server says nothing more, and what it said was not cut off. The end follows.
    virtual void said_all() {}
    // Everything is written, after it had to wait or somebody wanted room.
    virtual void drained() {}
    virtual void ended(const error& why) = 0;

    const link_options& options() const { return options_; }

    void put(bytes as_they_are) {
        out_.add(frame{as_they_are}, spare_queues_);
        flush_soon();
    }
    // What nothing will join is not to wait for the end of this round.
    void put_at_once(bytes as_they_are) {
        out_.add(frame{as_they_are}, spare_queues_);
        if (!writing_) write();
    }
    bool waits_to_write() const { return writing_; }
    void want_room() {
        wants_room_ = true;
        flush_soon();
    }

    // Nothing has come that was not asked for, and the server has not closed.
    bool is_quiet() {
        char one;
        std::error_code failed;
        socket_.receive(asio::buffer(&one, 1), tcp_socket::message_peek, failed);
        return failed == asio::error::would_block;
    }

    // There is one deadline at a time; when it is over the wire ends with `late`.
    void limit(duration within, error late) {
        late_ = std::move(late);
        deadline_.expires_after(std::chrono::milliseconds(within.milliseconds));
        deadline_.async_wait([self = ptr{this}, number = ++limits_](const std::error_code& cancelled) {
            if (cancelled || self->is_closed() || number != self->limits_) return;
            if (self->step_ == step::connecting) self->try_next(self->late_.detail);
            else self->end(error{self->late_});
        });
    }
    void no_limit() {
        ++limits_;
        deadline_.cancel();
    }

    void end(const error& why) {
        if (is_closed()) return;
        const ptr alive{this};
        shut();
        if (!forsaken_) ended(why);
    }
    void end_soon(error why) {
        asio::post(loop_, [self = ptr{this}, why = std::move(why)] { self->end(why); });
    }

private:
    using tcp_socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;
    using resolver = asio::ip::basic_resolver<asio::ip::tcp, asio::io_context::executor_type>;
    enum class step : unsigned char { resolving, connecting, securing, connected, closed };

    static constexpr std::size_t room_to_read = 32 * 1024, room_to_join = 16 * 1024;

    void try_next(const std::string& last_failed) {
        if (tried_ == addresses_.size()) return end({unreachable, last_failed});
        const endpoint to = addresses_[tried_++];
        const std::string name = to.address().to_string() + " port " + std::to_string(to.port());
        std::error_code ignored;
        socket_.close(ignored);
        limit(options_.connect_within, {unreachable, name + " did not answer in time"});
        socket_.async_connect(to, [self = ptr{this}, name, tried = tried_](const std::error_code& failed) {
            if (self->is_closed() || self->tried_ != tried) return;
            if (failed) self->try_next(name + ": " + failed.message());
            else self->reached();
        });
    }

    void reached() {
        std::error_code failed;
        socket_.non_blocking(true, failed);
        if (!failed) socket_.set_option(asio::ip::tcp::no_delay{true}, failed);
        if (failed) return end({unreachable, failed.message()});
        limit(options_.shake_hands_within, {unreachable, "the server did not shake hands in time"});
        step_ = tls_ ? step::securing : step::connected;
        if (tls_) tls_->begin(), write();
        else connected();
        wait_to_read();
    }

    // --- reading
    void wait_to_read() {
        if (reading_ || is_closed()) return;
        reading_ = true;
        socket_.async_wait(tcp_socket::wait_read, [self = ptr{this}](const std::error_code&) {
            self->reading_ = false;
            if (!self->is_closed()) self->read();
        });
    }

    void read() {
        std::array<char, room_to_read> room;
        std::error_code failed;
        const std::size_t size = socket_.read_some(asio::buffer(room), failed);
        if (failed && failed != asio::error::would_block) return came_to_end(failed);
        if (size > 0) tls_ ? decrypt({room.data(), size}) : take({room.data(), size});
        wait_to_read();
    }

    void decrypt(std::span<char> cipher) {
        std::array<char, room_to_join> plain;
        tls_->feed(cipher);
        while (!is_closed()) {
            const int size = tls_->read(plain);
            if (size == tls_session::over) return tls_came_to_end();
            if (step_ == step::securing && tls_->is_established()) secured();
            if (size == 0) break;
            if (!is_closed()) take({plain.data(), static_cast<std::size_t>(size)});
        }
        if (!is_closed()) write();  // a handshake has answers of its own
    }
    void secured() {
        step_ = step::connected;
        connected();
    }

    void came_to_end(const std::error_code& how) {
        const bool whole = how == asio::error::eof && !tls_;
        write();  // perhaps it takes a last word
        if (whole && !is_closed()) said_all();
        end({step_ == step::connected ? lost : unreachable,
             how == asio::error::eof ? "the server closed the connection" : how.message()});
    }
    void tls_came_to_end() {
        const bool whole = tls_->peer_said_goodbye();
        const error why{step_ == step::connected ? lost : unreachable,
                        whole ? "the server closed the connection" : "TLS: " + tls_->fault()};
        write();  // it is told what was wrong
        if (whole && !is_closed()) said_all();
        end(why);
    }

    // --- writing
    void flush_soon() {
        if (flushing_ || writing_ || is_closed()) return;
        flushing_ = true;
        asio::post(loop_, [self = ptr{this}] {
            self->flushing_ = false;
            if (!self->writing_) self->write();
        });
    }

    void write() {
        std::array<char, room_to_join> room;
        while (!is_closed() && !broken_) {
            const bytes piece = tls_ ? tls_->next_piece(out_, room, spare_queues_) : out_.next(room);
            if (piece.empty()) return written();
            std::error_code failed;
            const std::size_t size = socket_.write_some(asio::buffer(piece.data(), piece.size()), failed);
            if (failed && failed != asio::error::would_block) broken_ = true;  // what it said before can still be read
            if (size > 0) tls_ ? tls_->written(size) : out_.written(size, spare_queues_);
            if (size < piece.size()) return wait_to_write();
        }
    }
    void wait_to_write() {
        if (writing_ || broken_) return;
        writing_ = wants_room_ = true;
        socket_.async_wait(tcp_socket::wait_write, [self = ptr{this}](const std::error_code&) {
            self->writing_ = false;
            self->write();
        });
    }
    void written() {
        if (out_.empty() && std::exchange(wants_room_, false)) drained();
    }

    void shut() {
        if (is_closed()) return;
        say_goodbye();
        step_ = step::closed;
        no_limit();
        resolver_.cancel();
        std::error_code ignored;
        socket_.close(ignored);
        out_.clear(spare_queues_);
        tls_.reset();
    }
    // TLS has a last word of its own. Whether it arrives is of no importance.
    void say_goodbye() {
        if (!tls_ || broken_ || !tls_->say_goodbye()) return;
        std::error_code ignored;
        const bytes piece = tls_->next_piece(out_, {}, spare_queues_);
        socket_.write_some(asio::buffer(piece.data(), piece.size()), ignored);
    }

    link_options options_;
    asio::io_context& loop_;
    resolver resolver_;
    tcp_socket socket_;
    asio::steady_timer deadline_;
    error late_{unreachable};
    std::uint32_t limits_ = 0;
    std::vector<endpoint> addresses_;
    std::size_t tried_ = 0;
    std::unique_ptr<tls_session> tls_;
    outbox out_;
    outbox::spare_queues spare_queues_;
    step step_ = step::resolving;
    bool reading_ = false, writing_ = false, flushing_ = false;
    bool broken_ = false;      // nothing more can be written
    bool wants_room_ = false;  // somebody does
    bool forsaken_ = false;
};

}  // namespace tandem::detail
