// Who is in what, how far each conversation has come, what the marks say: all that decisions and short answers need.
#pragma once

#include "head_table.hpp"
#include "mark_table.hpp"
#include "rules.hpp"

#include <array>

namespace tandem {

// The tables of a log, in memory, without its entries. `facts_about` is what rules ask for; `apply` and `put` write down what was
// decided: positions are given out by whoever decides. A user or conversation gets its number with its first placed
// entry, so refused strangers leave nothing behind.
class books {
public:
    static constexpr std::uint32_t none = flat_index::none;

    // Ids come from strangers: a seed nobody can guess keeps them from making the look-ups slow.
    explicit books(std::uint64_t seed = 0) : users_{seed}, conversations_{seed} {}

    // Who and where, as far as they have numbers.
    struct numbers {
        std::uint32_t sender = none;
        std::uint32_t conversation = none;
    };

    // Looks up several drafts together, so that their cache misses are waited for together. Numbers found once stay.
    // `also(i, numbers)`: what else may be fetched for the i-th of them meanwhile.
    template <std::size_t Most, class Also>
    std::array<numbers, Most> look_ahead(drafts ds, Also also) const {
        std::array<numbers, Most> found{};
        std::array<std::uint64_t, Most> who, where;
        for (std::size_t i = 0; i < ds.size(); ++i) {
            users_.prefetch_slot(who[i] = users_.hash_of(ds[i].sender));
            conversations_.prefetch_slot(where[i] = conversations_.hash_of(ds[i].conversation));
        }
        for (std::size_t i = 0; i < ds.size(); ++i) users_.prefetch_key(who[i]), conversations_.prefetch_key(where[i]);
        for (std::size_t i = 0; i < ds.size(); ++i) {
            numbers& n = found[i];
            n = {users_.find(ds[i].sender, who[i]), conversations_.find(ds[i].conversation, where[i])};
            also(i, n);
            memberships_.prefetch_slot(n.sender, n.conversation);
            heads_.prefetch(n.conversation);
        }
        for (std::size_t i = 0; i < ds.size(); ++i) memberships_.prefetch_row(found[i].sender, found[i].conversation);
        return found;
    }

    void find_numbers(const draft& d, numbers& of) const {
        if (of.sender == none) of.sender = users_.find(d.sender);
        if (of.conversation == none) of.conversation = conversations_.find(d.conversation);
    }

    // target_of(conversation number, seq) tells about a kept entry of yours; it is asked for amendments only.
    template <class TargetOf>
    facts facts_about(const draft& d, numbers of, TargetOf target_of) const {
        facts f{.conversation = of.conversation, .head = &heads_[of.conversation]};
        f.sender = row_of(of.sender, of.conversation);
        if (is_membership(d.kind)) f.subject = row_of(d.subject, of.conversation);
        if (rules::has_target(d, *f.head)) f.target = target_of(of.conversation, d.target);
        return f;
    }

    // What was placed is written down. Sender and conversation have their numbers afterwards. Returns how the sender stands there,
    // or null; `known`: who knows it already says so.
    const membership_table::row* apply(const draft& d, const outcome& placed, numbers& of,
                                       const membership_table::row* known = nullptr) {
        if (of.sender == none) of.sender = users_.intern(d.sender).first;
        if (of.conversation == none) of.conversation = conversations_.intern(d.conversation).first;
        newest_ = placed.place.position;
        heads_.advance(of.conversation, newest_, is_countable(d.kind));
        const standing* before = d.kind == entry_kind::left ? row_of(d.subject, of.conversation) : nullptr;
        rules::each_new_standing(d, placed, before, [&](const user_id& who, const standing& now) {
            memberships_.change(users_.intern(who).first, of.conversation, now, !d.conversation.is_personal());
        });
        const auto* member = known ? known : row_of(of.sender, of.conversation);
        if (member) memberships_.sent(*member, placed.place.seq);
        return member;
    }

