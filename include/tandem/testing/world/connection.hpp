// One connection between a device and an engine, with everything that may be on its way.
#pragma once

#include "../../hub/session.hpp"

#include <deque>
#include <optional>
#include <string>

namespace tandem::world {

// The engine's outlet at one end, the client at the other. What lies in `queue` is what a slow peer has not taken from the
// server yet; `wire` and `up` are in flight.
struct connection {
    // --- outlet
    void send(const frame& f) {
        if (queued > pushing_until) ++beyond;
        queue.push_back(f);
        queued += f.size();
        largest = std::max(largest, f.size());
    }
    void close(const error& why) {
        if (!closed) closed = why;
    }
    std::size_t queued_bytes() const { return queued; }

    // The peer takes what waits.
    void drain() {
        for (frame& f : queue) wire.push_back(std::move(f));
        queue.clear();
        queued = 0;
    }

    std::deque<frame> queue;
    std::size_t queued = 0;
    std::size_t largest = 0;
    std::optional<error> closed;

    // Over this limit it gets replies alone, and no more than it has asked for.
    std::size_t pushing_until = 0;
    std::size_t beyond = 0;
    std::size_t asked = 0;

    std::deque<frame> wire;
    std::deque<std::string> up;
    std::size_t engine = 0;
    unsigned life = 0;  // of that engine: after a restart its handles mean nobody
    session_handle session{};
    int device = -1;
    bool stalled = false;    // takes nothing, for now
    bool abandoned = false;  // the client has gone; the engine may not know yet
    bool ended = false;      // the engine knows
    bool dead = false;       // nothing arrives any more, at either end, and nobody is told
};

}  // namespace tandem::world
