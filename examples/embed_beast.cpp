// A WebSocket server of Boost.Beast with the engine inside: it knows of no sockets, so Boost's will do.
#include "embed_scene.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <deque>

namespace asio = boost::asio;

struct my_program {
    tandem::engine<my_chat> engine;
    asio::io_context loop;
    asio::steady_timer timer{loop};

    // Nothing holds a turn here: each verb is one of its own. Behind it the engine has its time.
    void give_time(boost::system::error_code cancelled = {}) {
        if (cancelled) return;
        timer.expires_after(std::chrono::milliseconds((engine.tick() - engine.now()).milliseconds));
        timer.async_wait([this](auto failed) { give_time(failed); });
    }
};

class connection : public std::enable_shared_from_this<connection> {
public:
    connection(my_program& of, asio::ip::tcp::socket socket) : of_{of}, socket_{std::move(socket)} {}
    ~connection() { of_.engine.closed(session_); }

    void begin() {
        socket_.async_accept([self = shared_from_this()](auto failed) {
            if (failed) return;
            self->socket_.read_message_max(self->of_.engine.settings().max_frame_bytes);
            if (const auto opened = self->of_.engine.open(*self)) self->session_ = opened->session, self->read();
        });
    }

    // --- what the engine asks of it
    void send(const tandem::frame& f) { out_.push_back(f), queued_ += f.size(); }
    void close(const tandem::error& why) {
        closes_ = static_cast<std::uint16_t>(tandem::close_code_of(why.code));
        flush();
    }
    void flush() {
        if (writes_ || (out_.empty() && closes_ == 0)) return;
        if (out_.empty()) return socket_.async_close(closes_, [self = shared_from_this()](auto) {});
        writes_ = true;
        socket_.async_write(asio::buffer(out_.front().payload()), [self = shared_from_this()](auto failed, auto size) {
            self->writes_ = false;
            self->queued_ -= size;
            self->out_.pop_front();
            if (self->out_.empty()) self->of_.engine.drained(self->session_);  // there is room again
            if (!failed) self->flush();
        });
    }
    std::size_t queued_bytes() const { return queued_; }

private:
    // When nobody holds it any more, because it does not read on, it is closed.
    void read() {
        socket_.async_read(in_, [self = shared_from_this()](auto failed, std::size_t size) {
            if (failed) return;
            const tandem::bytes data{static_cast<const char*>(self->in_.cdata().data()), size};
            const bool goes_on = self->of_.engine.receive(self->session_, {data, self->socket_.got_text()});
            self->of_.give_time();
            self->in_.clear();
            if (goes_on) self->read();
        });
    }

    my_program& of_;
    boost::beast::websocket::stream<asio::ip::tcp::socket> socket_;
    boost::beast::flat_buffer in_;
    tandem::session_handle session_;
    std::deque<tandem::frame> out_;
    std::size_t queued_ = 0;
    std::uint16_t closes_ = 0;
    bool writes_ = false;
};

void accept(my_program& program, asio::ip::tcp::acceptor& acceptor) {
    acceptor.async_accept([&](auto failed, asio::ip::tcp::socket socket) {
        if (!failed) std::make_shared<connection>(program, std::move(socket))->begin();
        accept(program, acceptor);
    });
}

int main() {
    my_program program;
    asio::ip::tcp::acceptor acceptor{program.loop, {asio::ip::address_v4::loopback(), 0}};
    program.give_time();
    accept(program, acceptor);
    std::thread visitors{[&, port = acceptor.local_endpoint().port()] {
        alice_and_bob_talk(port, "/");
        program.loop.stop();
    }};
    program.loop.run();
    visitors.join();
}
