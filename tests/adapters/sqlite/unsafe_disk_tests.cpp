#include "unsafe_disk.hpp"

#include "file_locks.hpp"
#include "raw_database.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace tandem;

namespace {

constexpr long rows_of_a_transaction = 3;

std::string transaction(long number) {
    std::string sql = "BEGIN;";
    for (long row = 0; row < rows_of_a_transaction; ++row)
        sql += "INSERT INTO t VALUES(" + std::to_string(number) + ", hex(zeroblob(300)));";
    return sql + "COMMIT";
}

// Makes a database and writes so many transactions, with checkpoints in between, until something fails. Returns how
// many were committed.
long live(raw_database& db, const char* synchronous = "FULL", long transactions = 12) {
    if (db.run("PRAGMA journal_mode=WAL") || db.run(std::string{"PRAGMA synchronous="} + synchronous)) return 0;
    if (db.run("PRAGMA wal_autocheckpoint=0; CREATE TABLE IF NOT EXISTS t(number, filling)")) return 0;
    for (long n = 1; n <= transactions; ++n) {
        if (db.run(transaction(n))) return n - 1;
        if (n % 4 == 0 && db.run("PRAGMA wal_checkpoint(PASSIVE)")) return n;
        if (n % 10 == 0 && db.run("PRAGMA wal_checkpoint(TRUNCATE)")) return n;
    }
    return transactions;
}

// What is wrong with a database that was opened again: all that was committed must be there, the next wholly or not.
std::string wrong_with(raw_database& db, long committed) {
    if (db.ask("PRAGMA integrity_check") != "ok") return "integrity_check fails";
    if (db.number("SELECT count(*) FROM sqlite_schema") == 0) return committed == 0 ? "" : "the table is lost";
    const long newest = db.number("SELECT ifnull(max(number), 0) FROM t");
    if (newest < committed || newest > committed + 1)
        return std::to_string(committed) + " committed, " + std::to_string(newest) + " there";
    const bool whole = db.number("SELECT count(*) FROM t") == newest * rows_of_a_transaction &&
                       db.number("SELECT count(DISTINCT number) FROM t") == newest;
    return whole ? "" : "a part of a transaction is there";
}

// The same life, with the power failing at the n-th operation.
std::string after_crash(unsafe_disk::options o, std::uint64_t n, std::uint64_t seed, const char* synchronous = "FULL") {
    unsafe_disk disk{o};
    disk.crash_at(n);
    long committed = 0;
    {
        raw_database db{disk.name()};
        committed = live(db, synchronous);
        if (!disk.is_off()) return "the life is shorter than that";
    }
    disk.crash(seed);
    raw_database db{disk.name()};
    std::string wrong = wrong_with(db, committed);
    if (wrong.empty() && (db.run("CREATE TABLE IF NOT EXISTS t(number, filling)") || db.run(transaction(99))))
        wrong = "it does not write any more";
    return wrong;
}

std::uint64_t length_of_life(unsafe_disk::options o, const char* synchronous = "FULL") {
    unsafe_disk disk{o};
    raw_database db{disk.name()};
    REQUIRE(live(db, synchronous) == 12);
    return disk.operations();
}

constexpr medium some_media[] = {{512, false}, {512, true}, {4096, false}, {4096, true}};

}  // namespace

