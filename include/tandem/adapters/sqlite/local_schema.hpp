// The tables of what a device keeps, in an SQLite file.
#pragma once

#include "file_schema.hpp"

#include "../../core/entry.hpp"

namespace tandem::sqlite {

// Entries are found by their key alone, which is the number of the conversation with the seq behind it: those of a
// conversation lie side by side, one table is written, and no index. A conversation has a number in each log, so the
// key says the log as well. What is 0 or empty takes no room.
inline constexpr const char* first_local_schema = R"(
create table device(
    tag integer not null,
    sends integer not null,
    epoch integer not null,       -- the present log
    cursor integer not null,
    doubts integer not null       -- changes whose outcome had to be made certain
);
create table users(number integer primary key, id text not null unique);
create table conversations(
    number integer primary key,
    log integer not null,
    id text not null,
    next integer,                 -- null, and what follows too: nothing was said of it, or the log is an earlier one
    first_kept integer,
    received integer,
    messages integer,
    inside integer,
    unique(log, id)
);
create table entries(
    key integer primary key,
    position integer not null,
    number integer not null,
    sender integer not null,
    kind integer not null,
    content_type integer not null,
    time integer not null,
    fingerprint integer not null,
    trusted integer not null,
    target integer not null,
    subject text not null,
    role integer not null,
    history integer not null,
    visible_from integer not null,
    amended_by integer not null,
    revoked integer not null,
    mentions text not null,       -- one line each
    send_id text not null,
    body blob not null
);
create index edits on entries(target) where kind = 3;
create table marks(               -- of the present log, as all below
    conversation integer not null,
    target integer not null,
    key integer not null,
    owner text not null,
    value integer not null,
    shared integer not null,
    position integer not null,
    primary key(conversation, target, key, owner)
) without rowid;
create table memberships(
    conversation integer primary key,
    user text not null,
    role integer not null,
    intervals text not null,      -- first-last first-last …
    changed integer not null,
    last_sent integer not null
);
create table wishes(
    conversation text not null,
    target integer not null,
    key integer not null,
    owner text not null,
    value integer not null,
    shared integer not null,
    primary key(conversation, target, key, owner)
) without rowid;
create table queue(               -- of no log
    number integer primary key,
    send_id text not null,
    conversation text not null,
    kind integer not null,
    content_type integer not null,
    target integer not null,
    said integer not null,
    failed integer not null,
    mentions text not null,
    body blob not null
);
)";

inline constexpr const char* local_schema_steps[] = {first_local_schema};
inline constexpr file_schema local_schema{0x746e646c, local_schema_steps};  // "tndl"

// So a file has room for 134 million conversations, and a conversation for 68 milliards of entries.
inline constexpr unsigned seq_bits = 36;
inline constexpr std::uint64_t largest_seq = (std::uint64_t{1} << seq_bits) - 1;
inline constexpr std::uint64_t largest_conversation = (std::uint64_t{1} << (63 - seq_bits)) - 1;

constexpr std::uint64_t key_of(std::uint64_t conversation, seq s) { return conversation << seq_bits | s.value; }
constexpr seq seq_in(std::uint64_t key) { return {key & largest_seq}; }

}  // namespace tandem::sqlite
