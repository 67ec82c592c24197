// Bytes into a socket of the real server: HTTP, then perhaps a WebSocket. Whatever they are, what comes back is HTTP or
// frames without a fault, memory stays bounded, and when the peer is gone nothing of it is left.
#include "tandem/adapters/asio/asio_server.hpp"
#include "tandem/adapters/json/json_dialect.hpp"
#include "tandem/adapters/json/json_pages.hpp"
#include "tandem/adapters/protobuf/protobuf_dialect.hpp"
#include "tandem/codec/tiny_codec.hpp"
#include "tandem/engine/engine.hpp"
#include "tandem/store/memory_store.hpp"
#include "tandem/testing/manual_clock.hpp"
#include "tandem/transport/http1/http_answer_reader.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

using namespace tandem;

namespace {

struct chat : default_policies {
    using store = memory_store;
    using authenticator = trust_everyone;
    using dialects = tandem::dialects<tiny_dialect, json_dialect, protobuf_dialect>;
    using pages = page_codecs<json_pages>;
    using clock = manual_clock&;
};

void must(bool so) {
    if (!so) std::abort();
}

// A world for each input: what one has stored, the next one must not find.
struct world {
    manual_clock clock;
    asio::io_context loop;
    engine<chat> chat_engine{{.clock = clock}, {.instance = 1}};
    asio_server<engine<chat>> server{loop, chat_engine, {.pipelined_bytes = 8 * 1024, .send_buffer = 8 * 1024}};

    void settle() {
        for (int i = 0; i < 4; ++i) {
            if (loop.stopped()) loop.restart();
            loop.poll();
        }
    }
};

class peer {
public:
    explicit peer(world& w) : world_{w} {
        int both[2];
        must(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, both) == 0);
        fd_ = both[0];
        w.server.adopt({w.loop, asio::ip::tcp::v4(), both[1]});
        w.settle();
    }
    ~peer() {
        ::close(fd_);
        world_.settle();
        world_.settle();
    }

    void send(bytes data) {
        while (!data.empty()) {
            const auto size = ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
            if (size <= 0) return;
            data.remove_prefix(static_cast<std::size_t>(size));
            world_.settle();
        }
    }

    void read() {
        char room[64 * 1024];
        for (;;) {
            const auto size = ::recv(fd_, room, sizeof room, 0);
            if (size <= 0) return;
            take({room, static_cast<std::size_t>(size)});
            world_.settle();
        }
    }

private:
    void take(bytes data) {
        while (!data.empty() && !talking_) {
            const std::size_t taken = answers_.feed(data);
            must(answers_.failed() == errc{} && (taken > 0 || answers_.whole()));
            data.remove_prefix(taken);
            if (!answers_.whole()) continue;
            talking_ = answers_.answer().status == 101;
            answers_.next();
        }
        std::string frames{data};
        must(frames_.feed(frames.data(), frames.size(), [](const websocket_message&) { return true; }) ==
             websocket_close_code::none);
    }

    world& world_;
    int fd_ = -1;
    bool talking_ = false;
    http_answer_reader answers_{{.body_bytes = 4 * 1024 * 1024}};
    websocket_reader frames_{websocket_role::client, {.message_bytes = 4 * 1024 * 1024}};
};

constexpr bytes upgrade =
    "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

std::string frame_of(bytes payload, bool text) {
    std::string framed;
    append_masked(framed, text ? websocket_opcode::text : websocket_opcode::binary, payload, 0x01020304);
    return framed;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    bytes input{reinterpret_cast<const char*>(data), size};
    const auto next = [&]() -> unsigned char {
        if (input.empty()) return 0;
        const auto first = static_cast<unsigned char>(input[0]);
        input.remove_prefix(1);
        return first;
    };
    const unsigned char how = next();
    world w;
    {
        peer p{w};
        if (how & 1) p.send(upgrade);
        if (how & 2) p.send(frame_of("AUTH_REQ 1 credential=alice", true));
        while (!input.empty()) {
            const unsigned char step = next();
            const bytes piece = input.substr(0, step & 0x1f ? step & 0x1f : input.size());
            input.remove_prefix(piece.size());
            p.send(how & 4 ? frame_of(piece, step & 0x20) : std::string{piece});
            if (step & 0x40) p.read();
            if (step & 0x80) w.clock.advance(milliseconds(step));
            must(w.server.unwritten_bytes() < 4 * 1024 * 1024 && w.server.held_bytes() < 512 * 1024);
        }
        p.read();
    }
    must(w.server.connections() == 0 && w.chat_engine.hub().session_count() == 0);
    return 0;
}
