// Which sends were stored lately, so that a retry is harmless.
#pragma once

#include "sent.hpp"

#include "../core/flat_index.hpp"

#include <cassert>
#include <memory>
#include <vector>

namespace tandem {

// The newest sends in a ring of blocks, oldest first, found by (sender, send id). What is older than the horizon goes;
// so does the oldest when the window is full, hence its memory is bounded whatever the peers do. Keys are kept here and
// not with the entries: a trimmed entry's send id still counts.
class dedup_window {
public:
    struct bounds {
        duration horizon = days(7);
        std::size_t sends = std::size_t{1} << 26;
    };

    struct row : sent {
        tandem::send_id send_id;
        std::uint32_t sender;
    };

    dedup_window() : dedup_window{bounds{}} {}
    explicit dedup_window(bounds b, std::uint64_t seed = 0) : bounds_{b}, seed_{seed} {
        assert(b.sends > 0 && "a dedup window of no size remembers nothing");
    }

    // The caller knows that it is not there yet, and that time does not run backwards by much.
    void add(const row& sent) { add(sent, hash_of(sent.sender, sent.send_id)); }
    void add(const row& sent, std::uint64_t hash) {
        expire(sent.time);
        if (size() == bounds_.sends) drop_oldest();
        make_room();
        at(next_) = sent;
        index_.insert(hash, next_);
        next_ = after(next_);
    }

    void expire(instant now) {
        while (size() != 0 && at(oldest_).time < now - bounds_.horizon) drop_oldest();
    }

    const row* find(std::uint32_t sender, const tandem::send_id& id) const {
        return find(sender, id, hash_of(sender, id));
    }
    const row* find(std::uint32_t sender, const tandem::send_id& id, std::uint64_t hash) const {
        const std::uint32_t n = index_.find(hash, [&](std::uint32_t candidate) {
            const row& r = at(candidate);
            return r.sender == sender && r.send_id == id;
        });
        return n == flat_index::none ? nullptr : &at(n);
    }

    // For those who fetch ahead, look up and add: the hash once for all. Never 0.
    std::uint64_t hash_of(std::uint32_t sender, const tandem::send_id& id) const {
        return hash(id, seed_ ^ detail::mix(sender, 0x9e3779b97f4a7c15u)) | 1;
    }
    void prefetch(std::uint64_t hash) const { index_.prefetch(hash); }

    std::size_t size() const { return index_.size(); }

private:
    // Rows are counted through, so their numbers outlive a growing ring. The count never takes the index's `none`.
    static constexpr std::uint32_t wrap = 0x80000000u;
    static constexpr std::uint32_t block_size = 256;

    static std::uint32_t after(std::uint32_t n) { return (n + 1) & (wrap - 1); }
    std::size_t block_of(std::uint32_t n) const { return n / block_size & (ring_.size() - 1); }
    row& at(std::uint32_t n) { return ring_[block_of(n)][n % block_size]; }
    const row& at(std::uint32_t n) const { return ring_[block_of(n)][n % block_size]; }

    void drop_oldest() {
        const row& r = at(oldest_);
        index_.erase(hash_of(r.sender, r.send_id), oldest_);
        oldest_ = after(oldest_);
    }

    // The next block is the oldest one when the ring has gone round; only blocks move when it grows, never rows.
    void make_room() {
        const bool enters_block = next_ % block_size == 0;
        if (!enters_block && !ring_.empty()) return;
        if (ring_.empty() || (size() != 0 && block_of(next_) == block_of(oldest_))) grow();
        auto& block = ring_[block_of(next_)];
        if (!block) block = std::make_unique<row[]>(block_size);
    }

    void grow() {
        std::vector<std::unique_ptr<row[]>> wider(ring_.empty() ? 1 : ring_.size() * 2);
        std::uint32_t first = oldest_ / block_size;
        for (std::size_t left = ring_.size(); left != 0; --left, first = (first + 1) % (wrap / block_size))
            wider[first & (wider.size() - 1)] = std::move(ring_[first & (ring_.size() - 1)]);
        ring_ = std::move(wider);
    }

    bounds bounds_;
    std::uint64_t seed_;
    flat_index index_;
    std::vector<std::unique_ptr<row[]>> ring_;  // of blocks; their count is a power of two
    std::uint32_t oldest_ = 0;
    std::uint32_t next_ = 0;
};

}  // namespace tandem
