// The tables of a log in an SQLite file.
#pragma once

#include "database.hpp"

namespace tandem::sqlite {

// entries, marks, members, users and conversations are written by the commit that changes them. What can be found again from the
// entries is not: how far a conversation has come, where its entries stand, what somebody wrote last, which send ids there were.
// These columns and the tables `places`, `runs` and `sends` are right up to position log.settled; what lies behind is read from
// the entries when the file is opened. So a commit writes at the end of one table, and no index is touched all over: that alone
// makes it four times as fast (an index by (conversation, seq) costs a page for each entry, and one of random send ids another).
inline constexpr const char* first_schema = R"(
create table log(
    epoch integer not null,
    seed integer not null,        -- of the hashes in `sends`
    newest integer not null,      -- no position up to this one is given out again
    settled integer not null,
    doubts integer not null       -- commits whose outcome had to be made certain
);
create table users(number integer primary key, id text not null);
create table conversations(
    number integer primary key,
    id text not null,
    seq integer not null,         -- of the newest entry
    position integer not null,    -- of the newest entry
    messages integer not null,    -- countable entries so far
    first_kept integer not null,
    messages_before integer not null  -- countable entries before first_kept
);
create table members(
    conversation integer not null,
    user integer not null,
    role integer not null,
    visible_from integer not null,
    ended_at integer not null,    -- 0: still a member
    earlier text,                 -- earlier intervals: first-last first-last …
    changed_seq integer not null,
    changed_position integer not null,
    changed_number integer not null,
    changed_time integer not null,
    last_sent integer not null,
    primary key(conversation, user)
) without rowid;
create table entries(
    position integer primary key,
    conversation integer not null,
    seq integer not null,
    number integer not null,
    sender integer not null,
    kind integer not null,
    content_type integer not null,
    time integer not null,
    fingerprint integer not null,
    trusted integer,
    revoked integer,
    amended_by integer,
    target integer,
    subject integer,
    role integer,
    history integer,
    visible_from integer,
    mentions text,                -- one line each
    send_id text,
    body blob
);
create index amendments on entries(conversation, target) where target is not null;
create index revoked_entries on entries(conversation, seq) where revoked is not null;
create table places(             -- where a conversation's entries stand, a stretch of them a row
    conversation integer not null,
    first integer not null,       -- its first seq
    last integer not null,        -- its last seq
    position integer not null,    -- of the first
    distances blob not null,      -- of each from the first; 4 bytes each, little-endian
    primary key(conversation, position)
) without rowid;
create unique index places_by_seq on places(conversation, first);
create table trimmed_sends(      -- what is left of entries that are gone while their send ids count
    position integer primary key,
    conversation integer not null,
    seq integer not null,
    number integer not null,
    sender integer not null,
    time integer not null,
    fingerprint integer not null,
    send_id text not null
);
create table marks(
    conversation integer not null,
    target integer not null,
    key integer not null,
    owner integer not null,
    value integer not null,
    shared integer not null,
    position integer not null,
    primary key(conversation, target, key, owner)
) without rowid;
create unique index marks_by_position on marks(position);
create table runs(               -- the send ids of positions [first, last]
    first integer primary key,
    last integer not null,
    newest integer not null       -- time of the newest
);
create table sends(              -- of a run, those whose hash begins with this byte
    run integer not null,
    bucket integer not null,
    filter blob not null,
    hashes blob not null,         -- hash, position − first; in order of hash; 12 bytes each, little-endian
    primary key(run, bucket)
) without rowid;
)";

// Each brings a file from the version before it to its own; the last one's number is the version of today.
inline constexpr const char* schema_steps[] = {
    first_schema,
    "alter table log add column trims integer not null default 0",  // a reader sees that one has come between
};

inline constexpr std::int64_t file_kind = 0x746e646d;  // "tndm"

}  // namespace tandem::sqlite
