// Telling large rooms in slices, without anything overtaking in one conversation.
#pragma once

#include "follower.hpp"
#include "origin.hpp"
#include "spoken.hpp"

#include "../core/few.hpp"
#include "../core/ids.hpp"
#include "../policy/observer.hpp"

#include <deque>
#include <unordered_map>

namespace tandem {

using log_piece = piece<origin>;

// Entries of one conversation, made durable by one commit, or one mark of it: told together.
struct run {
    std::shared_ptr<log_piece> from;
    few<std::uint32_t> entries;  // indices into from->page.entries; or, for a mark, one into page.marks
    bool is_mark = false;
    position first{};
    position last{};
};

inline carried carried_by(const run& r) {
    const page& p = r.from->page;
    const std::uint32_t first = r.entries.front();
    return {r.is_mark ? p.marks[first].conversation : p.entries[first].conversation, r.first, r.last, r.is_mark};
}

// One step of a conversation that is being told in slices.
template <class Dialects>
struct errand {
    enum class what : unsigned char { tell, join, leave, trimmed };
    what step = what::tell;
    user_id user{};               // join, leave: by id, for numbers may change hands while this waits
    tandem::run run{};            // tell
    few<session_handle> apart{};  // tell: sessions told already, with their acks
    seq first_kept{};             // trimmed
    std::size_t slot = 0;         // tell, trimmed: where the walk goes on
    bool begun = false;
    spoken<Dialects> said{};

    bool walks() const { return step == what::tell || step == what::trimmed; }
};

// A conversation has a queue here only while it is busy. While it is, its room changes only by errands of the queue, so
// a walk may pause between slices.
template <class Dialects>
class fan_out {
public:
    using errand_type = errand<Dialects>;

    bool idle() const { return busy_.empty(); }
    bool busy(const conversation_id& c) const { return !busy_.empty() && busy_.contains(c); }

    void add(const conversation_id& c, errand_type e) {
        auto& queue = busy_[c];
        if (queue.empty()) turns_.push_back(c);
        queue.push_back(std::move(e));
    }

    // One slice for every busy conversation: step(conversation, errand) -> is it finished?
    template <class Step>
    void slice(Step step) {
        for (std::size_t n = turns_.size(); n > 0; --n) {
            const conversation_id c = turns_.front();
            turns_.pop_front();
            auto& queue = busy_[c];
            while (!queue.empty() && step(c, queue.front())) {
                const bool walked = queue.front().walks();
                queue.pop_front();
                if (walked) break;
            }
            if (queue.empty()) busy_.erase(c);
            else turns_.push_back(c);
        }
    }

    // Everything before this position has been told to everybody.
    position settled(position told) const {
        position open = told.next();
        for (const auto& [c, queue] : busy_)
            for (const errand_type& e : queue)
                if (e.step == errand_type::what::tell && e.run.first < open) open = e.run.first;
        return open.previous();
    }

private:
    struct hash_id {
        std::size_t operator()(const conversation_id& c) const { return static_cast<std::size_t>(hash(c)); }
    };

    std::unordered_map<conversation_id, std::deque<errand_type>, hash_id> busy_;
    std::deque<conversation_id> turns_;
};

}  // namespace tandem
