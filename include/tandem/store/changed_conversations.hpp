// Where something happened last, by conversation number.
#pragma once

#include "membership_table.hpp"

#include <algorithm>
#include <span>
#include <vector>

namespace tandem {

// One position per conversation, side by side: to find what a member of ten thousand conversations missed is one walk
// through a flat array, however much went on elsewhere.
class changed_conversations {
public:
    void touch(std::uint32_t conversation, position at) {
        if (conversation >= last_.size()) last_.resize(conversation + std::size_t{1});
        last_[conversation] = at;
    }

    void prefetch(std::uint32_t conversation) const {
        if (conversation < last_.size()) detail::prefetch(last_[conversation]);
    }

    position last(std::uint32_t conversation) const {
        return conversation < last_.size() ? last_[conversation] : position{};
    }

    // f(line) for those of a user's conversations where something happened after `since`.
    template <class F>
    void each(std::span<const membership_table::line> of_user, position since, F f) const {
        for (const auto& line : of_user)
            if (last_[line.conversation] > since) f(line);
    }

private:
    std::vector<position> last_;
};

}  // namespace tandem
