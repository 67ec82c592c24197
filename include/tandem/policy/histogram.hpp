// How long something took, often: counted in buckets, nothing kept of the single time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tandem {

// From a microsecond to ten seconds, each bucket about four times as wide as the one before. Adding allocates nothing.
class histogram {
public:
    struct bound {
        std::uint64_t nanoseconds;  // included
        std::string_view seconds;   // the same, as a text
    };
    static constexpr std::array<bound, 13> bounds{{
        {1'000, "1e-06"},
        {4'000, "4e-06"},
        {16'000, "1.6e-05"},
        {64'000, "6.4e-05"},
        {250'000, "0.00025"},
        {1'000'000, "0.001"},
        {4'000'000, "0.004"},
        {16'000'000, "0.016"},
        {64'000'000, "0.064"},
        {250'000'000, "0.25"},
        {1'000'000'000, "1"},
        {4'000'000'000, "4"},
        {10'000'000'000, "10"},
    }};

    void add(std::uint64_t nanoseconds) {
        std::size_t bucket = 0;
        while (bucket < bounds.size() && nanoseconds > bounds[bucket].nanoseconds) ++bucket;
        ++counts_[bucket];
        sum_ += nanoseconds;
    }

    // In this bucket alone; the one behind the last bound has what took longer.
    std::uint64_t count_in(std::size_t bucket) const { return counts_[bucket]; }
    std::uint64_t sum() const { return sum_; }  // nanoseconds

private:
    std::array<std::uint64_t, bounds.size() + 1> counts_{};
    std::uint64_t sum_ = 0;
};

}  // namespace tandem
