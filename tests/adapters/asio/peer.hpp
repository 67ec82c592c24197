// The other end of a connection: a plain socket that says exactly the bytes it is told to.
#pragma once

#include "tandem/transport/websocket/websocket_reader.hpp"
#include "tandem/transport/websocket/websocket_writer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

class peer {
public:
    explicit peer(std::uint16_t port) : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)} {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int one = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        ::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    }
    // One that has come to a listening socket.
    static peer of(int accepted) { return peer{accepted, 0}; }
    peer(peer&& other) noexcept
        : fd_{std::exchange(other.fd_, -1)}, got_{std::move(other.got_)}, ended_{other.ended_} {}
    ~peer() { close(); }

    // False: the other end takes nothing at the moment.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto size = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (size < 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(size));
        }
        return true;
    }
    void say(std::string_view text, tandem::websocket_opcode opcode = tandem::websocket_opcode::text) {
        std::string framed;
        tandem::append_masked(framed, opcode, text, 0x12345678);
        send(framed);
    }
    void upgrade(std::string_view path = "/ws", std::string_view more = {}) {
        send("GET " + std::string{path} + " HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + std::string{more} +
             "\r\n");
    }

    // What has come so far.
    const std::string& got() {
        char room[64 * 1024];
        for (;;) {
            const auto size = ::recv(fd_, room, sizeof room, 0);
            if (size > 0) got_.append(room, static_cast<std::size_t>(size));
            else {
                ended_ = ended_ || size == 0 || (errno != EAGAIN && errno != EINPROGRESS && errno != ENOTCONN);
                return got_;
            }
        }
    }
    bool has(std::string_view text) { return got().find(text) != std::string::npos; }
    // The other end has closed.
    bool ended() { return got(), ended_; }
    bool was_reset() {
        int wrong = 0;
        socklen_t size = sizeof wrong;
        ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &wrong, &size);
        return wrong == ECONNRESET;
    }

    // The messages among what came behind the head of the 101.
    struct told {
        tandem::websocket_opcode opcode;
        std::string payload;
        tandem::websocket_close_code code;
    };
    std::vector<told> messages(tandem::websocket_role ours = tandem::websocket_role::client) {
        std::vector<told> all;
        const std::size_t head = got().find("\r\n\r\n");
        if (head == std::string::npos) return all;
        std::string frames = got_.substr(head + 4);
        tandem::websocket_reader reader{ours, {.message_bytes = 16 * 1024 * 1024}};
        (void)reader.feed(frames.data(), frames.size(), [&](const tandem::websocket_message& m) {
            all.push_back({m.opcode, std::string{m.payload}, m.code});
            return true;
        });
        return all;
    }
    bool is_told(std::string_view part) {
        for (const told& t : messages())
            if (t.payload.find(part) != std::string::npos) return true;
        return false;
    }
    // 0: it was not.
    int closed_with(tandem::websocket_role ours = tandem::websocket_role::client) {
        for (const told& t : messages(ours))
            if (t.opcode == tandem::websocket_opcode::close) return static_cast<int>(t.code);
        return 0;
    }

    void close() {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }
    void reset() {
        const linger at_once{1, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        close();
    }
    void send_nothing_more() { ::shutdown(fd_, SHUT_WR); }

private:
    peer(int accepted, int) : fd_{accepted} {}

    int fd_;
    std::string got_;
    bool ended_ = false;
};

// How often it is said.
inline std::size_t times(std::string_view text, std::string_view part) {
    std::size_t n = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++n;
    return n;
}
