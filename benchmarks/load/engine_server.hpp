// tandem as it is measured: an engine with both native languages and nothing that limits an honest peer.
#pragma once

#include "server_process.hpp"

#include <tandem/adapters/asio/asio_server.hpp>
#include <tandem/adapters/json/json_dialect.hpp>
#include <tandem/adapters/json/json_pages.hpp>
#include <tandem/adapters/protobuf/protobuf_dialect.hpp>
#include <tandem/adapters/protobuf/protobuf_pages.hpp>
#include <tandem/tandem.hpp>

#include <cstdio>
#include <malloc.h>

#include <asio/posix/stream_descriptor.hpp>
#include <unistd.h>

namespace tandem::benchmarks {

template <class Store>
struct measured_chat : default_policies {
    using store = Store;
    using authenticator = trust_everyone;
    using dialects = tandem::dialects<protobuf_dialect, json_dialect>;
    using pages = page_codecs<protobuf_pages, json_pages>;
    using thread_check = unchecked_thread;
};

inline options without_rates() {
    options o;
    o.session_rate = o.user_rate = o.conversation_rate = rate{};
    o.waiting_per_lane = o.unacked_per_session = 4096;
    o.drafts_in_flight = 1 << 20;
    return o;
}

inline server_options for_one_address() {
    server_options o;
    o.per_address = o.connections;
    o.arrivals_per_address = o.failures_per_address = rate{};
    return o;
}

// Groups first; the port is told when the last of it is in the store.
template <class Store>
class engine_server {
    using engine_type = engine<measured_chat<Store>>;

public:
    engine_server(asio::io_context& loop, Store store, const server_setup& setup, int channel)
        : loop_{loop}, engine_{{.store = std::forward<Store>(store)}, without_rates()},
          server_{loop, engine_, for_one_address()}, questions_{loop, channel}, setup_{setup}, channel_{channel} {}

    // Asked a question, by the other end of the channel; its end is ours.
    void on_question(function<void()> f) { question_ = std::move(f); }

    [[noreturn]] void run() {
        make_groups();
        wait_for_question();
        loop_.run();
        _exit(0);
    }

private:
    void make_groups() {
        const typename engine_type::turn t{engine_};
        for (const group_setup& g : setup_.groups) {
            const auto c = conversation_id::group(group_id{g.name});
            for (std::size_t i = 0; i < g.members.size(); ++i)
                engine_.join(c, user_id{g.members[i]}, i == 0 ? role::owner : role::member, expect_stored());
        }
        for (std::uint32_t i = 0; i < setup_.missed; ++i) {
            draft d;
            d.conversation = conversation_id::group(group_id{setup_.groups[0].name});
            d.sender = user_id{setup_.groups[0].members[0]};
            d.body = std::string(200, 'm');
            engine_.send(std::move(d), expect_stored());
        }
        one_is_in();  // no groups: ready at once
    }
    done<stored> expect_stored() {
        ++expected_;
        return done<stored>{[this](const result<stored>& s) {
            if (!s) std::fprintf(stderr, "the server cannot make its groups: %s\n", s.error().detail.c_str()), _exit(1);
            one_is_in();
        }};
    }
    void one_is_in() {
        if (--expected_ > 0) return;
        asio::post(loop_, [this] {
            malloc_trim(0);  // what the making took is no part of what connections take
            const auto port = server_.listen_plain("127.0.0.1", setup_.port);
            if (!port) std::fprintf(stderr, "%s\n", port.error().detail.c_str()), _exit(1);
            tell(channel_, *port);
        });
    }

    void wait_for_question() {
        questions_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const std::error_code&) {
            std::uint64_t question = 0;
            if (read(channel_, &question, sizeof question) != sizeof question) _exit(0);
            if (question_) question_();
            wait_for_question();
        });
    }

    asio::io_context& loop_;
    engine_type engine_;
    asio_server<engine_type> server_;
    asio::posix::stream_descriptor questions_;
    const server_setup& setup_;
    int channel_;
    std::size_t expected_ = 1;
    function<void()> question_;
};

}  // namespace tandem::benchmarks
