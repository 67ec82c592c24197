// What a store should answer, found the slow and obvious way: all is kept, every question walks through all of it.
#pragma once

#include "../store/seq_store.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace tandem {

// Shares no code with the stores it judges.
class store_model {
    static auto is(const conversation_id& c, const user_id& u) {
        return [=](const membership& m) { return m.conversation == c && m.user == u; };
    }

public:
    outcome append(const draft& d) {
        const std::uint64_t fingerprint = d.fingerprint != 0 ? d.fingerprint : fingerprint_of(d);
        for (const line& l : lines_)
            if (!d.send_id.empty() && l.e.sender == d.sender && l.e.send_id == d.send_id)
                return l.e.conversation == d.conversation && l.fingerprint == fingerprint
                           ? outcome{outcome::what::already, {}, l.e.place, l.e.number, l.e.time, {}}
                           : refused(errc::send_id_reused);
        if (is_membership(d.kind) && (d.conversation.is_personal() || d.subject.empty()))
            return refused(errc::invalid_argument);
        const bool speaks = d.trusted || d.conversation.names(d.sender) || is_current(d.conversation, d.sender);
        if (!is_membership(d.kind) && !speaks) return refused(errc::not_member);
        if (d.kind == entry_kind::left && !is_current(d.conversation, d.subject)) return refused(errc::not_member);
        if (is_amendment(d.kind)) {
            const entry* target = kept(d.conversation, d.target);
            if (!target) return refused(errc::gone);
            if (target->kind != entry_kind::message) return refused(errc::invalid_argument);
            if (target->revoked) return refused(errc::gone);
        }
        if (d.kind == entry_kind::joined && is_current(d.conversation, d.subject)) {
            const membership& m = member(d.conversation, d.subject);
            if (m.role == d.role)
                for (const line& l : lines_)
                    if (l.e.place.position == m.changed)
                        return {outcome::what::already,         {}, l.e.place, l.e.number, l.e.time,
                                m.intervals.back().visible_from};
        }
        return place_it(d, fingerprint);
    }

    mark_outcome put(const mark_change& c) {
        if (!std::any_of(members_.begin(), members_.end(), is(c.conversation, c.owner)))
            return {.why = errc::not_member};
        const conversation_head h = head(c.conversation);
        const bool about_entry = c.key == mark_key::reaction || c.key == mark_key::deleted;
        const bool application = static_cast<unsigned>(c.key) >= 1000;
        if (!application && about_entry != (c.target != seq{})) return {.why = errc::invalid_argument};
        if (c.target > h.seq) return {.why = errc::invalid_argument};
        if (is_seq_mark(c.key) && c.value > h.seq.value) return {.why = errc::invalid_argument};
        if (c.target != seq{} && c.target < h.first_kept) return {.why = errc::gone};
        if (c.target != seq{} && !member(c.conversation, c.owner).sees(c.target)) return {.why = errc::not_found};
        mark& m = mark_of(c);
        if (merge_of(c.key) == merge::max ? c.value <= m.value : c.value == m.value)
            return {mark_outcome::what::unchanged, {}, m.value, {}};
        newest_ = newest_.next();
        m.value = c.value, m.shared = c.shared, m.position = newest_;
        return {mark_outcome::what::changed, {}, c.value, newest_};
    }

    void trim(const conversation_id& c, seq first_kept) {
        for (auto& h : heads_)
            if (h.first == c) h.second.first_kept = std::clamp(first_kept, h.second.first_kept, h.second.seq.next());
        std::erase_if(
            marks_, [&](auto& m) { return m.conversation == c && m.target != seq{} && m.target < head(c).first_kept; });
    }

    position newest() const { return newest_; }

    std::optional<found> find(const user_id& sender, const send_id& id) const {
        for (const line& l : lines_)
            if (!id.empty() && l.e.sender == sender && l.e.send_id == id)
                return found{l.e.conversation, l.e.place, l.e.number, l.fingerprint, l.e.time};
        return std::nullopt;
    }

