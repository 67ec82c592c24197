#include <tandem/adapters/sqlite/sqlite_store.hpp>

#include "adapters/sqlite/folder.hpp"
#include "adapters/sqlite/unsafe_disk.hpp"
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

// A disk that breaks on order, at a write or a sync, and loses its power.
struct unsafe_bench {
    enum class breaking { writes, syncs, reads };
    breaking breaks = breaking::writes;
    std::unique_ptr<unsafe_disk> disk{};
    std::uint64_t planned = 0, before = 0, crashes = 0;

    sqlite_store make() { return disk = std::make_unique<unsafe_disk>(), restart(); }
    sqlite_store restart() {
        if (disk->is_off()) disk->crash(++crashes);
        disk->crash_at(0);
        sqlite_options options{.settle_after = 40};
        options.vfs = disk->name();
        return std::move(*sqlite_store::open("log.db", options));
    }
    // Whether it has struck is not told; if there were fewer operations it has not.
    bool break_at(std::size_t n) {
        const bool struck = planned != 0 && disk->operations() - before >= planned;
        disk->repair();
        planned = n, before = disk->operations();
        if (n == 0) return struck;
        if (breaks == breaking::writes) disk->fail_write_at(n);
        else if (breaks == breaking::syncs) disk->fail_sync_at(n);
        else disk->fail_read_at(n);
        return struck;
    }
    void crash_at(std::size_t n) {
        if (n != 0) disk->crash_at(n);
        else if (!disk->is_off()) disk->crash(++crashes);
    }
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

// And which guarantees are not earned.
struct earned_all : broken_only {
    using broken_only::operator();
    void operator()(const store_worth& worth) const {
        for (const guarantee_verdict& g : worth.guarantees())
            if (g.became != guarantee_verdict::what::earned) missing->push_back(g.guarantee);
    }
    std::vector<std::string>* missing;
};

constexpr store_trials fewer{.by_chance = {1, 3, 200}, .restarting = {1, 2, 40}};

}  // namespace

TEST_SUITE("store_laws/sqlite_store") {
    TEST_CASE("an embedded store keeps the laws, and what it was told when it is opened again") {
        sqlite_bench bench{{.settle_after = 40}};
        CHECK(store_laws(bench, broken_only{}, fewer));
    }

    TEST_CASE("on a disk that fails it earns everything") {
        unsafe_bench bench;
        std::vector<std::string> missing;
        CHECK(store_laws(bench, earned_all{{}, &missing}, {.by_chance = {1, 1, 100}, .failing = {1, 1, 12}}));
        CHECK(missing.empty());
    }

    TEST_CASE("it does not matter how the disk fails") {
        for (const auto breaks : {unsafe_bench::breaking::syncs, unsafe_bench::breaking::reads}) {
            unsafe_bench bench{breaks};
            CHECK(store_laws(bench, broken_only{},
                             {.failing = {1, 1, 12}, .only = {"a failed call did nothing, or all of it"}}));
        }
    }

    TEST_CASE("so it does behind a worker") {
        worker_bench bench;
        CHECK(store_laws(bench, broken_only{}, fewer));
    }
}
