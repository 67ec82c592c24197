// What a client begins with, and what it shows.
#pragma once

#include "local_entry_row.hpp"

#include "../../client/local_store.hpp"

namespace tandem::sqlite {

static_assert(seq_bits == 36, "as in the text of logs_");

// What it reads it does not believe: a file may be damaged.
class local_reader {
public:
    local_reader(const database& db, local_names& n) : db_{db}, names_{n} {}

    // No entries: a device is ready at once, however much it keeps.
    local_state state() {
        local_state s;
        {
            rows one{device_};
            if (!one.next()) throw_damaged(db_, "has no device");
            s.tag = device_.number(0), s.sends = device_.number(1);
            s.epoch = {device_.number(2)}, s.cursor = {device_.number(3)};
        }
        const columns kept{db_, kept_}, queue{db_, queue_}, wishes{db_, wishes_};
        for (rows all{kept_.bind(1, s.epoch.value)}; all.next();) s.conversations.push_back(conversation_in(kept));
        for (rows all{queue_}; all.next();) s.queue.push_back(send_in(queue));
        for (rows all{wishes_}; all.next();) s.wishes.push_back(change_in(wishes, wishes.conversation(0)));
        return s;
    }

    std::vector<entry> entries(epoch log, const conversation_id& c, seq_range range, std::size_t count) {
        const auto conversation = names_.find(log, c);
        if (!conversation) return {};
        return read_local_entries(db_, entries_, *conversation, c, range, count, names_);
    }
    std::vector<mark> marks(const conversation_id& c) {
        std::vector<mark> all;
        const auto conversation = names_.find(names_.log(), c);
        if (!conversation) return all;
        const columns row{db_, marks_};
        for (rows found{marks_.bind(1, *conversation)}; found.next();)
            all.push_back({change_in(row, c), position{row.number(6)}});
        return all;
    }
    std::vector<membership> memberships() {
        std::vector<membership> all;
        const columns row{db_, memberships_};
        for (rows found{memberships_}; found.next();)
            all.push_back({row.conversation(0), row.id<user_id>(1), row.small<role>(2), row.intervals(3),
                           position{row.number(4)}, seq{row.number(5)}});
        return all;
    }
    std::vector<epoch> logs() {
        std::vector<epoch> all;
        for (rows found{logs_}; found.next();) all.push_back({logs_.number(0)});
        return all;
    }

private:
    static kept_conversation conversation_in(const columns& row) {
        kept_conversation k;
        k.conversation = row.conversation(1), k.next = {row.number(2)}, k.first_kept = {row.number(3)};
        k.received = {row.number(4)}, k.number = row.number(5), k.inside = row.flag(6);
        return k;
    }
    static queued_send send_in(const columns& row) {
        queued_send q;
        q.number = row.number(0), q.send_id = row.id<tandem::send_id>(1), q.conversation = row.conversation(2);
        q.kind = row.small<entry_kind>(3), q.content_type = row.small<std::uint32_t>(4), q.target = {row.number(5)};
        q.said = row.time(6), q.failed = row.small<errc>(7), q.mentions = row.users(8), q.body = row.text(9);
        return q;
    }
    static mark_change change_in(const columns& row, const conversation_id& c) {
        mark_change m;
        m.conversation = c, m.target = {row.number(1)}, m.key = row.small<mark_key>(2), m.owner = row.id<user_id>(3);
        m.value = row.number(4), m.shared = row.flag(5);
        return m;
    }

    const database& db_;
    local_names& names_;
    statement device_{db_, "select * from device"};
    statement kept_{db_, "select number, id, next, first_kept, received, messages, inside from conversations "
                         "where log = ? and next is not null"};
    statement queue_{db_, "select * from queue order by number"};
    statement wishes_{db_, "select * from wishes"};
    statement entries_{db_, last_local_entries};
    statement marks_{db_, "select * from marks where conversation = ?"};
    statement memberships_{db_, "select id, user, role, intervals, changed, last_sent from memberships "
                                "join conversations on conversations.number = memberships.conversation"};
    statement logs_{db_, R"(
        select distinct log from conversations as c
        where exists (select 1 from entries where key between c.number << 36 and ((c.number + 1) << 36) - 1)
        order by log)"};
};

}  // namespace tandem::sqlite
