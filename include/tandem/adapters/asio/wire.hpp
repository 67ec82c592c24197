// One socket, perhaps encrypted: bytes come in, bytes go out, and it ends.
#pragma once

#include "tls_session.hpp"
#include "wire_host.hpp"

#include <asio/basic_stream_socket.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

namespace tandem::detail {

using tcp_socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

// Between two reads it has a socket and these few words; room to read in belongs to its host. It waits until there is
// something to read and reads once; writes leave at the end of a round, joined. Counted: its host's list holds it, and
// each operation that waits.
class wire {
public:
    using ptr = counted_ptr<wire>;

    wire(tcp_socket socket, wire_host& host, std::unique_ptr<tls_session> tls)
        : socket_{std::move(socket)}, host_{&host}, tls_{std::move(tls)} {}
    wire(const wire&) = delete;
    virtual ~wire() = default;

    void start() {
        host_->enter(*this, phase::arriving);
        wait_to_read();
    }

    // --- for its host
    // At the end of a round.
    void go_on() {
        if (is_closed()) return;
        awaited_ = false;
        if (broken_) return gone();
        if (!writing_) write();
        if (!is_closed() && !writing_) written_all();
    }
    // Its time is up.
    void give_up() { gone(); }
    // Nobody needs it any more; what was put is still written.
    void part() { close_when_written(); }
    void hold_reading() { held_ = true; }
    // The host goes. What still waits in the loop finds nobody.
    void forsake() {
        const ptr alive{this};
        gone();
        host_ = nullptr;
    }

    phase_link<wire> link;
    std::uint32_t owners = 0;

protected:
    // What the peer sent, decrypted; it may be changed in place.
    virtual void take(std::span<char> data) = 0;
    // The connection is no more: said once.
    virtual void ended() = 0;
    // All that was to be written is, and it is the end of a round.
    virtual void written() = 0;
    // The same, after it had to wait.
    virtual void has_room_again() = 0;

    bool is_closed() const { return link.now_in == phase::closed; }
    bool is_in(phase p) const { return link.now_in == p; }
    bool is_last() const { return last_; }  // what was put is the last: nothing more is taken
    bool encrypted() const { return tls_ != nullptr; }
    wire_host& host() const { return *host_; }
    asio::ip::address peer() const {
        std::error_code gone;
        return socket_.remote_endpoint(gone).address();
    }

    // --- writing
    void put(frame f) {
        const std::size_t before = out_.bytes();
        out_.add(std::move(f), host_->spare_queues);
        host_->unwritten += out_.bytes() - before;
    }
    void put(bytes as_they_are) { put(frame{as_they_are}); }
    // Written at once, as far as the socket takes it: only the rest is copied.
    void put_large(bytes head, bytes body) {
        if (!tls_ && out_.empty() && !writing_ && !broken_) {
            const std::array<asio::const_buffer, 2> both{asio::buffer(head.data(), head.size()),
                                                         asio::buffer(body.data(), body.size())};
            std::error_code failed;
            ++host_->writes;
            const std::size_t size = socket_.write_some(both, failed);
            if (failed && failed != asio::error::would_block) return break_off();
            const std::size_t of_head = size < head.size() ? size : head.size();
            head.remove_prefix(of_head);
            body.remove_prefix(size - of_head);
        }
        if (head.empty() && body.empty()) return;
        put(frame{head.size() + body.size(), false, [&](char* to) {
                      if (!head.empty()) std::memcpy(to, head.data(), head.size());
                      if (!body.empty()) std::memcpy(to + head.size(), body.data(), body.size());
                  }});
    }
    void put_in_front(bytes as_they_are) {
        out_.add_in_front(frame{as_they_are}, host_->spare_queues);
        host_->unwritten += as_they_are.size();
    }
    std::size_t unwritten() const { return out_.bytes(); }
    bool waits_to_write() const { return writing_; }

    void write() {
        while (!broken_) {
            const std::size_t before = out_.bytes();
            const bytes piece = tls_ ? tls_->next_piece(out_, host_->joining_room, host_->spare_queues)
                                     : out_.next(host_->joining_room);
            host_->unwritten -= before - out_.bytes();  // encrypted is written, here
            if (piece.empty()) return;
            std::error_code failed;
            ++host_->writes;
            const std::size_t size = socket_.write_some(asio::buffer(piece.data(), piece.size()), failed);
            if (failed && failed != asio::error::would_block) return break_off();
            if (size > 0) took(size);
            if (size < piece.size()) return wait_to_write();
        }
    }

    // At the end of the round.
    void break_off() {
        broken_ = true;
        see_to_me();
    }
    void see_to_me() {
        if (awaited_) return;
        awaited_ = true;
        host_->see_to(*this);
    }
    // As long as the peer takes what was put, it has its time for it.
    void close_when_written() {
        last_ = true;
        see_to_me();
    }
    // What was put is written; then the peer has its time to close, too.
    void close_after_writing(bool peer_has_closed = false) {
        if (is_closed()) return;
        no_more_expected_ = no_more_expected_ || peer_has_closed;
        if (!is_in(phase::closing)) host_->enter(*this, phase::closing);
        see_to_me();
    }

