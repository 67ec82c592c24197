// A durable store for the tests of the laws: a disk in memory that fails when told to, and memory_store played from it.
#pragma once

#include "changeable_store.hpp"

#include <tandem/testing/store_laws/law.hpp>
#include <tandem/testing/store_laws/steps.hpp>

namespace tandem {

// Every call is one I/O. What is written there stays, unless a store takes it back.
struct test_disk {
    std::vector<store_step> written;
    int starts = 0;
    bool clean = true;  // no crash since it was started last

    // False: it failed. When the power goes nothing succeeds any more.
    bool io() {
        if (dead) return false;
        if (to_death != 0 && --to_death == 0) dead = true, clean = false;
        const bool breaks = to_break != 0 && --to_break == 0;
        struck = struck || breaks;
        return !breaks && !dead;
    }
    // What a flush that failed had written is there, or is not, in turns.
    bool was_written() { return ++doubts % 2 == 0; }

    std::size_t to_break = 0, to_death = 0, doubts = 0;
    bool struck = false, dead = false;
};

// Writes ahead: a step is on the disk before it counts. Each write is two calls of the disk, one to write and one to
// flush; each read is one.
struct journalled_store : changeable_store {
    explicit journalled_store(test_disk& d) : disk{d} {}

    // Plays what is on the disk.
    virtual void start() {
        s = memory_store{epoch{1}};
        for (const store_step& step : disk.written) play(step);
    }

    // What became of a step on the disk.
    virtual errc write(const store_step& step) {
        if (!disk.io()) return errc::store_failed;
        if (disk.io()) return disk.written.push_back(step), errc{};
        if (disk.was_written()) disk.written.push_back(step), play(step);
        return errc::unknown_outcome;
    }

    void play(const store_step& step) {
        if (step.asks == store_step::verb::append) (void)s.append(step.drafts);
        else if (step.asks == store_step::verb::put) (void)s.put(step.changes);
        else (void)s.trim(step.trimmed, step.first_kept);
    }

    result<outcomes> append(drafts ds) override {
        const errc why = write({.drafts = {ds.begin(), ds.end()}});
        return why == errc{} ? s.append(ds) : why;
    }
    result<mark_outcomes> put(mark_changes cs) override {
        const errc why = write({.asks = store_step::verb::put, .changes = {cs.begin(), cs.end()}});
        return why == errc{} ? s.put(cs) : why;
    }
    result<nothing> trim(const conversation_id& c, seq first_kept) override {
        const errc why = write({.asks = store_step::verb::trim, .trimmed = c, .first_kept = first_kept});
        return why == errc{} ? s.trim(c, first_kept) : why;
    }

    template <class T>
    result<T> read(result<T> r) {
        if (disk.io()) return r;
        return errc::store_failed;
    }
    result<std::optional<found>> find(const user_id& u, const send_id& id) override { return read(s.find(u, id)); }
    result<log_head> head() override { return read(s.head()); }
    result<page> tail(position from, limits most) override { return read(s.tail(from, most)); }
    result<page> changes(const user_id& u, position from, limits most) override {
        return read(s.changes(u, from, most));
    }
    result<history_page> history(const conversation_id& c, seq_range range, limits most) override {
        return read(s.history(c, range, most));
    }
    result<membership_list> memberships(const user_id& u) override { return read(s.memberships(u)); }
    result<overview_page> overviews(const user_id& u) override { return read(s.overviews(u)); }

    test_disk& disk;
};

using made_journalled = std::unique_ptr<journalled_store>;

template <class Wrong>
made_journalled make_journalled(test_disk& disk) {
    return std::make_unique<Wrong>(disk);
}

// Offers all that a bench can: as a user's own would, with a disk that fails on order below their store.
struct disk_bench {
    made_journalled (*how)(test_disk&);
    test_disk disk{};

    made_journalled make() {
        disk.written.clear();
        disk.starts = 0;
        disk.to_break = 0;
        return restart();
    }
    made_journalled restart() {
        disk.dead = false, disk.to_death = 0, ++disk.starts;
        made_journalled s = how(disk);
        s->start();
        disk.clean = true;
        return s;
    }
    bool break_at(std::size_t n) {
        disk.to_break = n;
        return std::exchange(disk.struck, false);
    }
    void crash_at(std::size_t n) {
        disk.to_death = n;
        if (n == 0) disk.dead = true, disk.clean = false;
    }
};

// The laws that it breaks, those with a name and the one by chance under these circumstances.
std::set<std::string> broken_on_disk(made_journalled (*how)(test_disk&), circumstance only);

}  // namespace tandem
