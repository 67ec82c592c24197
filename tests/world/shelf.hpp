// What one device has stored: its conversations, marks and cursor. Survives its connections.
#pragma once

#include "truth.hpp"

namespace world {

// Every conversation here is a run without holes in each stay, always (5): what would make a hole is not put.
class shelf {
public:
    enum class put_result { fine, gap, history, stranger };

    shelf(user_id me, truth& t, book& b) : me_{std::move(me)}, truth_{t}, book_{b} {}

    position cursor() const { return cursor_; }
    void forget_everything() {
        views_.clear(), marks_.clear();
        cursor_ = checked_ = {};
    }

    // `history`: this is the stretch before a joined entry, which the joining member may see.
    put_result put(const entry& e, bool history = false) {
        if (const std::string why = truth_.differs(e); !why.empty())
            book_.fail("7: " + std::string{me_.view()} + ": " + why);
        if (!truth_.sees(e.conversation, me_, e.place.seq))
            book_.fail("13: " + std::string{me_.view()} + " got " + name_of(e.conversation, e.place.seq) +
                       ", which is not theirs to see");
        view& v = views_[e.conversation];
        if (const auto known = v.lines.find(e.place.seq); known != v.lines.end()) {
            merge(known->second, e);
            return put_result::fine;
        }
        if (e.place.seq < v.first_kept) return put_result::fine;  // it arrived while it was trimmed
        if (!v.inside && !e.conversation.is_personal()) {
            const bool begins = e.kind == entry_kind::joined && e.subject == me_;
            if (history && e.place.seq == v.history_from) v.next = e.place.seq;
            if (!history && !begins) return put_result::stranger;
            if (!history && e.visible_from < e.place.seq && v.next != e.place.seq) return put_result::history;
            if (!history) v.next = e.place.seq;
        }
        if (e.place.seq != v.next) return put_result::gap;
        v.next = v.next.next();
        if (e.subject == me_ && is_membership(e.kind)) v.inside = e.kind == entry_kind::joined;
        v.lines[e.place.seq] = {e.kind, e.target, e.body, e.amended_by, e.revoked};
        if (is_amendment(e.kind)) amend(v, e);
        return put_result::fine;
    }
    // The stretch that was fetched begins here; `until`: with the entry it was fetched for, because there is nothing.
    void expect_history(const conversation_id& c, seq from, seq until) {
        view& v = views_[c];
        v.history_from = from;
        if (from >= until) v.next = until;
    }
    // What is missing before this was trimmed.
    void trimmed(const conversation_id& c, seq first_kept) {
        view& v = views_[c];
        v.first_kept = std::max(v.first_kept, first_kept);
        v.next = std::max(v.next, first_kept);
    }
    seq next_of(const conversation_id& c) const {
        const auto v = views_.find(c);
        return v == views_.end() ? seq{1} : v->second.next;
    }
    bool is_inside(const conversation_id& c) const {
        const auto v = views_.find(c);
        return v != views_.end() && (v->second.inside || c.is_personal());
    }

    void put(const mark& m) {
        const std::uint64_t real = truth_.mark_of(m.conversation, m.key, m.owner);
        if (is_seq_mark(m.key) && m.value > real)
            book_.fail("10: a mark of " + m.conversation.text() + " is told that the log does not have");
        if (!m.shared && !(m.owner == me_)) book_.fail("10: a private mark of somebody else");
        note_mark(m.conversation, m.key, m.owner, m.value);
    }
    void note_mark(const conversation_id& c, mark_key k, const user_id& owner, std::uint64_t value) {
        auto& now = marks_[{c, k, owner}];
        if (merge_of(k) == merge::newest || value > now) now = value;
    }

    // The cursor moves, and only here: everything up to it has to be on the shelf. What is not is lost for ever.
    void advance(position to, const char* why) {
        if (to <= cursor_) return;
        cursor_ = to;
        if (to > truth_.newest()) return book_.fail(std::string{why} + " beyond the log");
        for (; checked_ < to; checked_ = checked_.next()) check(checked_.next(), why);
    }

