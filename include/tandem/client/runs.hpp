// What a device has of each conversation, and whether an entry is the next.
#pragma once

#include "local_store.hpp"

#include "../core/flat_index.hpp"

#include <algorithm>

namespace tandem {

// Of every conversation one is in, a run without holes, always: what would make a hole is not taken.
class runs {
public:
    enum class fit {
        next,      // take() it
        known,     // it is there already, perhaps as it was before somebody amended it
        trimmed,   // it came while it went: nobody needs it
        gap,       // something before it is missing
        history,   // the user has joined with this, and may see entries before it: they come first
        stranger,  // of a conversation the user is not in
    };

    explicit runs(user_id me) : me_{std::move(me)} {}
    void load(const std::vector<kept_conversation>& all) {
        forget_all();
        for (const kept_conversation& k : all) slot_of(k.conversation).kept = k;
    }
    void forget_all() { slots_.clear(), index_ = {}, touched_.clear(), last_ = 0; }

    fit fits(const entry& e) const {
        const kept_conversation* k = find(e.conversation);
        const seq s = e.place.seq, next = k ? k->next : seq{1};
        if (s < next) return s < k->first_kept ? fit::trimmed : fit::known;
        if (k ? k->inside : e.conversation.is_personal()) return s == next ? fit::next : fit::gap;
        if (!lets_me_in(e)) return fit::stranger;
        return e.visible_from < s && next != s ? fit::history : fit::next;
    }
    void take(const entry& e) {
        slot& s = touched(e.conversation);
        s.theirs = e.sender != me_;
        kept_conversation& k = s.kept;
        k.next = e.place.seq.next();
        k.number = std::max(k.number, e.number);
        if (is_about_me(e)) k.inside = e.kind == entry_kind::joined;
    }
    // It came when it had gone. Whether the user is in is all that is left of it.
    void pass(const entry& e) {
        if (is_about_me(e)) touch(e.conversation).inside = e.kind == entry_kind::joined;
    }

    // Nothing before this one is there for this user, or it is no longer.
    void skip_to(const conversation_id& c, seq next) {
        kept_conversation& k = touch(c);
        k.next = std::max(k.next, next);
    }
    void be_inside(const conversation_id& c, bool inside) { touch(c).inside = inside; }
    void trimmed(const conversation_id& c, seq first_kept) {
        kept_conversation& k = touch(c);
        k.first_kept = std::max(k.first_kept, first_kept);
        k.next = std::max(k.next, first_kept);
    }
    void received(const conversation_id& c, seq s) {
        kept_conversation& k = touch(c);
        k.received = std::max(k.received, s);
    }

    // As it is, or as it begins.
    kept_conversation at(const conversation_id& c) const {
        const kept_conversation* k = find(c);
        return k ? *k : kept_conversation{.conversation = c, .inside = c.is_personal()};
    }
    template <class F>
    void each(F f) const {
        for (const slot& s : slots_) f(s.kept);
    }
    // owes(conversation, seq) for each whose newest entry the server does not know to be here.
    template <class F>
    void each_unreceived(F owes) const {
        for (const slot& s : slots_) say_if_unreceived(s, owes);
    }
    // Those that have changed since this was last asked.
    template <class F>
    std::vector<kept_conversation> take_changed(F owes) {
        std::vector<kept_conversation> out;
        out.reserve(touched_.size());
        for (const std::uint32_t n : touched_) {
            slots_[n].touched = false;
            out.push_back(slots_[n].kept);
            say_if_unreceived(slots_[n], owes);
        }
        touched_.clear();
        return out;
    }

private:
    struct slot {
        kept_conversation kept;
        bool touched = false;
        bool theirs = true;  // the newest entry is somebody else's
    };

    template <class F>
    static void say_if_unreceived(const slot& s, F& owes) {
        const seq last = s.kept.next.previous();
        if (s.kept.inside && s.theirs && last > s.kept.received) owes(s.kept.conversation, last);
    }

    bool is_about_me(const entry& e) const {
        return is_membership(e.kind) && e.subject == me_ && !e.conversation.is_personal();
    }
    bool lets_me_in(const entry& e) const { return e.kind == entry_kind::joined && e.subject == me_; }

    // Entries of one conversation often come together.
    std::uint32_t number_of(const conversation_id& c) const {
        if (last_ < slots_.size() && slots_[last_].kept.conversation == c) return last_;
        const std::uint32_t n = index_.find(hash(c), [&](std::uint32_t i) { return slots_[i].kept.conversation == c; });
        if (n != flat_index::none) last_ = n;
        return n;
    }
    const kept_conversation* find(const conversation_id& c) const {
        const std::uint32_t n = number_of(c);
        return n == flat_index::none ? nullptr : &slots_[n].kept;
    }
    slot& slot_of(const conversation_id& c) {
        std::uint32_t n = number_of(c);
        if (n == flat_index::none) {
            n = static_cast<std::uint32_t>(slots_.size());
            index_.insert(hash(c), n);
            slots_.push_back({{.conversation = c, .inside = c.is_personal()}});
        }
        return slots_[n];
    }
    slot& touched(const conversation_id& c) {
        slot& s = slot_of(c);
        if (!std::exchange(s.touched, true)) touched_.push_back(static_cast<std::uint32_t>(&s - slots_.data()));
        return s;
    }
    kept_conversation& touch(const conversation_id& c) { return touched(c).kept; }

    user_id me_;
    std::vector<slot> slots_;
    flat_index index_;
    std::vector<std::uint32_t> touched_;
    mutable std::uint32_t last_ = 0;
};

}  // namespace tandem
