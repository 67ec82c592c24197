// The list of all commands. Numbers travel on the wire: append, never renumber.
#pragma once

#include <cstdint>
#include <string_view>

namespace tandem {

enum class command : std::uint32_t {
    none = 0,
    // control
    auth_req = 1,
    auth_rsp = 2,
    heartbeat_req = 3,
    heartbeat_rsp = 4,
    logout_req = 5,
    logout_rsp = 6,
    kick_out = 7,
    error = 8,
    background_req = 9,
    background_rsp = 10,
    // messages
    send_req = 20,
    send_rsp = 21,
    push_msg = 22,
    batch_msg = 23,
    news = 24,
    // after the fact
    revoke_req = 40,
    revoke_rsp = 41,
    revoke_msg_push = 42,
    edit_req = 43,
    edit_rsp = 44,
    edit_push = 45,
    mark_req = 46,
    mark_rsp = 47,
    mark_push = 48,
    read_receipt_push = 49,
    received_push = 50,
    trimmed_push = 51,
    // ephemeral
    typing_req = 60,
    typing_status_push = 61,
    presence_req = 62,
    presence_rsp = 63,
    presence_push = 64,
    relay_req = 65,
    relay_rsp = 66,
    relay_push = 67,
    // the application's own
    first_application = 1000,
};

// A request, reply or event says what it is called: `static constexpr command_name is{number, "NAME"}`. A dialect routes by
// either.
struct command_name {
    command number;
    std::string_view name;

    constexpr command_name(command n, std::string_view text) : number{n}, name{text} {}
    constexpr command_name(std::uint32_t n, std::string_view text) : number{static_cast<command>(n)}, name{text} {}
};

}  // namespace tandem