    conversation_head head(const conversation_id& c) const {
        for (const auto& h : heads_)
            if (h.first == c) return h.second;
        return {};
    }

    membership member(const conversation_id& c, const user_id& u) const {
        const auto m = std::find_if(members_.begin(), members_.end(), is(c, u));
        return m == members_.end() ? membership{.conversation = c, .user = u} : *m;
    }

    std::vector<membership> memberships(const user_id& u) const {
        std::vector<membership> all;
        std::copy_if(members_.begin(), members_.end(), std::back_inserter(all), [&](auto& m) { return m.user == u; });
        return all;
    }

    std::vector<membership> members(const conversation_id& c) const {
        std::vector<membership> all;
        std::copy_if(members_.begin(), members_.end(), std::back_inserter(all),
                     [&](auto& m) { return m.conversation == c && m.current(); });
        std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.user < b.user; });
        return all;
    }

    // What lies in (from, to], for one user or (null) for a tail.
    page range(const user_id* user, position from, position to) const {
        page p;
        const auto inside = [&](position at) { return at > from && at <= to; };
        for (const line& l : lines_)
            if (inside(l.e.place.position) && is_kept(l.e) &&
                (!user || member(l.e.conversation, *user).sees(l.e.place.seq)))
                p.entries.push_back(l.e);
        for (const mark& m : marks_)
            if (inside(m.position) && (!user || shows(m, *user))) p.marks.push_back(m);
        std::sort(p.marks.begin(), p.marks.end(), [](auto& a, auto& b) { return a.position < b.position; });
        if (user)
            for (const membership& m : members_)
                if (m.user == *user && inside(m.changed)) p.memberships.push_back(m);
        return p;
    }

    std::vector<entry> history(const conversation_id& c, seq_range range) const {
        std::vector<entry> all;
        for (const line& l : lines_)
            if (l.e.conversation == c && is_kept(l.e) && l.e.place.seq >= range.first && l.e.place.seq <= range.last)
                all.push_back(l.e);
        return all;
    }

    std::vector<mark> marks(const conversation_id& c, seq_range targets) const {
        std::vector<mark> all;
        std::copy_if(marks_.begin(), marks_.end(), std::back_inserter(all), [&](auto& m) {
            return m.conversation == c && m.shared && m.target >= targets.first && m.target <= targets.last;
        });
        std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.position < b.position; });
        return all;
    }

    seq read(const conversation_id& c, const user_id& u) const {
        seq read{value_of(c, mark_key::read, u)};
        for (const line& l : lines_)
            if (l.e.conversation == c && l.e.sender == u) read = std::max(read, l.e.place.seq);
        return read;
    }

    seq received(const conversation_id& c, const user_id& u) const {
        return std::max(read(c, u), seq{value_of(c, mark_key::received, u)});
    }

    std::uint64_t unread(const conversation_id& c, const user_id& u) const {
        std::uint64_t count = 0;
        for (const line& l : lines_)
            if (l.e.conversation == c && l.e.place.seq > read(c, u) && is_kept(l.e) && is_countable(l.e.kind) &&
                !l.e.revoked && member(c, u).sees(l.e.place.seq))
                ++count;
        return count;
    }

