// An engine that somebody watches: over a store with a script, with people who say and hear lines.
#pragma once

#include "engine/fixture.hpp"

namespace tandem {

// It cannot pull: the engine does in its place.
struct replayed_dialect : tiny_dialect {
    static constexpr dialect_traits traits{.missed = when_missed::replay};

    greeting greet(const hello& h, state&) const { return greet_by_subprotocol(h, "replayed"); }
};

template <class Observer>
struct watched_chat : default_policies {
    using store = scripted_store<memory_store>&;
    using authenticator = script_authenticator&;
    using observer = Observer&;
    using clock = manual_clock&;
    using dialects = tandem::dialects<tiny_dialect, replayed_dialect>;
    using pages = page_codecs<script_pages>;
};

template <class Observer>
struct watched {
    using engine_type = engine<watched_chat<Observer>>;
    using turn = typename engine_type::turn;
    using peer = basic_peer<engine_type>;

    explicit watched(Observer& o, const options& numbers = calm())
        : running{parts<watched_chat<Observer>>{
                      .store = store, .authenticator = authenticator, .observer = o, .clock = clock},
                  numbers} {
        quick();
    }

    peer sign_in(const std::string& credential, const std::string& more = {},
                 const std::vector<std::string_view>& subprotocols = {}) {
        peer p{running, subprotocols};
        p.says("AUTH_REQ 1 credential=" + credential + (more.empty() ? "" : " " + more));
        p.outlet().take();
        return p;
    }
    void pass(duration time) {
        clock.advance(time);
        running.tick();
    }
    void slow() { store.answer_at_once(false); }
    void quick() { store.answer_at_once(true), store.release_all(); }

    int get(const std::string& credential, const std::string& target) {
        const std::string who = "Bearer " + credential;
        int status = 0;
        running.pull(pull_request{.method = "GET", .target = target, .authorization = who},
                     done<pull_answer>{[&](const result<pull_answer>& r) { status = r ? r->status : 503; }});
        return status;
    }
    int post(const std::string& credential, const std::string& target, const std::string& body) {
        const std::string who = "Bearer " + credential;
        int status = 0;
        running.pull(pull_request{.method = "POST", .target = target, .authorization = who, .body = body},
                     done<pull_answer>{[&](const result<pull_answer>& r) { status = r ? r->status : 503; }});
        return status;
    }

    manual_clock clock;
    scripted_store<memory_store> store{memory_store{tandem::epoch{7}}};
    script_authenticator authenticator{};
    engine_type running;
};

}  // namespace tandem
