// Chance that can be repeated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

namespace tandem {

// splitmix64: the same seed gives the same numbers on every machine, which <random>'s distributions do not promise.
class seeded_random {
public:
    explicit seeded_random(std::uint64_t seed) : state_{seed} {}

    std::uint64_t next() {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }

    // 0 … limit - 1. The bias is far below anything a test could notice.
    std::uint64_t below(std::uint64_t limit) { return limit == 0 ? 0 : next() % limit; }
    bool chance(unsigned percent) { return below(100) < percent; }

    template <class Container>
    auto& pick(Container& from) {
        return from[static_cast<std::size_t>(below(std::size(from)))];
    }

private:
    std::uint64_t state_;
};

}  // namespace tandem
