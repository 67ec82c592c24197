// How long things take, where milliseconds are too coarse.
#pragma once

#include <chrono>
#include <cstdint>

namespace tandem {

// Nanoseconds since whenever, never backwards. Not in the umbrella: <chrono> alone costs half of what that may.
inline std::uint64_t steady_nanoseconds() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

}  // namespace tandem
