// Everything a commit is decided by, in memory. A store that keeps one of these only has to keep the entries.
#pragma once

#include "dedup_window.hpp"
#include "head_table.hpp"
#include "mark_table.hpp"
#include "membership_table.hpp"
#include "seq_store.hpp"

#include <array>

namespace tandem {

// What an amendment finds at its target.
enum class target_state : unsigned char { none, message, revoked, other };

// `place` and `put` decide and, when the answer is "placed" or "changed", have applied the change: positions are given
// out here and nowhere else, without holes. A user or conversation gets its number with its first placed entry, so
// refused strangers leave nothing behind.
class ledger {
public:
    static constexpr std::uint32_t none = flat_index::none;

    ledger() : ledger{{}, 0} {}
    // Ids come from strangers: a seed nobody can guess keeps them from making the look-ups slow.
    explicit ledger(dedup_window::bounds bounds, std::uint64_t seed = 0)
        : users_{seed}, conversations_{seed}, dedup_{bounds, seed} {}

    // Who and where, as far as they have numbers, and the hash of a known sender's send id; 0: there is none.
    struct numbers {
        std::uint32_t sender = none;
        std::uint32_t conversation = none;
        std::uint64_t send = 0;
    };

    struct decision : outcome {
        numbers of;  // placed: both
    };

    // Looks up several drafts together, so that their cache misses are waited for together. Numbers found once stay.
    template <std::size_t Most>
    std::array<numbers, Most> look_ahead(drafts ds) const {
        std::array<numbers, Most> found{};
        std::array<std::uint64_t, Most> who, where;
        for (std::size_t i = 0; i < ds.size(); ++i) {
            users_.prefetch_slot(who[i] = users_.hash_of(ds[i].sender));
            conversations_.prefetch_slot(where[i] = conversations_.hash_of(ds[i].conversation));
        }
        for (std::size_t i = 0; i < ds.size(); ++i) users_.prefetch_key(who[i]), conversations_.prefetch_key(where[i]);
        for (std::size_t i = 0; i < ds.size(); ++i) {
            numbers& n = found[i];
            n = with_send({users_.find(ds[i].sender, who[i]), conversations_.find(ds[i].conversation, where[i])},
                          ds[i]);
            if (n.send != 0) dedup_.prefetch(n.send);
            memberships_.prefetch_slot(n.sender, n.conversation);
            heads_.prefetch(n.conversation);
        }
        for (std::size_t i = 0; i < ds.size(); ++i) memberships_.prefetch_row(found[i].sender, found[i].conversation);
        return found;
    }

    // target_of(conversation number, seq) tells about an entry of yours; it is asked for amendments only, and only
    // about seqs from first_kept to the head.
    template <class TargetOf>
    decision place(const draft& d, TargetOf target_of) {
        return place(d, target_of, numbers{});
    }

    // `of`: what look_ahead has found.
    template <class TargetOf>
    decision place(const draft& d, TargetOf target_of, numbers of) {
        const std::uint64_t fingerprint = fingerprint_for(d);
        if (of.sender == none) of.sender = users_.find(d.sender);
        if (of.conversation == none) of.conversation = conversations_.find(d.conversation);
        if (of.send == 0) of = with_send(of, d);
        if (const auto* sent = of.send == 0 ? nullptr : dedup_.find(of.sender, d.send_id, of.send))
            return {repeated(*sent, of.conversation, fingerprint), of};
        if (const errc why = refusal(d, of, target_of); why != fine) return {outcome{.why = why}, of};
        if (const auto* member = d.kind == entry_kind::joined ? row_of(d.subject, of.conversation) : nullptr)
            if (member->current() && member->role == role_in(d)) return {joined_already(*member), of};
        return commit(d, of, fingerprint);
    }

