// What the engine tells a peer without being asked. Events are views: they die when the frame is made.
#pragma once

#include "requests.hpp"

#include <span>

namespace tandem {

// An entry as somebody is told of it. Which event it is follows from its kind: see `told_as`.
struct push_message {
    static constexpr command_name is{command::push_msg, "PUSH_MSG"};
    const tandem::entry& entry;
};
struct push_revoke {
    static constexpr command_name is{command::revoke_msg_push, "REVOKE_MSG_PUSH"};
    const tandem::entry& entry;
};
struct push_edit {
    static constexpr command_name is{command::edit_push, "EDIT_PUSH"};
    const tandem::entry& entry;
};

// Several entries of one conversation in order of their seq; or, with `next`, a page: entries of several conversations in
// order of position that count as if they had been pulled. A backfill is history for a new member: it moves no cursor.
struct push_batch {
    static constexpr command_name is{command::batch_msg, "BATCH_MSG"};
    std::span<const tandem::entry* const> entries;
    std::span<const tandem::mark> marks{};
    tandem::cursor next{};
    bool backfill = false;
};

// Something was not pushed to you: pull until you have reached this cursor, then report it with a heartbeat.
struct news {
    static constexpr command_name is{command::news, "NEWS"};
    position cursor{};
};

// Another member has read, or received, up to here.
struct push_read_receipt {
    static constexpr command_name is{command::read_receipt_push, "READ_RECEIPT_PUSH"};
    const tandem::mark& mark;
};
struct push_received {
    static constexpr command_name is{command::received_push, "RECEIVED_PUSH"};
    const tandem::mark& mark;
};
// A mark of your own, moved on another device; or a shared one that is no receipt.
struct push_mark {
    static constexpr command_name is{command::mark_push, "MARK_PUSH"};
    const tandem::mark& mark;
};

// Entries before this one are gone for everybody: never ask for them. Whoever misses it learns it from a history.
struct push_trimmed {
    static constexpr command_name is{command::trimmed_push, "TRIMMED_PUSH"};
    const conversation_id& conversation;
    seq first_kept{};
};

struct push_typing {
    static constexpr command_name is{command::typing_status_push, "TYPING_STATUS_PUSH"};
    const conversation_id& conversation;
    const user_id& user;
    bool typing{};
};

struct push_presence {
    static constexpr command_name is{command::presence_push, "PRESENCE_PUSH"};
    std::span<const presence> users;
};

struct push_relay {
    static constexpr command_name is{command::relay_push, "RELAY_PUSH"};
    const user_id& from;
    std::uint32_t content_type;
    std::string_view body{};
};

// The session ends after this.
struct kick_out {
    static constexpr command_name is{command::kick_out, "KICK_OUT"};
    errc why{};
    duration come_back{};  // not before this, if not zero
};

// A request was refused. As a reply it carries the request's correlation; without one it concerns the session.
struct refusal {
    static constexpr command_name is{command::error, "ERROR"};
    errc why{};
    duration retry_after{};
    std::string_view send_id{};  // of the refused send, if it was one
};

// Calls `tell` with the event that an entry is told as.
template <class Tell>
decltype(auto) told_as(const entry& e, Tell tell) {
    switch (e.kind) {
        case entry_kind::revoke: return tell(push_revoke{e});
        case entry_kind::edit: return tell(push_edit{e});
        default: return tell(push_message{e});
    }
}

template <class Tell>
decltype(auto) told_as(const mark& m, bool to_owner, Tell tell) {
    if (!to_owner && m.key == mark_key::read) return tell(push_read_receipt{m});
    if (!to_owner && m.key == mark_key::received) return tell(push_received{m});
    return tell(push_mark{m});
}

}  // namespace tandem
