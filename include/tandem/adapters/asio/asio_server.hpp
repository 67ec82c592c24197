// A server on your event loop: WebSocket and pull API on one port, for an engine of yours.
#pragma once

#include "listener.hpp"

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
public:
    explicit asio_server(asio::io_context& loop, Engine& engine, const server_options& o = {})
        : core_{loop, engine, o}, drain_timer_{loop} {
        if (auto parsed = detail::proxies::parse(o.proxies)) core_.trusted = std::move(*parsed);
        else assert(!"tandem: server_options::proxies has something that is no network");
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

    // Requests are offered to handlers in the order they were added, then to the pull API.
    void on_request(http_handler h) { core_.handlers.push_back(std::move(h)); }

    void stop_listening() {
        for (const auto& l : listeners_) l->close();
    }

    std::size_t connections() const { return core_.count(); }
    const server_options& options() const { return core_.options; }

private:
    result<std::uint16_t> add(detail::listener_settings settings, const std::string& address, std::uint16_t port) {
        auto l = std::make_shared<detail::listener<Engine>>(core_, std::move(settings));
        auto opened = l->open(address, port);
        if (opened) listeners_.push_back(std::move(l));
        return opened;
    }

    void end_of_round() {
        core_.see_to_all();
        core_.sweep();
    }

    detail::server_core<Engine> core_;
    std::vector<std::shared_ptr<detail::listener<Engine>>> listeners_;  // connections look at their settings
    asio::steady_timer drain_timer_;
};

}  // namespace tandem
