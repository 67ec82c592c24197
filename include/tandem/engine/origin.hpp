// Where a draft came from, and how its outcome is answered.
#pragma once

#include "../codec/frame_codec.hpp"
#include "../core/answer.hpp"
#include "../hub/session.hpp"

namespace tandem {

// What may outlive a call: the right to reply to one request of one session.
struct reply_to {
    session_handle session{};
    tandem::correlation correlation{};
};

// What became durable, for whoever asked.
struct stored {
    tandem::send_id send_id{};
    conversation_id conversation{};
    entry_kind kind = entry_kind::message;
    tandem::seq target{};
    tandem::place place{};
    std::uint64_t number = 0;
    instant time{};
    bool repeated = false;                 // by an earlier try
    std::optional<std::string> changed{};  // the body, when the gatekeeper changed it
};

inline stored stored_as(const entry& e) {
    return {.send_id = e.send_id,
            .conversation = e.conversation,
            .kind = e.kind,
            .target = e.target,
            .place = e.place,
            .number = e.number,
            .time = e.time};
}

struct origin {
    reply_to request{};              // a session's request …
    done<stored> then{};             // … or the server's own code
    std::uint64_t conversation = 0;  // hash of it, seeded: names its lane and its rate
    std::uint64_t arrival = 0;       // counted through: which of two in one lane came first
    bool changed = false;            // the gatekeeper changed the body: the ack carries it
    bool holds_lane = false;         // those behind it wait
};

}  // namespace tandem
