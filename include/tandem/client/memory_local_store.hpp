// The model of a local_store, for tests and for devices that keep nothing.
#pragma once

#include "local_store.hpp"

#include <algorithm>
#include <map>

namespace tandem {

// Everything is in memory, also what was kept of earlier logs. A copy is what a restart would find.
class memory_local_store {
    // In order of seq.
    template <class Entries>
    static auto place_of(Entries& all, seq s) {
        return std::lower_bound(all.begin(), all.end(), s, [](const entry& e, seq at) { return e.place.seq < at; });
    }

public:
    explicit memory_local_store(std::uint64_t tag = 1) : tag_{tag} {}

    result<local_state> state() {
        local_state s{.tag = tag_, .sends = sends_, .epoch = epoch_, .cursor = log().cursor};
        for (const auto& [c, kept] : log().conversations) s.conversations.push_back(kept);
        for (const auto& [number, q] : queue_) s.queue.push_back(q);
        s.wishes = wishes_;
        return s;
    }

    result<> apply(const local_change& change) {
        if (change.new_log) {
            epoch_ = *change.new_log;
            logs_[epoch_] = {};
            wishes_.clear();
        }
        for (const entry& e : change.entries) put(e);
        for (const amendment& a : change.amendments) put(a);
        for (const mark& m : change.marks) put(m);
        for (const membership& m : change.memberships) log().memberships[m.conversation] = m;
        for (const kept_conversation& k : change.conversations) log().conversations[k.conversation] = k;
        if (change.cursor) log().cursor = *change.cursor;
        for (const std::uint64_t number : change.unqueued) queue_.erase(number);
        for (const queued_send& q : change.queued) queue_[q.number] = q, sends_ = std::max(sends_, q.number);
        for (const mark_change& g : change.granted) grant(g);
        for (const mark_change& w : change.wished) wish(w);
        return success();
    }

    result<std::vector<entry>> entries(const conversation_id& c, seq_range range, std::size_t count) {
        return entries_of(epoch_, c, range, count);
    }
    result<std::vector<entry>> entries_of(tandem::epoch log, const conversation_id& c, seq_range range,
                                          std::size_t count) {
        const auto kept = logs_.find(log);
        if (kept == logs_.end()) return std::vector<entry>{};
        const auto found = kept->second.entries.find(c);
        if (found == kept->second.entries.end()) return std::vector<entry>{};
        const std::vector<entry>& all = found->second;
        const auto end =
            std::upper_bound(all.begin(), all.end(), range.last, [](seq s, const entry& e) { return s < e.place.seq; });
        auto begin = place_of(all, range.first);
        if (begin > end) begin = end;
        if (static_cast<std::size_t>(end - begin) > count) begin = end - static_cast<std::ptrdiff_t>(count);
        return std::vector<entry>(begin, end);
    }
    result<std::vector<mark>> marks(const conversation_id& c) {
        const auto found = log().marks.find(c);
        return found == log().marks.end() ? std::vector<mark>{} : found->second;
    }
    result<std::vector<membership>> memberships() {
        std::vector<membership> all;
        for (const auto& [c, m] : log().memberships) all.push_back(m);
        return all;
    }
    result<std::vector<tandem::epoch>> logs() {
        std::vector<tandem::epoch> all;
        for (const auto& [e, l] : logs_)
            if (!l.entries.empty()) all.push_back(e);
        return all;
    }

private:
    struct one_log {
        std::map<conversation_id, std::vector<entry>> entries;  // in order of seq
        std::map<conversation_id, std::vector<mark>> marks;
        std::map<conversation_id, membership> memberships;
        std::map<conversation_id, kept_conversation> conversations;
        position cursor;
    };

    one_log& log() { return logs_[epoch_]; }

    void put(const entry& e) {
        std::vector<entry>& all = log().entries[e.conversation];
        const auto at = all.empty() || all.back().place.seq < e.place.seq ? all.end() : place_of(all, e.place.seq);
        if (at == all.end() || at->place.seq != e.place.seq) all.insert(at, e);
        else if (at->amended_by <= e.amended_by) *at = e;
    }

    void put(const amendment& a) {
        const auto found = log().entries.find(a.conversation);
        if (found == log().entries.end()) return;
        std::vector<entry>& all = found->second;
        const auto at = place_of(all, a.target);
        if (at != all.end() && at->place.seq == a.target) amend(*at, a);
        if (!a.revokes) return;
        for (entry& e : all)
            if (e.kind == entry_kind::edit && e.target == a.target) amend(e, a);
    }
    static void amend(entry& e, const amendment& by) {
        if (e.revoked || by.by <= e.amended_by) return;
        e.amended_by = by.by;
        if (!by.revokes) e.body = by.body, e.content_type = by.content_type;
        else e.revoked = true, e.body.clear(), e.mentions.clear();
    }

    void put(const mark& m) {
        std::vector<mark>& all = log().marks[m.conversation];
        const auto known = std::find_if(all.begin(), all.end(), [&](const mark& k) { return is_same(k, m); });
        if (known == all.end()) all.push_back(m);
        else if (known->position <= m.position) *known = m;
    }

    void wish(const mark_change& w) {
        grant(w);
        wishes_.push_back(w);
    }
    void grant(const mark_change& g) {
        std::erase_if(wishes_, [&](const mark_change& w) { return is_same(w, g); });
    }

    std::uint64_t tag_;
    std::uint64_t sends_ = 0;
    tandem::epoch epoch_{};
    std::map<tandem::epoch, one_log> logs_;
    std::map<std::uint64_t, queued_send> queue_;
    std::vector<mark_change> wishes_;
};
static_assert(local_store<memory_local_store>);

}  // namespace tandem
