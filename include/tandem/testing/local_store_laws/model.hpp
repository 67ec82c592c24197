// What a local_store must say, made without any skill: lists, looked through from end to end.
#pragma once

#include "../../client/local_store.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace tandem {

class local_store_model {
public:
    explicit local_store_model(std::uint64_t tag) { state_.tag = tag; }

    result<local_state> state() { return state_; }

    result<> apply(const local_change& change) {
        if (change.new_log) begin(*change.new_log);
        for (const entry& e : change.entries) {
            entry* const known = find(e.conversation, e.place.seq);
            if (!known) entries_.push_back({state_.epoch, e});
            else if (e.amended_by >= known->amended_by) *known = e;
        }
        for (const amendment& a : change.amendments)
            for (kept& k : entries_)
                if (k.log == state_.epoch && k.what.conversation == a.conversation && concerns(a, k.what))
                    amend(k.what, a);
        for (const mark& m : change.marks) {
            const mark* const known = find(marks_, m);
            if (!known || m.position >= known->position) replace(marks_, m);
        }
        for (const membership& m : change.memberships) {
            std::erase_if(memberships_, [&](const membership& o) { return o.conversation == m.conversation; });
            memberships_.push_back(m);
        }
        for (const kept_conversation& c : change.conversations) {
            std::erase_if(state_.conversations, [&](const auto& o) { return o.conversation == c.conversation; });
            state_.conversations.push_back(c);
        }
        if (change.cursor) state_.cursor = *change.cursor;
        for (const std::uint64_t number : change.unqueued) unqueue(number);
        for (const queued_send& q : change.queued) queue(q);
        for (const mark_change& g : change.granted) remove(state_.wishes, g);
        for (const mark_change& w : change.wished) replace(state_.wishes, w);
        return success();
    }

    result<std::vector<entry>> entries(const conversation_id& c, seq_range range, std::size_t count) {
        return entries_of(state_.epoch, c, range, count);
    }
    result<std::vector<entry>> entries_of(epoch log, const conversation_id& c, seq_range range, std::size_t count) {
        std::map<seq, entry> all;
        for (const kept& k : entries_) {
            const seq s = k.what.place.seq;
            if (k.log == log && k.what.conversation == c && s >= range.first && s <= range.last) all.emplace(s, k.what);
        }
        while (all.size() > count) all.erase(all.begin());
        std::vector<entry> last;
        for (auto& [s, e] : all) last.push_back(e);
        return last;
    }
    result<std::vector<mark>> marks(const conversation_id& c) {
        std::vector<mark> all;
        for (const mark& m : marks_)
            if (m.conversation == c) all.push_back(m);
        return all;
    }
    result<std::vector<membership>> memberships() { return memberships_; }
    result<std::vector<epoch>> logs() {
        std::set<epoch> all;
        for (const kept& k : entries_) all.insert(k.log);
        return std::vector<epoch>(all.begin(), all.end());
    }

private:
    struct kept {
        epoch log;
        entry what;
    };

    void begin(epoch log) {
        std::erase_if(entries_, [&](const kept& k) { return k.log == log; });
        marks_.clear(), memberships_.clear();
        state_.epoch = log, state_.cursor = {}, state_.conversations.clear(), state_.wishes.clear();
    }

    entry* find(const conversation_id& c, seq s) {
        for (kept& k : entries_)
            if (k.log == state_.epoch && k.what.conversation == c && k.what.place.seq == s) return &k.what;
        return nullptr;
    }
    static bool concerns(const amendment& a, const entry& e) {
        return e.place.seq == a.target || (a.revokes && e.kind == entry_kind::edit && e.target == a.target);
    }
    static void amend(entry& e, const amendment& a) {
        if (e.revoked || e.amended_by >= a.by) return;
        e.amended_by = a.by, e.revoked = a.revokes;
        e.body = a.revokes ? std::string{} : a.body;
        if (a.revokes) e.mentions = {};
        else e.content_type = a.content_type;
    }

    template <class Mark>
    static const Mark* find(const std::vector<Mark>& in, const mark_change& like) {
        for (const Mark& m : in)
            if (is_same(m, like)) return &m;
        return nullptr;
    }
    template <class Mark>
    static void remove(std::vector<Mark>& from, const mark_change& like) {
        std::erase_if(from, [&](const Mark& m) { return is_same(m, like); });
    }
    template <class Mark>
    static void replace(std::vector<Mark>& in, const Mark& m) {
        remove(in, m);
        in.push_back(m);
    }

    void unqueue(std::uint64_t number) {
        std::erase_if(state_.queue, [&](const queued_send& q) { return q.number == number; });
    }
    void queue(const queued_send& q) {
        unqueue(q.number);
        state_.queue.push_back(q);
        std::sort(state_.queue.begin(), state_.queue.end(), [](auto& a, auto& b) { return a.number < b.number; });
        state_.sends = std::max(state_.sends, q.number);
    }

    local_state state_;
    std::vector<kept> entries_;  // in the order they came
    std::vector<mark> marks_;
    std::vector<membership> memberships_;
};
static_assert(local_store<local_store_model>);

}  // namespace tandem
