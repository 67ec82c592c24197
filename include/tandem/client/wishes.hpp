// Marks of the user's own that the server has not confirmed.
#pragma once

#include "backoff.hpp"
#include "local_store.hpp"

#include <map>
#include <tuple>

namespace tandem {

// One of each kind: a later wish takes the place of an earlier one. They are repeated until they are answered. What the device owes
// for entries that came, a received mark for each conversation, is gathered for a while and not kept: the runs know it.
class wishes {
public:
    wishes(std::size_t window, duration gathering, const tandem::backoff& pause)
        : window_{window}, gathering_{gathering}, pause_{pause} {}

    void load(const std::vector<mark_change>& all) {
        wishes_.clear(), asked_.clear(), ready_ = due_ = {};
        for (const mark_change& w : all) add(w);
    }
    // Its value, unless what is wished already says more.
    std::uint64_t merged(const mark_change& m) const {
        const auto earlier = wishes_.find(key_of(m));
        return earlier == wishes_.end() ? m.value : tandem::merged(m.key, earlier->second.what.value, m.value);
    }
    void add(const mark_change& w) { wishes_[key_of(w)] = {.what = w}; }
    void owe_received(const conversation_id& c, seq s, instant now) {
        const mark_change m{.conversation = c, .key = mark_key::received, .value = s.value};
        const auto [at, fresh] = wishes_.try_emplace(key_of(m), wish{.what = m, .owed = true});
        if (!fresh && at->second.owed && s.value > at->second.what.value) at->second = {.what = m, .owed = true};
        if (due_ == instant{}) due_ = now + gathering_;
    }

    // say(mark_change) returns the sequence of the request, 0: nothing more can be said now.
    template <class Say>
    void pump(instant now, Say say) {
        if (ready_ > now) return;
        const bool owes = due_ <= now;
        if (owes) due_ = {};
        bool room = true;
        for (auto& [key, w] : wishes_) {
            if (w.attempt != 0 || (w.owed && !owes && !w.late)) continue;
            w.late = w.owed;  // if it is not said now, it will be as soon as there is room
            room = room && asked_.size() < window_;
            if (room) w.attempt = say(std::as_const(w.what));
            if (w.attempt != 0) asked_.emplace(w.attempt, key);
            else room = false;
        }
    }
    void lost() {
        asked_.clear();
        ready_ = {};
        for (auto& [key, w] : wishes_) w.attempt = 0;
    }

    // The server has it. What was wished, if that is done with: null if a later wish has come meanwhile, or nobody asked.
    std::optional<mark_change> granted(std::uint32_t sequence) {
        pause_.succeeded();
        return over(sequence);
    }
    // Never.
    std::optional<mark_change> refused(std::uint32_t sequence) { return over(sequence); }
    void postponed(std::uint32_t sequence, duration wait, instant now) {
        const auto node = asked_.extract(sequence);
        if (!node) return;
        if (const auto w = wishes_.find(node.mapped()); w != wishes_.end() && w->second.attempt == sequence)
            w->second.attempt = 0, w->second.late = true;
        ready_ = std::max(ready_, now + std::max(wait, pause_.next()));
    }

    std::vector<mark_change> wished() const {
        std::vector<mark_change> all;
        for (const auto& [key, w] : wishes_)
            if (!w.owed) all.push_back(w.what);
        return all;
    }
    bool asked(std::uint32_t sequence) const { return asked_.contains(sequence); }
    bool empty() const { return wishes_.empty(); }
    instant next(instant now, instant otherwise) const {
        if (wishes_.empty()) return otherwise;
        if (ready_ > now) return std::min(otherwise, ready_);
        return due_ != instant{} ? std::min(otherwise, due_) : otherwise;
    }

private:
    using key = std::tuple<conversation_id, mark_key, seq>;
    struct wish {
        mark_change what;
        std::uint32_t attempt = 0;  // the sequence of its request; 0: not on its way
        bool owed = false;          // a received mark, that nobody wished
        bool late = false;          // it has waited long enough
    };

    static key key_of(const mark_change& m) { return {m.conversation, m.key, m.target}; }

    std::optional<mark_change> over(std::uint32_t sequence) {
        const auto node = asked_.extract(sequence);
        if (!node) return std::nullopt;
        const auto w = wishes_.find(node.mapped());
        if (w == wishes_.end() || w->second.attempt != sequence) return std::nullopt;
        mark_change was = w->second.what;
        wishes_.erase(w);
        return was;
    }

    std::size_t window_;
    duration gathering_;
    backoff pause_;
    std::map<key, wish> wishes_;
    std::map<std::uint32_t, key> asked_;
    instant due_{};    // of what is owed; 0: nothing new is
    instant ready_{};  // not before
};

}  // namespace tandem
