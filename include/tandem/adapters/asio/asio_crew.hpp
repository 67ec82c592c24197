// Several engines on one log, each with a thread, an event loop and a server of its own, on the same ports.
#pragma once

#include "asio_server.hpp"
#include "local_bus.hpp"

#include "../../engine/engine.hpp"

#include <mutex>
#include <thread>

namespace tandem {

namespace detail {

// The way into a loop from other threads; shut when the loop goes. It does not hold the loop: what waits in a loop may hold
// its door, and neither would ever end.
class loop_door {
public:
    explicit loop_door(asio::io_context& l) : loop_{&l} {}

    void post(function<void()> f) {
        const std::lock_guard lock{mutex_};
        if (loop_) asio::post(*loop_, std::move(f));
    }
    void shut() {
        const std::lock_guard lock{mutex_};
        loop_ = nullptr;
    }

private:
    std::mutex mutex_;
    asio::io_context* loop_;
};

struct loop_with_door {
    loop_with_door() = default;
    loop_with_door(const loop_with_door&) = delete;
    ~loop_with_door() { door->shut(); }

    asio::io_context loop{1};
    std::shared_ptr<loop_door> door = std::make_shared<loop_door>(loop);
};

}  // namespace detail

// What a member of the crew is made with.
struct crew_place {
    std::size_t number;
    asio::io_context& loop;
    local_bus bus;
    std::shared_ptr<detail::loop_door> door;

    // For a worker_store: brings an answer to this member's thread. It may be called when the crew is gone.
    auto post() const {
        return [door = door](function<void()> answer) { door->post(std::move(answer)); };
    }
};

// The kernel spreads new connections over the members; each counts connections and addresses for itself. Policies::bus is
// local_bus; the store is one that engines share (worker_store), and outlives the crew.
//   tandem::asio_crew<my_chat> crew{2, [&](const tandem::crew_place& p) -> tandem::parts<my_chat> {
//       return {.store = tandem::worker_store{disk, p.post()}, .bus = p.bus};
//   }};
//   crew.listen_plain("127.0.0.1", 8080);
//   crew.run();
template <class Policies>
class asio_crew {
public:
    using engine_type = engine<Policies>;
    using server_type = asio_server<engine_type>;

    template <class MakeParts>
    asio_crew(std::size_t size, MakeParts make_parts, const options& engine_options = {}, server_options o = {}) {
        o.share_ports = true;
        for (std::size_t number = 0; number < size; ++number) {
            auto place = std::make_unique<detail::loop_with_door>();
            auto parts = make_parts(crew_place{number, place->loop, local_bus{line_, number}, place->door});
            tandem::options own = engine_options;
            if (own.instance != 0) own.instance += number;
            members_.push_back(std::make_unique<member>(std::move(place), std::move(parts), own, o));
        }
        for (const auto& m : members_) line_->join(m->loop, [&e = m->engine](const page& piece) { e.follow(piece); });
    }
    asio_crew(const asio_crew&) = delete;
    ~asio_crew() {
        stop();
        for (std::size_t number = 0; number < members_.size(); ++number) line_->leave(number);
    }

    // Before `run`. Port 0 becomes the first member's for all.
    result<std::uint16_t> listen(const std::string& address, std::uint16_t port, const tls_context& tls) {
        return each_listens(port, [&](server_type& s, std::uint16_t p) { return s.listen(address, p, tls); });
    }
    result<std::uint16_t> listen_plain(const std::string& address, std::uint16_t port) {
        return each_listens(port, [&](server_type& s, std::uint16_t p) { return s.listen_plain(address, p); });
    }

    // Threads are started, and this one waits until all have ended.
    void run() {
        start();
        join();
    }
    void start() {
        for (const auto& m : members_) threads_.emplace_back([&loop = m->loop] { loop.run(); });
    }
    void join() {
        const std::lock_guard one_at_a_time{joining_};
        for (std::thread& t : threads_)
            if (t.joinable()) t.join();
    }
    // At once; from any thread but the members'.
    void stop() {
        for (const auto& m : members_) m->loop.stop();
        join();
    }
    // Gently; `run` returns when all are gone. From any thread.
    void drain() {
        for (const auto& m : members_)
            asio::post(m->loop, [&one = *m] { one.server.drain([&loop = one.loop] { loop.stop(); }); });
    }

    // f(engine, server) on that member's thread.
    template <class F>
    void post(std::size_t number, F f) {
        member& m = *members_[number];
        asio::post(m.loop, [&m, f = std::move(f)]() mutable { f(m.engine, m.server); });
    }
    // The same on every member's thread.
    template <class F>
    void post_to_all(F f) {
        for (std::size_t number = 0; number < size(); ++number) post(number, f);
    }
    // Whichever members a user's sessions are with.
    void kick(const user_id& user, const error& why = errc::kicked) {
        post_to_all([user, why](engine_type& e, server_type&) { e.kick(user, why); });
    }
    std::size_t size() const { return members_.size(); }

private:
    struct member {
        member(std::unique_ptr<detail::loop_with_door> p, tandem::parts<Policies> has, const tandem::options& o,
               const server_options& s)
            : place{std::move(p)}, engine{std::move(has), o}, server{loop, engine, s} {}

        std::unique_ptr<detail::loop_with_door> place;
        asio::io_context& loop = place->loop;
        engine_type engine;
        server_type server;
    };

    template <class Listen>
    result<std::uint16_t> each_listens(std::uint16_t port, Listen listen) {
        for (const auto& m : members_) {
            auto opened = listen(m->server, port);
            if (!opened) return opened;
            port = *opened;
        }
        return port;
    }

    std::shared_ptr<local_bus_line> line_ = std::make_shared<local_bus_line>();
    std::vector<std::unique_ptr<member>> members_;
    std::vector<std::thread> threads_;
    std::mutex joining_;
};

}  // namespace tandem
