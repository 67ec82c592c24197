// What one local change writes.
#pragma once

#include "local_statements.hpp"

#include "../../client/local_store.hpp"

namespace tandem::sqlite {

// Inside somebody else's transaction, in the order of local_change.
class local_writer {
public:
    local_writer(local_statements& s, local_names& n) : sql_{s}, names_{n} {}

    void write(const local_change& change) {
        if (change.new_log) begin_log(*change.new_log);
        for (const entry& e : change.entries)
            write_local_entry(sql_.entry, e, key_in_log(e.conversation, e.place.seq), names_.number_of(e.sender));
        for (const amendment& a : change.amendments) put(a);
        for (const mark& m : change.marks) put(m);
        for (const membership& m : change.memberships) put(m);
        for (const kept_conversation& k : change.conversations) put(k);
        if (change.cursor) sql_.cursor.bind(1, change.cursor->value).run();
        for (const std::uint64_t number : change.unqueued) sql_.unqueue.bind(1, number).run();
        for (const queued_send& q : change.queued) put(q);
        for (const mark_change& g : change.granted) grant(g);
        for (const mark_change& w : change.wished) wish(w);
    }

private:
    void begin_log(epoch e) {
        for (rows all{sql_.numbers_of_log.bind(1, e.value)}; all.next();) {
            const std::uint64_t number = sql_.numbers_of_log.number(0);
            if (number > largest_conversation) throw_damaged(sql_.db, "has a wrong number");
            sql_.forget_entries.bind(1, key_of(number, {})).bind(2, key_of(number, {largest_seq})).run();
        }
        sql_.forget_conversations.bind(1, e.value).run();
        sql_.forget_kept.run(), sql_.forget_marks.run(), sql_.forget_memberships.run(), sql_.forget_wishes.run();
        sql_.log.bind(1, e.value).run();
        names_.begin_log(e);
    }

    std::uint64_t key_in_log(const conversation_id& c, seq s) {
        if (s.value > largest_seq) throw failure{SQLITE_MISMATCH, sql_.db.file(), "was given a seq that is too large"};
        return key_of(names_.number_of(c), s);
    }

    void put(const amendment& a) {
        const auto conversation = names_.find(names_.log(), a.conversation);
        if (!conversation || a.target.value > largest_seq) return;  // nothing of it is kept
        const std::uint64_t target = key_of(*conversation, a.target);
        if (!a.revokes) {
            sql_.edit.bind(1, a.by.value).bind(2, target).bind_blob(3, a.body);
            return sql_.edit.bind(4, std::uint64_t{a.content_type}).run();
        }
        sql_.revoke.bind(1, a.by.value).bind(2, target).run();
        sql_.revoke_edits.bind(1, a.by.value).bind(2, a.target.value);
        sql_.revoke_edits.bind(3, key_of(*conversation, {})).bind(4, key_of(*conversation, {largest_seq})).run();
    }

    void put(const mark& m) {
        sql_.mark.bind(1, names_.number_of(m.conversation)).bind(2, m.target.value);
        sql_.mark.bind(3, static_cast<std::uint64_t>(m.key)).bind(4, m.owner.view()).bind(5, m.value);
        sql_.mark.bind(6, std::uint64_t{m.shared}).bind(7, m.position.value).run();
    }

    void put(const membership& m) {
        const std::string intervals = text_of(m.intervals);
        sql_.membership.bind(1, names_.number_of(m.conversation)).bind(2, m.user.view());
        sql_.membership.bind(3, static_cast<std::uint64_t>(m.role)).bind(4, std::string_view{intervals});
        sql_.membership.bind(5, m.changed.value).bind(6, m.last_sent.value).run();
    }

    void put(const kept_conversation& k) {
        sql_.conversation.bind(1, names_.number_of(k.conversation)).bind(2, k.next.value).bind(3, k.first_kept.value);
        sql_.conversation.bind(4, k.received.value).bind(5, k.number).bind(6, std::uint64_t{k.inside}).run();
    }

    void put(const queued_send& q) {
        const std::string conversation = text_of(sql_.db, q.conversation), mentions = text_of(q.mentions);
        sql_.queue.bind(1, q.number).bind(2, q.send_id.view()).bind(3, std::string_view{conversation});
        sql_.queue.bind(4, static_cast<std::uint64_t>(q.kind)).bind(5, std::uint64_t{q.content_type});
        sql_.queue.bind(6, q.target.value).bind(7, static_cast<std::uint64_t>(q.said.milliseconds));
        sql_.queue.bind(8, static_cast<std::uint64_t>(q.failed)).bind(9, std::string_view{mentions});
        sql_.queue.bind_blob(10, q.body).run();
        sql_.sends.bind(1, q.number).run();
    }

    void grant(const mark_change& g) {
        const std::string conversation = g.conversation.text();
        name(sql_.grant, g, conversation).run();
    }
    void wish(const mark_change& w) {
        const std::string conversation = text_of(sql_.db, w.conversation);
        name(sql_.wish, w, conversation).bind(5, w.value).bind(6, std::uint64_t{w.shared}).run();
    }
    static statement& name(statement& s, const mark_change& m, std::string_view conversation) {
        s.bind(1, conversation).bind(2, m.target.value).bind(3, static_cast<std::uint64_t>(m.key));
        return s.bind(4, m.owner.view());
    }

    local_statements& sql_;
    local_names& names_;
};

}  // namespace tandem::sqlite
