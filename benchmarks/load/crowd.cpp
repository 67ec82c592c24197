#include "crowd.hpp"

#include <cerrno>
#include <cstring>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tandem::benchmarks {

namespace {

constexpr std::size_t room_size = 256 * 1024;
char room[room_size];

std::string upgrade_to(native::language l) {
    return "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Protocol: " +
           std::string{native::subprotocol_of(l)} + "\r\n\r\n";
}

struct server_frame {
    std::size_t size = 0;  // 0: not whole
    bool is_data = false;
    std::string_view payload{};
};

server_frame first_frame(std::string_view data) {
    if (data.size() < 2) return {};
    const auto* at = reinterpret_cast<const unsigned char*>(data.data());
    std::size_t size = at[1], head = 2;
    const std::size_t length_bytes = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (data.size() < head + length_bytes) return {};
    if (length_bytes > 0) size = 0;
    for (; head < 2 + length_bytes; ++head) size = size << 8 | at[head];
    if (data.size() < head + size) return {};
    return {head + size, (at[0] & 0x0f) <= 2, data.substr(head, size)};
}

}  // namespace

client& crowd::add(std::string user) {
    clients_.push_back(std::make_unique<client>());
    client& c = *clients_.back();
    c.user = std::move(user);
    c.number = static_cast<std::uint32_t>(clients_.size() - 1);
    return c;
}

void crowd::end() {
    for (const auto& c : clients_)
        if (c->socket >= 0) close(c->socket);
    if (epoll_ >= 0) close(epoll_);
    clients_.clear();
    epoll_ = -1;
}

