// Time that passes when a test says so.
#pragma once

#include "../core/clock.hpp"

namespace tandem {

class manual_clock {
public:
    manual_clock() = default;
    explicit manual_clock(instant start) : now_{start} {}

    instant now() const { return now_; }
    void set(instant to) { now_ = to; }
    void advance(duration by) { now_ = now_ + by; }

private:
    instant now_{1'700'000'000'000};  // some day in 2023: not 0, which reads like "never"
};
static_assert(time_source<manual_clock>);

}  // namespace tandem
