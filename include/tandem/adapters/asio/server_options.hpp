// Every number of the server, with its default.
#pragma once

#include "../../core/token_bucket.hpp"
#include "../../transport/http1/http_limits.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tandem {

struct server_options {
    // --- arriving
    duration arrive_within = seconds(5);  // TLS and the first request, whole; each later request from its first byte
    duration rest_within = seconds(75);   // until a kept connection's next request, or until it takes more of an answer
    duration close_within = seconds(5);   // from our last word to a closed socket, whatever the peer does
    std::size_t connections = 100'000;
    std::size_t arriving = 10'000;  // of them: connected, and no whole request yet
    std::size_t per_address = 64;   // an IPv6 address counts by its first 64 bits
    rate arrivals_per_address{.per_second = 50, .burst = 200};
    rate failures_per_address{.per_second = 1, .burst = 30};  // sign-ins and pulls with a bad credential
    bool share_ports = false;          // several servers listen on one port, and the kernel chooses (SO_REUSEPORT)
    std::size_t accepts_at_once = 64;  // before what the others have sent is looked at

    // --- HTTP
    http_limits http{};
    bool pull_api = true;
    std::string health = "/health";  // empty: none
    std::size_t pipelined_bytes =
        64 * 1024;  // behind a request that is being answered; then nothing more is read, and it has rest_within

    // --- WebSocket
    std::vector<std::string> websocket_paths{"/ws"};
    std::uint32_t fragments = 1024;  // of one message
    int send_buffer = 0;             // SO_SNDBUF, if you want less in the kernel than it takes by itself; 0: as it is

    // --- who may come, and from where. An origin is "https://chat.example", with its port if it is unusual.
    std::vector<std::string> origins{};
    bool same_origin = true;     // a page that this server itself has served
    bool without_origin = true;  // a WebSocket without one is no browser's: native apps, servers
    // Addresses whose X-Forwarded-For and X-Forwarded-Proto are believed: "10.0.0.1", "10.0.0.0/8", "fd00::/8". With one that is none, listen() fails.
    std::vector<std::string> proxies{};

    // --- going away
    duration drain_within = seconds(20);
    duration come_back_within = seconds(30);  // clients are told to come back at moments spread over this
};

}  // namespace tandem
