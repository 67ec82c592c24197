// The numbers of a client, and who it is.
#pragma once

#include "../core/ids.hpp"
#include "../core/time.hpp"

#include <string>
#include <vector>

namespace tandem {

struct client_options {
    user_id user{};  // whose local store this is
    device_id device{};
    std::string platform{};
    std::string credential{};
    std::vector<std::string> servers{};  // tried in turn; what a name means is between you and your network
    std::uint64_t seed = 0;              // of its waits: another one for every device

    duration connect_within = seconds(20);  // signing in included
    duration heartbeat = seconds(75);       // at most; the server may ask for more of them
    duration answer_within = seconds(10);   // of a heartbeat: then the connection is taken for dead
    duration first_wait = seconds(1);       // at most, before the second try; then twice as long each time …
    duration longest_wait = seconds(30);    // … up to this
    unsigned polls_after = 3;               // failed connections in a row: then over HTTP, until one succeeds
    duration poll_every = seconds(15);

    duration hole_wait = milliseconds(200);  // for what is missing before a push, before it is pulled
    duration receipt_wait = seconds(1);      // received marks are gathered for so long
    bool receipts = true;                    // tell the server what has been received
    std::size_t page = 500;                  // entries and marks to ask for at once
    std::size_t held = 10'000;               // pushes kept in memory while a pull runs; more are pulled as well
    std::size_t window = 16;                 // sends on their way at once, in one conversation
};

}  // namespace tandem
