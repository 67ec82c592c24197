// What one device has stored, with the truth looking on: the local store of a simulated client.
#pragma once

#include "truth.hpp"

#include "../../client/local_store.hpp"

namespace tandem::world {

// Every change is compared with the log before it is stored: what is put is in the log, is this user's to see, and leaves no hole
// (5, 7, 12, 13); the cursor covers nothing that is not here (what is not is lost for ever); a send leaves the queue only when it is
// in the log (1).
template <local_store Local>
class shelf {
public:
    shelf(Local inner, user_id me, truth& t, book& b) : inner_{std::move(inner)}, me_{me}, truth_{t}, book_{b} {}

    // --- local_store
    result<local_state> state() {
        auto s = inner_.state();
        if (!s) return s;
        queue_.clear();
        for (const queued_send& q : s->queue) queue_[q.number] = q;
        if (std::exchange(lies_, false)) s->cursor.value += 1'000'000, lied_ = true;
        return s;
    }
    result<> apply(const local_change& change) {
        if (failures_ != 0) return --failures_, error{errc::store_failed, "simulated"};
        book_.note([&] { return std::string{me_.view()} + " stores " + brief(change); });
        if (change.new_log) begin_log(*change.new_log);
        for (const entry& e : change.entries) check(e);
        for (const amendment& a : change.amendments)
            if (!truth_.find(a.conversation, a.by)) book_.fail("4: an amendment that is not in the log");
        for (const mark& m : change.marks) check(m);
        for (const std::uint64_t n : change.unqueued) check_unqueued(n, change.new_log.has_value());
        for (const queued_send& q : change.queued) queue_[q.number] = q;
        if (change.cursor) advance(*change.cursor);
        for (const kept_conversation& k : change.conversations) check(k);
        for (const mark_change& w : change.wished) wish(w);
        return inner_.apply(change);
    }
    result<std::vector<entry>> entries(const conversation_id& c, seq_range range, std::size_t count) {
        return inner_.entries(c, range, count);
    }
    result<std::vector<entry>> entries_of(tandem::epoch log, const conversation_id& c, seq_range range,
                                          std::size_t count) {
        return inner_.entries_of(log, c, range, count);
    }
    result<std::vector<mark>> marks(const conversation_id& c) { return inner_.marks(c); }
    result<std::vector<membership>> memberships() { return inner_.memberships(); }
    result<std::vector<tandem::epoch>> logs() { return inner_.logs(); }

    // --- the script
    void fail(unsigned changes) { failures_ = changes; }
    void lie() { lies_ = true; }  // when it is read next, it says that it has more than there is
    bool has_lied() const { return lied_; }

    // --- questions
    position cursor() const { return cursor_; }
    bool has(const conversation_id& c, seq s) const {
        const auto v = views_.find(c);
        return v != views_.end() && v->second.contains(s);
    }
    // Everything that this user may see, up to there.
    bool has_all(const conversation_id& c, seq last) const {
        for (seq s = truth_.first_kept(c); s <= last; s = s.next())
            if (truth_.sees(c, me_, s) && !has(c, s)) return false;
        return true;
    }
    tandem::epoch epoch() const { return epoch_; }
    // Something to revoke or edit.
    std::vector<std::pair<conversation_id, seq>> messages() const {
        std::vector<std::pair<conversation_id, seq>> out;
        for (const auto& [c, v] : views_)
            for (const auto& [s, kind] : v)
                if (kind == entry_kind::message) out.push_back({c, s});
        return out;
    }

