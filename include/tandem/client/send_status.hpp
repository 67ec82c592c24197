// How far a message of one's own has come, for whoever shows it.
#pragma once

#include "local_store.hpp"

namespace tandem {

enum class send_status {
    sending,    // kept here, and said until the server has it
    failed,     // refused for good: try_again() or forget()
    sent,       // in the log, at its place
    delivered,  // a device of somebody else's has it
    read,       // somebody else has seen it
};

constexpr std::string_view text(send_status s) {
    switch (s) {
        case send_status::sending: return "sending";
        case send_status::failed: return "failed";
        case send_status::sent: return "sent";
        case send_status::delivered: return "delivered";
        case send_status::read: return "read";
    }
    return "unknown";
}

inline send_status status_of(const queued_send& q) {
    return q.failed == errc{} ? send_status::sending : send_status::failed;
}

// By the marks of its conversation that the local store has. In a group it is as far as with whoever is furthest; how many have got
// so far, the server counts (GET /api/messages/receipts).
inline send_status status_of(const entry& e, const std::vector<mark>& marks) {
    send_status furthest = send_status::sent;
    for (const mark& m : marks) {
        if (m.conversation != e.conversation || m.owner == e.sender || m.value < e.place.seq.value) continue;
        if (m.key == mark_key::read) return send_status::read;
        if (m.key == mark_key::received) furthest = send_status::delivered;
    }
    return furthest;
}

}  // namespace tandem