void crowd::connect(client& c) {
    if (epoll_ < 0) epoll_ = epoll_create1(EPOLL_CLOEXEC);
    c.socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c.socket < 0) throw failed{"no more sockets"};
    const int on = 1;
    setsockopt(c.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const linger at_once{.l_onoff = 1, .l_linger = 0};  // ports are used again and again
    setsockopt(c.socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    const int size = static_cast<int>(small_buffer);
    if (size > 0) setsockopt(c.socket, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(port_);
    c.at = client::stage::connecting;
    const int done = ::connect(c.socket, reinterpret_cast<sockaddr*>(&to), sizeof to);
    if (done != 0 && errno != EINPROGRESS) return lost(c, "cannot connect");
    epoll_event e{.events = EPOLLIN | EPOLLOUT | EPOLLET | EPOLLRDHUP, .data = {.ptr = &c}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, c.socket, &e);
}

void crowd::connect_all(std::size_t at_a_time) {
    const std::size_t first = first_unconnected_, ready_before = ready_;
    until([&] {
        while (first_unconnected_ < size() && first_unconnected_ - first - (ready_ - ready_before) < at_a_time)
            connect(*clients_[first_unconnected_++]);
        return ready_ - ready_before == size() - first;
    });
}

void crowd::plug_ears(client& c) {
    epoll_ctl(epoll_, EPOLL_CTL_DEL, c.socket, nullptr);
    c.at = client::stage::deaf;
}

void crowd::write(client& c, std::string_view what) {
    if (!c.unsent.empty()) {
        c.unsent.append(what);
        return;
    }
    const ssize_t size = send(c.socket, what.data(), what.size(), MSG_NOSIGNAL);
    const std::size_t taken = size > 0 ? static_cast<std::size_t>(size) : 0;
    if (taken < what.size()) c.unsent.assign(what.substr(taken));
}

void crowd::round() {
    epoll_event ready[256];
    const int count = epoll_wait(epoll_, ready, 256, 0);
    for (int i = 0; i < count; ++i) go_on(*static_cast<client*>(ready[i].data.ptr), ready[i].events);
}

void crowd::go_on(client& c, std::uint32_t events) {
    if (c.at == client::stage::none || c.at == client::stage::deaf) return;
    if (c.at == client::stage::connecting) {
        if (events & (EPOLLERR | EPOLLHUP)) return lost(c, "refused");
        if (!(events & EPOLLOUT)) return;
        connected(c);
    }
    if ((events & EPOLLOUT) && !c.unsent.empty()) write(c, std::exchange(c.unsent, {}));
    if (!(events & (EPOLLIN | EPOLLRDHUP | EPOLLERR | EPOLLHUP))) return;
    for (;;) {
        const ssize_t size = recv(c.socket, room, room_size, 0);
        if (size < 0 && errno == EAGAIN) return;
        if (size <= 0) return lost(c, "closed by the server");
        bytes_ += static_cast<std::uint64_t>(size);
        take(c, {room, static_cast<std::size_t>(size)});
        if (c.at == client::stage::none || (static_cast<std::size_t>(size) < room_size && !(events & EPOLLRDHUP)))
            return;
    }
}

void crowd::connected(client& c) {
    if (http_only) return become_ready(c, {});
    c.at = client::stage::upgrading;
    write(c, upgrade_to(language));
}

void crowd::take(client& c, std::string_view data) {
    if (http_only) return on_frame(c, data);
    const bool counting = c.at == client::stage::ready && !on_frame && c.unread.empty();
    if (counting && data == last_) return count(c, entries_of_last_);
    std::string joined;
    if (!c.unread.empty()) {
        joined = std::move(c.unread.append(data));
        c.unread.clear();
    }
    std::string_view left = joined.empty() ? data : std::string_view{joined};
    if (c.at == client::stage::upgrading && !take_upgrade(c, left)) return;
    const std::uint64_t before = c.entries;
    while (c.at != client::stage::none) {
        const server_frame f = first_frame(left);
        if (f.size == 0) break;
        left.remove_prefix(f.size);
        if (f.is_data) take_payload(c, f.payload);
    }
    if (c.at == client::stage::none) return;
    c.unread.assign(left);
    if (counting && left.empty()) last_.assign(data), entries_of_last_ = c.entries - before;
}

bool crowd::take_upgrade(client& c, std::string_view& data) {
    const std::size_t end = data.find("\r\n\r\n");
    if (end == data.npos) return c.unread.assign(data), false;
    if (!data.starts_with("HTTP/1.1 101")) return lost(c, "not let in"), false;
    data.remove_prefix(end + 4);
    c.at = client::stage::signing_in;
    std::string hello;
    if (c.user.empty()) append_masked(hello, websocket_opcode::binary, "hello", 0x37fa213d);
    else hello = native::sign_in(language, c.user, c.cursor, c.epoch);
    write(c, hello);
    return true;
}

void crowd::take_payload(client& c, std::string_view payload) {
    if (c.at == client::stage::signing_in) {
        if (c.user.empty()) return become_ready(c, {});
        const native::told t = native::read(payload, language);
        if (t.what == command::auth_rsp) return become_ready(c, t.body);
        const bool is_refusal = t.what == command::error || t.what == command::kick_out;
        const std::string why =
            is_refusal ? "refused: " + std::string{native::reason_in(t, language)} : "spoken out of turn";
        return lost(c, why.c_str());
    }
    if (on_frame) return on_frame(c, payload);
    count(c, with_floor ? 1 : native::read(payload, language).entries);
}

void crowd::count(client& c, std::size_t entries) {
    c.entries += entries;
    entries_ += entries;
    if (on_entries && entries > 0) on_entries(c, entries);
}

void crowd::become_ready(client& c, std::string_view payload) {
    c.at = client::stage::ready;
    ++ready_;
    if (on_signed_in) on_signed_in(c, payload);
}

void crowd::lost(client& c, const char* why) {
    if (!on_lost) throw failed{std::string{"a connection was lost: "} + why};
    if (c.at == client::stage::ready) --ready_;
    close(c.socket);
    c.socket = -1;
    c.at = client::stage::none;
    c.unread.clear();
    c.unsent.clear();
    on_lost(c, why);
}

}  // namespace tandem::benchmarks
