// One line of a conversation's log, before and after it has a place.
#pragma once

#include "ids.hpp"
#include "rare_list.hpp"
#include "time.hpp"

namespace tandem {

namespace detail {

template <class Kind>
struct ordinal {
    std::uint64_t value = 0;

    friend auto operator<=>(ordinal, ordinal) = default;
    constexpr ordinal next() const { return {value + 1}; }
    constexpr ordinal previous() const { return {value - 1}; }
    constexpr explicit operator bool() const { return value != 0; }
};

}  // namespace detail

using seq = detail::ordinal<struct seq_kind>;            // place in a conversation: 1, 2, 3 … without holes
using position = detail::ordinal<struct position_kind>;  // place in the store's whole log; 0 is before everything
using epoch = detail::ordinal<struct epoch_kind>;        // identity of the log

struct place {
    tandem::seq seq{};
    tandem::position position{};

    friend bool operator==(place, place) = default;
};

enum class entry_kind : std::uint16_t {
    message = 1,
    revoke = 2,  // blanks `target`
    edit = 3,    // gives `target` a new body
    joined = 4,  // `subject` is a member from here on
    left = 5,    // the last entry `subject` gets
    // the application's own kinds start at 1000
};

constexpr bool is_amendment(entry_kind kind) { return kind == entry_kind::revoke || kind == entry_kind::edit; }
constexpr bool is_membership(entry_kind kind) { return kind == entry_kind::joined || kind == entry_kind::left; }
// What counts as unread.
constexpr bool is_countable(entry_kind kind) { return kind == entry_kind::message; }

enum class role : unsigned char { none, member, admin, owner };

// An entry before it has a place. Owns everything it names.
struct draft {
    conversation_id conversation{};
    user_id sender{};
    tandem::send_id send_id{};
    entry_kind kind = entry_kind::message;
    std::uint32_t content_type = 0;  // the application's: text, image, …
    std::string body{};

    tandem::seq target{};            // revoke, edit: the entry this one amends
    user_id subject{};               // joined, left: whose membership changes
    tandem::role role = role::none;  // joined: as what
    std::uint32_t history = 0;       // joined: how many entries before this one the subject may see

    instant time{};                 // when the engine took it
    std::uint64_t fingerprint = 0;  // tells "the same send again" from "the same id, other content"
    bool trusted = false;           // the application's own code speaks: the sender need not be a member
    rare_list<user_id> mentions{};  // whom a message names; they need not be members
};

// Immutable once placed. What amends it is a later entry; only the body shown for it follows that.
struct entry : draft {
    tandem::place place{};
    std::uint64_t number = 0;    // countable entries of the conversation up to and including this one
    tandem::seq visible_from{};  // joined: the first seq the subject may see
    tandem::seq amended_by{};    // the revoke or edit whose effect the body shows; 0 if none
    bool revoked = false;        // the body and the mentions are blank for good
};

// Taken before the gatekeeper sees the draft, so it identifies what the sender asked for, not what became of it.
inline std::uint64_t fingerprint_of(const draft& d) {
    const std::uint64_t what =
        static_cast<std::uint64_t>(d.role) << 48 | static_cast<std::uint64_t>(d.kind) << 32 | d.content_type;
    std::uint64_t who = hash(d.conversation, what + detail::mix(d.target.value, what | 1));
    if (!d.subject.empty()) who = hash(d.subject, who);
    for (const user_id& named : d.mentions) who = hash(named, ~who);  // not as a subject would be
    return hash_bytes(d.body, who) | 1;                               // 0 means "not taken yet"
}

// One interval of a membership: the seqs a user may see, ends included. ended_at == 0: still a member.
struct interval {
    tandem::seq visible_from{};
    tandem::seq ended_at{};

    constexpr bool open() const { return !ended_at; }
    constexpr bool contains(tandem::seq s) const { return s >= visible_from && (open() || s <= ended_at); }
    friend bool operator==(interval, interval) = default;
};

}  // namespace tandem
