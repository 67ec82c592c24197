// What may be stored: the decision about one draft, as a function of what is there.
#pragma once

#include "membership_table.hpp"
#include "sent.hpp"
#include "seq_store.hpp"

namespace tandem {

// What an amendment finds at its target.
enum class target_state : unsigned char { none, message, revoked, other };

// What stands where a draft wants to go. Pointers are null for what is not there.
struct facts {
    std::uint32_t conversation = flat_index::none;
    const conversation_head* head = nullptr;  // always there
    const tandem::sent* sent = nullptr;       // by this sender, with this send id
    const standing* sender = nullptr;
    const standing* subject = nullptr;         // asked for when a membership changes
    target_state target = target_state::none;  // asked for when something is amended
};

// The rules of the concept (see seq_store), and nothing else: whoever keeps the tables looks up the facts, asks, and writes
// down what was placed.
namespace rules {

inline std::uint64_t fingerprint_for(const draft& d) { return d.fingerprint != 0 ? d.fingerprint : fingerprint_of(d); }
inline tandem::role role_in(const draft& d) { return d.role == role::none ? role::member : d.role; }

// Can there be a target at all? Only then is it worth a look.
inline bool has_target(const draft& d, const conversation_head& head) {
    return is_amendment(d.kind) && d.target >= head.first_kept && d.target <= head.seq;
}

inline outcome repeated(const tandem::sent& before, std::uint32_t conversation, std::uint64_t fingerprint) {
    if (before.conversation != conversation || before.fingerprint != fingerprint) return {.why = errc::send_id_reused};
    return {outcome::what::already, {}, before.place, before.number, before.time, {}};
}

inline outcome joined_already(const standing& s) {
    return {outcome::what::already, {}, s.changed.place, s.changed.number, s.changed.time, s.latest.visible_from};
}

inline bool is_well_formed(const draft& d) {
    if (d.conversation.empty()) return false;
    return !is_membership(d.kind) || (!d.conversation.is_personal() && !d.subject.empty());
}

inline bool is_permitted(const draft& d, const facts& f) {
    if (d.kind == entry_kind::joined) return true;
    const bool begins = d.conversation.names(d.sender);  // a personal conversation has those it names, always
    const standing* who = d.kind == entry_kind::left ? f.subject : f.sender;
    const bool member = (who && who->current()) || begins;
    return member || (d.trusted && d.kind != entry_kind::left);
}

// errc{} if there is nothing against it.
inline errc refusal(const draft& d, const facts& f) {
    if (!is_well_formed(d)) return errc::invalid_argument;
    if (!is_permitted(d, f)) return errc::not_member;
    if (!is_amendment(d.kind) || f.target == target_state::message) return errc{};
    return f.target == target_state::other ? errc::invalid_argument : errc::gone;
}

// The first seq that who joins at `at` may see: never what was seen in an earlier interval, never what is trimmed.
inline seq visible_from(const draft& d, const facts& f, seq at) {
    if (f.subject && f.subject->current()) return f.subject->latest.visible_from;
    const seq back{d.history < at.value ? at.value - d.history : 1};
    const seq from = std::max(back, f.head->first_kept);
    return f.subject ? std::max(from, f.subject->latest.ended_at.next()) : from;
}

// `next` is the position it gets if it is placed.
inline outcome decide(const draft& d, const facts& f, std::uint64_t fingerprint, position next) {
    if (f.sent) return repeated(*f.sent, f.conversation, fingerprint);
    if (const errc why = refusal(d, f); why != errc{}) return {.why = why};
    const bool joins = d.kind == entry_kind::joined;
    if (joins && f.subject && f.subject->current() && f.subject->role == role_in(d)) return joined_already(*f.subject);
    const seq s = f.head->seq.next();
    const std::uint64_t number = f.head->number + (is_countable(d.kind) ? 1 : 0);
    return {outcome::what::placed, {}, {s, next}, number, d.time, joins ? visible_from(d, f, s) : seq{}};
}

// f(user, how that user stands now) for those whose membership a placed draft changes. `before`: how its subject stood.
template <class F>
void each_new_standing(const draft& d, const outcome& placed, const standing* before, F f) {
    const standing::change by{placed.place, placed.number, placed.time};
    if (d.kind == entry_kind::joined) f(d.subject, standing{role_in(d), {placed.visible_from}, by});
    if (d.kind == entry_kind::left)
        f(d.subject, standing{before->role, {before->latest.visible_from, placed.place.seq}, by});
    if (placed.place.seq.value != 1 || !d.conversation.is_personal()) return;
    const auto enters = [&](const short_text& who) { f(user_id{who.view()}, standing{role::member, {seq{1}}, by}); };
    enters(d.conversation.first());
    const bool two = d.conversation.kind() == conversation_kind::direct;
    if (two && d.conversation.first() != d.conversation.second()) enters(d.conversation.second());
}

// What of `put` is refused, and why; errc{} if nothing is against it.
inline errc refusal(const mark_change& c, const membership_table::row* owner, const conversation_head& head) {
    if (!owner) return errc::not_member;
    if (!is_about(c.key, c.target) || c.target > head.seq) return errc::invalid_argument;
    if (is_seq_mark(c.key) && c.value > head.seq.value) return errc::invalid_argument;
    if (!c.target) return errc{};
    if (c.target < head.first_kept) return errc::gone;
    return owner->sees(c.target) ? errc{} : errc::not_found;
}

}  // namespace rules

}  // namespace tandem