    // --- reading
    void go_on_reading() {
        held_ = false;
        wait_to_read();
    }

    void gone() {
        if (is_closed()) return;
        const ptr alive{this};
        host_->leave(*this);
        ended();
        std::error_code ignored;
        socket_.close(ignored);
        host_->unwritten -= out_.bytes();
        out_.clear(host_->spare_queues);
        tls_.reset();
    }

private:
    void wait_to_read() {
        if (reading_ || held_ || is_closed()) return;
        reading_ = true;
        socket_.async_wait(tcp_socket::wait_read, [self = ptr{this}](const std::error_code&) {
            self->reading_ = false;
            if (!self->is_closed() && !self->held_) self->read();
        });
    }

    void read() {
        host_->begin_round();
        std::error_code failed;
        const std::size_t size = socket_.read_some(asio::buffer(host_->room), failed);
        if (failed && failed != asio::error::would_block) return gone();
        if (size > 0) tls_ ? decrypt({host_->room.data(), size}) : take_if_wanted({host_->room.data(), size});
        wait_to_read();
    }

    void take_if_wanted(std::span<char> data) {
        if (!is_closed() && !is_in(phase::closing) && !last_) take(data);
    }

    void decrypt(std::span<char> cipher) {
        tls_->feed(cipher);
        for (;;) {
            const int size = tls_->read(host_->plain_room);
            if (size == tls_session::over) close_after_writing(true);
            if (size <= 0) break;
            take_if_wanted({host_->plain_room.data(), static_cast<std::size_t>(size)});
            if (is_closed()) return;
        }
        see_to_me();  // a handshake has answers of its own
    }

    void wait_to_write() {
        if (writing_) return;
        writing_ = true;
        socket_.async_wait(tcp_socket::wait_write, [self = ptr{this}](const std::error_code&) {
            self->writing_ = false;
            if (self->is_closed()) return;
            self->host_->begin_round();
            self->write();
            if (self->writing_ || self->broken_) return;
            self->has_room_again();
            self->see_to_me();
        });
    }

    void took(std::size_t size) {
        if (tls_) tls_->written(size);
        else out_.written(size, host_->spare_queues), host_->unwritten -= size;
        if (is_in(phase::resting)) host_->enter(*this, phase::resting);  // it does take its answer
    }

    void written_all() {
        if (!is_in(phase::closing)) return last_ ? close_after_writing() : written();
        if (tls_ && tls_->say_goodbye()) return write_goodbye();
        if (no_more_expected_) return gone();
        if (said_all_) return;
        said_all_ = true;
        // Whoever closes with something unread has what was written destroyed on its way: the peer closes first, or time does.
        std::error_code failed;
        socket_.shutdown(tcp_socket::shutdown_send, failed);
        if (failed) gone();
        else go_on_reading();
    }
    void write_goodbye() {
        write();
        see_to_me();
    }

    tcp_socket socket_;
    wire_host* host_;
    std::unique_ptr<tls_session> tls_;
    outbox out_;
    bool reading_ : 1 = false;
    bool writing_ : 1 = false;
    bool held_ : 1 = false;
    bool broken_ : 1 = false;
    bool awaited_ : 1 = false;
    bool last_ : 1 = false;  // nothing more is taken, and it closes when all is written
    bool no_more_expected_ : 1 = false;
    bool said_all_ : 1 = false;
};

inline wire_host::wire_host(const server_options& o) : options{o} {}
inline wire_host::~wire_host() = default;

inline void wire_host::see_to(wire& w) {
    to_see_.emplace_back(&w);
    come_back();
}

inline void wire_host::see_to_all() {
    std::swap(to_see_, seeing_);
    for (const auto& w : seeing_) w->go_on();
    seeing_.clear();
}

inline wire* wire_host::following(const wire& w) { return w.link.behind; }

// The list holds it.
inline void wire_host::enter(wire& w, phase p) {
    if (w.link.now_in == phase::closed) ++w.owners;
    else lists_[static_cast<std::size_t>(w.link.now_in)].remove(w);
    w.link.now_in = p;
    w.link.since = milliseconds_now();
    lists_[static_cast<std::size_t>(p)].add(w);
}

inline void wire_host::leave(wire& w) {
    lists_[static_cast<std::size_t>(std::exchange(w.link.now_in, phase::closed))].remove(w);
    const wire::ptr last{&w};
    --w.owners;
}

inline void wire_host::sweep() {
    const std::uint32_t now = milliseconds_now();
    for (const phase p : {phase::arriving, phase::resting, phase::holding, phase::closing})
        while (wire* const w = first_in(p)) {
            // Whoever was moved by one that has just gone may be younger than `now`.
            if (static_cast<std::int32_t>(now - w->link.since) < static_cast<std::int32_t>(time_for(p))) break;
            w->give_up();
        }
}

inline void wire_host::forsake_all() {
    while (count() > 0)  // one that goes may move another
        for (std::size_t p = 0; p < phase_count; ++p)
            while (wire* const w = first_in(static_cast<phase>(p))) w->forsake();
}

}  // namespace tandem::detail
