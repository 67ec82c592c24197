// Rates per user and per conversation, for those who used some of theirs lately.
#pragma once

#include "../core/flat_index.hpp"
#include "../core/token_bucket.hpp"

namespace tandem {

// A full bucket is the same as none, so the table holds only buckets that are not full, and sweeps the others out before
// it grows.
class rate_table {
public:
    explicit rate_table(rate allowed) : allowed_{allowed} {}

    // `who` is a seeded hash. Zero: taken; otherwise how long to wait.
    duration take(std::uint64_t who, instant now, std::uint32_t amount = 1) {
        if (allowed_.per_second == 0) return {};
        token_bucket& b = bucket_of(who, now);
        return b.take(allowed_, now, amount) ? duration{} : b.wait(allowed_, now, amount);
    }

    std::size_t size() const { return buckets_.size(); }

private:
    struct owned {
        std::uint64_t who;
        token_bucket bucket;
    };

    token_bucket& bucket_of(std::uint64_t who, instant now) {
        const auto same = [&](std::uint32_t n) { return buckets_[n].who == who; };
        if (const std::uint32_t n = index_.find(who, same); n != flat_index::none) return buckets_[n].bucket;
        if (buckets_.size() >= sweep_at_) sweep(now);
        index_.insert(who, static_cast<std::uint32_t>(buckets_.size()));
        return buckets_.emplace_back(owned{who, {}}).bucket;
    }

    void sweep(instant now) {
        std::erase_if(buckets_, [&](const owned& o) { return o.bucket.is_full(now); });
        index_ = {};
        for (std::uint32_t n = 0; n < buckets_.size(); ++n) index_.insert(buckets_[n].who, n);
        sweep_at_ = buckets_.size() * 2 > 1024 ? buckets_.size() * 2 : 1024;
    }

    rate allowed_;
    std::vector<owned> buckets_;
    flat_index index_;
    std::size_t sweep_at_ = 1024;
};

}  // namespace tandem
