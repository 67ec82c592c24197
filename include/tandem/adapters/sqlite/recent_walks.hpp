// Who asks for the next page need not walk through all their conversations again.
#pragma once

#include "../../store/membership_table.hpp"

#include <mutex>
#include <optional>
#include <vector>

namespace tandem::sqlite {

// Those of a user's conversations in which something happened between a cursor and `until`.
struct walk {
    std::uint32_t user;
    position cursor;
    position until;
    std::vector<membership_table::line> lines;
};

// The last few walks whose page was full. Any thread.
class recent_walks {
public:
    // Taken out. What was found before the user's memberships changed is of no use any more.
    std::optional<walk> take(std::uint32_t user, position cursor, position changed) {
        const std::lock_guard lock{mutex_};
        for (std::size_t i = 0; i < walks_.size(); ++i)
            if (walks_[i].user == user && walks_[i].cursor == cursor) {
                std::optional<walk> found{std::move(walks_[i])};
                walks_.erase(walks_.begin() + static_cast<std::ptrdiff_t>(i));
                return found->until < changed ? std::nullopt : std::move(found);
            }
        return std::nullopt;
    }

    void put(walk w) {
        if (w.lines.size() > most_lines) return;
        const std::lock_guard lock{mutex_};
        if (walks_.size() == most_walks) walks_.erase(walks_.begin());
        walks_.push_back(std::move(w));
    }

private:
    static constexpr std::size_t most_walks = 32, most_lines = 1 << 16;

    std::mutex mutex_;
    std::vector<walk> walks_;  // the longest waiting first
};

}  // namespace tandem::sqlite
