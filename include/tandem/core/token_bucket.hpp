// How much of something is allowed, in eight bytes per who.
#pragma once

#include "time.hpp"

namespace tandem {

// `per_second` on the long run, `burst` at once. per_second == 0 means no limit.
struct rate {
    std::uint32_t per_second = 0;
    std::uint32_t burst = 0;
};

// A full bucket is all zeroes, so an idle owner needs no state at all. It remembers the moment at which it will be full
// again; taking n moves that moment by n / per_second, and it may be at most burst / per_second ahead of now.
class token_bucket {
public:
    bool take(const rate& allowed, instant now, std::uint32_t amount = 1) {
        if (allowed.per_second == 0) return true;
        const std::int64_t now_us = now.milliseconds * 1000;
        const std::int64_t start = full_at_us_ > now_us ? full_at_us_ : now_us;
        const std::int64_t then = start + cost(allowed, amount);
        if (then - now_us > room_for(allowed, amount)) return false;
        full_at_us_ = then;
        return true;
    }

    // How long until `amount` can be taken.
    duration wait(const rate& allowed, instant now, std::uint32_t amount = 1) const {
        if (allowed.per_second == 0) return {};
        const std::int64_t now_us = now.milliseconds * 1000;
        const std::int64_t start = full_at_us_ > now_us ? full_at_us_ : now_us;
        const std::int64_t over = start + cost(allowed, amount) - now_us - room_for(allowed, amount);
        return {over > 0 ? (over + 999) / 1000 : 0};
    }

    bool is_full(instant now) const { return full_at_us_ <= now.milliseconds * 1000; }

private:
    // More than the burst is let through when the bucket is full: otherwise it never would be.
    static std::int64_t room_for(const rate& allowed, std::uint32_t amount) {
        return cost(allowed, allowed.burst > amount ? allowed.burst : amount);
    }

    static std::int64_t cost(const rate& allowed, std::uint32_t amount) {
        return static_cast<std::int64_t>(amount) * 1'000'000 / allowed.per_second;
    }

    std::int64_t full_at_us_ = 0;
};

}  // namespace tandem
