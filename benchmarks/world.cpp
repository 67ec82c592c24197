// How many worlds a core lives through in a minute: what decides whether a rare fault is found tonight or next week.
#include "figures.hpp"

#include <tandem/testing/world/run_seeds.hpp>

#include <cstdlib>

namespace tandem::benchmarks {
namespace {

measured seeds_per_minute() {
    std::uint64_t seed = 0;
    const double each = nanoseconds_per(1000, [&] {
        if (!world::seed_passes<world::default_policies>(++seed)) std::abort();
    });
    const double a_minute = 60e9 / each;
    return {a_minute, "seeds/minute", a_minute / 2000, "the least that is useful, 2000"};
}

static const figure worlds{"world/seeds_per_minute", seeds_per_minute};

}  // namespace
}  // namespace tandem::benchmarks