    mark_outcome put(const mark_change& c) {
        const mark_table::id which = id_of(c);
        if (const errc why = refusal(c, which); why != fine) return {.why = why};
        const std::uint64_t before = marks_.value_of(which), value = marks_.merged(which, c.value);
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

    position newest() const { return newest_; }
    const number_table<user_id>& users() const { return users_; }
    const number_table<conversation_id>& conversations() const { return conversations_; }
    const head_table& heads() const { return heads_; }
    const mark_table& marks() const { return marks_; }
    const membership_table& memberships() const { return memberships_; }

    std::optional<found> find(const user_id& sender, const send_id& id) const {
        const auto* r = dedup_.find(users_.find(sender), id);
        if (!r || id.empty()) return std::nullopt;
        return found{conversations_[r->conversation], r->place, r->number, r->fingerprint, r->time};
    }

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

private:
    static constexpr errc fine{};

    numbers with_send(numbers of, const draft& d) const {
        if (of.sender != none && !d.send_id.empty()) of.send = dedup_.hash_of(of.sender, d.send_id);
        return of;
    }

    static std::uint64_t fingerprint_for(const draft& d) {
        return d.fingerprint != 0 ? d.fingerprint : fingerprint_of(d);
    }
    static tandem::role role_in(const draft& d) { return d.role == role::none ? role::member : d.role; }

    const membership_table::row* row_of(std::uint32_t user, std::uint32_t conversation) const {
        return user == none || conversation == none ? nullptr : memberships_.find(user, conversation);
    }
    const membership_table::row* row_of(const user_id& user, std::uint32_t conversation) const {
        return row_of(users_.find(user), conversation);
    }

    static outcome repeated(const dedup_window::row& sent, std::uint32_t conversation, std::uint64_t fingerprint) {
        if (sent.conversation != conversation || sent.fingerprint != fingerprint) return {.why = errc::send_id_reused};
        return {outcome::what::already, {}, sent.place, sent.number, sent.time, {}};
    }

    static outcome joined_already(const membership_table::row& r) {
        return {outcome::what::already, {}, r.changed.place, r.changed.number, r.changed.time, r.latest.visible_from};
    }

    errc refusal(const mark_change& c, const mark_table::id& which) const {
        const auto* owner = row_of(which.owner, which.conversation);
        const conversation_head& head = heads_[which.conversation];
        if (!owner) return errc::not_member;
        if (!is_about(c.key, c.target) || c.target > head.seq) return errc::invalid_argument;
        if (is_seq_mark(c.key) && c.value > head.seq.value) return errc::invalid_argument;
        if (!c.target) return fine;
        if (c.target < head.first_kept) return errc::gone;
        return owner->sees(c.target) ? fine : errc::not_found;
    }

    template <class TargetOf>
    errc refusal(const draft& d, numbers of, TargetOf target_of) const {
        if (const errc why = malformed(d); why != fine) return why;
        if (const errc why = not_permitted(d, of.sender, of.conversation); why != fine) return why;
        return is_amendment(d.kind) ? unfit(d.target, of.conversation, target_of) : fine;
    }

    static errc malformed(const draft& d) {
        if (d.conversation.empty()) return errc::invalid_argument;
        if (is_membership(d.kind) && (d.conversation.is_personal() || d.subject.empty())) return errc::invalid_argument;
        return fine;
    }

    errc not_permitted(const draft& d, std::uint32_t sender, std::uint32_t conversation) const {
        if (d.kind == entry_kind::joined) return fine;
        const bool begins = d.conversation.names(d.sender);  // a personal conversation has those it names, always
        const auto* who = d.kind == entry_kind::left ? row_of(d.subject, conversation) : row_of(sender, conversation);
        const bool member = (who && who->current()) || begins;
        return member || (d.trusted && d.kind != entry_kind::left) ? fine : errc::not_member;
    }

    template <class TargetOf>
    errc unfit(seq target, std::uint32_t conversation, TargetOf target_of) const {
        const conversation_head& head = heads_[conversation];
        if (conversation == none || target < head.first_kept || target > head.seq) return errc::gone;
        switch (target_of(conversation, target)) {
            case target_state::message: return fine;
            case target_state::other: return errc::invalid_argument;
            default: return errc::gone;
        }
    }

    decision commit(const draft& d, numbers of, std::uint64_t fingerprint) {
        if (of.sender == none) of.sender = users_.intern(d.sender).first;
        if (of.conversation == none) of.conversation = conversations_.intern(d.conversation).first;
        if (of.send == 0) of = with_send(of, d);
        const std::uint32_t sender = of.sender, conversation = of.conversation;
        newest_ = newest_.next();
        const conversation_head& head = heads_.advance(conversation, newest_, is_countable(d.kind));
        outcome placed{outcome::what::placed, {}, {head.seq, newest_}, head.number, d.time, {}};
        if (head.seq.value == 1 && d.conversation.is_personal()) begin(d.conversation, conversation, placed);
        if (d.kind == entry_kind::joined) placed.visible_from = join(d, conversation, placed);
        if (d.kind == entry_kind::left) memberships_.leave(*row_of(d.subject, conversation), change_by(placed));
        if (const auto* member = row_of(sender, conversation)) memberships_.sent(*member, head.seq);
        if (of.send != 0)
            dedup_.add({d.send_id, sender, conversation, placed.place, placed.number, fingerprint, d.time}, of.send);
        return {placed, of};
    }

    static membership_table::change change_by(const outcome& o) { return {o.place, o.number, o.time}; }

    void begin(const conversation_id& c, std::uint32_t conversation, const outcome& first) {
        const auto enter = [&](const short_text& who) {
            const std::uint32_t user = users_.intern(user_id{who.view()}).first;
            memberships_.join(user, conversation, role::member, seq{1}, false, change_by(first));
        };
        enter(c.first());
        if (c.kind() == conversation_kind::direct && c.first() != c.second()) enter(c.second());
    }

    seq join(const draft& d, std::uint32_t conversation, const outcome& placed) {
        const std::uint32_t user = users_.intern(d.subject).first;
        if (const auto* r = row_of(user, conversation); r && r->current()) {
            memberships_.change_role(*r, role_in(d), change_by(placed));
            return r->latest.visible_from;
        }
        const std::uint64_t at = placed.place.seq.value, back = d.history < at ? at - d.history : 1;
        const seq from = std::max(seq{back}, heads_[conversation].first_kept);
        return memberships_.join(user, conversation, role_in(d), from, true, change_by(placed)).latest.visible_from;
    }

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
    dedup_window dedup_;
    head_table heads_;
    mark_table marks_;
    membership_table memberships_;
};

}  // namespace tandem
