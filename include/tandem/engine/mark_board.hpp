// Marks on their way to the store: many moves of one mark become one change.
#pragma once

#include "origin.hpp"

#include "../core/flat_index.hpp"
#include "../core/mark.hpp"
#include "../protocol/requests.hpp"

#include <vector>

namespace tandem {

inline mark_reply reply_for(const mark_change& c, std::uint64_t stored, position p) {
    return {c.conversation, c.key, stored, c.target, p};
}

struct mark_wish {
    mark_change change{};
    std::vector<reply_to> asked{};         // each is answered with what the store then has …
    std::vector<done<mark_reply>> then{};  // … and so are these, who asked without a session
};

// Gathers changes, merged by their rule, until its owner puts them into the store: at once when the last put is long
// enough ago, together otherwise. What waits here is what a crash may lose.
class mark_board {
public:
    explicit mark_board(std::size_t most) : most_{most} {}

    // False: too many wait.
    bool add(const mark_change& change, const reply_to* asked, const done<mark_reply>& then = {}) {
        const auto found = find(change);
        if (!found && waiting_.size() >= most_) return false;
        mark_wish& wish = found ? *found : waiting_.emplace_back(mark_wish{change, {}, {}});
        if (!found) index_.insert(key_of(change), static_cast<std::uint32_t>(waiting_.size() - 1));
        if (merge_of(change.key) == merge::newest || change.value > wish.change.value) wish.change.value = change.value;
        if (asked && wish.asked.size() < most_) wish.asked.push_back(*asked);
        if (then) wish.then.push_back(then);
        return true;
    }

    bool due(instant now, duration pause) const { return !waiting_.empty() && now >= last_ + pause; }
    bool empty() const { return waiting_.empty(); }
    instant next(duration pause) const { return last_ + pause; }

    std::vector<mark_wish> take(instant now) {
        last_ = now;
        index_ = {};
        return std::move(waiting_);
    }

private:
    static std::uint64_t key_of(const mark_change& c) {
        const std::uint64_t what = detail::mix_in(0, static_cast<std::uint64_t>(c.key), c.target.value);
        return hash(c.owner, hash(c.conversation, what));
    }

    mark_wish* find(const mark_change& c) {
        const std::uint32_t at =
            index_.find(key_of(c), [&](std::uint32_t n) { return is_same(waiting_[n].change, c); });
        return at == flat_index::none ? nullptr : &waiting_[at];
    }

    std::size_t most_{};
    instant last_{};
    std::vector<mark_wish> waiting_{};
    flat_index index_{};
};

}  // namespace tandem
