// The only source of time the engine knows.
#pragma once

#include "time.hpp"

#include <concepts>
#include <ctime>

namespace tandem {

// Matches when `now()` tells milliseconds since 1970. It may stand still, it should not run backwards; the engine reads it once
// a turn.
template <class T>
concept time_source = requires(T& c) {
    { c.now() } -> std::same_as<instant>;
};

struct system_clock {
    instant now() const {
        std::timespec t{};
        std::timespec_get(&t, TIME_UTC);
        return {static_cast<std::int64_t>(t.tv_sec) * 1000 + t.tv_nsec / 1'000'000};
    }
};
static_assert(time_source<system_clock>);

}  // namespace tandem
