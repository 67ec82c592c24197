#include <tandem/adapters/sqlite/sqlite_store.hpp>

#include "raw_database.hpp"
#include "stored_life.hpp"
#include "unsafe_disk.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <optional>
#include <string>

using namespace tandem;

namespace {

constexpr medium media[] = {{512, false}, {512, true}, {4096, false}, {4096, true}};

// Small enough for everything to happen in a short life: checkpoints, runs of send ids.
sqlite_options on(const unsafe_disk& disk, std::uint64_t seed) {
    sqlite_options o;
    o.vfs = disk.name();
    o.settle_after = seed % 2 == 0 ? 60 : 12, o.checkpoint_pages = seed % 3 == 0 ? 100 : 30;
    return o;
}

// A machine that keeps losing its power, with a store on it whose process is killed now and then, too.
class unlucky_life {
public:
    unlucky_life(std::uint64_t seed, bool lies_about_sync = false)
        : seed_{seed}, random_{seed}, disk_{{media[seed % 4], lies_about_sync, seed}}, life_{seed} {}

    // Throws broken_law.
    void live(int crashes, std::uint64_t longest, int steps) {
        for (int i = 0; i < crashes; ++i) {
            auto store = start();
            life_.find_again(store);
            disk_.crash_at(1 + random_.below(longest));
            for (int k = 0; k < steps && life_.step(store); ++k) {}
            expect(disk_.is_off() || life_.is_well(), "a step failed while there was power: " + life_.why().detail);
        }
        auto store = start();
        life_.find_again(store);
        expect(raw_database{disk_.name()}.ask("PRAGMA integrity_check") == "ok", "the file is damaged");
        for (int k = 0; k < steps / 2; ++k) expect(life_.step(store), "the store works no more");
        life_.compare(store);
    }

private:
    // Now and then the power fails while the file is opened, too.
    sqlite_store start() {
        if (random_.chance(40)) disk_.kill();
        else disk_.crash(random_.next());
        while (random_.chance(30)) {
            disk_.crash_at(1 + random_.below(12));
            static_cast<void>(sqlite_store::open("log.db", on(disk_, seed_)));
            if (random_.chance(40)) disk_.kill();
            else disk_.crash(random_.next());
        }
        auto store = sqlite_store::open("log.db", on(disk_, seed_));
        if (!store) throw broken_law{"the file cannot be opened: " + store.error().detail};
        const epoch now = store->head()->epoch;
        expect(!epoch_ || *epoch_ == now, "a log that lost nothing has another epoch");
        if (life_.steps_done() != 0) epoch_ = now;
        return std::move(*store);
    }

    std::uint64_t seed_;
    seeded_random random_;
    unsafe_disk disk_;
    stored_life life_;
    std::optional<epoch> epoch_;
};

std::string broken_in(std::uint64_t seed, bool lies_about_sync = false) {
    try {
        unlucky_life{seed, lies_about_sync}.live(3, seed % 3 == 0 ? 30 : 250, seed % 10 == 0 ? 200 : 60);
        return {};
    } catch (const broken_law& broken) { return broken.why; }
}

// TANDEM_POWER_LOSSES=20000 tries so many lives.
std::uint64_t lives_to_try(std::uint64_t usually) {
    const char* wanted = std::getenv("TANDEM_POWER_LOSSES");
    return wanted ? std::strtoull(wanted, nullptr, 10) : usually;
}

}  // namespace

TEST_SUITE("sqlite_store: power loss") {
    TEST_CASE("what was answered is there, at its place, after any loss of power; what was not is there whole or not "
              "at all") {
        const std::uint64_t lives = lives_to_try(100);
        for (std::uint64_t seed = 1; seed <= lives; ++seed) {
            CAPTURE(seed);
            CHECK(broken_in(seed) == "");
        }
    }

    TEST_CASE("a disk that lies about syncs is found out") {
        int broken = 0;
        for (std::uint64_t seed = 1; seed <= 8; ++seed) broken += broken_in(seed, true) != "" ? 1 : 0;
        CHECK(broken >= 4);
    }
}
