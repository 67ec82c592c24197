#include <tandem/adapters/sqlite/sqlite_local_store.hpp>

#include "folder.hpp"
#include "local_device.hpp"

#include <tandem/client/memory_local_store.hpp>
#include <tandem/testing/random.hpp>

#include <doctest/doctest.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

using namespace tandem;

namespace {

// TANDEM_KILLS=5000 tries so many.
std::uint64_t lives_of_device() {
    const char* wanted = std::getenv("TANDEM_KILLS");
    return wanted ? std::strtoull(wanted, nullptr, 10) : 50;
}

sqlite_local_options soon_full() { return {.full_for_sends = false, .checkpoint_pages = 40}; }

// The n-th change of a device: of each kind something, and the number in all of it.
local_change numbered(std::uint64_t n) {
    seeded_random random{n};
    local_change c;
    for (std::uint64_t i = 0, some = 1 + random.below(30); i < some; ++i) {
        c.entries.push_back(
            local_scene::message(local_scene::club(), n * 100 + i, std::string(random.below(300), 'x')));
        c.entries.back().number = n;
    }
    c.marks = {local_scene::marked(local_scene::club(), mark_key::read, n, n)};
    c.conversations = {local_scene::kept(local_scene::club(), n)};
    c.cursor = position{n}, c.unqueued = {n - 1}, c.queued = {local_scene::said(n, std::to_string(n))};
    return c;
}

// Applies, tells, and knows no end.
[[noreturn]] void apply_until_killed(const std::string& file, std::uint64_t first, int pipe) {
    auto store = sqlite_local_store::open(file, soon_full());
    for (std::uint64_t n = first; store && store->apply(numbered(n)); ++n)
        if (write(pipe, &n, sizeof n) != sizeof n) break;
    _exit(2);
}

// The last change that was told before the end; 0: none.
std::uint64_t one_life(const std::string& file, std::uint64_t first, seeded_random& random) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        close(ends[0]);
        apply_until_killed(file, first, ends[1]);
    }
    close(ends[1]);
    std::uint64_t last = 0;
    const auto listen = [&] {
        std::uint64_t n = 0;
        const bool heard = read(ends[0], &n, sizeof n) == sizeof n;
        if (heard) last = n;
        return heard;
    };
    for (auto n = random.below(40); n != 0 && listen(); --n) {}
    const auto moment = std::chrono::steady_clock::now() + std::chrono::microseconds{random.below(1500)};
    while (std::chrono::steady_clock::now() < moment) {}
    kill(child, SIGKILL);
    int how = 0;
    waitpid(child, &how, 0);
    while (listen()) {}
    close(ends[0]);
    CHECK(WIFSIGNALED(how));
    return last;
}

}  // namespace

TEST_SUITE("sqlite_local_store: killed") {
    TEST_CASE("whenever the program is killed, what was applied is there, and nothing is there by half") {
        const folder here;
        const std::string file = here.file("kept.db");
        seeded_random random{1};
        std::uint64_t last = 0;
        memory_local_store model{had(opened_local(file).state(), "state()").tag};
        const std::uint64_t lives = lives_of_device();
        for (std::uint64_t life = 1; life <= lives; ++life) {
            CAPTURE(life);
            const std::uint64_t told = std::max(last, one_life(file, last + 1, random));
            auto store = opened_local(file, soon_full());
            const std::uint64_t found = had(store.state(), "state()").cursor.value;
            REQUIRE(found >= told);
            REQUIRE(found <= told + 1);
            for (std::uint64_t n = last + 1; n <= found; ++n) REQUIRE(model.apply(numbered(n)));
            last = found;
            if (life % 10 == 0 || life == lives) REQUIRE(portrait_of_local(store) == portrait_of_local(model));
            else REQUIRE(portrait(had(store.state(), "state()")) == portrait(*model.state()));
            const auto entries =
                had(store.entries(local_scene::club(), {{found * 100}, every_seq.last}, any_count), "");
            REQUIRE(entries.size() == (found == 0 ? 0 : numbered(found).entries.size()));
        }
        CHECK(last > lives * 5);
    }
}
