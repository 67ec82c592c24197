// A WebSocket to a server, on your event loop.
#pragma once

#include "websocket_link.hpp"

namespace tandem {

// One connection at a time; when it has ended it may be opened again, also by the handler that is told so. Belongs to
// the loop's thread and does not outlive the loop. Once it is destroyed nothing is called any more.
//   tandem::websocket_client client{loop, {.message = [](tandem::bytes payload, bool) { … }}};
//   client.open({.at = {.host = "chat.example", .port = 443, .tls = trusted}, .subprotocols = {"tandem.v1.json"}});
class websocket_client {
public:
    websocket_client(asio::io_context& loop, websocket_handlers h, const link_options& o = {})
        : loop_{loop}, options_{o}, handlers_{std::make_shared<websocket_handlers>(std::move(h))} {}
    websocket_client(const websocket_client&) = delete;
    ~websocket_client() { drop(); }

    void open(const websocket_target& to) {
        assert((!link_ || link_->is_closed()) && "tandem: it is open, or about to be; close it first");
        drop();
        link_ = detail::websocket_link::ptr{new detail::websocket_link{loop_, options_, handlers_}};
        link_->open(to);
    }

    // False: it is not open, or more than options.queue_bytes would wait to be written; `drained` says when there is
    // room again. What alone is larger than that is never taken. Text must be UTF-8.
    bool send(bytes payload, bool text = false) { return link_ && link_->send(payload, text); }
    // At most 125 bytes, which come back in `pong`.
    bool ping(bytes payload = {}) { return link_ && link_->ping(payload); }
    // What was sent before is still written; nothing that comes from now on is told, but the end.
    void close(websocket_close_code code = websocket_close_code::normal, std::string_view reason = {}) {
        if (link_) link_->close(code, reason);
    }

    bool is_open() const { return link_ && link_->is_open(); }
    std::size_t queued_bytes() const { return link_ ? link_->unwritten() : 0; }

private:
    void drop() {
        if (link_) link_->drop();
    }

    asio::io_context& loop_;
    link_options options_;
    std::shared_ptr<websocket_handlers> handlers_;
    detail::websocket_link::ptr link_;
};

}  // namespace tandem
