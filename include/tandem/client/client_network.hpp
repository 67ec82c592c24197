// How a client reaches its servers.
#pragma once

#include "../core/answer.hpp"
#include "../core/bytes.hpp"
#include "../protocol/pull_request.hpp"

#include <concepts>
#include <string_view>

namespace tandem {

// Meaning: one WebSocket at a time, and HTTP beside it, to the server named; the names are the application's own. It tells the client
// what becomes of that: opened(), received(), closed(); never while it is being called itself. Threads: the client's. Nothing is
// durable.
template <class N>
concept client_network = requires(N& n, std::string_view server, std::string_view subprotocol, bytes payload,
                                  const pull_request& r, done<pull_answer> then) {
    n.connect(server, subprotocol);
    n.send(payload, true);   // true: text. What is sent on a connection that has ended is lost.
    n.disconnect();          // it is not told that this one has closed
    n.ask(server, r, then);  // views: they die with the call. Answered once, within a time of its own
};

}  // namespace tandem
