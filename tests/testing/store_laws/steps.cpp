#include <tandem/testing/store_laws/steps.hpp>

#include <doctest/doctest.h>

using namespace tandem;

TEST_CASE("store_steps: a seed is the same life with every compiler") {
    seeded_random random{1};
    store_steps steps{random, true};
    store_model model;
    std::string life;
    for (int n = 0; n < 200; ++n) {
        const store_step step = steps.nth(n, model);
        life += to_line(step) + "\n" + carry_out(model, step);
    }
    CHECK(hash_bytes(life) == 2742233238756415084u);
}