private:
    struct line {
        entry e;
        std::uint64_t fingerprint;
    };

    static outcome refused(errc why) { return {.why = why}; }

    bool is_current(const conversation_id& c, const user_id& u) const { return member(c, u).current(); }
    bool is_kept(const entry& e) const { return e.place.seq >= head(e.conversation).first_kept; }

    bool shows(const mark& m, const user_id& u) const {
        if (m.owner == u) return true;
        if (!m.shared || !is_current(m.conversation, u)) return false;
        return m.target == seq{} || member(m.conversation, u).sees(m.target);
    }

    const entry* kept(const conversation_id& c, seq s) const {
        for (const line& l : lines_)
            if (l.e.conversation == c && l.e.place.seq == s && is_kept(l.e)) return &l.e;
        return nullptr;
    }

    std::uint64_t value_of(const conversation_id& c, mark_key key, const user_id& u) const {
        for (const mark& m : marks_)
            if (m.conversation == c && m.key == key && m.owner == u) return m.value;
        return 0;
    }

    mark& mark_of(const mark_change& c) {
        for (mark& m : marks_)
            if (m.conversation == c.conversation && m.key == c.key && m.owner == c.owner && m.target == c.target)
                return m;
        mark& m = marks_.emplace_back();
        m.conversation = c.conversation, m.key = c.key, m.owner = c.owner, m.target = c.target;
        return m;
    }

    membership& member_for(const conversation_id& c, const user_id& u) {
        const auto m = std::find_if(members_.begin(), members_.end(), is(c, u));
        return m != members_.end() ? *m : members_.emplace_back(membership{.conversation = c, .user = u});
    }

    conversation_head& head_for(const conversation_id& c) {
        for (auto& h : heads_)
            if (h.first == c) return h.second;
        return heads_.emplace_back(c, conversation_head{}).second;
    }

    outcome place_it(const draft& d, std::uint64_t fingerprint) {
        newest_ = newest_.next();
        conversation_head& h = head_for(d.conversation);
        h.seq = h.seq.next(), h.position = newest_, h.number += is_countable(d.kind) ? 1 : 0;
        entry e;
        static_cast<draft&>(e) = d;
        e.place = {h.seq, newest_}, e.number = h.number;
        if (d.conversation.is_personal() && h.seq.value == 1) begin(d.conversation);
        if (d.kind == entry_kind::joined) e.visible_from = join(d, h);
        if (d.kind == entry_kind::left) {
            membership& m = member_for(d.conversation, d.subject);
            m.intervals.back().ended_at = h.seq, m.changed = newest_;
        }
        if (is_amendment(d.kind)) amend(e);
        for (membership& m : members_)
            if (m.conversation == d.conversation && m.user == d.sender) m.last_sent = h.seq;
        lines_.push_back({e, fingerprint});
        return {outcome::what::placed, {}, e.place, e.number, d.time, e.visible_from};
    }

    void begin(const conversation_id& c) {
        for (const auto& who : {c.first(), c.second()}) {
            if (!c.names(user_id{who.view()})) continue;
            membership& m = member_for(c, user_id{who.view()});
            m.role = role::member, m.changed = newest_, m.intervals = {{seq{1}}};
        }
    }

    seq join(const draft& d, const conversation_head& h) {
        membership& m = member_for(d.conversation, d.subject);
        m.role = d.role, m.changed = newest_;
        if (m.current()) return m.intervals.back().visible_from;
        seq from{h.seq.value > d.history ? h.seq.value - d.history : 1};
        from = std::max(from, h.first_kept);
        if (!m.intervals.empty()) from = std::max(from, m.intervals.back().ended_at.next());
        m.intervals.push_back({from});
        return from;
    }

    // A revoke blanks its target and every edit of it; an edit gives its target a new body.
    void amend(const entry& by) {
        for (line& l : lines_) {
            entry& e = l.e;
            const bool target = e.conversation == by.conversation && e.place.seq == by.target;
            const bool edit = e.conversation == by.conversation && e.kind == entry_kind::edit && e.target == by.target;
            if (by.kind == entry_kind::edit && target)
                e.body = by.body, e.content_type = by.content_type, e.amended_by = by.place.seq;
            if (by.kind == entry_kind::revoke && (target || edit))
                e.body.clear(), e.mentions.clear(), e.revoked = true, e.amended_by = by.place.seq;
        }
    }

    position newest_{};
    std::vector<line> lines_;  // in order of position; trimmed ones stay
    std::vector<mark> marks_;
    std::vector<membership> members_;
    std::vector<std::pair<conversation_id, conversation_head>> heads_;
};

}  // namespace tandem
