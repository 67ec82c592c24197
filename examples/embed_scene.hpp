// What the embed examples share: the chat, and who visits it.
#pragma once

#include <tandem/codec/tiny_codec.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>
#include <tandem/transport/websocket/websocket_writer.hpp>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>

struct my_chat : tandem::default_policies {
    using store = tandem::memory_store;
    using authenticator = tandem::trust_everyone;  // the credential is the user's name
    using dialects = tandem::dialects<tandem::tiny_dialect>;
};

// --- a blocking client, over a WebSocket or in lines

inline const std::string in_lines;  // instead of a WebSocket's path

// Whatever goes wrong, or takes ten seconds, is thrown, and ends the example.
class visitor {
public:
    visitor(std::string name, std::uint16_t port, const std::string& path)
        : name_{std::move(name)}, lines_{path == in_lines}, fd_{::socket(AF_INET, SOCK_STREAM, 0)} {
        const timeval patience{10, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) fail("is not let in");
        if (lines_) return;
        send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        std::string head;
        while (!head.ends_with("\r\n\r\n")) head += receive(1);
        if (!head.starts_with("HTTP/1.1 101 ")) fail("is refused: " + head);
    }
    visitor(const visitor&) = delete;
    ~visitor() {
        std::string goodbye, room(1024, '\0');
        tandem::append_masked(goodbye, tandem::websocket_opcode::close, {}, 0x12345678);
        if (!lines_ && ::send(fd_, goodbye.data(), goodbye.size(), MSG_NOSIGNAL) > 0)
            while (::recv(fd_, room.data(), room.size(), 0) > 0) {}
        ::close(fd_);
    }

    void says(std::string_view message) {
        std::cout << name_ << " says  " << message << '\n';
        std::string framed;
        if (lines_) return send(framed.append(message).append("\n"));
        tandem::append_masked(framed, tandem::websocket_opcode::text, message, 0x12345678);
        send(framed);
    }
    // Waits for a message with this in it.
    void hears(std::string_view part) {
        std::string message;
        do message = next();
        while (message.find(part) == std::string::npos);
        std::cout << name_ << " hears " << message << '\n';
    }

private:
    std::string next() {
        std::string line;
        while (lines_ && !line.ends_with('\n')) line += receive(1);
        if (lines_) return line.substr(0, line.size() - 1);
        const std::string head = receive(2);
        std::size_t size = static_cast<unsigned char>(head[1]);
        if (size > 125) {  // 126: two bytes of length follow, 127: eight
            const std::string length = receive(size == 126 ? 2 : 8);
            size = 0;
            for (const char c : length) size = size << 8 | static_cast<unsigned char>(c);
        }
        return receive(size);
    }
    std::string receive(std::size_t size) {
        std::string bytes(size, '\0');
        if (size > 0 && ::recv(fd_, bytes.data(), size, MSG_WAITALL) != static_cast<ssize_t>(size))
            fail("hears nothing more");
        return bytes;
    }
    void send(std::string_view bytes) {
        if (::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
            fail("cannot say anything");
    }
    [[noreturn]] void fail(const std::string& how) const { throw std::runtime_error{name_ + " " + how}; }

    std::string name_;
    bool lines_;
    int fd_;
};

inline void alice_and_bob_talk(std::uint16_t port, const std::string& path) {
    visitor alice{"alice", port, path}, bob{"bob  ", port, path};
    alice.says("AUTH_REQ 1 credential=alice");
    alice.hears("AUTH_RSP");
    bob.says("AUTH_REQ 1 credential=bob");
    bob.hears("AUTH_RSP");
    alice.says("SEND_REQ 2 to=bob send_id=first body=hello%20bob");
    bob.hears("PUSH_MSG");
    alice.hears("SEND_RSP");
    bob.says("MARK_REQ 2 to=alice key=read value=1");
    alice.hears("READ_RECEIPT_PUSH");
}
