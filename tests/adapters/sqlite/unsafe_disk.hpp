// A disk that loses power, fills up and breaks, for SQLite to live on. All of it is memory, and a seed repeats it.
#pragma once

#include "unsafe_file.hpp"

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tandem {

// Databases are opened on it by its name, as many as are wanted and from any thread:
//
//     unsafe_disk disk;
//     sqlite3_open_v2("log.db", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, disk.name());
//     disk.crash_at(7);  // the seventh write, truncate, sync or delete from here on fails, and whatever comes after it
//     …                  // then close what is open: it can only fail
//     disk.crash(seed);  // the machine starts again; the seed says what of the unsynced is there
//
// A test that goes through all of a life asks operations() how long it was, and lives it again with every crash_at.
// It does what sqlite3.h and the VFS of unix let one hope for, and no more: a sync makes one file durable, that of a
// new journal or log the directory too. Every connection must be closed before the disk goes.
class unsafe_disk {
public:
    struct options {
        tandem::medium medium{};
        bool lies_about_sync = false;  // says that it has synced, and has not
        std::uint64_t seed = 1;        // for what a failed sync left
    };

    unsafe_disk() : unsafe_disk(options{}) {}
    explicit unsafe_disk(options o);
    unsafe_disk(const unsafe_disk&) = delete;
    unsafe_disk& operator=(const unsafe_disk&) = delete;
    ~unsafe_disk();

    const char* name() const;  // of its VFS: the last argument of sqlite3_open_v2

    // --- power
    void crash(std::uint64_t seed);    // now, unless crash_at came first; and a new start
    void kill();                       // the process dies, the machine does not: what was written is there, unsynced
    void crash_at(std::uint64_t n);    // 1: the next operation; 0: never mind
    bool is_off() const;               // crash_at has come: everything fails until crash() or kill()
    std::uint64_t operations() const;  // writes, truncates, syncs and deletes so far

    // --- faults, of the n-th call from here on (1: the next), and with `lasting` of all that follow, until repair()
    void fail_write_at(std::uint64_t n, int code = SQLITE_IOERR_WRITE, bool lasting = false);  // half of it is written
    void fail_sync_at(std::uint64_t n, bool lasting = false);  // what was to be synced is left to chance, for good
    void fail_read_at(std::uint64_t n, bool lasting = false);
    void repair();

    // f() comes before the n-th read, or lock of a log's index, from here on: whatever somebody was about to do then.
    void meanwhile_at(std::uint64_t n, std::function<void()> f);

    void capacity(std::uint64_t bytes);  // of all files; a write that needs more is SQLITE_FULL
    void read_only(bool yes = true);     // as if it were mounted so
    void corrupt(const std::string& file, std::uint64_t offset, std::uint64_t seed, std::size_t count = 16);

    // --- what is there
    std::vector<std::string> files() const;
    std::uint64_t size(const std::string& file) const;  // 0: no such file
    std::uint64_t used() const;

    class machine;

private:
    struct mounted;
    std::unique_ptr<mounted> all_;
};

}  // namespace tandem
