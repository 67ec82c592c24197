// The floor: epoll, sockets, and nothing that is not needed to do the job. What a server costs above it is its own.
#include "server_process.hpp"

#include <tandem/transport/websocket/websocket_handshake.hpp>
#include <tandem/transport/websocket/websocket_writer.hpp>

#include <cstring>
#include <memory>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tandem::benchmarks {

namespace {

constexpr std::size_t most_joined = 64;

struct peer {
    int socket;
    bool talks = false;
    bool greeted = false;
    std::string unread{};   // the beginning of a frame, or of the request
    std::string unsent{};   // what the socket did not take
    std::string answers{};  // echoes of this round
};

class floor_server {
public:
    floor_server(const server_setup& setup, int channel)
        : echoes_{setup.kind == server_kind::floor_that_echoes}, channel_{channel} {
        listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        if (bind(listener_, reinterpret_cast<sockaddr*>(&at), size) != 0 || listen(listener_, 4096) != 0) _exit(1);
        getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
        watch(listener_, EPOLLIN, &listener_);
        watch(channel_, EPOLLIN, &channel_);
        tell(channel_, ntohs(at.sin_port));
    }

    [[noreturn]] void run() {
        for (;;) {
            epoll_event ready[256];
            const int count = epoll_wait(epoll_, ready, 256, -1);
            for (int i = 0; i < count; ++i) {
                if (ready[i].data.ptr == &channel_) _exit(0);
                if (ready[i].data.ptr == &listener_) accept_all();
                else go_on(*static_cast<peer*>(ready[i].data.ptr), ready[i].events);
            }
            publish();
        }
    }

private:
    void watch(int what, std::uint32_t events, void* as) const {
        epoll_event e{.events = events, .data = {.ptr = as}};
        epoll_ctl(epoll_, EPOLL_CTL_ADD, what, &e);
    }

    void accept_all() {
        for (int s; (s = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
            const int on = 1;
            setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            peers_.push_back(std::make_unique<peer>(peer{.socket = s}));
            watch(s, EPOLLIN | EPOLLOUT | EPOLLET, peers_.back().get());
        }
    }

    void go_on(peer& p, std::uint32_t events) {
        if (p.socket < 0) return;
        if ((events & EPOLLOUT) && !p.unsent.empty()) write(p, std::exchange(p.unsent, {}));
        if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR))) return;
        const ssize_t size = read(p.socket, room_.get(), room_size);
        if (size < 0 && errno == EAGAIN) return;
        if (size <= 0) return leave(p);
        bytes data{room_.get(), static_cast<std::size_t>(size)};
        if (!p.unread.empty()) data = p.unread.append(data);
        const std::size_t used = p.talks ? take_frames(p, data) : take_request(p, data);
        p.unread = std::string{data.substr(used)};
        if (!p.answers.empty()) write(p, p.answers), p.answers.clear();
        if (static_cast<std::size_t>(size) == room_size) go_on(p, EPOLLIN);
    }

    void leave(peer& p) {
        close(p.socket);
        p.socket = -1;
        p.talks = false;
    }

    std::size_t take_request(peer& p, bytes data) {
        const std::size_t end = data.find("\r\n\r\n"), key = data.find("Sec-WebSocket-Key: ");
        if (end == data.npos || key == data.npos) return 0;
        const std::string accept = websocket_accept(data.substr(key + 19, 24));
        write(p, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Accept: " +
                     accept + "\r\n\r\n");
        p.talks = true;
        return end + 4;
    }

    std::size_t take_frames(peer& p, bytes data) {
        std::size_t used = 0;
        while (data.size() - used >= 6) {
            const auto* at = reinterpret_cast<const unsigned char*>(data.data()) + used;
            std::size_t size = at[1] & 0x7fu, head = 2;
            if (size == 126) size = static_cast<std::size_t>(at[2] << 8 | at[3]), head = 4;
            if (data.size() - used < head + 4 + size) break;
            answer(p, data.substr(used + head + 4, size), data.data() + used + head);
            used += head + 4 + size;
        }
        return used;
    }

    void answer(peer& from, bytes masked, const char* key) {
        // Who comes says hello and is answered, as with a server that signs people in: or the system would take it for one that
        // only listens, and acknowledge what it gets in another way.
        const bool hello = !std::exchange(from.greeted, true);
        std::string& out = echoes_ || hello ? from.answers : round_;
        char head[10];
        const std::size_t size = write_websocket_head(head + 10, masked.size(), websocket_opcode::binary);
        out.append(head + 10 - size, size).append(masked);
        detail::mask(out.data() + out.size() - masked.size(), masked.size(), key);
        if (echoes_ || hello) return;
        publisher_ = &from;
        if (++joined_ == most_joined) publish();
    }

    void publish() {
        if (joined_ == 0) return;
        for (const auto& p : peers_)
            if (p->talks && p.get() != publisher_) write(*p, round_);
        round_.clear();
        joined_ = 0;
    }

    static void write(peer& p, bytes what) {
        if (!p.unsent.empty()) {
            p.unsent.append(what);
            return;
        }
        const ssize_t size = send(p.socket, what.data(), what.size(), MSG_NOSIGNAL);
        const std::size_t taken = size > 0 ? static_cast<std::size_t>(size) : 0;
        if (taken < what.size()) p.unsent.assign(what.substr(taken));
    }

    static constexpr std::size_t room_size = 256 * 1024;

    bool echoes_;
    int channel_;
    int listener_ = -1;
    int epoll_ = epoll_create1(EPOLL_CLOEXEC);
    std::unique_ptr<char[]> room_ = std::make_unique<char[]>(room_size);
    std::vector<std::unique_ptr<peer>> peers_;
    const peer* publisher_ = nullptr;
    std::string round_;  // frames for all subscribers
    std::size_t joined_ = 0;
};

}  // namespace

void serve_floor(const server_setup& setup, int channel) { floor_server{setup, channel}.run(); }

}  // namespace tandem::benchmarks