    mark_outcome put(const mark_change& c) {
        const mark_table::id which = id_of(c);
        const auto* owner = row_of(which.owner, which.conversation);
        if (const errc why = rules::refusal(c, owner, heads_[which.conversation]); why != errc{}) return {.why = why};
        const std::uint64_t before = marks_.value_of(which), value = merged(c.key, before, c.value);
        if (value == before) return {mark_outcome::what::unchanged, {}, value, {}};
        newest_ = newest_.next();
        marks_.set(which, value, c.shared, newest_);
        return {mark_outcome::what::changed, {}, value, newest_};
    }

    // By number, as far as its owner and conversation have one.
    mark_table::id id_of(const mark_change& c) const {
        return {conversations_.find(c.conversation), c.key, users_.find(c.owner), c.target};
    }

    // `number_before`: the number of the last entry that goes. The marks about what goes go with it.
    void trim(std::uint32_t conversation, seq first_kept, std::uint64_t number_before) {
        for (seq s = heads_[conversation].first_kept; s < first_kept; s = s.next()) marks_.forget(conversation, s);
        heads_.trim(conversation, first_kept, number_before);
    }

    // From a disk: first users and conversations, each in order of their number, then the others, marks and memberships in
    // order of their position. `restore_entry`: an entry that came after what the others knew.
    void restore_user(const user_id& u) { users_.intern(u); }
    void restore_conversation(const conversation_id& c, const conversation_head& head, std::uint64_t number_before) {
        heads_.restore(conversations_.intern(c).first, head, number_before);
    }
    void restore_membership(const membership_table::row& r) {
        memberships_.restore(r, !conversations_[r.conversation].is_personal());
    }
    void restore_mark(const mark_table::id& which, std::uint64_t value, bool shared, position at) {
        marks_.set(which, value, shared, at);
    }
    void restore_entry(std::uint32_t conversation, std::uint32_t sender, place at, std::uint64_t number) {
        conversation_head head = heads_[conversation];
        if (head.seq < at.seq) {
            head.seq = at.seq, head.position = at.position, head.number = number;
            heads_.restore(conversation, head, heads_.number_before_kept(conversation));
        }
        const auto* member = row_of(sender, conversation);
        if (member && member->last_sent < at.seq) memberships_.sent(*member, at.seq);
    }
    void restore_newest(position p) { newest_ = p; }

    position newest() const { return newest_; }
    const number_table<user_id>& users() const { return users_; }
    const number_table<conversation_id>& conversations() const { return conversations_; }
    const head_table& heads() const { return heads_; }
    const mark_table& marks() const { return marks_; }
    const membership_table& memberships() const { return memberships_; }

    // Without intervals for somebody who never was a member.
    membership member(const conversation_id& c, const user_id& u) const {
        const auto* r = row_of(users_.find(u), conversations_.find(c));
        return r ? told(*r) : membership{.conversation = c, .user = u};
    }

    // Current and past ones.
    membership_list memberships_of(const user_id& u, tandem::epoch e) const {
        membership_list all{.head = {e, newest_}};
        const auto lines = memberships_.of(users_.find(u));
        all.memberships.reserve(lines.size());
        for (const auto& line : lines) all.memberships.push_back(told(memberships_[line.row]));
        return all;
    }

    member_page members(const conversation_id& c, const user_id& from, std::size_t count) {
        const std::uint32_t conversation = conversations_.find(c);
        if (conversation == none) return {};
        if (c.is_personal()) return those_named(c, conversation, from, count);
        const auto rows = memberships_.members_after(conversation, from, users_);
        member_page some{.more = rows.size() > count};
        for (const std::uint32_t n : rows.first(std::min(count, rows.size())))
            some.members.push_back(told(memberships_[n]));
        return some;
    }

