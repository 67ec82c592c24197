// Accepts connections, as many as there may be, and rests when there is nothing left to accept them with.
#pragma once

#include "connection.hpp"

#include <asio/basic_socket_acceptor.hpp>

namespace tandem::detail {

// Out of descriptors or memory it tries again a little later: no spin, and whoever is connected stays so. What lives in the
// loop shares it.
template <class Engine>
class listener : public std::enable_shared_from_this<listener<Engine>> {
    using core = server_core<Engine>;
    using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
    using acceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;

public:
    listener(core& of, listener_settings settings)
        : core_{&of}, settings_{std::move(settings)}, acceptor_{of.turn->loop()}, rest_{of.turn->loop()} {}

    result<std::uint16_t> open(const std::string& address, std::uint16_t port) {
        std::error_code failed;
        const asio::ip::tcp::endpoint at{asio::ip::make_address(address, failed), port};
        if (failed)
            return error{errc::invalid_argument,
                         address + " is no address to listen on, as 127.0.0.1, 0.0.0.0 or :: are"};
        acceptor_.open(at.protocol(), failed);
        if (!failed) acceptor_.set_option(asio::socket_base::reuse_address{true}, failed);
        if (!failed && core_->options.share_ports) acceptor_.set_option(reuse_port{true}, failed);
        if (!failed) acceptor_.bind(at, failed);
        if (!failed) acceptor_.listen(most_waiting, failed);
        if (!failed) acceptor_.non_blocking(true, failed);
        const auto bound = failed ? at : acceptor_.local_endpoint(failed);
        if (failed)
            return error{errc::invalid_argument,
                         "cannot listen on " + address + " port " + std::to_string(port) + ": " + failed.message()};
        wait();
        return bound.port();
    }

    void close() {
        core_ = nullptr;
        std::error_code ignored;
        acceptor_.close(ignored);
        rest_.cancel();
    }

    // Whoever is one too many is closed without a word: an answer would cost more than it is worth.
    void welcome(tcp_socket socket, const asio::ip::address& from) {
        core_->begin_round();
        if (core_->count() >= core_->options.connections) return;
        address_book::entry* booked = nullptr;
        try {
            if (!core_->is_proxy(from) && !(booked = core_->arrive(address_key::of(from)))) return;
        } catch (const std::bad_alloc&) { return; }
        std::error_code failed;
        socket.non_blocking(true, failed);
        socket.set_option(asio::ip::tcp::no_delay{true}, failed);
        if (const int size = core_->options.send_buffer; size > 0)
            socket.set_option(asio::socket_base::send_buffer_size{size}, failed);
        connection<Engine>* made = nullptr;
        try {
            auto tls = settings_.tls ? settings_.tls->accept() : nullptr;
            made = new connection<Engine>{std::move(socket), *core_, settings_, std::move(tls), booked};
            made->start();
        } catch (const std::bad_alloc&) {  // there may be memory again for the next one
            if (made) made->give_up();
            else core_->addresses.leave(booked);
        }
    }

private:
    static constexpr int most_waiting = 4096;

    void wait() {
        acceptor_.async_wait(acceptor::wait_read, [self = this->shared_from_this()](const std::error_code& failed) {
            if (!self->core_) return;
            if (failed) self->rest();
            else self->accept();
        });
    }

    void rest() {
        rest_.expires_after(std::chrono::milliseconds(100));
        rest_.async_wait([self = this->shared_from_this()](const std::error_code& cancelled) {
            if (self->core_ && !cancelled) self->accept();
        });
    }

    void accept() {
        for (std::size_t i = 0; i < core_->options.accepts_at_once; ++i) {
            if (core_->count(phase::arriving) >= core_->options.arriving) return rest();
            std::error_code failed;
            asio::ip::tcp::endpoint from;
            tcp_socket socket{core_->turn->loop()};
            acceptor_.accept(socket, from, failed);
            if (failed == asio::error::would_block) break;
            if (failed == asio::error::connection_aborted || failed == asio::error::interrupted) continue;
            if (failed) return rest();
            welcome(std::move(socket), from.address());
        }
        wait();
    }

    core* core_;
    listener_settings settings_;
    acceptor acceptor_;
    asio::steady_timer rest_;
};

}  // namespace tandem::detail
