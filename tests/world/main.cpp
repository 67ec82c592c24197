// tandem_world --seeds N --from S: N small worlds, each decided by its seed alone.
#include "world.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <unistd.h>

namespace {

unsigned long long current_seed = 0;

// An assertion of the engine ends the process, and a world that never comes to an end has to: say which seed it was.
void say_seed(int why) {
    const char* const what = why == SIGALRM ? "hangs" : "aborted";
    std::fprintf(stderr, "%s; again with: tandem_world --from %llu --seeds 1\n", what, current_seed);
    if (why == SIGALRM) std::_Exit(1);
}

template <class P>
void run(const world::plan& p, std::uint64_t seed, world::book& b) {
    world::world<P>{p, seed, b}.run();
}

void run_seed(std::uint64_t seed, world::book& b) {
    tandem::seeded_random chance{seed * 0x9e3779b97f4a7c15u + 1};
    const world::plan p = world::plan::of(chance);
    if (chance.chance(50)) run<world::plain_policies>(p, chance.next(), b);
    else run<world::guarded_policies>(p, chance.next(), b);
}

bool passes(std::uint64_t seed) {
    current_seed = seed;
    alarm(120);  // seconds, for a world that takes milliseconds
    world::book b{false};
    run_seed(seed, b);
    if (!b.failed()) return true;
    world::book traced{true};
    run_seed(seed, traced);
    for (const std::string& line : traced.lines()) std::printf("%s\n", line.c_str());
    if (traced.failure() != b.failure()) std::printf("(the second run differs: the world is not deterministic)\n");
    std::printf("FAILED in step %zu: %s\nagain with: tandem_world --from %llu --seeds 1\n", b.step(),
                b.failure().c_str(), static_cast<unsigned long long>(seed));
    return false;
}

}  // namespace

int main(int argc, char** argv) {
    std::uint64_t seeds = 100, from = 1;
    bool go_on = false;
    for (int i = 1; i < argc; ++i) {
        const bool more = i + 1 < argc;
        if (!std::strcmp(argv[i], "--seeds") && more) seeds = std::strtoull(argv[++i], nullptr, 10);
        else if (!std::strcmp(argv[i], "--from") && more) from = std::strtoull(argv[++i], nullptr, 10);
        else if (!std::strcmp(argv[i], "--go-on")) go_on = true;
        else return std::fprintf(stderr, "tandem_world [--seeds N] [--from S] [--go-on]\n"), 2;
    }
    std::signal(SIGABRT, say_seed);
    std::signal(SIGALRM, say_seed);
    const auto begin = std::chrono::steady_clock::now();
    std::uint64_t failed = 0, done = 0;
    for (std::uint64_t seed = from; seed < from + seeds && (go_on || failed == 0); ++seed, ++done)
        failed += !passes(seed);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf("%llu worlds, %llu failed, %.0f worlds a second\n", static_cast<unsigned long long>(done),
                static_cast<unsigned long long>(failed), static_cast<double>(done) / took.count());
    return failed == 0 ? 0 : 1;
}
