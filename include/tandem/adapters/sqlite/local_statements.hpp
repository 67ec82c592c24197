// The SQL of every local change.
#pragma once

#include "local_entry_row.hpp"

namespace tandem::sqlite {

// Compiled once for the connection.
struct local_statements {
    explicit local_statements(const database& on) : db{on} {}

    const database& db;
    statement begin{db, "begin immediate"};
    statement commit{db, "commit"};
    statement doubt{db, "update device set doubts = doubts + 1"};

    // --- a log begins: nothing is kept of it, and of the others their entries
    statement numbers_of_log{db, "select number from conversations where log = ?"};
    statement forget_entries{db, "delete from entries where key between ? and ?"};
    statement forget_conversations{db, "delete from conversations where log = ?"};
    statement forget_kept{db, "update conversations set next = null where next is not null"};
    statement forget_marks{db, "delete from marks"};
    statement forget_memberships{db, "delete from memberships"};
    statement forget_wishes{db, "delete from wishes"};
    statement log{db, "update device set epoch = ?, cursor = 0"};

    statement entry{db, put_local_entry};
    statement edit{db, R"(
        update entries set body = ?3, content_type = ?4, amended_by = ?1
        where key = ?2 and revoked = 0 and amended_by < ?1)"};
    statement revoke{db, R"(
        update entries set body = x'', mentions = '', revoked = 1, amended_by = ?1
        where key = ?2 and revoked = 0 and amended_by < ?1)"};
    statement revoke_edits{db, R"(
        update entries set body = x'', mentions = '', revoked = 1, amended_by = ?1
        where kind = 3 and target = ?2 and key between ?3 and ?4 and revoked = 0 and amended_by < ?1)"};

    statement mark{db, R"(
        insert into marks values(?, ?, ?, ?, ?, ?, ?)
        on conflict do update set value = excluded.value, shared = excluded.shared, position = excluded.position
        where position <= excluded.position)"};
    statement membership{db, "insert or replace into memberships values(?, ?, ?, ?, ?, ?)"};
    statement conversation{db, R"(
        update conversations set next = ?2, first_kept = ?3, received = ?4, messages = ?5, inside = ?6
        where number = ?1)"};
    statement cursor{db, "update device set cursor = ?"};
    statement unqueue{db, "delete from queue where number = ?"};
    statement queue{db, "insert or replace into queue values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
    statement sends{db, "update device set sends = ?1 where sends < ?1"};
    statement grant{db, "delete from wishes where conversation = ? and target = ? and key = ? and owner = ?"};
    statement wish{db, "insert or replace into wishes values(?, ?, ?, ?, ?, ?)"};
};

}  // namespace tandem::sqlite
