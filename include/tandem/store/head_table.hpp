// How far each conversation has come, by conversation number.
#pragma once

#include "../core/flat_index.hpp"
#include "../protocol/pages.hpp"

#include <algorithm>
#include <vector>

namespace tandem {

// Seqs and numbers only grow; trimming moves first_kept and nothing else.
class head_table {
public:
    // The next entry of `conversation` got this position.
    const conversation_head& advance(std::uint32_t conversation, position at, bool countable) {
        if (conversation >= rows_.size()) rows_.resize(conversation + std::size_t{1});
        conversation_head& head = rows_[conversation].head;
        head.seq = head.seq.next();
        head.position = at;
        head.number += countable ? 1 : 0;
        return head;
    }

    void restore(std::uint32_t conversation, const conversation_head& head, std::uint64_t number_before) {
        if (conversation >= rows_.size()) rows_.resize(conversation + std::size_t{1});
        rows_[conversation] = {head, number_before};
    }

    // `number_before`: the number of the last entry that goes. Call it for a first_kept that `may_trim` has given.
    void trim(std::uint32_t conversation, seq first_kept, std::uint64_t number_before) {
        rows_[conversation].head.first_kept = first_kept;
        rows_[conversation].number_before = number_before;
    }

    // What of `first_kept` can be done: never backwards, never beyond what was given out.
    seq may_trim(std::uint32_t conversation, seq first_kept) const {
        const conversation_head& head = (*this)[conversation];
        return std::clamp(first_kept, head.first_kept, head.seq.next());
    }

    const conversation_head& operator[](std::uint32_t conversation) const {
        static constexpr conversation_head nothing_yet{};
        return conversation < rows_.size() ? rows_[conversation].head : nothing_yet;
    }

    void prefetch(std::uint32_t conversation) const {
        if (conversation < rows_.size()) detail::prefetch(rows_[conversation]);
    }

    // Countable entries before first_kept.
    std::uint64_t number_before_kept(std::uint32_t conversation) const {
        return conversation < rows_.size() ? rows_[conversation].number_before : 0;
    }

private:
    struct row {
        conversation_head head;
        std::uint64_t number_before = 0;
    };

    std::vector<row> rows_;
};

}  // namespace tandem
