// From a file to what is kept in memory; and a new file.
#pragma once

#include "entry_row.hpp"
#include "file_schema.hpp"
#include "schema.hpp"
#include "state.hpp"
#include "stored_sends.hpp"

#include "../../store/fresh_epoch.hpp"

#include <memory>
#include <random>

namespace tandem::sqlite {

inline void prepare_schema(const database& db) {
    bring_to_schema(db, {file_kind, schema_steps}, [&] {
        std::random_device random;
        const std::uint64_t seed = static_cast<std::uint64_t>(random()) << 32 ^ random();
        statement log = db.prepare("insert into log values(?, ?, 0, 0, 0, 0)");
        log.bind(1, fresh_epoch().value).bind(2, seed & 0x7fffffffffffffffu).run();
    });
}

namespace opening {

inline void open_names(const database& db, state& s) {
    statement users = db.prepare("select number, id from users order by number");
    for (rows all{users}; all.next(); s.user(users.small<std::uint32_t>(0)))
        s.books.restore_user(user_id{users.blob(1)});
    statement conversations = db.prepare("select * from conversations order by number");
    for (rows all{conversations}; all.next();) {
        const auto id = conversation_id::parse(conversations.blob(1));
        if (!id) throw failure{SQLITE_CORRUPT, db.file(), "has a conversation that is none"};
        const conversation_head head{seq{conversations.number(2)}, position{conversations.number(3)},
                                     conversations.number(4), seq{conversations.number(5)}};
        s.books.restore_conversation(*id, head, conversations.number(6));
        const auto number = conversations.small<std::uint32_t>(0);
        s.conversation(number);
        s.touch(number, head.position);
    }
}

inline void open_memberships(const database& db, state& s) {
    statement members = db.prepare("select conversation, user, role, visible_from, ended_at, earlier, changed_seq, "
                                   "changed_position, changed_number, "
                                   "changed_time, last_sent from members order by changed_position");
    for (rows all{members}; all.next();) {
        membership_table::row r;
        r.conversation = members.small<std::uint32_t>(0), r.user = members.small<std::uint32_t>(1);
        r.role = members.small<role>(2), r.latest = {seq{members.number(3)}, seq{members.number(4)}};
        if (!members.is_null(5)) r.earlier = intervals_in(members.blob(5));
        r.changed.place = {seq{members.number(6)}, position{members.number(7)}}, r.changed.number = members.number(8);
        r.changed.time = {static_cast<std::int64_t>(members.number(9))}, r.last_sent = seq{members.number(10)};
        s.conversation(r.conversation), s.user(r.user);
        s.books.restore_membership(r);
    }
}

inline position open_marks(const database& db, state& s) {
    position newest;
    statement marks =
        db.prepare("select conversation, key, owner, target, value, shared, position from marks order by position");
    for (rows all{marks}; all.next();) {
        const mark_table::id which{marks.small<std::uint32_t>(0), marks.small<mark_key>(1),
                                   marks.small<std::uint32_t>(2), seq{marks.number(3)}};
        const bool shared = marks.number(5) != 0;
        s.conversation(which.conversation), s.user(which.owner);
        newest = position{marks.number(6)};
        s.books.restore_mark(which, marks.number(4), shared, newest);
        if (shared) s.touch(which.conversation, std::max(newest, s.changed.last(which.conversation)));
    }
    return newest;
}

inline void open_runs(const database& db, state& s) {
    statement runs = db.prepare("select first, last, newest from runs order by first");
    statement parts = db.prepare("select filter, hashes from sends where run = ? order by bucket");
    for (rows all{runs}; all.next();) {
        send_run r{
            .first = {runs.number(0)}, .last = {runs.number(1)}, .newest = {static_cast<std::int64_t>(runs.number(2))}};
        s.begin_run(r.first, static_cast<std::size_t>(r.last.value - r.first.value + 1));
        for (rows each{parts.bind(1, r.first.value)}; each.next();) {
            r.filter.add_part(parts.blob(0));
            const bytes sends = parts.blob(1);
            for (std::size_t i = 0; i + bytes_of_send <= sends.size(); i += bytes_of_send)
                s.groups.back().filter.add(tandem::detail::load(sends.data() + i, 8));
        }
        if (!r.filter.is_complete()) throw failure{SQLITE_CORRUPT, db.file(), "has a run of send ids in parts"};
        s.runs.push_back(std::move(r));
    }
}

// noted(conversation, sender, time) for every entry behind what is settled.
template <class Noted>
position open_tail(const database& db, state& s, Noted noted) {
    position newest;
    statement tail = db.prepare(
        "select position, conversation, sender, seq, number, time, send_id, 0 from entries where position > ?1 union "
        "all "
        "select position, conversation, sender, seq, number, time, send_id, 1 from trimmed_sends where position > ?1 "
        "order by position");
    for (rows all{tail.bind(1, s.settled.value)}; all.next();) {
        newest = position{tail.number(0)};
        const auto conversation = tail.small<std::uint32_t>(1), sender = tail.small<std::uint32_t>(2);
        s.conversation(conversation), s.user(sender);
        s.books.restore_entry(conversation, sender, {seq{tail.number(3)}, newest}, tail.number(4));
        if (tail.number(7) == 0) s.young.places.add(conversation, seq{tail.number(3)}, newest);
        s.touch(conversation, std::max(newest, s.changed.last(conversation)));
        if (!tail.is_null(6)) s.young.sends.add({hash_of_send(sender, send_id{tail.blob(6)}, s.seed), newest});
        noted(conversation, sender, instant{static_cast<std::int64_t>(tail.number(5))});
    }
    return newest;
}

}  // namespace opening

inline std::unique_ptr<state> open_state(const database& db) {
    statement log = db.prepare("select epoch, seed, newest, settled, trims from log");
    rows one{log};
    if (!one.next()) throw failure{SQLITE_CORRUPT, db.file(), "has no log"};
    auto s = std::make_unique<state>(db.file(), log.number(1));
    s->epoch = {log.number(0)}, s->settled = {log.number(3)}, s->trims = log.number(4);
    opening::open_names(db, *s);
    opening::open_memberships(db, *s);
    const position newest_mark = opening::open_marks(db, *s);
    opening::open_runs(db, *s);
    s->books.restore_newest(std::max({position{log.number(2)}, s->settled, newest_mark}));
    return s;
}

}  // namespace tandem::sqlite
