// N small worlds, each decided by its seed alone.
#pragma once

#include "simulation.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace tandem::world {

namespace detail {

inline std::uint64_t current_seed = 0;

// An assertion of the engine ends the process: say which seed it was.
inline void say_seed(int) {
    std::fprintf(stderr, "aborted; again with: --from %llu --seeds 1\n", static_cast<unsigned long long>(current_seed));
}

template <class P>
void run_seed(std::uint64_t seed, book& b) {
    seeded_random chance{seed * 0x9e3779b97f4a7c15u + 1};
    const plan p = plan::of(chance);
    const auto run = std::make_unique<simulation<P>>(p, chance.next(), b);
    run->run();
}

// With one of these policies, chosen by the seed.
template <class First, class... More>
void run_one_of(std::uint64_t seed, std::uint64_t which, book& b) {
    if constexpr (sizeof...(More) != 0)
        if (which != 0) return run_one_of<More...>(seed, which - 1, b);
    run_seed<First>(seed, b);
}

}  // namespace detail

// Says what failed, with the line that runs it again; a failed seed is run once more, for the story of it.
template <class... Ps>
bool seed_passes(std::uint64_t seed) {
    detail::current_seed = seed;
    const std::uint64_t which = seeded_random{seed}.below(sizeof...(Ps));
    book b{false};
    detail::run_one_of<Ps...>(seed, which, b);
    if (!b.failed()) return true;
    book traced{true};
    detail::run_one_of<Ps...>(seed, which, traced);
    for (const std::string& line : traced.lines()) std::printf("%s\n", line.c_str());
    if (traced.failure() != b.failure()) std::printf("(the second run differs: the world is not deterministic)\n");
    std::printf("FAILED in step %zu: %s\nagain with: --from %llu --seeds 1\n", b.step(), b.failure().c_str(),
                static_cast<unsigned long long>(seed));
    return false;
}

// A program's main: --seeds N --from S, --go-on after a failure.
//   struct my_world : tandem::world::default_policies { using store = my_store; … };
//   int main(int argc, char** argv) { return tandem::world::run_seeds<my_world>(argc, argv); }
template <class... Ps>
int run_seeds(int argc, char** argv) {
    std::uint64_t seeds = 50, from = 1;
    bool go_on = false;
    for (int i = 1; i < argc; ++i) {
        const bool more = i + 1 < argc;
        if (!std::strcmp(argv[i], "--seeds") && more) seeds = std::strtoull(argv[++i], nullptr, 10);
        else if (!std::strcmp(argv[i], "--from") && more) from = std::strtoull(argv[++i], nullptr, 10);
        else if (!std::strcmp(argv[i], "--go-on")) go_on = true;
        else return std::fprintf(stderr, "%s [--seeds N] [--from S] [--go-on]\n", argv[0]), 2;
    }
    std::signal(SIGABRT, detail::say_seed);
    const auto begin = std::chrono::steady_clock::now();
    std::uint64_t failed = 0, done = 0;
    for (std::uint64_t seed = from; seed < from + seeds && (go_on || failed == 0); ++seed, ++done)
        failed += !seed_passes<Ps...>(seed);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf("seeds %llu to %llu: %llu worlds, %llu failed, %.0f a minute\n", static_cast<unsigned long long>(from),
                static_cast<unsigned long long>(from + done - 1), static_cast<unsigned long long>(done),
                static_cast<unsigned long long>(failed), static_cast<double>(done) * 60 / took.count());
    return failed == 0 ? 0 : 1;
}

}  // namespace tandem::world
