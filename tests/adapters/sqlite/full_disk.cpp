#include <tandem/adapters/sqlite/sqlite_store.hpp>

#include "raw_database.hpp"
#include "stored_life.hpp"
#include "unsafe_disk.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace tandem;

namespace {

sqlite_options on(const unsafe_disk& disk) {
    sqlite_options o;
    o.vfs = disk.name();
    o.settle_after = 60, o.checkpoint_pages = 30;
    return o;
}

sqlite_store opened(const unsafe_disk& disk) {
    auto store = sqlite_store::open("log.db", on(disk));
    if (!store) throw broken_law{"the file cannot be opened: " + store.error().detail};
    return std::move(*store);
}

bool names(const error& e, const char* what) {
    return e.detail.find("log.db") != std::string::npos && e.detail.find(what) != std::string::npos;
}

// break_something(disk) at a moment of a life: what fails says so, loses nothing, and hinders nothing later. Returns
// how many steps have failed.
template <class Break>
int live_through(std::uint64_t seed, int steps, int breaks_after, bool powersafe_overwrite, Break break_something) {
    unsafe_disk disk{{{512, powersafe_overwrite}, false, seed}};
    stored_life life{seed};
    int failed = 0;
    {
        auto store = opened(disk);
        for (int i = 0; i < steps; ++i) {
            if (i == breaks_after) break_something(disk);
            if (life.step(store)) continue;
            ++failed;
            expect(life.why().detail.find("log.db") != std::string::npos, "no file is named: " + life.why().detail);
            disk.repair();
            life.find_again(store);
        }
        disk.repair();
        life.compare(store);
    }
    disk.crash(seed);  // what was said about it must be so for good
    auto store = opened(disk);
    life.compare(store);
    expect(raw_database{disk.name()}.ask("PRAGMA integrity_check") == "ok", "the file is damaged");
    return failed;
}

template <class Break>
std::string broken_by(std::uint64_t seed, int& failed, Break break_something, bool powersafe_overwrite = false) {
    try {
        failed += live_through(seed, 40, static_cast<int>(seed % 30), powersafe_overwrite, break_something);
        return {};
    } catch (const broken_law& broken) { return broken.why; }
}

draft some_message(std::size_t size = 100) { return scene::message(scene::pair(), scene::ann, std::string(size, 'x')); }

result<outcomes> say(sqlite_store& store, std::size_t size = 100) {
    const draft d = some_message(size);
    return store.append({&d, 1});
}

}  // namespace

