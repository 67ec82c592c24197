// "Certainly not among these", for the send ids of a run.
#pragma once

#include "../../core/bytes.hpp"
#include "../../core/flat_index.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tandem::sqlite {

// Which of 256 parts of a run a hash belongs to.
inline constexpr std::size_t buckets = 256;
constexpr std::size_t bucket_of(std::uint64_t hash) { return static_cast<std::size_t>(hash >> 56); }

// Two bytes a send id, in blocks of one cache line; of 500 that are not there about one seems to be. Where to look follows from the
// hash and the size alone, so many filters can be looked into at once.
class send_filter {
public:
    // One bucket's part, as it is stored; all parts of a run have as many blocks.
    static std::vector<std::uint64_t> part_for(const std::vector<std::uint64_t>& hashes, std::size_t blocks) {
        std::vector<std::uint64_t> part(words_in_block * blocks);
        for (const std::uint64_t h : hashes) {
            std::uint64_t* block = &part[block_in(blocks, h) * words_in_block];
            for_each_bit(h, [&](std::size_t word, std::uint64_t bit) { block[word] |= bit; });
        }
        return part;
    }
    static std::size_t blocks_for(std::size_t sends) { return 1 + sends / buckets / sends_in_block; }

    // All parts at once, with nothing in them yet.
    static send_filter empty_of(std::size_t blocks) {
        send_filter f;
        f.words_.resize(buckets * blocks * words_in_block);
        f.blocks_ = blocks, f.parts_ = buckets;
        return f;
    }
    void add(std::uint64_t hash) {
        std::uint64_t* const block = const_cast<std::uint64_t*>(block_of(hash));
        for_each_bit(hash, [&](std::size_t word, std::uint64_t bit) { block[word] |= bit; });
    }

    // Part after part, in order of bucket.
    void add_part(const std::vector<std::uint64_t>& words) {
        if (parts_++ == 0) blocks_ = words.size() / words_in_block;
        is_sound_ = is_sound_ && blocks_ != 0 && words.size() == blocks_ * words_in_block;
        words_.insert(words_.end(), words.begin(), words.end());
    }
    // As stored: little-endian words.
    void add_part(bytes words) {
        std::vector<std::uint64_t> part;
        for (std::size_t i = 0; i + 8 <= words.size(); i += 8)
            part.push_back(tandem::detail::load(words.data() + i, 8));
        add_part(part);
    }
    bool is_complete() const { return is_sound_ && parts_ == buckets; }

    // Of what is complete.
    bool may_contain(std::uint64_t hash) const {
        const std::uint64_t* const block = block_of(hash);
        bool all = true;
        for_each_bit(hash, [&](std::size_t word, std::uint64_t bit) { all &= (block[word] & bit) != 0; });
        return all;
    }
    void prefetch(std::uint64_t hash) const { tandem::detail::prefetch(block_of(hash), 8); }

private:
    static constexpr std::size_t words_in_block = 8, sends_in_block = 32, bits_of_each = 8;

    const std::uint64_t* block_of(std::uint64_t hash) const {
        return words_.data() + (bucket_of(hash) * blocks_ + block_in(blocks_, hash)) * words_in_block;
    }

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
    std::size_t blocks_ = 0;
    std::size_t parts_ = 0;
    bool is_sound_ = true;
};

}  // namespace tandem::sqlite
