// Asks a server over HTTP, on your event loop.
#pragma once

#include "http_line.hpp"

namespace tandem {

// For one server, over one connection, which is kept; requests wait for one another. One that was closed while nobody
// asked is made anew, and if it is found closed only after the request was written, a repeatable request is sent once
// more. Belongs to the loop's thread and does not outlive the loop.
//   tandem::http_client client{loop, {.host = "chat.example", .port = 443, .tls = trusted}};
//   client.ask({.target = "/api/sync?lastSeq=0"}, tandem::done<tandem::http_reply>{[](auto reply) { … }});
class http_client {
public:
    using ticket = std::uint64_t;

    http_client(asio::io_context& loop, server_place to, const link_options& o = {})
        : line_{std::make_shared<detail::http_line>(loop, std::move(to), o)} {}
    http_client(const http_client&) = delete;
    // What waits is answered: unknown_outcome.
    ~http_client() { line_->close(); }

    // `then` is answered once, from the loop; every HTTP answer is one, whatever its status. Otherwise:
    //   shutting_down    no connection was to be had, so it did not happen
    //   timed_out        not within http_call::within; it may have happened
    //   unknown_outcome  the connection ended before the answer was whole, or the request was cancelled
    //   malformed        that is no HTTP server
    //   too_large        more than link_options::answer allows
    //   invalid_argument there is no such method, target or host
    //   overloaded       link_options::requests wait already; it did not happen
    ticket ask(const http_call& c, done<http_reply> then) { return line_->ask(c, std::move(then)); }

    // It is answered, now, with unknown_outcome. One that was answered already is nobody's any more.
    void cancel(ticket t) { line_->cancel(t); }

    std::size_t waiting() const { return line_->waiting(); }

private:
    std::shared_ptr<detail::http_line> line_;
};

}  // namespace tandem
