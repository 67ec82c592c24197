// What a client tells its application.
#pragma once

#include "heard.hpp"
#include "local_store.hpp"

#include "../core/function.hpp"

namespace tandem {

enum class client_state {
    offline,           // not connected: not started, or about to try again
    connecting,        // signing in
    catching_up,       // signed in; what was missed is being pulled
    live,              // everything there is comes as it happens
    polling,           // no connection is to be had: what is missed is pulled now and then
    wants_credential,  // the one it has is not accepted, or no longer: use_credential()
    ended,             // kicked, replaced by another sign-in, or logged out
};

constexpr std::string_view text(client_state s) {
    switch (s) {
        case client_state::offline: return "offline";
        case client_state::connecting: return "connecting";
        case client_state::catching_up: return "catching up";
        case client_state::live: return "live";
        case client_state::polling: return "polling";
        case client_state::wants_credential: return "wants a credential";
        case client_state::ended: return "ended";
    }
    return "unknown";
}

// Those that are set are called inside the verb that caused them; they may call the client's verbs.
struct client_events {
    // It is stored. A send of one's own is in `queued` when it was said, and again if it failed; in `entries` when it has its place.
    function<void(const local_change&)> changed{};
    function<void(client_state, errc why)> state{};
    function<void(const error&)> store_failed{};  // the client goes on with what the store has
    function<void(const heard::typing&)> typing{};
    function<void(const std::vector<presence>&)> presence{};
    function<void(const heard::relayed&)> relayed{};
    // An answer to what `say` said, a refusal of it, or what only the application knows.
    function<void(const heard::said&)> heard{};
};

}  // namespace tandem
