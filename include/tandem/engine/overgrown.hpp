// Conversations that have grown over what is to be kept of them.
#pragma once

#include "../core/entry.hpp"

#include <vector>

namespace tandem {

// What of a conversation may go: everything before `first_kept`, but never one of its newest `keep`.
struct excess {
    conversation_id conversation{};
    seq first_kept{};
    std::uint64_t keep = 0;
};

// Hears of every entry and notes every so many of a conversation, so nothing is remembered of conversations at rest. What
// finds no room is noted again with one of its later entries.
class overgrown {
public:
    // 0: everything is kept.
    explicit overgrown(std::uint64_t keep) : keep_{keep}, slack_{std::max<std::uint64_t>(16, keep / 8)} {}

    void told(const entry& e) {
        const std::uint64_t s = e.place.seq.value;
        if (keep_ == 0 || s <= keep_ || s % slack_ != 0 || noted_.size() == most) return;
        noted_.push_back({e.conversation, seq{s - keep_ + 1}, keep_});
    }

    bool empty() const { return noted_.empty(); }
    std::vector<excess> take() { return std::exchange(noted_, {}); }

private:
    static constexpr std::size_t most = 16 * 1024;

    std::uint64_t keep_;
    std::uint64_t slack_;
    std::vector<excess> noted_;
};

}  // namespace tandem
