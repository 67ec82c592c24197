// A plain Asio program with an accept loop of its own: everything that a server does for the engine, by hand.
#include "embed_visitor.hpp"

#include <tandem/codec/tiny_codec.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>
#include <tandem/transport/http1/http_request_reader.hpp>
#include <tandem/transport/websocket/websocket_handshake.hpp>
#include <tandem/transport/websocket/websocket_reader.hpp>

#include <asio.hpp>

#include <thread>

struct my_chat : tandem::default_policies {
    using store = tandem::memory_store;
    using authenticator = tandem::trust_everyone;  // the credential is the user's name
    using dialects = tandem::dialects<tandem::tiny_dialect>;
};

asio::io_context loop;
tandem::engine<my_chat> engine;

// What one round of the loop reads is one turn of the engine, and then it has its time.
class rounds {
public:
    void enter() {
        if (turn_) return;
        turn_.emplace(engine);
        asio::post(loop, [this] { end(); });
    }
    void end() {
        turn_.reset();
        timer_.expires_after(std::chrono::milliseconds((engine.tick() - engine.now()).milliseconds));
        timer_.async_wait([this](std::error_code cancelled) {
            if (!cancelled) end();
        });
    }

private:
    std::optional<tandem::engine<my_chat>::turn> turn_;
    asio::steady_timer timer_{loop};
} rounds;

class connection : public std::enable_shared_from_this<connection> {
public:
    explicit connection(asio::ip::tcp::socket socket) : socket_{std::move(socket)} {}
    ~connection() { engine.closed(session_); }

    // --- what the engine asks of it
    void send(const tandem::frame& f) {
        out_ += f.with_head([](char* end, std::size_t size) {
            return tandem::write_websocket_head(end, size, tandem::websocket_opcode::text);
        });
    }
    void close(const tandem::error& why) {
        tandem::append_control(out_, tandem::websocket_opcode::close,
                               tandem::websocket_close_payload(tandem::close_code_of(why.code)));
        session_ = {};
        flush();
    }
    void flush() {  // all that a turn has said leaves together
        if (!leaving_.empty() || out_.empty()) return;
        leaving_.swap(out_);
        asio::async_write(socket_, asio::buffer(leaving_), [self = shared_from_this()](std::error_code failed, auto) {
            self->leaving_.clear();
            if (failed) return;
            rounds.enter();
            if (self->out_.empty()) engine.drained(self->session_);
            self->flush();
        });
    }
    std::size_t queued_bytes() const { return leaving_.size() + out_.size(); }

    // --- what it tells the engine
    void read() {
        socket_.async_read_some(asio::buffer(room_), [self = shared_from_this()](std::error_code failed, auto size) {
            if (failed) return;
            rounds.enter();
            if (self->take(self->room_, size)) self->read();
        });
    }

private:
    bool take(char* data, std::size_t size) {
        if (!request_.whole()) return request_.feed({data, size}), !request_.whole() || upgrade();
        const auto fault = reader_.feed(data, size, [&](const tandem::websocket_message& m) {
            if (m.opcode == tandem::websocket_opcode::text) return engine.receive(session_, {m.payload, true});
            return m.opcode != tandem::websocket_opcode::close;
        });
        return fault == tandem::websocket_close_code::none && session_;
    }
    bool upgrade();

    asio::ip::tcp::socket socket_;
    tandem::http_request_reader request_;
    tandem::websocket_reader reader_{tandem::websocket_role::server};
    tandem::session_handle session_;
    std::string out_, leaving_;
    char room_[4096];
};