TEST_SUITE("unsafe_disk") {
    TEST_CASE("what was committed before any crash is there after it") {
        for (const medium& m : some_media) {
            const std::uint64_t length = length_of_life({m});
            REQUIRE(length > 50);
            for (std::uint64_t n = 1; n <= length; ++n) {
                CAPTURE(m.sector);
                CAPTURE(m.powersafe_overwrite);
                CAPTURE(n);
                CHECK(after_crash({m}, n, n) == "");
                CHECK(after_crash({m}, n, n + 1000) == "");
            }
        }
    }

    TEST_CASE("a crash while a crash is being repaired loses no more") {
        const std::uint64_t length = length_of_life({});
        for (std::uint64_t n = 1; n <= length; ++n) {
            CAPTURE(n);
            unsafe_disk disk;
            disk.crash_at(n);
            const long committed = live(*std::make_unique<raw_database>(disk.name()));
            for (std::uint64_t again = 1; again <= 3; ++again) {
                disk.crash(n + again);
                disk.crash_at(n % 5 + again);
                raw_database db{disk.name()};
                db.ask("SELECT count(*) FROM t");
                db.run("PRAGMA wal_checkpoint(TRUNCATE)");
            }
            disk.crash(n);
            raw_database db{disk.name()};
            CHECK(wrong_with(db, committed) == "");
        }
    }

    TEST_CASE("without syncs something committed is lost, or worse") {
        std::set<std::string> seen;
        const std::uint64_t length = length_of_life({}, "OFF");
        for (std::uint64_t n = 1; n <= length; ++n) seen.insert(after_crash({}, n, n, "OFF").substr(0, 2));
        CHECK(seen.count(""));  // all is well, by chance
        CHECK(seen.size() >= 2);
        CHECK(seen.count("in") + seen.count("a ") >= 1);  // torn by a checkpoint that did not wait
    }

    TEST_CASE("a disk that lies about its syncs loses what was committed") {
        const unsafe_disk::options liar{.lies_about_sync = true};
        std::uint64_t lost = 0;
        const std::uint64_t length = length_of_life(liar);
        for (std::uint64_t n = 1; n <= length; ++n) lost += after_crash(liar, n, n) != "" ? 1 : 0;
        CHECK(lost > length / 4);
    }

    TEST_CASE("the same seed leaves the same") {
        const auto left = [](std::uint64_t seed) {
            unsafe_file f{std::string(4096, 'o')};
            for (char c = 'a'; c < 'i'; ++c) f.write(static_cast<std::uint64_t>(c - 'a') * 1000, std::string(2000, c));
            f.truncate(7000);
            seeded_random random{seed};
            f.leave_to_chance(random, {});
            return f.durable();
        };
        std::set<std::string> different;
        for (std::uint64_t seed = 0; seed < 50; ++seed) {
            CHECK(left(seed) == left(seed));
            different.insert(left(seed));
        }
        CHECK(different.size() > 20);
    }

    TEST_CASE("an unsynced write is kept, dropped or torn, whatever became of those before it") {
        std::set<std::string> seen;
        for (std::uint64_t seed = 0; seed < 2000; ++seed) {
            unsafe_file f{std::string(3 * 512, '.')};
            f.write(0, std::string(512, 'a'));
            f.write(512, std::string(1024, 'b'));
            seeded_random random{seed};
            f.leave_to_chance(random, {512, true});
            std::string sectors;
            for (std::size_t i = 0; i < 3; ++i) {
                const std::string s = f.durable().substr(i * 512, 512);
                sectors += s == std::string(512, s[0]) ? s[0] : '?';
            }
            seen.insert(sectors);
        }
        for (const char* each : {"...", "a..", ".bb", "abb", "ab.", "a.b", ".b.", "a?b", "?bb"}) {
            CAPTURE(each);
            CHECK(seen.count(each));
        }
    }

    TEST_CASE("what lies beside a torn write is spared by powersafe overwrite only") {
        const auto spoils_beside = [](bool powersafe) {
            bool before = false, after = false;
            for (std::uint64_t seed = 0; seed < 300; ++seed) {
                unsafe_file f{std::string(1024, '.')};
                f.write(500, "bytes");
                seeded_random random{seed};
                f.leave_to_chance(random, {512, powersafe});
                CHECK(f.durable().substr(512) == std::string(512, '.'));  // never in another sector
                before = before || f.durable().substr(0, 500) != std::string(500, '.');
                after = after || f.durable().substr(505, 7) != std::string(7, '.');
            }
            CHECK(before == after);
            return before;
        };
        CHECK(spoils_beside(false));
        CHECK_FALSE(spoils_beside(true));
    }

    TEST_CASE("a file may be longer for a write that was dropped") {
        std::set<std::string> seen;
        for (std::uint64_t seed = 0; seed < 100; ++seed) {
            unsafe_file f{"a"};
            f.write(1, "bc");
            seeded_random random{seed};
            f.leave_to_chance(random, {512, true});
            seen.insert(f.durable());
        }
        CHECK(seen.count("a"));
        CHECK(seen.count("abc"));
        CHECK(seen.count(std::string("a\0\0", 3)));
    }

    TEST_CASE("the memory of a log goes with the last who maps it") {
        shared_memory memory;
        held_locks one, other;
        const auto first_word = [&](held_locks& own) -> std::uint64_t& {
            return *static_cast<std::uint64_t*>(memory.map(own, 0, 32 * 1024, true));
        };
        first_word(one) = 7;
        CHECK(first_word(other) == 7);
        CHECK(memory.map(other, 1, 32 * 1024, false) == nullptr);
        memory.unmap(one);
        CHECK(first_word(other) == 7);
        memory.unmap(other);
        CHECK(first_word(one) == 0);
    }

    TEST_CASE("what a failed sync lost, no later sync brings back") {
        bool lost = false, kept = false;
        for (std::uint64_t seed = 0; seed < 50; ++seed) {
            unsafe_file f;
            f.write(0, "x");
            seeded_random random{seed};
            f.leave_to_chance(random, {});
            f.write(1, "y");
            f.sync();
            CHECK(f.seen() == "xy");
            REQUIRE(f.durable().size() == 2);
            CHECK(f.durable()[1] == 'y');
            (f.durable()[0] == 'x' ? kept : lost) = true;
        }
        CHECK(lost);
        CHECK(kept);
    }

    TEST_CASE("names are durable with their directory") {
        const auto after = [](bool syncs, std::uint64_t seed) {
            unsafe_disk disk;
            sqlite3_vfs* const vfs = sqlite3_vfs_find(disk.name());
            const auto make = [&](const char* name, int kind) {
                std::vector<char> room(static_cast<std::size_t>(vfs->szOsFile));
                auto* const f = reinterpret_cast<sqlite3_file*>(room.data());
                const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | kind;
                REQUIRE(vfs->xOpen(vfs, name, f, flags, nullptr) == SQLITE_OK);
                REQUIRE(f->pMethods->xWrite(f, "1", 1, 0) == SQLITE_OK);
                REQUIRE(f->pMethods->xSync(f, SQLITE_SYNC_NORMAL) == SQLITE_OK);
                f->pMethods->xClose(f);
            };
            make("old", SQLITE_OPEN_WAL);  // syncs the directory
            make("new", SQLITE_OPEN_MAIN_DB);
            REQUIRE(vfs->xDelete(vfs, "old", syncs ? 1 : 0) == SQLITE_OK);
            disk.crash(seed);
            std::string names;
            for (const std::string& name : disk.files()) names += name + " ";
            return names;
        };
        std::set<std::string> unsynced, synced;
        for (std::uint64_t seed = 0; seed < 40; ++seed)
            unsynced.insert(after(false, seed)), synced.insert(after(true, seed));
        CHECK(unsynced == std::set<std::string>{"", "new ", "old ", "new old "});
        CHECK(synced == std::set<std::string>{"new "});
    }

    TEST_CASE("what was open when the power failed is dead, and what is opened then is not") {
        unsafe_disk disk;
        raw_database before{disk.name()};
        REQUIRE(live(before) == 12);
        disk.crash(1);
        CHECK_FALSE(disk.is_off());
        raw_database after{disk.name()};
        CHECK(wrong_with(after, 12) == "");
        CHECK(before.run(transaction(13)) == SQLITE_IOERR);
        CHECK(before.run("SELECT count(*) FROM t") == SQLITE_IOERR);
        CHECK(after.run(transaction(13)) == SQLITE_OK);
    }

    TEST_CASE("a process that is killed leaves what it has written, and only a sync makes that durable") {
        for (const bool synced : {false, true}) {
            CAPTURE(synced);
            std::set<long> seen;
            for (std::uint64_t seed = 0; seed < 20; ++seed) {
                unsafe_disk disk{{.lies_about_sync = false, .seed = seed}};
                raw_database killed{disk.name()};
                REQUIRE(live(killed) == 12);
                killed.run("PRAGMA synchronous=OFF");
                REQUIRE(killed.run(transaction(13)) == SQLITE_OK);
                disk.kill();
                CHECK(killed.run("SELECT count(*) FROM t") == SQLITE_IOERR);
                {
                    raw_database next{disk.name()};
                    CHECK(wrong_with(next, 13) == "");
                    if (synced) REQUIRE(next.run("PRAGMA synchronous=FULL; PRAGMA wal_checkpoint") == SQLITE_OK);
                    disk.crash(seed);
                }
                raw_database last{disk.name()};
                CHECK(wrong_with(last, 12) == "");
                seen.insert(last.number("SELECT max(number) FROM t"));
            }
            CHECK(seen == (synced ? std::set<long>{13} : std::set<long>{12, 13}));
        }
    }

    TEST_CASE("while the power is off nothing opens") {
        unsafe_disk disk;
        disk.crash_at(1);
        { CHECK(live(*std::make_unique<raw_database>(disk.name())) == 0); }
        CHECK(disk.is_off());
        CHECK(disk.operations() == 1);
        { CHECK(raw_database{disk.name()}.run("CREATE TABLE u(a)") == SQLITE_IOERR); }
        disk.crash(1);
        CHECK(raw_database{disk.name()}.run("CREATE TABLE u(a)") == SQLITE_OK);
    }

    TEST_CASE("readers read while a writer writes and checkpoints") {
        unsafe_disk disk;
        raw_database writer{disk.name()};
        writer.ask("PRAGMA busy_timeout=5000");  // a reader takes its lock when it sees a commit half way
        REQUIRE(live(writer) == 12);
        std::atomic<bool> ends{false};
        std::atomic<long> reads{0}, wrong{0};
        const auto read = [&] {
            raw_database reader{disk.name(), "log.db", SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX};
            for (long before = 12; !ends;) {
                const long newest = reader.number("SELECT count(*) FROM t") / rows_of_a_transaction;
                if (newest < before || reader.number("SELECT count(*) % 3 FROM t") != 0) ++wrong;
                before = newest, ++reads;
            }
        };
        std::thread one{read}, other{read};
        long written = 12;
        while (written < 200 || reads < 50) {
            if (writer.run(transaction(++written)) != SQLITE_OK) ++wrong;
            if (written % 20 == 0) writer.run("PRAGMA wal_checkpoint(PASSIVE)");
        }
        ends = true;
        one.join(), other.join();
        CHECK(wrong == 0);
        CHECK(wrong_with(writer, written) == "");
    }

    TEST_CASE("a writer keeps others from writing, and an old reader keeps a checkpoint from ending") {
        unsafe_disk disk;
        raw_database one{disk.name()}, other{disk.name()};
        REQUIRE(live(one) == 12);
        REQUIRE(one.run("BEGIN IMMEDIATE") == SQLITE_OK);
        CHECK(other.run("BEGIN IMMEDIATE") == SQLITE_BUSY);
        REQUIRE(one.run("COMMIT") == SQLITE_OK);
        REQUIRE(other.run("BEGIN; SELECT count(*) FROM t") == SQLITE_OK);
        REQUIRE(one.run(transaction(13)) == SQLITE_OK);
        CHECK(one.ask("PRAGMA wal_checkpoint(TRUNCATE)") == "1");  // busy
        REQUIRE(other.run("COMMIT") == SQLITE_OK);
        CHECK(one.ask("PRAGMA wal_checkpoint(TRUNCATE)") == "0");
        CHECK(disk.size("log.db-wal") == 0);
    }

    TEST_CASE("without a write-ahead log the locks are those of the file") {
        unsafe_disk disk;
        raw_database one{disk.name()}, other{disk.name()};
        REQUIRE(one.run("CREATE TABLE t(number, filling)") == SQLITE_OK);
        REQUIRE(one.run("BEGIN IMMEDIATE; INSERT INTO t VALUES(1, '')") == SQLITE_OK);
        CHECK(other.run("BEGIN IMMEDIATE") == SQLITE_BUSY);
        REQUIRE(other.run("BEGIN; SELECT count(*) FROM t") == SQLITE_OK);  // a reader before the commit
        CHECK(one.run("COMMIT") == SQLITE_BUSY);
        raw_database third{disk.name()};
        CHECK(third.run("SELECT count(*) FROM t") == SQLITE_BUSY);  // the commit is waiting
        REQUIRE(other.run("COMMIT") == SQLITE_OK);
        CHECK(one.run("COMMIT") == SQLITE_OK);
        CHECK(third.number("SELECT count(*) FROM t") == 1);
    }

    TEST_CASE("a full disk keeps what it has, serves readers, and is written again when there is room") {
        unsafe_disk disk;
        raw_database db{disk.name()};
        REQUIRE(live(db) == 12);
        disk.capacity(disk.used() + 100'000);
        long committed = 12;
        int code = SQLITE_OK;
        while (code == SQLITE_OK && committed < 1000)
            code = db.run(transaction(committed + 1)), committed += code ? 0 : 1;
        CHECK(code == SQLITE_FULL);
        CHECK(committed > 13);
        CHECK(db.number("SELECT max(number) FROM t") == committed);
        disk.capacity(disk.used() + 1'000'000);
        CHECK(db.run(transaction(committed + 1)) == SQLITE_OK);
        CHECK(wrong_with(db, committed + 1) == "");
    }

    TEST_CASE("any one write may fail") {
        const std::uint64_t length = length_of_life({});
        std::uint64_t failed = 0;
        for (std::uint64_t n = 1; n <= length; ++n) {
            CAPTURE(n);
            unsafe_disk disk;
            raw_database db{disk.name()};
            disk.fail_write_at(n);
            const long committed = live(db);
            if (committed == 12) continue;  // a checkpoint can do without
            ++failed;
            CHECK((db.extended_code() == SQLITE_IOERR_WRITE || db.extended_code() == SQLITE_IOERR_TRUNCATE));
            CHECK(wrong_with(db, committed) == "");
            CHECK(live(db) == 12);  // it failed once
        }
        CHECK(failed > 10);
    }

    TEST_CASE("a fault lasts until the repair, if it is to") {
        unsafe_disk disk;
        raw_database db{disk.name()};
        REQUIRE(live(db) == 12);
        disk.fail_write_at(2, SQLITE_FULL, true);
        for (int i = 0; i < 3; ++i) CHECK(db.run(transaction(13)) == SQLITE_FULL);
        disk.repair();
        CHECK(db.run(transaction(13)) == SQLITE_OK);
        disk.fail_sync_at(1);
        CHECK(db.run(transaction(14)) == SQLITE_IOERR);
        CHECK(db.extended_code() == SQLITE_IOERR_FSYNC);
        CHECK(db.run(transaction(14)) == SQLITE_OK);
        CHECK(wrong_with(db, 14) == "");
        db.run("PRAGMA wal_checkpoint(TRUNCATE)");
        raw_database fresh{disk.name()};
        disk.fail_read_at(1);
        CHECK(fresh.run("SELECT * FROM t") == SQLITE_IOERR);
        CHECK(fresh.run("SELECT * FROM t") == SQLITE_OK);
    }

    TEST_CASE("a disk that is read only serves what is open, and opens what needs no log") {
        unsafe_disk disk;
        raw_database open{disk.name()};
        REQUIRE(live(open) == 12);
        disk.read_only();
        CHECK(open.number("SELECT max(number) FROM t") == 12);
        CHECK(open.run(transaction(13)) == SQLITE_IOERR);
        CHECK(raw_database{disk.name(), "other.db"}.run("CREATE TABLE t(a)") == SQLITE_CANTOPEN);
        raw_database second{disk.name()};
        CHECK(second.number("SELECT max(number) FROM t") == 12);
        CHECK(second.run(transaction(13)) == SQLITE_READONLY);
        disk.read_only(false);
        CHECK(open.run(transaction(13)) == SQLITE_OK);
    }

    TEST_CASE("corruption is seen") {
        unsafe_disk disk;
        { REQUIRE(live(*std::make_unique<raw_database>(disk.name())) == 12); }
        disk.corrupt("log.db", 4096, 7, 200);
        CHECK(raw_database{disk.name()}.ask("PRAGMA integrity_check") != "ok");
        disk.crash(1);
        CHECK(raw_database{disk.name()}.ask("PRAGMA integrity_check") != "ok");
    }

    TEST_CASE("disks know nothing of each other") {
        unsafe_disk one, other;
        { REQUIRE(live(*std::make_unique<raw_database>(one.name())) == 12); }
        CHECK(one.files() == std::vector<std::string>{"log.db"});
        CHECK(other.files().empty());
        CHECK(other.used() == 0);
        CHECK(one.used() == one.size("log.db"));
        CHECK(one.size("no such file") == 0);
    }
}
