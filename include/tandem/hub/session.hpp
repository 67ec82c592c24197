// One live connection of a device.
#pragma once

#include "lag.hpp"

#include "../core/outlet.hpp"
#include "../core/token_bucket.hpp"

namespace tandem {

// A value with a generation: a call on a session that has ended finds nobody, never somebody else.
struct session_handle {
    std::uint32_t slot = 0xffffffffu;
    std::uint32_t generation = 0;

    explicit operator bool() const { return slot != 0xffffffffu; }
    friend auto operator<=>(const session_handle&, const session_handle&) = default;
    friend std::uint64_t hash(const session_handle& h, std::uint64_t seed) {
        return detail::mix(static_cast<std::uint64_t>(h.generation) << 32 | h.slot, seed | 0x9e3779b97f4a7c15u);
    }
};

enum class session_state : unsigned char {
    greeted,    // connected, nobody yet
    verifying,  // the authenticator was asked
    joining,    // known; its rooms and the head are being read
    ready,      // signed in
};

// What a fan-out touches: one cache line. Everything else of a session is in its session_details.
struct alignas(64) session {
    outlet_ref outlet;
    tandem::lag lag;
    token_bucket requests;
    std::uint32_t user = 0xffffffffu;          // its number in the hub, once known
    std::uint32_t next_of_user = 0xffffffffu;  // slot of the same user's next session
    std::uint32_t generation = 0;
    std::uint32_t heard = 0;  // second of the last word from the peer
    session_state state = session_state::greeted;
    unsigned char dialect = 0;
    unsigned char variant = 0;
    unsigned char strikes = 0;  // refused for their rate, lately
    std::uint16_t unacked = 0;  // sends on their way to the store
    bool alive : 1 = false;
    bool to_flush : 1 = false;
    bool background : 1 = false;
    unsigned char wrong_credentials : 5 = 0;  // so far
};
static_assert(sizeof(session) <= 64);

struct session_details {
    device_id device;
    std::uint32_t platform = 0;  // hash of its name
    std::uint32_t ends = 0;      // second: until then it must be signed in; later, its credential ends then (0: never)
};

}  // namespace tandem
