// Keeps the sends of one session to one conversation in their order.
#pragma once

#include "origin.hpp"

#include "../core/flat_map.hpp"

#include <deque>

namespace tandem {

struct lane_key {
    session_handle session{};
    std::uint64_t conversation = 0;  // its hash, seeded: two that collide merely wait for each other

    friend bool operator==(const lane_key&, const lane_key&) = default;
    friend std::uint64_t hash(const lane_key& k, std::uint64_t seed) {
        return detail::mix(k.conversation ^ k.session.generation, seed ^ (k.session.slot | 1ull << 40));
    }
};

struct lane_item {
    tandem::draft draft{};
    tandem::origin origin{};
};

// A lane exists only while it is busy (a draft in it is being asked about) or closed (a draft in it failed and may be
// retried). While busy, later drafts wait. While closed, what came after the failed one is refused, so that nothing
// overtakes it; what came before goes on. It opens when the failed send id comes again.
class lanes {
public:
    enum class entrance { open, wait, closed };

    explicit lanes(std::size_t most_waiting) : most_waiting_{most_waiting} {}

    bool empty() const { return lanes_.empty(); }
    std::size_t size() const { return lanes_.size(); }

    // May this draft go on now?
    entrance enter(const lane_key& key, const send_id& id, std::uint64_t arrival) {
        lane* found = lanes_.find(key);
        if (!found) return entrance::open;
        lane& l = *found;
        if (l.is_closed_for(arrival)) {
            if (!(l.failed == id)) return entrance::closed;
            l.closed = false;
        }
        if (l.busy) return entrance::wait;
        if (!l.closed) lanes_.erase(key);
        return entrance::open;
    }

    bool is_full(const lane_key& key) { return lanes_[key].waiting.size() >= most_waiting_; }
    void wait(const lane_key& key, lane_item item) { lanes_[key].waiting.push_back(std::move(item)); }

    void begin(const lane_key& key, std::uint64_t arrival) {
        lane& l = lanes_[key];
        l.busy = true;
        l.held_by = arrival;
    }
    // While the draft that holds the lane was asked about, an earlier one failed.
    bool is_overtaken(const lane_key& key) const {
        const lane* found = lanes_.find(key);
        return found && found->overtaken;
    }

    // The draft that was asked about has left the lane. What waits behind it is to be submitted again, in order.
    std::deque<lane_item> end(const lane_key& key) {
        lane* found = lanes_.find(key);
        if (!found) return {};
        found->busy = found->overtaken = false;
        auto waiting = std::move(found->waiting);
        found->waiting.clear();
        if (!found->closed) lanes_.erase(key);
        return waiting;
    }

    // A retryable failure of `id`. Returns those behind it that wait here: they are to be refused.
    std::deque<lane_item> close(const lane_key& key, const send_id& id, std::uint64_t arrival) {
        lane& l = lanes_[key];
        l.closed = true;
        l.failed = id;
        l.failed_at = arrival;
        l.overtaken |= l.busy && l.held_by > arrival;
        std::deque<lane_item> behind;
        while (!l.waiting.empty() && l.waiting.back().origin.arrival > arrival) {
            behind.push_front(std::move(l.waiting.back()));
            l.waiting.pop_back();
        }
        return behind;
    }

    bool is_closed(const lane_key& key, std::uint64_t arrival) const {
        const lane* found = lanes_.find(key);
        return found && found->is_closed_for(arrival);
    }

    void forget(session_handle session) {
        lanes_.erase_if([&](const lane_key& key, const lane&) { return key.session == session; });
    }

    std::size_t count_of(session_handle session) const {
        std::size_t count = 0;
        lanes_.each([&](const lane_key& key, const lane&) { count += key.session == session; });
        return count;
    }

private:
    struct lane {
        bool busy = false;
        bool closed = false;
        bool overtaken = false;
        std::uint64_t held_by = 0;
        std::uint64_t failed_at = 0;
        send_id failed{};
        std::deque<lane_item> waiting{};

        bool is_closed_for(std::uint64_t arrival) const { return closed && arrival > failed_at; }
    };
    std::size_t most_waiting_;
    flat_map<lane_key, lane> lanes_;
};

}  // namespace tandem
