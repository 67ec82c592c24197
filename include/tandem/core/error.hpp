// Everything a peer, a disk or a network can do wrong, one line each.
#pragma once

#include "time.hpp"

#include <string>
#include <system_error>
#include <utility>

namespace tandem {

// The numbers travel to clients: append, never renumber.
enum class errc : std::uint16_t {
    malformed = 1,         // the bytes are not what their dialect allows
    invalid_argument = 2,  // well formed, but a field makes no sense
    too_large = 3,         // over a configured limit of bytes
    unsupported = 4,       // no handler for this command, or not spoken in this dialect
    not_signed_in = 5,     // only signing in is possible now
    bad_credential = 6,    // wrong, unknown, revoked: one answer for all
    expired = 7,           // the session's token ran out
    not_allowed = 8,       // a rule of the application says no
    not_member = 9,        // not a member, or no such conversation: one answer for both
    not_found = 10,        // no such entry, user or page
    send_id_reused = 11,   // the same send id came with other content
    gone = 12,             // the target was revoked or trimmed
    too_late = 13,         // the window for this change has closed
    rate_limited = 14,     // too much, come back later
    overloaded = 15,       // a queue is at its limit, come back later
    lane_closed = 16,      // an earlier send of this conversation must be repeated first
    unknown_outcome = 17,  // it may have happened: ask again with the same send id
    store_failed = 18,     // it did not happen: ask again
    dead_session = 19,     // the handle's session has ended
    slow_receiver = 20,    // does not even read its replies
    replaced = 21,         // the same user signed in elsewhere
    kicked = 22,           // an operator ended the session
    logged_out = 23,       // the client said goodbye
    timed_out = 24,        // silent, or not signed in, for too long
    reset = 25,            // another epoch: start from an empty cursor
    shutting_down = 26,    // the server is going away
};

inline const char* text(errc code) {
    switch (code) {
        case errc::malformed: return "malformed";
        case errc::invalid_argument: return "invalid argument";
        case errc::too_large: return "too large";
        case errc::unsupported: return "unsupported";
        case errc::not_signed_in: return "not signed in";
        case errc::bad_credential: return "bad credential";
        case errc::expired: return "expired";
        case errc::not_allowed: return "not allowed";
        case errc::not_member: return "not a member";
        case errc::not_found: return "not found";
        case errc::send_id_reused: return "send id reused";
        case errc::gone: return "gone";
        case errc::too_late: return "too late";
        case errc::rate_limited: return "rate limited";
        case errc::overloaded: return "overloaded";
        case errc::lane_closed: return "lane closed";
        case errc::unknown_outcome: return "unknown outcome";
        case errc::store_failed: return "store failed";
        case errc::dead_session: return "dead session";
        case errc::slow_receiver: return "slow receiver";
        case errc::replaced: return "replaced";
        case errc::kicked: return "kicked";
        case errc::logged_out: return "logged out";
        case errc::timed_out: return "timed out";
        case errc::reset: return "reset";
        case errc::shutting_down: return "shutting down";
    }
    return "unnamed error";
}

// The same request may succeed later, unchanged. Everything else is final.
constexpr bool is_retryable(errc code) {
    return code == errc::rate_limited || code == errc::overloaded || code == errc::lane_closed ||
           code == errc::unknown_outcome || code == errc::store_failed || code == errc::shutting_down;
}

// `detail` is for the log and for the caller's eyes; what a peer is told is text(code) and retry_after, never internals.
struct error {
    errc code;
    std::string detail;
    duration retry_after;

    error(errc why, std::string what = {}, duration come_back = {})
        : code{why}, detail{std::move(what)}, retry_after{come_back} {}

    friend bool operator==(const error& a, const error& b) { return a.code == b.code; }
};

class error_category_type final : public std::error_category {
public:
    const char* name() const noexcept override { return "tandem"; }
    std::string message(int value) const override { return text(static_cast<errc>(value)); }
};

inline const std::error_category& error_category() {
    static const error_category_type category;
    return category;
}

inline std::error_code make_error_code(errc code) { return {static_cast<int>(code), error_category()}; }

}  // namespace tandem

template <>
struct std::is_error_code_enum<tandem::errc> : std::true_type {};
