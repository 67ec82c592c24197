// The SQL of every change.
#pragma once

#include "entry_row.hpp"

namespace tandem::sqlite {

// Compiled once for the connection that commits.
struct write_statements {
    explicit write_statements(const database& on) : db{on} {}

    const database& db;
    statement begin{db, "begin immediate"};
    statement commit{db, "commit"};
    statement foreign{db, "pragma data_version"};  // changes when another connection has committed
    statement doubt{db, "update log set doubts = doubts + 1"};

    // --- append
    statement user{db, "insert into users(number, id) values(?, ?)"};
    statement conversation{db, "insert into conversations values(?, ?, 0, 0, 0, 1, 0)"};
    statement entry{db, insert_entry};
    // A new interval begins where the latest one has ended; otherwise the latest one changes.
    statement member{db, R"(
        insert into members(conversation, user, role, visible_from, ended_at, changed_seq, changed_position,
                            changed_number, changed_time, last_sent)
        values(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0)
        on conflict do update set
            earlier = case when ended_at != 0 and ?5 = 0
                           then coalesce(earlier || ' ', '') || visible_from || '-' || ended_at else earlier end,
            role = ?3, visible_from = ?4, ended_at = ?5,
            changed_seq = ?6, changed_position = ?7, changed_number = ?8, changed_time = ?9)"};
    statement target{db, "select kind, revoked, number from entries where position = ?"};
    statement edit{db, "update entries set body = ?, content_type = ?, amended_by = ? where position = ?"};
    statement blank{db, R"(
        update entries set body = x'', mentions = null, revoked = 1, amended_by = ? where position = ?)"};
    statement blank_edits{db, R"(
        update entries set body = x'', mentions = null, revoked = 1, amended_by = ?
        where conversation = ? and target = ? and kind = 3)"};

    // --- put
    statement mark{db, R"(
        insert into marks(conversation, target, key, owner, value, shared, position)
        values(?1, ?2, ?3, ?4, ?5, ?6, ?7)
        on conflict do update set value = ?5, shared = ?6, position = ?7)"};

    // --- trim
    statement keep_send{db, R"(
        insert into trimmed_sends
        select position, conversation, seq, number, sender, time, fingerprint, send_id from entries
        where position = ? and send_id is not null)"};
    statement keep_last_sent{db, R"(
        update members set last_sent = max(last_sent, (select seq from entries where position = ?1))
        where (conversation, user) = (select conversation, sender from entries where position = ?1))"};
    statement forget_entry{db, "delete from entries where position = ?"};
    statement forget_places{db, "delete from places where conversation = ? and last < ?"};
    statement forget_marks{db, "delete from marks where conversation = ? and target > 0 and target < ?"};
    statement head{db, R"(
        update conversations set seq = ?, position = ?, messages = ?, first_kept = ?, messages_before = ?
        where number = ?)"};
    statement trimmed{db, "update log set newest = ?, trims = trims + 1"};
};

}  // namespace tandem::sqlite
