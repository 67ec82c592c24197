// Every number of the engine, with its default.
#pragma once

#include "../core/token_bucket.hpp"
#include "../hub/login_policy.hpp"
#include "../protocol/pages.hpp"

namespace tandem {

struct options {
    // --- connections
    std::uint32_t max_frame_bytes = 64 * 1024;
    std::uint32_t max_frame_bytes_before_sign_in = 4 * 1024;
    duration sign_in_within = seconds(5);
    duration heartbeat = seconds(75);                // a peer silent for two of these is gone
    std::size_t pushing_until_bytes = 256 * 1024;    // over it a session gets NEWS instead of pushes
    std::size_t replying_until_bytes = 1024 * 1024;  // over it a session that does not even read replies is closed
    login_policy logins{};
    std::uint32_t failed_sign_ins = 3;
    std::size_t sign_ins_at_once =
        256;  // that ask the store; the others wait, so that ten thousand may come back together

    // --- sending
    std::uint32_t max_body_bytes = 32 * 1024;
    std::size_t mentions_per_message = 50;
    std::uint16_t unacked_per_session = 256;
    std::size_t lanes_per_session = 32;
    std::size_t waiting_per_lane = 64;
    std::size_t drafts_in_flight = 16 * 1024;
    std::size_t drafts_per_commit = 1024;
    rate session_rate{.per_second = 200, .burst = 1000};        // requests; one more for each started [KiB] of bytes
    rate user_rate{.per_second = 400, .burst = 2000};           // sends, over all sessions and the pull API
    rate conversation_rate{.per_second = 1000, .burst = 5000};  // sends and reactions; not in direct and self
    std::uint32_t strikes = 50;                                 // this often over a rate: closed
    duration revoke_within = minutes(2);
    duration edit_within = minutes(15);

    // --- telling
    std::size_t batch_bytes = 64 * 1024;  // of bodies in one BATCH_MSG; what is more goes into the next
    std::size_t slice = 512;              // receivers between other work
    limits small_page{.entries = 100, .bytes = 64 * 1024};  // sent with the sign-in's reply instead of being pulled
    limits tail_page{.entries = 1000, .bytes = 1024 * 1024};
    duration mark_pause = seconds(1);  // between two puts of marks
    std::size_t marks_waiting = 16 * 1024;
    std::size_t receipts_up_to = 100;  // members; in larger groups receipts stay with their owner
    duration presence_pause = seconds(1);
    std::size_t watches_per_session = 200;
    std::size_t rooms_per_user = 10'000;  // groups; who is in more is not let in, rather than told of some only
    std::uint32_t history_for_new_members = 0;
    std::size_t wake_up_to = 100;  // members; in larger groups only those are woken whom a message names
    std::size_t wakes_waiting = 1000;
    std::size_t wakes_remembered = 100'000;  // users and conversations; forgotten ones may be woken again
    duration directory_memory = seconds(5);

    // --- keeping. What goes is gone for everybody; nothing is renumbered. Needs a store that can trim.
    duration keep_for{};  // 0: for ever. What is older goes within a further 1/64 of it, or a second, or an hour
    std::uint64_t keep_entries = 0;  // of each conversation; 0: all. It may have an eighth more, or 16, before they go

    // --- pulling
    limits pull_page{};
    std::uint32_t pulls_per_user = 4;
    duration bus_idle = seconds(1);  // an idle engine repeats the head this often

    // --- carrying the log to the event sink
    limits sink_page{.entries = 256, .bytes = 256 * 1024};
    duration sink_pause = seconds(1);  // after a failure, of the sink or of the store that is read for it

    // Different for each engine and each start; it seeds hash tables and names the engine's own sends. 0: taken from the
    // clock.
    std::uint64_t instance = 0;
};

}  // namespace tandem
