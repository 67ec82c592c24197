// Many clients on one thread, with an epoll of their own.
#pragma once

#include "native.hpp"
#include "server_process.hpp"

#include <tandem/core/function.hpp>

#include <ctime>
#include <memory>

namespace tandem::benchmarks {

inline std::uint64_t nanoseconds_now() {
    std::timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(t.tv_nsec);
}
inline double seconds_since(std::uint64_t start) { return static_cast<double>(nanoseconds_now() - start) / 1e9; }

struct client {
    enum class stage : unsigned char { none, connecting, upgrading, signing_in, ready, deaf };

    int socket = -1;
    stage at = stage::none;
    std::uint32_t number = 0;
    std::uint64_t entries = 0;  // or echoes
    std::uint64_t acks = 0;
    std::uint64_t sent = 0;
    std::string user{};    // empty: nobody signs in, as with the floor
    std::string cursor{};  // said at sign-in
    std::string epoch{};
    std::string unread{};
    std::string unsent{};
};

// Everything is done in `round`, on the caller's thread.
class crowd {
public:
    explicit crowd(std::uint16_t port) : port_{port} {}
    ~crowd() { end(); }
    crowd(const crowd&) = delete;
    void end();

    // --- what is done about what comes; none has to be there
    function<void(client&, std::string_view payload)> on_frame;  // otherwise entries are counted
    function<void(client&, std::string_view payload)> on_signed_in;
    function<void(client&, std::size_t entries)> on_entries;
    function<void(client&, const char* why)> on_lost;  // otherwise it is a failure
    bool with_floor = false;                           // every frame is an entry
    native::language language{};
    std::size_t small_buffer = 0;  // SO_RCVBUF of who is added from now on, if not 0
    bool http_only = false;        // no WebSocket: `on_frame` gets what comes, as it comes

    client& add(std::string user);
    void connect(client& c);
    // All that are not connected yet, so many at a time.
    void connect_all(std::size_t at_a_time = 200);
    void write(client& c, std::string_view what);
    // Reads no more from now on.
    void plug_ears(client& c);

    // Takes what has come. It does not sleep, so that no server pays for waking it: sometimes they would, sometimes not.
    void round();
    template <class F>
    void until(F reached) {
        while (!reached()) {
            round();
            keep_time();
        }
    }
    void keep_time() const {
        if (seconds_since(start_) > most_seconds) throw failed{"the hard limit of time is reached"};
    }

    client& operator[](std::size_t i) { return *clients_[i]; }
    std::size_t size() const { return clients_.size(); }
    std::size_t ready() const { return ready_; }
    std::uint64_t entries() const { return entries_; }  // of all
    std::uint64_t bytes() const { return bytes_; }      // that came, of all
    void move_to(std::uint16_t port) { port_ = port; }

private:
    void go_on(client& c, std::uint32_t events);
    void connected(client& c);
    void take(client& c, std::string_view data);
    bool take_upgrade(client& c, std::string_view& data);
    void take_payload(client& c, std::string_view payload);
    void count(client& c, std::size_t entries);
    void become_ready(client& c, std::string_view payload);
    void lost(client& c, const char* why);

    std::uint16_t port_;
    int epoll_ = -1;
    std::uint64_t start_ = nanoseconds_now();
    std::vector<std::unique_ptr<client>> clients_;
    std::size_t ready_ = 0;
    std::uint64_t entries_ = 0;
    std::uint64_t bytes_ = 0;
    std::size_t first_unconnected_ = 0;
    // What one was told whole, most others are told, too.
    std::string last_;
    std::size_t entries_of_last_ = 0;
};

}  // namespace tandem::benchmarks
