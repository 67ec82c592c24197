// The numbers with which a WebSocket says why it ends, and what they mean to tandem.
#pragma once

#include "../../core/error.hpp"

namespace tandem {

// RFC 6455, 7.4. The named ones are those we use; an application's own are 4000 … 4999.
enum class websocket_close_code : std::uint16_t {
    none = 0,  // nothing is wrong, go on: the answer of websocket_reader::feed
    normal = 1000,
    going_away = 1001,
    protocol_error = 1002,
    unsupported_data = 1003,
    no_code = 1005,          // never travels: the close frame was empty
    connection_lost = 1006,  // never travels: there was no close frame
    invalid_payload = 1007,  // text that is no UTF-8, or what its dialect does not allow
    policy_violation = 1008,
    too_large = 1009,
    internal_error = 1011,
    restarting = 1012,
    try_later = 1013,
    ours = 4000,  // + the number of an errc
};

// May this code stand in a close frame? Not what is reserved, nor what only stands for a missing frame.
constexpr bool may_travel(websocket_close_code code) {
    const auto number = static_cast<std::uint16_t>(code);
    if (number < 3000) return (number >= 1000 && number <= 1003) || (number >= 1007 && number <= 1014);
    return number <= 4999;
}

// How a session's end is called on its WebSocket. What has no name of its own keeps its number, so that a browser,
// which is shown nothing but code and reason, can tell why.
constexpr websocket_close_code close_code_of(errc why) {
    switch (why) {
        case errc::malformed: return websocket_close_code::invalid_payload;
        case errc::too_large: return websocket_close_code::too_large;
        case errc::unsupported: return websocket_close_code::unsupported_data;
        case errc::rate_limited:
        case errc::slow_receiver: return websocket_close_code::policy_violation;
        case errc::shutting_down: return websocket_close_code::restarting;
        default:
            return static_cast<websocket_close_code>(static_cast<std::uint16_t>(websocket_close_code::ours) +
                                                     static_cast<std::uint16_t>(why));
    }
}

// The same for who was told, as far as the number says it. A code of nobody's is a dead session: nothing more is known.
inline errc reason_of_close(websocket_close_code code) {
    switch (code) {
        case websocket_close_code::normal: return errc::logged_out;
        case websocket_close_code::protocol_error:
        case websocket_close_code::invalid_payload: return errc::malformed;
        case websocket_close_code::unsupported_data: return errc::unsupported;
        case websocket_close_code::policy_violation: return errc::rate_limited;
        case websocket_close_code::too_large: return errc::too_large;
        case websocket_close_code::going_away:
        case websocket_close_code::restarting: return errc::shutting_down;
        case websocket_close_code::try_later: return errc::overloaded;
        default: break;
    }
    const int number = static_cast<int>(code) - static_cast<int>(websocket_close_code::ours);
    const bool known = number >= 1 && number <= static_cast<int>(errc::shutting_down);  // the last of them
    return known ? static_cast<errc>(number) : errc::dead_session;
}

}  // namespace tandem
