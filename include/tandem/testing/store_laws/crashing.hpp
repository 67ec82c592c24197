// What must be there when the machine died.
#pragma once

#include "shadowed.hpp"

namespace tandem {

// Thrown where a store owns up to what it may have lost.
struct another_epoch {};

struct laws_of_crashing {
    // One life, in which the machine dies in its nth call; then the rest of it, and the machine dies at the end.
    static bool one_crash(store_probe& s, const store_life& life) {
        shadowed_store both{s, life};
        const epoch before = both.epoch();
        const auto restart = [&](const std::string& when) {
            both.store().restart();
            if (both.epoch() != before) throw another_epoch{};
            both.settle_doubt(when);
        };
        both.store().crash_at(life.nth);
        bool struck = false;
        for (int i = 0; i < life.steps; ++i) {
            const store_step step = both.nth(i);
            if (both.tried(step) && !both.store().crashed()) continue;
            expect(!struck, "a verb failed although the machine is sound again: " + to_line(step));
            struck = true;
            restart("after a crash within step " + std::to_string(i + 1) + ", " + to_line(step));
            both.repeat(step);
        }
        both.store().crash_at(0);
        restart("after a crash at the end");
        return struck;
    }
};

}  // namespace tandem
