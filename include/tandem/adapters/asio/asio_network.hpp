// A client's way to its servers, on your event loop: a WebSocket, and HTTP beside it.
#pragma once

#include "http_client.hpp"
#include "server_url.hpp"
#include "websocket_client.hpp"

#include "../../client/client_network.hpp"
#include "../../codec/frame_codec.hpp"

#include <map>

namespace tandem {

struct network_options {
    std::optional<tls_context> trusted{};  // whose servers are believed; none: whom the system trusts
    duration answer_within = seconds(30);  // of what is asked over HTTP
    link_options link{};
};

// What becomes of a connection, for a client_engine; each is called from the loop. Views die with the call.
struct network_events {
    function<void()> stirs{};  // something is about to be told, here or by an answer
    function<void()> opened{};
    function<void(const message&)> received{};
    function<void(const error&)> closed{};
};

// A client_network whose servers' names are URLs (server_url). Belongs to the loop's thread and does not outlive the loop. Once it is
// destroyed nothing is told any more; what was asked is answered then: unknown_outcome.
class asio_network {
public:
    explicit asio_network(asio::io_context& loop, network_options o = {}) : loop_{loop}, options_{std::move(o)} {}
    asio_network(const asio_network&) = delete;
    ~asio_network() { events_ = {}; }

    void tell(network_events e) { events_ = std::move(e); }

    // --- as a client_network
    void connect(std::string_view server, std::string_view subprotocol) {
        disconnect();
        line_ = std::make_unique<line>(*this);
        const auto to = at(server);
        if (!to) return line_->fail(to.error());
        line_->socket.open(
            {.at = (*to)->place, .path = (*to)->folder + "/ws", .subprotocols = {std::string{subprotocol}}});
    }
    void send(bytes payload, bool is_text) {
        if (line_) line_->send(payload, is_text);
    }
    // What was sent before is still written.
    void disconnect() {
        if (!line_) return;
        line_->is_left = true;
        line_->socket.close();
        left_.push_back(std::move(line_));
    }
    void ask(std::string_view server, const pull_request& r, done<pull_answer> then) {
        const auto to = at(server);
        if (!to) {
            return asio::post(loop_, [alive = std::weak_ptr<char>{alive_}, this, then, why = to.error()] {
                if (!alive.expired()) stir();
                then(why);
            });
        }
        http_call call{.method = std::string{r.method},
                       .target = (*to)->folder + std::string{r.target},
                       .fields = {{"Authorization", std::string{r.authorization}}, {"Accept", std::string{r.accept}}},
                       .body = std::string{r.body},
                       .within = options_.answer_within,
                       .repeatable = true};  // sends have ids, marks are what they are
        if (!r.content_type.empty()) call.fields.emplace_back("Content-Type", r.content_type);
        (*to)->http.ask(
            call, done<http_reply>{[this, then](result<http_reply> reply) {
                if (events_.stirs) events_.stirs();
                if (!reply) return then(reply.error());
                const duration pause = detail::retry_after(reply->field("Retry-After"));
                then(pull_answer{.status = reply->status, .body = std::move(reply->body), .retry_after = pause});
            }});
    }

private:
    struct server {
        server(asio::io_context& loop, const server_place& p, const server_url& url, const link_options& o)
            : place{p}, folder{url.folder}, http{loop, p, o} {}

        server_place place;
        std::string folder;
        http_client http;
    };

    // One connection, from connect() until it has closed. It may have been left before.
    struct line {
        explicit line(asio_network& n)
            : network{n}, socket{n.loop_,
                                 {.opened = [this](std::string_view) { opened(); },
                                  .message = [this](bytes data, bool text) { received({data, text}); },
                                  .drained = [this] { go_on(); },
                                  .closed = [this](const websocket_end& end) { network.closed(*this, end); }},
                                 n.options_.link} {}

        // What the socket does not take now waits here: no more than the client has on its way at once.
        void send(bytes payload, bool is_text) {
            if (!waiting.empty() || !socket.send(payload, is_text)) waiting.emplace_back(payload, is_text);
        }
        void go_on() {
            while (!waiting.empty() && socket.send(waiting.front().first, waiting.front().second)) waiting.pop_front();
        }
        void opened() {
            if (is_left) return;
            network.stir();
            if (network.events_.opened) network.events_.opened();
        }
        void received(const message& m) {
            if (is_left) return;
            network.stir();
            if (network.events_.received) network.events_.received(m);
        }
        // There is nowhere to connect to; nothing is told inside of connect().
        void fail(const error& why) {
            asio::post(network.loop_, [alive = std::weak_ptr<char>{network.alive_}, this, why] {
                if (!alive.expired()) network.closed(*this, {.why = why});
            });
        }

        asio_network& network;
        bool is_left = false;
        std::deque<std::pair<std::string, bool>> waiting;
        websocket_client socket;
    };

    void stir() {
        if (events_.stirs) events_.stirs();
    }
    void closed(line& which, const websocket_end& end) {
        if (which.is_left) return void(std::erase_if(left_, [&](const auto& one) { return one.get() == &which; }));
        const std::unique_ptr<line> over = std::move(line_);
        stir();
        if (events_.closed) events_.closed(reason(end));
    }
    // Only a server of ours says what ends a session for good: by a code of its own. A closed WebSocket is just that, and so is a
    // 401: no credential has been shown yet.
    static error reason(const websocket_end& end) {
        error why = end.why;
        if (end.status != 0 && why.code == errc::bad_credential) why.code = detail::unreachable;
        if (why.code == errc::logged_out && end.code < websocket_close_code::ours) why.code = detail::lost;
        return why;
    }

    result<server*> at(std::string_view name) {
        const auto known = servers_.find(name);
        if (known != servers_.end()) return known->second.get();
        const auto url = server_url::parse(name);
        if (!url) return url.error();
        server_place place{.host = url->host, .port = url->port};
        if (url->is_encrypted) {
            if (!options_.trusted) {
                auto system = tls_context::for_clients();
                if (!system) return system.error();
                options_.trusted = std::move(*system);
            }
            place.tls = options_.trusted;
        }
        auto made = std::make_unique<server>(loop_, place, *url, options_.link);
        return servers_.emplace(std::string{name}, std::move(made)).first->second.get();
    }

    asio::io_context& loop_;
    network_options options_;
    network_events events_;
    std::map<std::string, std::unique_ptr<server>, std::less<>> servers_;
    std::unique_ptr<line> line_;
    std::vector<std::unique_ptr<line>> left_;  // whose last words are being written
    std::shared_ptr<char> alive_ = std::make_shared<char>();
};
static_assert(client_network<asio_network>);

}  // namespace tandem