TEST_SUITE("sqlite_store: a disk with bad days") {
    TEST_CASE("a full disk is told, what was answered stays readable, and with room it goes on") {
        unsafe_disk disk;
        std::uint64_t newest = 0;
        {
            auto store = opened(disk);
            REQUIRE(say(store));
            disk.capacity(disk.used() + 300'000);
            auto answer = say(store);
            while (answer && newest < 1000) newest = (*answer)[0].place.position.value, answer = say(store, 1000);
            REQUIRE_FALSE(answer);
            CHECK(newest > 10);
            for (int i = 0; i < 3; ++i) {
                CHECK(is_retryable(answer.error().code));
                CHECK(names(answer.error(), "full"));
                answer = say(store, 1000);
            }
            CHECK(store.head()->newest.value == newest);
            CHECK(store.tail({}, {9999, 1 << 30})->entries.size() == newest);
            CHECK(store.changes("bob", {}, {9999, 1 << 30})->entries.size() == newest);
            CHECK(store.overviews("bob")->conversations.size() == 1);
        }
        {
            auto store = opened(disk);  // still full
            CHECK(store.tail({}, {9999, 1 << 30})->entries.size() == newest);
            CHECK(store.head()->newest.value == newest);
            disk.capacity(disk.used() + 1'000'000);
            const auto answer = say(store);
            REQUIRE(answer);
            CHECK((*answer)[0].place.position.value == newest + 1);
        }
        disk.crash(1);
        auto store = opened(disk);
        CHECK(store.head()->newest.value == newest + 1);
    }

    TEST_CASE("room that comes and goes loses nothing") {
        int failed = 0;
        for (std::uint64_t seed = 1; seed <= 40; ++seed) {
            CAPTURE(seed);
            CHECK(broken_by(seed, failed, [&](unsafe_disk& disk) {
                      disk.fail_write_at(1 + seed % 13, SQLITE_FULL, seed % 2 == 0);
                  }) == "");
        }
        CHECK(failed >= 20);
    }

    TEST_CASE("any one write may fail") {
        int failed = 0;
        for (std::uint64_t n = 1; n <= 120; ++n) {
            CAPTURE(n);
            CHECK(broken_by(n, failed, [&](unsafe_disk& disk) { disk.fail_write_at(n); }) == "");
        }
        CHECK(failed >= 60);
    }

    // Only where overwriting is safe, as SQLite takes it to be on unix. Elsewhere it fills the sector behind a commit and
    // syncs half of what it filled it with: nothing writes the other half again if the next sync fails and forgets it,
    // and what comes behind it is not found.
    TEST_CASE("any one sync may fail") {
        int failed = 0;
        for (std::uint64_t n = 1; n <= 60; ++n) {
            CAPTURE(n);
            const auto breaks = [&](unsafe_disk& disk) { disk.fail_sync_at(1 + n % 20, n % 3 == 0); };
            CHECK(broken_by(n, failed, breaks, true) == "");
        }
        CHECK(failed >= 20);
    }

    TEST_CASE("any one read may fail") {
        int failed = 0;
        for (std::uint64_t n = 1; n <= 60; ++n) {
            CAPTURE(n);
            CHECK(broken_by(n, failed, [&](unsafe_disk& disk) { disk.fail_read_at(1 + n % 20); }) == "");
        }
        CHECK(failed >= 1);
    }

    TEST_CASE("while a commit is in doubt nothing is taken, and afterwards it is there or never was") {
        int in_doubt = 0;
        for (std::uint64_t seed = 1; seed <= 30; ++seed) {
            CAPTURE(seed);
            unsafe_disk disk{{.seed = seed}};
            std::optional<sqlite_store> store = opened(disk);
            REQUIRE(say(*store));
            disk.fail_sync_at(1, true);
            const auto answer = say(*store);
            REQUIRE_FALSE(answer);
            in_doubt += answer.error().code == errc::unknown_outcome ? 1 : 0;
            CHECK(names(answer.error(), ""));
            CHECK_FALSE(say(*store));
            CHECK(store->head()->newest.value == 1);
            CHECK(store->tail({}, {})->entries.size() == 1);
            disk.repair();
            store.reset();
            disk.crash(seed);
            store = opened(disk);
            const std::uint64_t newest = store->head()->newest.value;
            CHECK((newest == 1 || (newest == 2 && answer.error().code == errc::unknown_outcome)));
            CHECK(say(*store));
        }
        CHECK(in_doubt > 0);
    }

    TEST_CASE("any one write may fail while the file is made or opened") {
        std::set<std::string> told;
        for (std::uint64_t n = 1; n <= 60; ++n) {
            CAPTURE(n);
            unsafe_disk disk;
            disk.fail_write_at(n);
            auto store = sqlite_store::open("log.db", on(disk));
            if (store) continue;
            CHECK(names(store.error(), ""));
            told.insert(store.error().detail);
            store = sqlite_store::open("log.db", on(disk));
            REQUIRE(store);
            CHECK(say(*store));
        }
        CHECK(told.size() >= 1);
    }

    TEST_CASE("a disk that becomes read only serves what is there") {
        unsafe_disk disk;
        auto store = opened(disk);
        REQUIRE(say(store));
        disk.read_only();
        const auto answer = say(store);
        REQUIRE_FALSE(answer);
        CHECK(is_retryable(answer.error().code));
        CHECK(names(answer.error(), ""));
        CHECK(store.tail({}, {})->entries.size() == 1);
        disk.read_only(false);
        CHECK(say(store));
        CHECK(store.tail({}, {})->entries.size() == 2);
    }

    TEST_CASE("on a disk that is read only a file is not opened, and the reason is told") {
        unsafe_disk disk;
        { REQUIRE(say(*std::make_unique<sqlite_store>(opened(disk)))); }
        disk.read_only();
        const auto store = sqlite_store::open("log.db", on(disk));
        REQUIRE_FALSE(store);
        CHECK(store.error().code == errc::store_failed);
        CHECK(names(store.error(), ""));
        const auto none = sqlite_store::open("new.db", on(disk));
        REQUIRE_FALSE(none);
        CHECK(none.error().detail.find("new.db") != std::string::npos);
        disk.read_only(false);
        CHECK(opened(disk).head()->newest.value == 1);
    }

    TEST_CASE("what is no log is left alone, and the reason is told") {
        unsafe_disk disk;
        { REQUIRE(raw_database{disk.name()}.run("CREATE TABLE t(a)") == SQLITE_OK); }
        const auto other = sqlite_store::open("log.db", on(disk));
        REQUIRE_FALSE(other);
        CHECK(names(other.error(), "another program"));
        disk.corrupt("log.db", 0, 1, 16);
        const auto none = sqlite_store::open("log.db", on(disk));
        REQUIRE_FALSE(none);
        CHECK(names(none.error(), "not a database"));
    }

    TEST_CASE("a damaged page is told, and what does not need it is served") {
        std::set<std::string> told;
        std::uint64_t pages = 2;
        int opens = 0, writes = 0;
        for (std::uint64_t page = 1; page < pages; ++page) {
            CAPTURE(page);
            unsafe_disk disk;
            std::uint64_t newest = 0;
            {
                auto store = opened(disk);
                for (int i = 0; i < 50; ++i) REQUIRE(say(store, 1000));
                newest = store.head()->newest.value;
            }
            pages = disk.size("log.db") / 4096;
            disk.corrupt("log.db", page * 4096, page, 4096);
            auto store = sqlite_store::open("log.db", on(disk));
            const auto note = [&](const error& e) {
                CHECK(e.code == errc::store_failed);
                CHECK(names(e, ""));
                told.insert(e.detail.substr(e.detail.rfind(':') + 2));
            };
            if (!store) {
                note(store.error());
                continue;
            }
            ++opens;
            if (const auto all = store->tail({}, {9999, 1 << 30}); !all) note(all.error());
            if (const auto all = store->changes("bob", {}, {9999, 1 << 30}); !all) note(all.error());
            if (const auto all = store->history(scene::pair(), scene::everything, {}); !all) note(all.error());
            if (const auto all = store->overviews("bob"); !all) note(all.error());
            const auto answer = say(*store);
            if (!answer) {
                note(answer.error());
                continue;
            }
            ++writes;
            CHECK((*answer)[0].place.position.value == newest + 1);
        }
        CHECK(pages > 15);
        CHECK(opens >= 4);
        CHECK(writes > 3);
        CHECK(told.count("database disk image is malformed"));
    }
}
