// A client on your event loop: connected, timed, and told in the loop's own thread.
#pragma once

#include "asio_network.hpp"
#include "loop_turn.hpp"

#include "../../client/client_engine.hpp"

#include <random>

namespace tandem {

// The wall's time when it was made, and from then on a time that neither jumps nor runs back.
class even_clock {
public:
    instant now() const {
        const auto since = std::chrono::steady_clock::now() - began_;
        return at_ + milliseconds(std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
    }

private:
    instant at_ = system_clock{}.now();
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

// One of a user's devices, with all that moves it. Its servers are URLs. Belongs to the loop's thread and does not outlive the loop;
// it is not to be destroyed by one of its events.
//   struct my_phone {
//       using store = tandem::sqlite_local_store;
//       using codec = tandem::json_client;
//   };
//   tandem::asio_device<my_phone> phone{loop, std::move(*store), {.user = …, .servers = {"https://chat.example"}}, {.changed = …}};
//   phone.start();
//   phone->send(to, "hello");
template <class P>
class asio_device {
    struct parts {
        using store = typename P::store;
        using codec = typename P::codec;
        using network = asio_network&;
        using clock = even_clock;
    };

public:
    using engine_type = client_engine<parts>;

    asio_device(asio::io_context& loop, typename P::store store, client_options o, client_events e = {},
                network_options n = {})
        : network_{loop, std::move(n)}, engine_{{.store = std::forward<typename P::store>(store), .network = network_},
                                                seeded(std::move(o)),
                                                std::move(e)},
          turn_{std::make_shared<loop_turn<engine_type>>(loop, engine_)} {
        network_.tell({.stirs = [this] { turn_->enter(); },
                       .opened = [this] { engine_.opened(); },
                       .received = [this](const message& m) { engine_.received(m); },
                       .closed = [this](const error& why) { engine_.closed(why); }});
    }
    asio_device(const asio_device&) = delete;
    // What was heard is stored; events are told no more.
    ~asio_device() {
        engine_.events() = {};
        turn_->stop();
        network_.tell({});
    }

    // Reads the store, and begins to connect. Fails if that cannot be read, or if a server is no URL.
    result<> start() {
        for (const std::string& url : engine_.settings().servers)
            if (auto read = server_url::parse(url); !read) return read.error();
        turn_->enter();
        return engine_.start();
    }

    // The engine, for all its verbs: what is said in one round of the loop is one turn.
    engine_type* operator->() {
        turn_->enter();
        return &engine_;
    }
    engine_type& operator*() { return *operator->(); }

private:
    static client_options seeded(client_options o) {
        if (o.seed == 0) o.seed = std::random_device{}();
        return o;
    }

    asio_network network_;
    engine_type engine_;
    std::shared_ptr<loop_turn<engine_type>> turn_;
};

}  // namespace tandem
