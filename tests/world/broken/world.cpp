// The world in which broken rules are looked for: with guards, and in the smallest dialect, so that it compiles fast.
#include "tandem/testing/world/run_seeds.hpp"

namespace {

struct guarded : tandem::world::default_policies {
    static constexpr bool is_guarded = true;
};

}  // namespace

int main(int argc, char** argv) { return tandem::world::run_seeds<guarded>(argc, argv); }
