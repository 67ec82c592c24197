// A plain Asio program with an accept loop and a protocol of its own, lines: what a server does for the engine, by hand.
#include "embed_scene.hpp"

#include <tandem/tandem.hpp>

#include <asio.hpp>

struct my_program {
    tandem::engine<my_chat> engine;
    asio::io_context loop;
    asio::steady_timer timer{loop};
    std::optional<tandem::engine<my_chat>::turn> turn;

    // What one round of the loop has read is one turn of the engine; behind it the engine has its time.
    void enter() {
        if (turn) return;
        turn.emplace(engine);
        asio::post(loop, [this] { end_of_round(); });
    }
    void end_of_round() {
        turn.reset();
        timer.expires_after(std::chrono::milliseconds((engine.tick() - engine.now()).milliseconds));
        timer.async_wait([this](std::error_code cancelled) {
            if (!cancelled) end_of_round();
        });
    }
};

class connection : public std::enable_shared_from_this<connection> {
public:
    connection(my_program& of, asio::ip::tcp::socket socket) : of_{of}, socket_{std::move(socket)} {}
    ~connection() { of_.engine.closed(session_); }

    void begin() {
        of_.enter();
        if (const auto opened = of_.engine.open(*this)) session_ = opened->session, read();
    }

    // --- what the engine asks of it. It only records, until the turn ends.
    void send(const tandem::frame& f) { out_.append(f.payload()).append("\n"); }
    void close(const tandem::error&) {  // why, the dialect has said in a frame
        flush();
        std::error_code failed;
        socket_.shutdown(asio::socket_base::shutdown_receive, failed);
    }
    void flush() {
        if (!leaving_.empty() || out_.empty()) return;
        leaving_.swap(out_);
        asio::async_write(socket_, asio::buffer(leaving_), [self = shared_from_this()](std::error_code failed, auto) {
            self->leaving_.clear();
            if (failed) return;
            self->of_.enter();
            self->of_.engine.drained(self->session_);  // there is room again
            self->flush();
        });
    }
    std::size_t queued_bytes() const { return leaving_.size() + out_.size(); }

private:
    // When nobody holds it any more, because it does not read on, it is closed.
    void read() {
        const auto room = asio::dynamic_buffer(in_, of_.engine.settings().max_frame_bytes);
        asio::async_read_until(socket_, room, '\n', [self = shared_from_this()](std::error_code failed, auto size) {
            if (failed) return;
            self->of_.enter();
            const bool goes_on = self->of_.engine.receive(self->session_, {{self->in_.data(), size - 1}, true});
            self->in_.erase(0, size);
            if (goes_on) self->read();
        });
    }

    my_program& of_;
    asio::ip::tcp::socket socket_;
    tandem::session_handle session_;
    std::string in_, out_, leaving_;
};

void accept(my_program& program, asio::ip::tcp::acceptor& acceptor) {
    acceptor.async_accept([&](std::error_code failed, asio::ip::tcp::socket socket) {
        if (!failed) std::make_shared<connection>(program, std::move(socket))->begin();
        accept(program, acceptor);
    });
}

int main() {
    my_program program;
    asio::ip::tcp::acceptor acceptor{program.loop, {asio::ip::address_v4::loopback(), 0}};
    accept(program, acceptor);
    std::thread visitors{[&, port = acceptor.local_endpoint().port()] {
        alice_and_bob_talk(port, in_lines);
        program.loop.stop();
    }};
    program.loop.run();
    visitors.join();
}
