// What the connections of one server ask it: who may come, what a request is answered, what the engine says.
#pragma once

#include "http_wire.hpp"
#include "loop_turn.hpp"
#include "tls_context.hpp"
#include "visitors.hpp"

#include "../../core/answer.hpp"
#include "../../hub/session.hpp"
#include "../../protocol/pull_request.hpp"
#include "../../transport/websocket/websocket_reader.hpp"

#include <deque>
#include <exception>

namespace tandem::detail {

struct listener_settings {
    std::optional<tls_context> tls{};
    bool for_operators = false;  // no users: figures only
    mutable function<void(std::string&)> figures{};
};

template <class Engine>
class server_core final : public wire_host {
public:
    server_core(asio::io_context& loop, Engine& e, const server_options& o)
        : wire_host{o}, engine{&e}, turn{std::make_shared<loop_turn<Engine>>(loop, e)} {}

    void begin_round() override { turn->enter(); }
    void told() override { turn->told(); }
    void come_back() override { turn->later(); }

    // --- who
    bool may_come(const http_request& r, const asio::ip::address& peer, bool encrypted, bool upgrades) const {
        const std::string_view origin = r.field("Origin");
        if (origin.empty()) return !upgrades || options.without_origin;
        const bool before_a_proxy = trusted.has(peer) && same_word(r.field("X-Forwarded-Proto"), "https");
        return origin_may_come(options, origin, r.field("Host"), encrypted || before_a_proxy);
    }
    // Null: one too many from there, or too fast.
    address_book::entry* arrive(const address_key& from) { return addresses.arrive(from, options, engine->now()); }
    bool may_try(const address_key& client) const { return addresses.may_try(client, options, engine->now()); }
    void failed(const address_key& client) { addresses.failed(client, options, engine->now()); }
    bool is_proxy(const asio::ip::address& a) const { return trusted.has(a); }
    asio::ip::address client_of(const http_request& r, const asio::ip::address& peer) const {
        if (!trusted.has(peer)) return peer;
        return trusted.behind(peer, r.joined("X-Forwarded-For"));
    }

    // --- HTTP
    void serve(const http_request& r, const http_exchange& x, const asio::ip::address& client,
               const listener_settings& at) {
        if (at.for_operators) return tell_operators(r, x, at);
        if (!options.health.empty() && r.path() == options.health)
            return x.answer(text_answer(draining ? 503 : 200, draining ? "draining\n" : "fine\n"));
        if (is_preflight(r)) return x.answer(preflight_answer());
        try {
            for (std::size_t i = 0; i < handlers.size(); ++i)
                if (handlers[i](r, x)) return;
        } catch (const std::exception&) { return x.answer({.status = 500}); }
        if (!options.pull_api || !r.path().starts_with("/api/")) return x.answer({.status = 404});
        if (!may_try(address_key::of(client))) return x.answer({.status = 429});
        engine->pull({.method = r.method,
                      .target = r.target,
                      .content_type = r.field("Content-Type"),
                      .accept = r.field("Accept"),
                      .authorization = r.field("Authorization"),
                      .body = r.body},
                     done<pull_answer>{[this, x, client = address_key::of(client)](result<pull_answer> a) {
                         if (!x.is_open()) return;
                         if (a && a->status == 401) failed(client);
                         x.answer(a ? as_http(std::move(*a)) : http_answer{.status = 503});
                     }});
    }

    // A page of another origin that may come may also read what it is answered.
    void dress(http_answer& a, std::string_view origin) const {
        if (origin.empty()) return;
        a.fields.emplace_back("Access-Control-Allow-Origin", origin);
        a.fields.emplace_back("Vary", "Origin");
    }

    // --- WebSocket
    bool has_websocket_at(std::string_view path) const {
        for (const std::string& p : options.websocket_paths)
            if (p == path) return true;
        return false;
    }
    std::uint32_t frame_limit(session_handle h) const {
        const session* s = engine->hub().find(h);
        const bool known = s && s->state == session_state::ready;
        return known ? engine->settings().max_frame_bytes : engine->settings().max_frame_bytes_before_sign_in;
    }
    std::unique_ptr<websocket_reader> lend_reader() {
        if (readers_.empty())
            return std::make_unique<websocket_reader>(websocket_role::server,
                                                      websocket_limits{.fragments = options.fragments});
        auto lent = std::move(readers_.back());
        readers_.pop_back();
        return lent;
    }
    void give_back(std::unique_ptr<websocket_reader> r) {
        constexpr std::size_t most_spare = 256;
        if (r->idle() && readers_.size() < most_spare) readers_.push_back(std::move(r));
    }

    Engine* engine;
    std::shared_ptr<loop_turn<Engine>> turn;
    std::deque<http_handler> handlers;  // one may add another
    proxies trusted;

private:
    static http_answer text_answer(int status, std::string text) {
        return {.status = status, .content_type = "text/plain; charset=utf-8", .body = std::move(text)};
    }

    void tell_operators(const http_request& r, const http_exchange& x, const listener_settings& at) {
        if (r.path() != "/metrics" || !at.figures) return x.answer({.status = 404});
        std::string text;
        at.figures(text);
        x.answer({.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = std::move(text)});
    }

    static bool is_preflight(const http_request& r) {
        return r.method == "OPTIONS" && !r.field("Access-Control-Request-Method").empty();
    }
    static http_answer preflight_answer() {
        return {.status = 204,
                .fields = {{"Access-Control-Allow-Methods", "GET, POST"},
                           {"Access-Control-Allow-Headers", "Authorization, Content-Type"},
                           {"Access-Control-Max-Age", "600"}}};
    }

    static http_answer as_http(pull_answer&& a) {
        http_answer made{.status = a.status, .content_type = std::string{a.content_type}, .body = std::move(a.body)};
        made.fields.emplace_back("Cache-Control", "no-store");
        if (a.status == 401) made.fields.emplace_back("WWW-Authenticate", "Bearer");
        if (!a.allow.empty()) made.fields.emplace_back("Allow", a.allow);
        if (a.retry_after.milliseconds > 0)
            made.fields.emplace_back("Retry-After", std::to_string((a.retry_after.milliseconds + 999) / 1000));
        return made;
    }

    std::vector<std::unique_ptr<websocket_reader>> readers_;
};

}  // namespace tandem::detail
