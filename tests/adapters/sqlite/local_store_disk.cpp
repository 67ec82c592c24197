#include <tandem/adapters/sqlite/sqlite_local_store.hpp>

#include "local_device.hpp"
#include "raw_database.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <set>

using namespace tandem;

namespace {

constexpr medium drives[] = {{512, false}, {512, true}, {4096, false}, {4096, true}};

sqlite_local_options kept_on(const unsafe_disk& disk, sqlite_local_options o = {}) {
    o.vfs = disk.name(), o.checkpoint_pages = 30;
    return o;
}

// One disk for all stores, which has bad days.
struct bad_disk {
    enum class fails : unsigned char { write, sync, read };
    fails what = fails::write;
    sqlite_local_options options{};
    std::unique_ptr<unsafe_disk> disk = std::make_unique<unsafe_disk>();
    int made = 0;
    std::uint64_t planned = 0, before = 0;

    std::string file() const { return std::to_string(made) + ".db"; }
    sqlite_local_store make() { return ++made, opened_local(file(), kept_on(*disk, options)); }
    sqlite_local_store restart(sqlite_local_store old) {
        { const sqlite_local_store ends = std::move(old); }
        return opened_local(file(), kept_on(*disk, options));
    }
    // Whether it has struck is not told; if there were fewer operations it has not. Reads are not counted: one of a few
    // is tried.
    bool break_at(std::size_t n) {
        const bool may_have_struck = planned != 0 && (what == fails::read || disk->operations() - before >= planned);
        disk->repair();
        planned = n, before = disk->operations();
        if (n == 0) return may_have_struck;
        if (what == fails::write) disk->fail_write_at(n);
        else if (what == fails::sync) disk->fail_sync_at(n);
        else disk->fail_read_at(1 + n % 8);
        return may_have_struck;
    }
};

// A disk that loses its power between two changes.
struct powerless_disk {
    std::unique_ptr<unsafe_disk> disk = std::make_unique<unsafe_disk>();
    int made = 0;
    std::uint64_t crashes = 0;

    std::string file() const { return std::to_string(made) + ".db"; }
    sqlite_local_store make() { return ++made, opened_local(file(), kept_on(*disk)); }
    sqlite_local_store crash(sqlite_local_store old) {
        disk->crash(++crashes);
        { const sqlite_local_store ends = std::move(old); }
        return opened_local(file(), kept_on(*disk));
    }
};

// A device that loses its power in the middle of everything.
class unlucky_device {
public:
    unlucky_device(std::uint64_t seed, const sqlite_local_options& o, bool breaks_too = false)
        : random_{seed}, by_chance_{seed}, breaks_too_{breaks_too},
          disk_{{drives[breaks_too ? 1 + seed % 2 * 2 : seed % 4], false, seed}}, options_{kept_on(disk_, o)} {}

    // Throws broken_law. Returns how many changes were lost that had been applied.
    std::size_t live(int crashes) {
        std::size_t lost = 0;
        for (int i = 0; i < crashes; ++i) lost += one_life();
        auto store = find();
        compare(store);
        expect(raw_database{disk_.name(), "kept.db"}.ask("pragma integrity_check") == "ok", "the file is damaged");
        return lost;
    }

private:
    std::size_t one_life() {
        auto store = find();
        compare(store);
        disk_.crash_at(1 + random_.below(150));
        after_ = {now_};
        safe_ = 0;
        bool failed = false;
        for (int i = 0; i < 40 && !failed; ++i) {
            if (breaks_too_ && random_.chance(20)) disk_.fail_sync_at(1 + random_.below(4));
            const local_change change = by_chance_.next();
            const std::uint64_t sends = after_.back().state()->sends;
            failed = !store.apply(change);
            after_.push_back(after_.back());
            had(after_.back().apply(change), "");
            const bool is_safe = options_.full || (options_.full_for_sends && after_.back().state()->sends > sends);
            if (is_safe && !failed) safe_ = after_.size() - 1;
        }
        applied_ = after_.size() - (failed ? 2 : 1);
        disk_.crash(random_.next());
        { const sqlite_local_store ends = std::move(store); }
        auto again = find();
        return look(again);
    }

    // The power fails while the file is opened, too.
    sqlite_local_store find() {
        disk_.repair();
        while (random_.chance(30)) {
            disk_.crash_at(1 + random_.below(12));
            static_cast<void>(sqlite_local_store::open("kept.db", options_));
            disk_.crash(random_.next());
        }
        auto store = opened_local("kept.db", options_);
        if (now_.state()->tag == 0) now_ = memory_local_store{had(store.state(), "state()").tag};
        return store;
    }