    // At the end: exactly what the log shows this member, as it shows it now.
    void compare(const std::string& who) const {
        for (const conversation_id& c : truth_.all()) {
            const auto v = views_.find(c);
            for (seq s = truth_.first_kept(c); s <= truth_.head(c); s = s.next()) {
                const bool have = v != views_.end() && v->second.lines.contains(s), may = truth_.sees(c, me_, s);
                if (may != have)
                    return book_.fail("6: " + who + (may ? " never got " : " has, but may not see, ") + name_of(c, s));
                if (!have) continue;
                const entry& e = truth_.find(c, s)->entry;
                const line& l = v->second.lines.at(s);
                if (e.amended_by && !truth_.sees(c, me_, e.amended_by)) continue;  // amended after they had left
                if (l.body != e.body || l.revoked != e.revoked)
                    return book_.fail((e.revoked ? "12: " : "6: ") + who + " shows " + name_of(c, s) + " as '" +
                                      l.body + "', not '" + e.body + "'");
            }
        }
    }

    bool has(const conversation_id& c, seq s) const {
        const auto v = views_.find(c);
        return v != views_.end() && v->second.lines.contains(s);
    }
    std::uint64_t mark_of(const conversation_id& c, mark_key k, const user_id& owner) const {
        const auto m = marks_.find({c, k, owner});
        return m == marks_.end() ? 0 : m->second;
    }
    // Something to revoke or edit.
    std::vector<std::pair<conversation_id, seq>> messages() const {
        std::vector<std::pair<conversation_id, seq>> out;
        for (const auto& [c, v] : views_)
            for (const auto& [s, l] : v.lines)
                if (l.kind == entry_kind::message) out.push_back({c, s});
        return out;
    }
    std::vector<conversation_id> conversations() const {
        std::vector<conversation_id> out;
        for (const auto& [c, v] : views_)
            if (is_inside(c)) out.push_back(c);
        return out;
    }

private:
    struct line {
        entry_kind kind;
        seq target;
        std::string body;
        seq amended_by;
        bool revoked;
    };
    struct view {
        std::map<seq, line> lines;
        seq next{1};
        seq history_from{};
        seq first_kept{1};
        bool inside = false;
    };

    static void show(line& l, const std::string& body, seq by, bool revoked) {
        if (by <= l.amended_by) return;
        l.body = body, l.amended_by = by, l.revoked = revoked;
    }
    static void merge(line& known, const entry& e) { show(known, e.body, e.amended_by, e.revoked); }
    static void amend(view& v, const entry& e) {
        const auto target = v.lines.find(e.target);
        if (e.kind == entry_kind::edit) {
            if (target != v.lines.end()) show(target->second, e.body, e.place.seq, false);
            return;
        }
        if (target != v.lines.end()) show(target->second, {}, e.place.seq, true);
        for (auto& [s, l] : v.lines)
            if (l.kind == entry_kind::edit && l.target == e.target) show(l, {}, e.place.seq, true);
    }

    void check(position p, const char* why) {
        const truth::item& i = truth_.at_position(p);
        if (i.is_mark) return check_mark(i.mark, why);
        const entry& e = i.entry;
        const auto need = [&](seq s) {
            if (s >= truth_.first_kept(e.conversation) && !has(e.conversation, s))
                book_.fail("LOST: " + std::string{why} + " " + at(cursor_) + " covers " + name_of(e.conversation, s) +
                           " " + at(p) + ", which " + std::string{me_.view()} + " never got");
        };
        for (const truth::stay& t : truth_.stays(e.conversation, me_)) {
            if (t.contains(e.place.seq) && t.joined <= cursor_) need(e.place.seq);
            if (t.joined == p && !e.conversation.is_personal())
                for (seq s = t.from; s < e.place.seq; s = s.next()) need(s);
        }
    }
    void check_mark(const mark& m, const char* why) {
        if (!is_seq_mark(m.key) || !truth_.is_where_it_was(m)) return;
        if (!(m.owner == me_)) {
            if (!m.shared) return;
            const auto& all = truth_.stays(m.conversation, me_);
            if (all.empty() || all.back().ended || all.back().joined > m.position) return;
        }
        if (mark_of(m.conversation, m.key, m.owner) < m.value)
            book_.fail("LOST: " + std::string{why} + " " + at(cursor_) + " covers a mark " + at(m.position) + " of " +
                       m.conversation.text() + ", which " + std::string{me_.view()} + " never got");
    }

    user_id me_;
    truth& truth_;
    book& book_;
    std::map<conversation_id, view> views_;
    std::map<std::tuple<conversation_id, mark_key, user_id>, std::uint64_t> marks_;
    position cursor_{};
    position checked_{};
};

}  // namespace world
