// How long a client waits before it tries again.
#pragma once

#include "../core/bytes.hpp"
#include "../core/time.hpp"

#include <algorithm>

namespace tandem {

// Anything from nothing to a bound that doubles with each failure, up to a most: of a thousand clients whose server has gone, no
// two come back together. `seed` is the client's own.
class backoff {
public:
    explicit backoff(std::uint64_t seed, duration first = seconds(1), duration most = seconds(30))
        : state_{seed}, first_{first}, most_{most} {}

    // After one more failure.
    duration next() {
        bound_ = bound_.milliseconds == 0 ? first_ : std::min(bound_ * 2, most_);
        return any_below(std::min(bound_, most_));
    }
    // Behind a moment that others were told as well.
    duration any_below(duration bound) {
        state_ = detail::mix(state_ ^ detail::odd_a, ++count_ ^ detail::odd_b);
        const auto below = static_cast<std::uint64_t>(std::max<std::int64_t>(bound.milliseconds, 0)) + 1;
        return {static_cast<std::int64_t>(state_ % below)};
    }
    void succeeded() { bound_ = {}; }
    // Of the same measure, with other chances.
    backoff of_its_own(std::uint64_t number) const { return backoff{state_ ^ (number + 1), first_, most_}; }

private:
    std::uint64_t state_;
    std::uint64_t count_ = 0;
    duration first_, most_;
    duration bound_{};
};

}  // namespace tandem
