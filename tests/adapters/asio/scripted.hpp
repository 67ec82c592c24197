// A server that says exactly the bytes it is told to, and a loop for the client that talks to it.
#pragma once

#include "peer.hpp"

#include <asio/io_context.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <cstring>

// Listens on loopback. Who has come waits until it is taken.
class raw_listener {
public:
    explicit raw_listener(int most_waiting = 64) : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)} {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&at), size) == 0);
        REQUIRE(::listen(fd_, most_waiting) == 0);
        REQUIRE(::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size) == 0);
        port = ntohs(at.sin_port);
    }
    raw_listener(const raw_listener&) = delete;
    ~raw_listener() { close(); }

    // -1: nobody.
    int take() const { return ::accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK); }
    void close() {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }

    std::uint16_t port = 0;

private:
    int fd_;
};

struct scripted_server {
    // Turns the loop until it is so; false when it has not become so in ten seconds.
    template <class Is>
    bool until(Is is) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!is()) {
            if (std::chrono::steady_clock::now() > end) return false;
            if (loop.stopped()) loop.restart();
            loop.run_one_for(std::chrono::milliseconds(2));
        }
        return true;
    }
    // Everything that is ready now.
    void settle() {
        for (int i = 0; i < 20; ++i) {
            if (loop.stopped()) loop.restart();
            loop.poll();
        }
    }
    peer accept() {
        int fd = -1;
        REQUIRE(until([&] { return (fd = listener.take()) >= 0; }));
        return peer::of(fd);
    }

    asio::io_context loop;
    raw_listener listener;
};
