// A loop to answer on, a gate to hold a store at, and a store that tells what it was asked.
#pragma once

#include <tandem/store/memory_store.hpp>
#include <tandem/store/worker_store.hpp>
#include <tandem/testing/store_laws/scene.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace tandem {

// Only a test that fails waits so long.
inline constexpr std::chrono::seconds patience{20};

// What is posted, from whichever thread, runs on the thread that runs the loop.
class test_loop {
public:
    auto post() {
        return [this](function<void()> f) {
            const std::lock_guard lock{mutex_};
            posted_.push_back(std::move(f));
            came_.notify_one();
        };
    }

    // Waits for it, if there is nothing yet.
    void run_one() {
        function<void()> next;
        {
            std::unique_lock lock{mutex_};
            if (!came_.wait_for(lock, patience, [&] { return !posted_.empty(); }))
                throw std::runtime_error{"nothing is posted to the loop"};
            next = std::move(posted_.front());
            posted_.pop_front();
        }
        next();
    }
    template <class Until>
    void run_until(Until until) {
        while (!until()) run_one();
    }
    // What has been posted by now.
    void run() {
        while (size() != 0) run_one();
    }
    std::size_t size() {
        const std::lock_guard lock{mutex_};
        return posted_.size();
    }

private:
    std::mutex mutex_;
    std::condition_variable came_;
    std::deque<function<void()>> posted_;
};

// While it is closed, whoever comes stands before it.
class gate {
public:
    void close() {
        const std::lock_guard lock{mutex_};
        closed_ = true;
    }
    void open() {
        const std::lock_guard lock{mutex_};
        closed_ = false;
        changed_.notify_all();
    }
    void pass() {
        std::unique_lock lock{mutex_};
        ++standing_;
        changed_.notify_all();
        changed_.wait(lock, [&] { return !closed_; });
        --standing_;
    }
    // Until so many stand before it.
    void wait_for(std::size_t many = 1) {
        std::unique_lock lock{mutex_};
        if (!changed_.wait_for(lock, patience, [&] { return standing_ == many; }))
            throw std::runtime_error{"nobody comes to the gate"};
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t standing_ = 0;
    bool closed_ = false;
};

// memory_store behind a gate for writes and one for heads. What it did is a text: "append 2 | put | head".
struct watched_store : memory_store {
    watched_store() : memory_store{tandem::epoch{1}} {}

    result<outcomes> append(drafts ds) {
        note("append " + std::to_string(ds.size()));
        writes.pass();
        if (then_append) return then_append(ds);
        const std::lock_guard lock{mutex};
        return memory_store::append(ds);
    }
    result<mark_outcomes> put(mark_changes cs) {
        note("put");
        writes.pass();
        if (throws) throw std::runtime_error{"no disk"};
        const std::lock_guard lock{mutex};
        return memory_store::put(cs);
    }
    result<nothing> trim(const conversation_id& c, seq first_kept) {
        note("trim");
        writes.pass();
        const std::lock_guard lock{mutex};
        return memory_store::trim(c, first_kept);
    }
    result<log_head> head() {
        note("head");
        heads.pass();
        if (throws) throw std::runtime_error{"no disk"};
        const std::lock_guard lock{mutex};
        return memory_store::head();
    }

    std::string did() {
        const std::lock_guard lock{mutex};
        return std::exchange(done_so_far, {});
    }
    void note(const std::string& what) {
        const std::lock_guard lock{mutex};
        done_so_far += (done_so_far.empty() ? "" : " | ") + what;
    }

    gate writes;
    gate heads;
    bool throws = false;
    std::function<result<outcomes>(drafts)> then_append{};
    std::mutex mutex;
    std::string done_so_far;
};

struct readable_store : watched_store {
    static constexpr bool reads_from_any_thread = true;
};

// One call at a time, from whichever thread.
struct shared_store {
    static constexpr bool reads_from_any_thread = true;

    template <class Call>
    auto alone(Call call) {
        const std::lock_guard lock{mutex};
        return call();
    }

    result<outcomes> append(drafts ds) {
        return alone([&] { return s.append(ds); });
    }
    result<mark_outcomes> put(mark_changes cs) {
        return alone([&] { return s.put(cs); });
    }
    result<std::optional<found>> find(const user_id& u, const send_id& i) {
        return alone([&] { return s.find(u, i); });
    }
    result<log_head> head() {
        return alone([&] { return s.head(); });
    }
    result<page> tail(position p, limits l) {
        return alone([&] { return s.tail(p, l); });
    }
    result<page> changes(const user_id& u, position p, limits l) {
        return alone([&] { return s.changes(u, p, l); });
    }
    result<history_page> history(const conversation_id& c, seq_range r, limits l) {
        return alone([&] { return s.history(c, r, l); });
    }
    result<membership_list> memberships(const user_id& u) {
        return alone([&] { return s.memberships(u); });
    }
    result<membership> member(const conversation_id& c, const user_id& u) {
        return alone([&] { return s.member(c, u); });
    }
    result<member_page> members(const conversation_id& c, const user_id& u, std::size_t n) {
        return alone([&] { return s.members(c, u, n); });
    }
    result<mark_page> marks(const conversation_id& c, seq_range r, position p, std::size_t n) {
        return alone([&] { return s.marks(c, r, p, n); });
    }
    result<overview_page> overviews(const user_id& u) {
        return alone([&] { return s.overviews(u); });
    }
    result<nothing> trim(const conversation_id& c, seq first) {
        return alone([&] { return s.trim(c, first); });
    }

    memory_store s{tandem::epoch{1}};
    std::mutex mutex{};
};

// Drafts of one append, and what became of them.
struct an_append {
    explicit an_append(std::vector<std::string> bodies) {
        for (std::string& body : bodies)
            of.push_back(scene::message(scene::pair(), scene::ann, body, send_id{std::string_view{body}}));
    }
    an_append(const an_append&) = delete;
    an_append& operator=(const an_append&) = delete;

    done<outcomes> then() {
        return done<outcomes>{[this](result<outcomes> r) { ++answers, got = std::move(r); }};
    }
    // "1 2": the seqs; or what went wrong.
    std::string became() const {
        if (answers != 1) return "answered " + std::to_string(answers) + " times";
        if (!*got) return text(got->error().code);
        std::string all;
        for (const outcome& o : **got) {
            const bool placed = o.became == outcome::what::placed;
            all += (all.empty() ? "" : " ") + (placed ? std::to_string(o.place.seq.value) : std::string{text(o.why)});
        }
        return all;
    }

    std::vector<draft> of{};
    std::optional<result<outcomes>> got{};
    int answers = 0;
};

// The store is `disk`'s; whoever asks gets the answers on `loop`.
struct scenery {
    explicit scenery(const worker_options& o = {}) : disk{store, o} {}
    ~scenery() { store.writes.open(), store.heads.open(); }

    worker_store<watched_store&> asker() { return {disk, loop.post()}; }
    void settle(const worker_store<watched_store&>& w) {
        loop.run_until([&] { return w.waiting() == 0; });
    }

    watched_store store;
    test_loop loop;
    worker<watched_store&> disk;
};

// What became of a question: "" while there is no answer, "ok", or what went wrong.
template <class T>
done<T> told_to(std::string& what) {
    return done<T>{[&what](result<T> r) { what += r ? "ok" : text(r.error().code); }};
}

}  // namespace tandem
