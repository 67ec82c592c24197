// "Certainly not among these", for the send ids of a run.
#pragma once

#include "../../core/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tandem::sqlite {

// Which of 256 parts of a run a hash belongs to.
inline constexpr std::size_t buckets = 256;
constexpr std::size_t bucket_of(std::uint64_t hash) { return static_cast<std::size_t>(hash >> 56); }

// Two bytes a send id, in blocks of one cache line; of 500 that are not there about one seems to be.
class send_filter {
public:
    // One bucket's part, as it is stored.
    static std::vector<std::uint64_t> part_for(const std::vector<std::uint64_t>& hashes) {
        std::vector<std::uint64_t> part(words_in_block * (1 + hashes.size() / sends_in_block));
        for (const std::uint64_t h : hashes) {
            std::uint64_t* block = &part[block_in(part.size() / words_in_block, h) * words_in_block];
            for_each_bit(h, [&](std::size_t word, std::uint64_t bit) { block[word] |= bit; });
        }
        return part;
    }

    // Part after part, in order of bucket.
    void add_part(const std::uint64_t* words, std::size_t count) {
        words_.insert(words_.end(), words, words + count);
        if (parts_ < buckets) begins_[++parts_] = static_cast<std::uint32_t>(words_.size());
    }

    // As stored: little-endian words.
    void add_part(bytes words) {
        std::vector<std::uint64_t> part;
        for (std::size_t i = 0; i + 8 <= words.size(); i += 8)
            part.push_back(tandem::detail::load(words.data() + i, 8));
        add_part(part.data(), part.size());
    }

    bool may_contain(std::uint64_t hash) const {
        const std::size_t begin = begins_[bucket_of(hash)], end = begins_[bucket_of(hash) + 1];
        const std::uint64_t* block = &words_[begin + block_in((end - begin) / words_in_block, hash) * words_in_block];
        bool all = true;
        for_each_bit(hash, [&](std::size_t word, std::uint64_t bit) { all &= (block[word] & bit) != 0; });
        return all;
    }

    bool is_complete() const { return parts_ == buckets; }

private:
    static constexpr std::size_t words_in_block = 8, sends_in_block = 32, bits_of_each = 8;

    // Bits 24 to 55: those above chose the bucket, those below choose the bits.
    static std::size_t block_in(std::size_t blocks, std::uint64_t hash) {
        return static_cast<std::size_t>((hash >> 24 & 0xffffffffu) * blocks >> 32);
    }

    template <class F>
    static void for_each_bit(std::uint64_t hash, F f) {
        std::uint64_t at = hash, step = hash >> 9 | 1;
        for (std::size_t i = 0; i < bits_of_each; ++i, at += step)
            f(static_cast<std::size_t>(at >> 6 & 7), std::uint64_t{1} << (at & 63));
    }

    std::vector<std::uint64_t> words_;
    std::array<std::uint32_t, buckets + 1> begins_{};
    std::size_t parts_ = 0;
};

}  // namespace tandem::sqlite
