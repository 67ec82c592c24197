// What must hold when a call of the machine below fails.
#pragma once

#include "shadowed.hpp"

namespace tandem {

struct laws_of_failing {
    // One life, in which the nth call fails, once. What the store says of it is so, and it goes on. A client repeats what
    // failed, or does not.
    static bool one_call(store_probe& s, const store_life& life) {
        shadowed_store both{s, life};
        const epoch before = both.epoch();
        both.store().break_at(life.nth);
        for (int i = 0; i < life.steps; ++i) {
            const store_step step = both.nth(i);
            if (!both.try_to(step) && both.random().chance(50) && !both.try_to(step))
                throw broken_law{"one call fails, and so does every later one: " + to_line(step)};
            if (both.random().chance(50)) both.look();
        }
        const bool struck = both.store().break_at(0);
        both.settle_doubt("at the end");
        expect(both.epoch() == before, "a failed call made a new epoch");
        if (both.store().restarts()) {
            both.store().restart();
            both.settle_doubt("after a restart at the end");
        }
        return struck;
    }
};

}  // namespace tandem