    // It is as it was after one of the changes, and not before the last that was safe.
    std::size_t look(sqlite_local_store& store) {
        const std::string seen = portrait_of_local(store);
        for (std::size_t k = after_.size(); k-- > safe_;) {
            if (portrait_of_local(after_[k]) != seen) continue;
            now_ = after_[k];
            return applied_ > k ? applied_ - k : 0;
        }
        expect_same_portrait(seen, portrait_of_local(after_[applied_]),
                             "it is as it was after no change that may be the last");
        return 0;
    }
    void compare(sqlite_local_store& store) {
        expect_same_portrait(portrait_of_local(store), portrait_of_local(now_), "found");
    }

    seeded_random random_;
    local_changes_by_chance by_chance_;
    bool breaks_too_;
    unsafe_disk disk_;
    sqlite_local_options options_;
    memory_local_store now_{0};
    std::vector<memory_local_store> after_;  // each of the changes of a life
    std::size_t applied_ = 0, safe_ = 0;
};

// TANDEM_POWER_LOSSES=20000 tries so many lives.
std::uint64_t unlucky_devices() {
    const char* wanted = std::getenv("TANDEM_POWER_LOSSES");
    return wanted ? std::strtoull(wanted, nullptr, 10) : 25;
}
std::size_t lost_by_devices(const sqlite_local_options& o, bool breaks_too = false) {
    std::size_t lost = 0;
    for (std::uint64_t seed = 41; seed <= 40 + unlucky_devices(); ++seed) {
        CAPTURE(seed);
        std::string broken;
        try {
            lost += unlucky_device{seed, o, breaks_too}.live(4);
        } catch (const broken_law& b) { broken = b.why; }
        CHECK(broken == "");
    }
    return lost;
}

bool names_file(const error& e, std::string_view what = "") {
    return e.detail.find("kept.db") != std::string::npos && e.detail.find(what) != std::string::npos;
}

}  // namespace

