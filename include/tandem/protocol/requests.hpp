// What a peer asks, and what it is answered. Requests are views: they die with the `receive` that brought them.
#pragma once

#include "numbers.hpp"

#include "../core/entry.hpp"
#include "../core/mark.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem {

// An absent cursor is "I do not say"; position 0 is "I have nothing".
using cursor = std::optional<position>;

struct auth_request {
    static constexpr command_name is{command::auth_req, "AUTH_REQ"};
    std::string_view credential{};
    std::string_view device{};    // used when the credential does not name one
    std::string_view platform{};  // likewise: "web", "ios", …
    tandem::cursor cursor{};
    tandem::epoch epoch{};  // of that cursor; another than the log's means: the cursor is void
};

struct auth_reply {
    static constexpr command_name is{command::auth_rsp, "AUTH_RSP"};
    user_id user{};
    device_id device{};
    tandem::epoch epoch{};
    position head{};            // pull until a page has reached this
    bool reset = false;         // the client's cursor belongs to another log: start from nothing
    bool page_follows = false;  // what was missing is little and follows as a BATCH_MSG that counts as a page
    std::uint32_t max_frame_bytes = 0;
    duration heartbeat{};  // say something at least this often
    instant time{};
};

struct heartbeat_request {
    static constexpr command_name is{command::heartbeat_req, "HEARTBEAT_REQ"};
    tandem::cursor cursor{};
};

struct heartbeat_reply {
    static constexpr command_name is{command::heartbeat_rsp, "HEARTBEAT_RSP"};
    tandem::cursor checkpoint{};  // everything up to here that concerns you went into this connection before this frame
    position newest{};            // of the whole log, as this engine knows it
    instant time{};
};

struct logout_request {
    static constexpr command_name is{command::logout_req, "LOGOUT_REQ"};
};
struct logout_reply {
    static constexpr command_name is{command::logout_rsp, "LOGOUT_RSP"};
};

struct background_request {
    static constexpr command_name is{command::background_req, "BACKGROUND_REQ"};
    bool background = false;
};
struct background_reply {
    static constexpr command_name is{command::background_rsp, "BACKGROUND_RSP"};
};

// Where to: either a conversation's canonical text, or a user (the direct conversation with them).
struct send_request {
    static constexpr command_name is{command::send_req, "SEND_REQ"};
    std::string_view conversation{};
    std::string_view to{};
    std::string_view send_id{};
    std::uint32_t content_type = 0;
    std::string_view body{};
    std::vector<std::string_view> mentions{};
};

struct send_reply {
    static constexpr command_name is{command::send_rsp, "SEND_RSP"};
    tandem::send_id send_id{};
    conversation_id conversation{};
    tandem::place place{};
    std::uint64_t number = 0;
    instant time{};
    bool repeated = false;                 // it was stored by an earlier try
    std::optional<std::string> changed{};  // the body that was stored, when the gatekeeper changed it
};

struct revoke_request {
    static constexpr command_name is{command::revoke_req, "REVOKE_REQ"};
    std::string_view conversation{};
    std::string_view to{};
    std::string_view send_id{};
    tandem::seq target{};
};
struct revoke_reply {
    static constexpr command_name is{command::revoke_rsp, "REVOKE_RSP"};
    tandem::send_id send_id{};
    conversation_id conversation{};
    tandem::seq target{};
    tandem::place place{};  // of the revoke itself
    instant time{};
    std::uint64_t number = 0;
};

struct edit_request {
    static constexpr command_name is{command::edit_req, "EDIT_REQ"};
    std::string_view conversation{};
    std::string_view to{};
    std::string_view send_id{};
    tandem::seq target{};
    std::uint32_t content_type = 0;
    std::string_view body{};
};
struct edit_reply {
    static constexpr command_name is{command::edit_rsp, "EDIT_RSP"};
    tandem::send_id send_id{};
    conversation_id conversation{};
    tandem::seq target{};
    tandem::place place{};
    instant time{};
    std::optional<std::string> changed{};  // as in send_reply
    std::uint64_t number = 0;
};

struct mark_request {
    static constexpr command_name is{command::mark_req, "MARK_REQ"};
    std::string_view conversation{};
    std::string_view to{};
    mark_key key{};
    std::uint64_t value = 0;
    tandem::seq target{};
};
// Comes when the mark is stored; a client repeats its marks until it has seen them here.
struct mark_reply {
    static constexpr command_name is{command::mark_rsp, "MARK_RSP"};
    conversation_id conversation{};
    mark_key key{};
    std::uint64_t value = 0;  // as stored, which may be more than was asked
    tandem::seq target{};
    tandem::position position{};  // of this change; 0: it stood like that already
};

// No reply: typing that fails is not worth a frame, unless it was refused.
struct typing_request {
    static constexpr command_name is{command::typing_req, "TYPING_REQ"};
    std::string_view conversation{};
    std::string_view to{};
    bool typing = true;
};

enum class watch : unsigned char { none, start, stop };

// Are these users online? And tell me when it changes (start), or no longer (stop).
struct presence_request {
    static constexpr command_name is{command::presence_req, "PRESENCE_REQ"};
    std::vector<std::string_view> users{};
    tandem::watch watch = watch::none;
};
struct presence {
    user_id user{};
    bool online = false;
};
struct presence_reply {
    static constexpr command_name is{command::presence_rsp, "PRESENCE_RSP"};
    std::vector<presence> users{};
};

// Straight to a user's live sessions, not stored.
struct relay_request {
    static constexpr command_name is{command::relay_req, "RELAY_REQ"};
    std::string_view to{};
    std::uint32_t content_type = 0;
    std::string_view body{};
};
struct relay_reply {
    static constexpr command_name is{command::relay_rsp, "RELAY_RSP"};
    std::uint32_t reached = 0;  // sessions it went to
};

}  // namespace tandem
