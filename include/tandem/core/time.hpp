// Time in milliseconds. Own types, because <chrono> alone costs half of what tandem.hpp may take to compile.
#pragma once

#include <compare>
#include <cstdint>

namespace tandem {

struct duration {
    std::int64_t milliseconds = 0;

    friend auto operator<=>(duration, duration) = default;
    friend constexpr duration operator+(duration a, duration b) { return {a.milliseconds + b.milliseconds}; }
    friend constexpr duration operator*(duration a, std::int64_t n) { return {a.milliseconds * n}; }
};

constexpr duration milliseconds(std::int64_t n) { return {n}; }
constexpr duration seconds(std::int64_t n) { return {n * 1000}; }
constexpr duration minutes(std::int64_t n) { return seconds(n * 60); }
constexpr duration days(std::int64_t n) { return minutes(n * 24 * 60); }

// Milliseconds since 1970 (UTC), as the clock given to the engine tells them.
struct instant {
    std::int64_t milliseconds = 0;

    friend auto operator<=>(instant, instant) = default;
    friend constexpr instant operator+(instant t, duration d) { return {t.milliseconds + d.milliseconds}; }
    friend constexpr instant operator-(instant t, duration d) { return {t.milliseconds - d.milliseconds}; }
    friend constexpr duration operator-(instant a, instant b) { return {a.milliseconds - b.milliseconds}; }
};

}  // namespace tandem
