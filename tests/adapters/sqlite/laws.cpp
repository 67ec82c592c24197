#include <tandem/adapters/sqlite/sqlite_store.hpp>

#include "adapters/sqlite/folder.hpp"
#include "store/worker_fixture.hpp"

#include <tandem/testing/store_laws.hpp>

#include <doctest/doctest.h>

using namespace tandem;

namespace {

struct sqlite_bench {
    sqlite_options options{};
    folder here{};
    int files = 0;

    sqlite_store make() { return ++files, restart(); }
    sqlite_store restart() { return std::move(*sqlite_store::open(here.file(std::to_string(files)), options)); }
};

// An SQLite file, a worker that works on it, and one who asks it.
struct household {
    household(sqlite_store s, test_loop& loop) : store{std::move(s)}, asker{disk, loop.post()} {}
    worker_store<sqlite_store&>& operator*() { return asker; }

    sqlite_store store;
    worker<sqlite_store&> disk{store};
    worker_store<sqlite_store&> asker;
};

struct worker_bench {
    sqlite_bench files{};
    test_loop loop{};

    household make() { return {files.make(), loop}; }
    household restart() { return {files.restart(), loop}; }
    void settle(worker_store<sqlite_store&>& asker) {
        loop.run_until([&] { return asker.waiting() == 0; });
    }
};

struct broken_only {
    void operator()(const law_verdict& v) const {
        const bool broken = v.became == law_verdict::what::broken;
        CHECK_MESSAGE(!broken, v.name, ": ", v.why, "\nagain: ", v.replay);
    }
};

constexpr store_trials fewer{.by_chance = {1, 3, 200}, .restarting = {1, 2, 40}};

}  // namespace

TEST_SUITE("store_laws/sqlite_store") {
    TEST_CASE("an embedded store keeps the laws, and what it was told when it is opened again") {
        sqlite_bench bench{{.settle_after = 40}};
        CHECK(store_laws(bench, broken_only{}, fewer));
    }

    TEST_CASE("so it does behind a worker") {
        worker_bench bench;
        CHECK(store_laws(bench, broken_only{}, fewer));
    }
}