    // The shared marks about entries in the range, or (0) about the conversation itself, that moved after `since`.
    mark_page marks_about(const conversation_id& c, seq_range targets, position since, std::size_t count) const {
        const std::uint32_t conversation = conversations_.find(c);
        const conversation_head& head = heads_[conversation];
        std::vector<const mark_table::row*> found;
        const auto look_at = [&](seq target) {
            marks_.each_about(conversation, target, [&](std::uint32_t n) {
                if (marks_[n].shared && marks_[n].position > since) found.push_back(&marks_[n]);
            });
        };
        if (!targets.first) look_at(seq{});
        const seq first = std::max(targets.first, head.first_kept), last = std::min(targets.last, head.seq);
        for (seq s = first; s <= last; s = s.next()) look_at(s);
        std::sort(found.begin(), found.end(), [](auto* a, auto* b) { return a->position < b->position; });
        mark_page some{.more = found.size() > count};
        for (std::size_t i = 0; i < std::min(count, found.size()); ++i) some.marks.push_back(told(*found[i]));
        return some;
    }

    // The user's memberships that changed in the page's range, with the heads of their conversations.
    void tell_memberships(const user_id& u, page& p) const {
        for (const auto& line : memberships_.changed_after(users_.find(u), p.from)) {
            if (line.changed > p.examined) break;
            p.memberships.push_back(told(memberships_[line.row]));
            p.heads.push_back(heads_[line.conversation]);
        }
    }

    // Marks that moved after `since`, in order of position: those the user sees, or all.
    std::vector<mark> marks_after(position since, const user_id* user) const {
        std::vector<mark> all;
        const std::uint32_t number = user ? users_.find(*user) : none;
        for (const auto& r : marks_.all())
            if (r.position > since && (!user || shows(r, number))) all.push_back(told(r));
        std::sort(all.begin(), all.end(), [](const mark& a, const mark& b) { return a.position < b.position; });
        return all;
    }

    bool sees(const user_id& u, const conversation_id& c, seq s) const {
        const auto* r = row_of(u, conversations_.find(c));
        return r && r->sees(s);
    }

    const conversation_head& head_of(const conversation_id& c) const { return heads_[conversations_.find(c)]; }

    membership told(const membership_table::row& r) const {
        membership m{conversations_[r.conversation], users_[r.user], r.role, r.earlier, r.changed.place.position};
        m.intervals.push_back(r.latest);
        m.last_sent = r.last_sent;
        return m;
    }

    mark told(const mark_table::row& r) const {
        mark m;
        m.conversation = conversations_[r.conversation], m.key = r.key, m.owner = users_[r.owner];
        m.value = r.value, m.shared = r.shared, m.target = r.target, m.position = r.position;
        return m;
    }

    // One's own, and the shared ones of the conversations one is in, about entries one may see.
    bool shows(const mark_table::row& r, std::uint32_t user) const {
        if (r.owner == user) return true;
        const auto* member = r.shared ? row_of(user, r.conversation) : nullptr;
        return member && member->current() && (!r.target || member->sees(r.target));
    }

    // The read mark, raised by what the user sent.
    seq read_by(const membership_table::row& r) const {
        return std::max(seq{marks_.value_of({r.conversation, mark_key::read, r.user})}, r.last_sent);
    }

protected:
    const membership_table::row* row_of(std::uint32_t user, std::uint32_t conversation) const {
        return user == none || conversation == none ? nullptr : memberships_.find(user, conversation);
    }
    const membership_table::row* row_of(const user_id& user, std::uint32_t conversation) const {
        return row_of(users_.find(user), conversation);
    }

private:
    member_page those_named(const conversation_id& c, std::uint32_t conversation, const user_id& from,
                            std::size_t count) const {
        member_page some;
        const auto tell = [&](const short_text& who) {
            if (!(from < who)) return;
            if (some.members.size() == count) some.more = true;
            else some.members.push_back(told(*row_of(user_id{who.view()}, conversation)));
        };
        tell(c.first());
        if (c.kind() == conversation_kind::direct && c.first() != c.second()) tell(c.second());
        return some;
    }

    position newest_{};
    number_table<user_id> users_;
    number_table<conversation_id> conversations_;
    head_table heads_;
    mark_table marks_;
    membership_table memberships_;
};

}  // namespace tandem
