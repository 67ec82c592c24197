// The engine's handle on one connection of yours.
#pragma once

#include "error.hpp"
#include "frame.hpp"

#include <concepts>

namespace tandem {

// Matches your connection type. Meaning: `send` queues a frame, `close` ends the connection after what is queued (the
// reason is for your log), `queued_bytes` tells how much waits to be written. Optional are `flush()`, at the end of each
// turn in which something was sent, and `probe(token)`: ask the peer's transport for a sign of life behind what is queued
// (a WebSocket ping), and call engine.probed(session, token) when it has come; without it a dialect that cannot pull is told
// what is unread at every sign-in. Threads: all are called on the engine's thread; none of them may call the engine
// back. Durability: none; what was queued when a connection dies is repaired by a pull.
template <class T>
concept outlet = requires(T& o, const T& c, const frame& f, const error& why) {
    o.send(f);
    o.close(why);
    { c.queued_bytes() } -> std::convertible_to<std::size_t>;
};

// Any outlet, by reference: two words a session. Your connection outlives its session (until engine.closed returns).
class outlet_ref {
public:
    outlet_ref() = default;

    template <outlet T>
        requires(!std::same_as<T, outlet_ref>)
    outlet_ref(T& connection) : connection_{&connection}, verbs_{&verbs_of<T>} {}

    void send(const frame& f) { verbs_->send(connection_, f); }
    void close(const error& why) { verbs_->close(connection_, why); }
    void flush() { verbs_->flush(connection_); }
    void probe(std::uint64_t token) { verbs_->probe(connection_, token); }
    bool can_probe() const { return verbs_->can_probe; }
    std::size_t queued_bytes() const { return verbs_->queued_bytes(connection_); }

    void* connection() const { return connection_; }
    explicit operator bool() const { return connection_ != nullptr; }

private:
    struct verbs {
        void (*send)(void*, const frame&);
        void (*close)(void*, const error&);
        void (*flush)(void*);
        void (*probe)(void*, std::uint64_t);
        bool can_probe;
        std::size_t (*queued_bytes)(const void*);
    };

    template <class T>
    static constexpr bool probes = requires(T& o, std::uint64_t token) { o.probe(token); };

    template <class T>
    static constexpr verbs verbs_of{
        [](void* c, const frame& f) { static_cast<T*>(c)->send(f); },
        [](void* c, const error& why) { static_cast<T*>(c)->close(why); },
        [](void* c) {
            if constexpr (requires(T& o) { o.flush(); }) static_cast<T*>(c)->flush();
        },
        [](void* c, std::uint64_t token) {
            if constexpr (probes<T>) static_cast<T*>(c)->probe(token);
        },
        probes<T>,
        [](const void* c) -> std::size_t { return static_cast<const T*>(c)->queued_bytes(); }};

    void* connection_ = nullptr;
    const verbs* verbs_ = nullptr;
};
static_assert(outlet<outlet_ref>);

// Takes everything, keeps nothing: the shortest statement of the concept.
struct null_outlet {
    void send(const frame&) {}
    void close(const error&) {}
    std::size_t queued_bytes() const { return 0; }
};
static_assert(outlet<null_outlet>);

}  // namespace tandem
