// A server on your event loop: WebSocket and pull API on one port, for an engine of yours.
#pragma once

#include "listener.hpp"

#include "../../core/steady_nanoseconds.hpp"

namespace tandem {

// Runs on the thread that runs the loop, which is the engine's too. It outlives neither; with it end its connections.
// One turn for each round of the loop: what was read together is committed together and written together.
//   asio::io_context loop;
//   tandem::engine<my_chat> engine;
//   tandem::asio_server server{loop, engine};
//   server.listen_plain("127.0.0.1", 8080);
//   loop.run();
template <class Engine>
class asio_server {
    using phase = detail::phase;

public:
    explicit asio_server(asio::io_context& loop, Engine& engine, const server_options& o = {})
        : core_{loop, engine, o}, drain_timer_{loop} {
        if (auto proxies = detail::proxies::parse(o.proxies)) core_.trusted = std::move(*proxies);
        else unusable_ = proxies.error();
        core_.turn->at_end([this] { end_of_round(); });
        core_.turn->start();
    }
    asio_server(const asio_server&) = delete;
    ~asio_server() {
        stop_listening();
        core_.turn->finish_turn();
        core_.forsake_all();
        core_.turn->stop();
    }

    // Each tells the port, which matters if you asked for port 0.
    result<std::uint16_t> listen(const std::string& address, std::uint16_t port, tls_context tls) {
        return add({.tls = std::move(tls)}, address, port);
    }
    // Not encrypted: behind a proxy that is, or for tests.
    result<std::uint16_t> listen_plain(const std::string& address, std::uint16_t port) {
        return add({}, address, port);
    }
    // /metrics and nothing else, for those who operate it. `figures` appends to the text what you want told.
    result<std::uint16_t> listen_for_operators(const std::string& address, std::uint16_t port,
                                               function<void(std::string&)> figures) {
        return add({.for_operators = true, .figures = std::move(figures)}, address, port);
    }

    // A connection that somebody else has accepted; not encrypted.
    void adopt(asio::ip::tcp::socket socket) {
        core_.begin_round();
        std::error_code failed;
        const auto from = socket.remote_endpoint(failed).address();
        if (failed) return;
        const auto fd = socket.release(failed);
        if (!failed) adopting_->welcome({core_.turn->loop(), asio::ip::tcp::v4(), fd}, from);
    }

    // Requests are offered to handlers in the order they were added, then to the pull API.
    void on_request(http_handler h) { core_.handlers.push_back(std::move(h)); }

    void stop_listening() {
        for (const auto& l : listeners_) l->close();
    }

    // Ends gently: nobody new comes in, nothing more is read from who is here, all that was asked is answered, and everybody
    // is told to come back, each at another moment. `done` is called when the last is gone, or time is up: now, if nobody is
    // here. Engine and server stay as they are, and may listen again.
    void drain(function<void()> done = {}) {
        stop_listening();
        if (core_.draining) return also_when_drained(std::move(done));
        drained_ = std::move(done);
        give_up_at_ = core_.engine->now() + core_.options.drain_within;
        core_.draining = true;
        core_.each_in(phase::talking, [](detail::wire& w) { w.hold_reading(); });
        go_on_draining();
    }

    std::size_t connections() const { return core_.count(); }
    std::size_t addresses() const { return core_.addresses.size(); }  // of whom something is remembered
    std::size_t unwritten_bytes() const { return core_.unwritten; }   // of all connections
    // For messages and requests that have begun and are not complete.
    std::size_t held_bytes() {
        std::size_t all = 0;
        for (const phase p : {phase::arriving, phase::resting, phase::answering, phase::holding, phase::talking})
            core_.each_in(p, [&](detail::wire& w) { all += static_cast<detail::connection<Engine>&>(w).held_bytes(); });
        return all;
    }
    std::uint64_t writes() const { return core_.writes; }  // calls of the system, since the beginning
    const server_options& options() const { return core_.options; }

private:
    result<std::uint16_t> add(detail::listener_settings settings, const std::string& address, std::uint16_t port) {
        if (unusable_) return *unusable_;
        auto l = std::make_shared<detail::listener<Engine>>(core_, std::move(settings));
        auto opened = l->open(address, port);
        if (opened) listeners_.push_back(std::move(l));
        return opened;
    }

    void end_of_round() {
        core_.see_to_all();
        core_.sweep();
        if (core_.engine->now() < forget_at_) return;
        core_.addresses.forget_old(core_.engine->now());
        forget_at_ = core_.engine->now() + seconds(1);
    }

    void go_on_draining() {
        const bool late = core_.engine->now() >= give_up_at_;
        for (const phase p : {phase::arriving, phase::resting}) core_.each_in(p, [](detail::wire& w) { w.part(); });
        core_.each_in(phase::talking, [&](detail::wire& w) {
            const auto& c = static_cast<detail::connection<Engine>&>(w);
            if (late || !c.is_owed_something()) send_away(c.session());
        });
        if (core_.count() == 0 || late) return finish_draining();
        drain_timer_.expires_after(std::chrono::milliseconds(20));
        drain_timer_.async_wait([this, turn = core_.turn](const std::error_code& cancelled) {
            if (!cancelled && turn->is_running()) go_on_draining();
        });
    }

    void send_away(session_handle s) {
        const auto within = static_cast<std::uint64_t>(core_.options.come_back_within.milliseconds);
        const std::uint64_t later = within == 0 ? 0 : hash_bytes("come back", ++sent_away_ ^ seed_) % within;
        core_.engine->kick(s, error{errc::shutting_down, {}, milliseconds(static_cast<std::int64_t>(later))});
    }

    void also_when_drained(function<void()> also) {
        if (!also) return;
        drained_ = [first = std::move(drained_), also = std::move(also)]() mutable {
            if (first) first();
            also();
        };
    }

    void finish_draining() {
        core_.forsake_all();
        core_.draining = false;
        if (auto done = std::move(drained_)) done();
    }

    detail::server_core<Engine> core_;
    std::optional<error> unusable_;                                     // something in the options
    std::vector<std::shared_ptr<detail::listener<Engine>>> listeners_;  // connections look at their settings
    std::shared_ptr<detail::listener<Engine>> adopting_ =
        std::make_shared<detail::listener<Engine>>(core_, detail::listener_settings{});
    asio::steady_timer drain_timer_;
    function<void()> drained_;
    instant give_up_at_{};
    instant forget_at_{};
    std::uint64_t sent_away_ = 0;
    std::uint64_t seed_ = steady_nanoseconds();
};

}  // namespace tandem