    // At the end: exactly what the log shows this member, as it shows it now.
    void compare(const std::string& who) {
        for (const conversation_id& c : truth_.all()) {
            const auto kept = inner_.entries(c, {seq{1}, truth_.head(c)}, 1'000'000);
            std::map<seq, const entry*> lines;
            if (kept)
                for (const entry& e : *kept) lines[e.place.seq] = &e;
            for (seq s = truth_.first_kept(c); s <= truth_.head(c); s = s.next()) {
                const auto l = lines.find(s);
                const bool have = l != lines.end(), may = truth_.sees(c, me_, s);
                if (may != have)
                    return book_.fail("6: " + who + (may ? " never got " : " has, but may not see, ") + name_of(c, s));
                if (have) compare(who, *l->second);
            }
        }
        for (const auto& [key, value] : truth_.marks()) compare(who, key, value);
        for (const auto& [key, value] : wished_)
            if (was_never_outside(key.first) && truth_.mark_of(key.first, key.second, me_) < value)
                book_.fail("10: a mark that " + who + " has wished in " + key.first.text() + " never came to the log");
    }

private:
    using view = std::map<seq, entry_kind>;

    static std::string brief(const local_change& c) {
        std::string all;
        if (c.new_log) all += "log " + std::to_string(c.new_log->value) + " ";
        for (const entry& e : c.entries) all += name_of(e.conversation, e.place.seq) + " ";
        for (const mark& m : c.marks) all += "mark " + at(m.position) + " ";
        for (const queued_send& q : c.queued) all += "to say " + std::string{q.send_id.view()} + " ";
        for (const std::uint64_t n : c.unqueued) all += "said " + std::to_string(n) + " ";
        for (const mark_change& m : c.wished) all += "wish " + m.conversation.text() + " ";
        return c.cursor ? all + "cursor " + at(*c.cursor) : all;
    }

    void begin_log(tandem::epoch e) {
        if (e != truth_.epoch()) book_.fail("14: " + std::string{me_.view()} + " begins a log that is over");
        if (e == epoch_ && !std::exchange(lied_, false))
            book_.fail("14: " + std::string{me_.view()} + " is reset for nothing");
        epoch_ = e;
        views_.clear(), runs_.clear(), marks_.clear(), wished_.clear();
        cursor_ = checked_ = {};
    }

    void check(const entry& e) {
        const conversation_id& c = e.conversation;
        const seq s = e.place.seq;
        if (const std::string why = truth_.differs(e); !why.empty())
            return book_.fail("7: " + std::string{me_.view()} + ": " + why);
        if (!truth_.sees(c, me_, s))
            return book_.fail("13: " + std::string{me_.view()} + " got " + name_of(c, s) +
                              ", which is not theirs to see");
        view& v = views_[c];
        if (!v.emplace(s, e.kind).second || s <= truth_.first_kept(c)) return;
        for (const truth::stay& t : truth_.stays(c, me_))
            if (t.contains(s) && s > t.from && !v.contains(s.previous()))
                book_.fail("5: a hole: " + std::string{me_.view()} + " stores " + name_of(c, s) +
                           " without the one before it");
    }
    void check(const mark& m) {
        const std::uint64_t real = truth_.mark_of(m.conversation, m.key, m.owner);
        if (is_seq_mark(m.key) && m.value > real)
            book_.fail("10: a mark of " + m.conversation.text() + " is told that the log does not have");
        if (!m.shared && !(m.owner == me_)) book_.fail("10: a private mark of somebody else");
        auto& [position, value] = marks_[{m.conversation, m.key, m.owner}];
        if (m.position >= position) position = m.position, value = m.value;
    }
    // What it will begin with when it is restarted.
    void check(const kept_conversation& k) {
        seq& known = runs_[k.conversation];
        if (k.next < known)
            book_.fail("5: what " + std::string{me_.view()} + " has of " + k.conversation.text() +
                       " ends earlier again");
        known = k.next;
        if (epoch_ == truth_.epoch() && !has_all(k.conversation, k.next.previous()))
            book_.fail("5: " + std::string{me_.view()} + " believes to have " + k.conversation.text() + " up to " +
                       std::to_string(k.next.value) + ", and has not");
    }
    // Whoever is no member is refused.
    bool was_never_outside(const conversation_id& c) const {
        const auto& all = truth_.stays(c, me_);
        return all.size() == 1 && !all.back().ended;
    }
    // A later wish takes the place of an earlier one.
    void wish(const mark_change& w) {
        if (is_seq_mark(w.key)) wished_[{w.conversation, w.key}] = w.value;
    }
    // Struck from the queue: it is in the log, or can never be.
    void check_unqueued(std::uint64_t number, bool new_log) {
        const auto q = queue_.find(number);
        if (q == queue_.end()) return book_.fail("what was never said is struck from a queue");
        const queued_send was = std::move(q->second);
        queue_.erase(q);
        if (was.failed != errc{} || truth_.find(me_, was.send_id)) return;
        if (new_log && is_amendment(was.kind)) return truth_.refuse(me_, was.send_id);
        book_.fail("1: " + std::string{me_.view()} + " takes " + std::string{was.send_id.view()} +
                   " for stored, which is not in the log");
    }

