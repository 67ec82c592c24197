// Identities for logs.
#pragma once

#include "../core/clock.hpp"
#include "../core/entry.hpp"

#include <atomic>

namespace tandem {

// Milliseconds since 1970, and never the same twice in a process: for a log that begins empty.
inline epoch fresh_epoch() {
    static std::atomic<std::uint64_t> last{0};
    const auto now = static_cast<std::uint64_t>(system_clock{}.now().milliseconds);
    std::uint64_t before = last.load(), next = 0;
    do next = std::max(now, before + 1);
    while (!last.compare_exchange_weak(before, next));
    return {next};
}

}  // namespace tandem
