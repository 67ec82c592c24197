// Which entry stands at which seq, by conversation number.
#pragma once

#include "../core/chunked.hpp"
#include "../core/entry.hpp"
#include "../core/flat_index.hpp"
#include "../core/number_pool.hpp"

#include <array>

namespace tandem {

// Sixteen seqs share one cache line, and lines come from one pool: a conversation that grows never moves what it has.
class seq_table {
public:
    // `s` is the seq after the last one.
    void add(std::uint32_t conversation, seq s, std::uint32_t number) {
        if (conversation >= rows_.size()) rows_.resize(conversation + std::size_t{1});
        row& r = rows_[conversation];
        if (place_in_block(s) == 0) begin_block(r);
        blocks_[r.last][place_in_block(s)] = number;
    }

    // Of what was added and not trimmed.
    std::uint32_t at(std::uint32_t conversation, seq s) const {
        const row& r = rows_[conversation];
        const std::size_t which = block_of(s) - r.before;
        return blocks_[which == r.full.size() ? r.last : r.full[which]][place_in_block(s)];
    }

    void trim(std::uint32_t conversation, seq first_kept) {
        row& r = rows_[conversation];
        const std::size_t gone = std::min(block_of(first_kept) - r.before, r.full.size());
        for (; r.gone < gone; ++r.gone) numbers_.give_back(r.full[r.gone]);
        if (2 * gone > r.full.size()) close_ranks(r);
    }

    // An `add` comes soon: first the one for all that come, then the other.
    void prefetch(std::uint32_t conversation) const {
        if (conversation < rows_.size()) detail::prefetch(rows_[conversation]);
    }
    void prefetch_end(std::uint32_t conversation) const {
        if (conversation < rows_.size() && rows_[conversation].last != none)
            detail::prefetch(blocks_[rows_[conversation].last]);
    }

private:
    static constexpr std::uint32_t none = flat_index::none;
    static constexpr std::size_t in_block = 16;
    struct alignas(64) block : std::array<std::uint32_t, in_block> {};

    struct row {
        std::vector<std::uint32_t> full;  // numbers of blocks, those before the last one
        std::size_t before = 0;           // how many blocks went before them
        std::uint32_t gone = 0;           // how many of them, at the start, are given back already
        std::uint32_t last = none;
    };

    static std::size_t block_of(seq s) { return static_cast<std::size_t>((s.value - 1) / in_block); }
    static std::size_t place_in_block(seq s) { return static_cast<std::size_t>((s.value - 1) % in_block); }

    void begin_block(row& r) {
        if (r.last != none) r.full.push_back(r.last);
        r.last = numbers_.take();
        if (r.last == blocks_.size()) blocks_.add();
    }

    // Not at every trim: what is kept of a large conversation would move again and again.
    static void close_ranks(row& r) {
        r.full.erase(r.full.begin(), r.full.begin() + static_cast<std::ptrdiff_t>(r.gone));
        r.before += std::exchange(r.gone, 0);
    }

    std::vector<row> rows_;
    chunked<block> blocks_;
    number_pool numbers_;
};

}  // namespace tandem