    // Everything up to the cursor has to be here.
    void advance(position to) {
        if (to < cursor_) book_.fail("a cursor went back");
        cursor_ = to;
        if (to > truth_.newest()) return book_.fail("a cursor beyond the log");
        for (; checked_ < to; checked_ = checked_.next()) check(checked_.next());
    }
    void check(position p) {
        const truth::item& i = truth_.at_position(p);
        if (i.is_mark) return check_covered(i.mark);
        const entry& e = i.entry;
        const auto need = [&](seq s) {
            if (s >= truth_.first_kept(e.conversation) && !has(e.conversation, s))
                book_.fail("LOST: the cursor " + at(cursor_) + " covers " + name_of(e.conversation, s) + " " + at(p) +
                           ", which " + std::string{me_.view()} + " never got");
        };
        for (const truth::stay& t : truth_.stays(e.conversation, me_)) {
            if (t.contains(e.place.seq) && t.joined <= cursor_) need(e.place.seq);
            if (t.joined == p && !e.conversation.is_personal())
                for (seq s = t.from; s < e.place.seq; s = s.next()) need(s);
        }
    }
    void check_covered(const mark& m) {
        if (!truth_.is_where_it_was(m) || !concerns_me(m)) return;
        const auto known = marks_.find({m.conversation, m.key, m.owner});
        if (known == marks_.end() || known->second.second != m.value)
            book_.fail("LOST: the cursor " + at(cursor_) + " covers a mark " + at(m.position) + " of " +
                       m.conversation.text() + ", which " + std::string{me_.view()} + " never got");
    }
    bool concerns_me(const mark& m) const {
        if (m.owner == me_) return true;
        if (!m.shared) return false;
        const auto& all = truth_.stays(m.conversation, me_);
        return !all.empty() && !all.back().ended && all.back().joined <= m.position;
    }

    void compare(const std::string& who, const entry& shown) {
        const entry& e = truth_.find(shown.conversation, shown.place.seq)->entry;
        if (e.amended_by && !truth_.sees(e.conversation, me_, e.amended_by)) return;  // amended after they had left
        if (shown.body != e.body || shown.revoked != e.revoked)
            book_.fail((e.revoked ? "12: " : "6: ") + who + " shows " + name_of(e.conversation, e.place.seq) + " as '" +
                       shown.body + "', not '" + e.body + "'");
    }
    void compare(const std::string& who, const auto& key, const auto& truly) {
        const auto& [c, mark, owner] = key;
        if (!(owner == me_)) return;
        const auto all = inner_.marks(c);
        if (all)
            for (const tandem::mark& m : *all)
                if (m.key == mark && m.owner == owner && m.value == truly.first) return;
        book_.fail("10: " + who + " does not have their own mark of " + c.text());
    }

    Local inner_;
    user_id me_;
    truth& truth_;
    book& book_;
    tandem::epoch epoch_{};
    std::map<conversation_id, view> views_;
    std::map<std::tuple<conversation_id, mark_key, user_id>, std::pair<position, std::uint64_t>> marks_;
    std::map<conversation_id, seq> runs_;
    std::map<std::pair<conversation_id, mark_key>, std::uint64_t> wished_;
    std::map<std::uint64_t, queued_send> queue_;
    position cursor_{};
    position checked_{};
    unsigned failures_ = 0;
    bool lies_ = false;
    bool lied_ = false;
};

}  // namespace tandem::world