TEST_SUITE("sqlite_local_store: a disk with bad days") {
    TEST_CASE("whichever write, sync or read fails, the laws are kept") {
        for (const auto what : {bad_disk::fails::write, bad_disk::fails::sync, bad_disk::fails::read})
            for (const bool full : {false, true}) {
                if (full && what == bad_disk::fails::read) continue;  // it reads what it reads
                const sqlite_local_options o{.full = full, .full_for_sends = full, .cache = 4096};
                CHECK(broken_local_laws(bad_disk{what, o}, {20, 1, 120}) == "");
            }
    }

    TEST_CASE("a full disk is told, what was applied stays readable, and with room it goes on") {
        for (const bool full : {false, true}) {
            unsafe_disk disk;
            const sqlite_local_options o = kept_on(disk, {.full = full});
            std::uint64_t n = 1;
            {
                auto store = opened_local("kept.db", o);
                disk.capacity(disk.used() + 300'000);
                while (n < 1000 && store.apply(heard_by_device(n, 1000))) ++n;
                CHECK(n > 10);
                CHECK(n < 1000);
                const std::string before = portrait_of_local(store);
                for (int i = 0; i < 3; ++i) {
                    const auto answer = store.apply(heard_by_device(n, 200'000));
                    REQUIRE_FALSE(answer);
                    CHECK(answer.error().code == errc::store_failed);
                    CHECK(names_file(answer.error(), "full"));
                    CHECK(portrait_of_local(store) == before);
                }
                CHECK(kept_by_device(store).size() == n - 1);
                disk.capacity(disk.used() + 1'000'000);
                CHECK(store.apply(heard_by_device(n)));
            }
            auto store = opened_local("kept.db", o);
            CHECK(kept_by_device(store).size() == n);
            CHECK(store.state()->cursor == position{n});
        }
    }

    TEST_CASE("a sync that fails is of unknown outcome while the disk is broken, and never was when it is not") {
        for (std::uint64_t seed = 1; seed <= 30; ++seed) {
            CAPTURE(seed);
            unsafe_disk disk{{.seed = seed}};
            const sqlite_local_options o = kept_on(disk, {.full = true});
            {
                auto store = opened_local("kept.db", o);
                REQUIRE(store.apply(heard_by_device(1)));
                const bool lasts = seed % 2 == 0;
                disk.fail_sync_at(1, lasts);
                const auto answer = store.apply(heard_by_device(2));
                REQUIRE_FALSE(answer);
                CHECK(answer.error().code == (lasts ? errc::unknown_outcome : errc::store_failed));
                CHECK(names_file(answer.error()));
                CHECK(store.state()->cursor == position{1});
                CHECK_FALSE((lasts && store.apply(heard_by_device(3))));
                disk.repair();
            }
            disk.crash(seed);
            auto store = opened_local("kept.db", o);
            const auto found = store.state()->cursor.value;
            CHECK((found == 1 || (found == 2 && seed % 2 == 0)));
            CHECK(store.apply(heard_by_device(2)));
        }
    }

    TEST_CASE("without syncs a device goes on, but a send is not taken before what is there is on the disk") {
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            CAPTURE(seed);
            unsafe_disk disk{{{512, true}, false, seed}};
            {
                auto store = opened_local("kept.db", kept_on(disk));
                REQUIRE(store.apply(heard_by_device(1)));
                disk.fail_sync_at(1, true);
                for (std::uint64_t n = 2; n <= 60; ++n) REQUIRE(store.apply(heard_by_device(n, 1000)));
                disk.repair();
                disk.fail_sync_at(1);
                const auto answer = store.apply({.queued = {local_scene::said(1)}});
                REQUIRE_FALSE(answer);
                CHECK(names_file(answer.error(), "cannot be synced"));
                CHECK(store.state()->sends == 0);
                CHECK(store.apply({.queued = {local_scene::said(1)}}));
                disk.crash(seed);
            }
            auto store = opened_local("kept.db", kept_on(disk));
            CHECK(store.state()->sends == 1);
            CHECK(kept_by_device(store).size() == 60);
        }
    }

    TEST_CASE("any one write may fail while the file is made, and the next attempt makes it") {
        std::set<std::string> told;
        for (std::uint64_t n = 1; n <= 60; ++n) {
            CAPTURE(n);
            unsafe_disk disk;
            disk.fail_write_at(n);
            if (const auto first = sqlite_local_store::open("kept.db", kept_on(disk)); !first) {
                CHECK(names_file(first.error()));
                told.insert(first.error().detail);
            }
            disk.repair();
            auto store = opened_local("kept.db", kept_on(disk));
            CHECK(store.state()->tag != 0);
            CHECK(store.apply(heard_by_device(1)));
        }
        CHECK(told.size() >= 1);
    }

    TEST_CASE("a disk that is read only is told, and so is a file on it") {
        unsafe_disk disk;
        {
            auto store = opened_local("kept.db", kept_on(disk));
            REQUIRE(store.apply(heard_by_device(1)));
            disk.read_only();
            const auto answer = store.apply(heard_by_device(2));
            REQUIRE_FALSE(answer);
            CHECK(names_file(answer.error()));
            CHECK(kept_by_device(store).size() == 1);
        }
        const auto store = sqlite_local_store::open("kept.db", kept_on(disk));
        REQUIRE_FALSE(store);
        CHECK(names_file(store.error()));
    }

    TEST_CASE("a damaged page is told, and the file can be opened or not") {
        std::uint64_t pages = 2;
        int opened = 0, read = 0;
        std::set<std::string> told;
        for (std::uint64_t page = 1; page < pages; ++page) {
            CAPTURE(page);
            unsafe_disk disk;
            {
                auto store = opened_local("kept.db", kept_on(disk));
                for (std::uint64_t n = 1; n <= 40; ++n) REQUIRE(store.apply(heard_by_device(n, 1000)));
            }
            pages = disk.size("kept.db") / 4096;
            disk.corrupt("kept.db", page * 4096, page, 4096);
            auto store = sqlite_local_store::open("kept.db", kept_on(disk));
            const auto note = [&](const error& e) {
                CHECK(names_file(e));
                told.insert(e.detail.substr(e.detail.rfind(':') + 2));
            };
            if (!store) {
                note(store.error());
                continue;
            }
            ++opened;
            const auto all = store->entries(local_scene::club(), every_seq, any_count);
            if (all) ++read;
            else note(all.error());
            if (const auto answer = store->apply(heard_by_device(41, 1000)); !answer) note(answer.error());
        }
        CHECK(pages > 15);
        CHECK(opened > 5);
        CHECK(read > 1);
        CHECK(told.count("database disk image is malformed"));
    }
}

TEST_SUITE("sqlite_local_store: power loss") {
    TEST_CASE("the laws are kept, and what a crash leaves is what some of the changes left") {
        CHECK(broken_local_laws(powerless_disk{}, {1, 3, 200}) == "");
    }

    TEST_CASE("what a loss of power takes is the last, nothing from the middle, and never a send") {
        CHECK(lost_by_devices({}) > 0);
    }

    // Only where overwriting is safe, as SQLite takes it to be on unix: what is written once more is not at risk.
    TEST_CASE("a sync that fails takes no more than that, though the next one says that all is well") {
        CHECK(lost_by_devices({}, true) > 0);
        CHECK(lost_by_devices({.full = true}, true) == 0);
    }

    TEST_CASE("without a sync for sends the last of them go as well") {
        CHECK(lost_by_devices({.full_for_sends = false}) > lost_by_devices({}));
    }

    TEST_CASE("with one for each change it takes nothing that was applied") {
        CHECK(lost_by_devices({.full = true}) == 0);
    }
}
