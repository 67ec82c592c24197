#include <tandem/adapters/sqlite/sqlite_store.hpp>

#include "unsafe_disk.hpp"

#include <tandem/testing/store_laws/scene.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <string>
#include <thread>

using namespace tandem;

TEST_SUITE("sqlite_store: readers and a writer") {
    TEST_CASE("no reader keeps the writer from writing, and none sees half a commit") {
        unsafe_disk disk;
        sqlite_options options;
        options.vfs = disk.name(), options.checkpoint_pages = 30;
        auto store = *sqlite_store::open("log.db", options);
        constexpr std::uint64_t together = 3;
        std::atomic<bool> ends{false};
        std::atomic<int> reads{0}, wrong{0};
        std::latch begun{3};
        std::string first_failure;  // the writer's
        const auto read = [&] {
            begun.count_down();
            for (position seen{}; !ends; ++reads) {
                // Short ones: the more often a reader begins, the more often it begins in the middle of a commit.
                const position from{seen.value - std::min(seen.value, 2 * together)};
                const auto page = store.tail(from, {9999, 1 << 30});
                const bool right = page && page->head.newest >= seen && page->head.newest.value % together == 0 &&
                                   page->entries.size() == page->head.newest.value - from.value;
                if (right) seen = page->head.newest;
                else ++wrong;
            }
        };
        std::thread one{read}, other{read};
        begun.arrive_and_wait();
        const std::vector<draft> ds(together, scene::message(scene::pair(), scene::ann, "x"));
        std::uint64_t written = 0;
        for (; (written < 2000 || reads < 1000) && first_failure.empty(); ++written)
            if (const auto answer = store.append(ds); !answer) first_failure = answer.error().detail;
        ends = true;
        one.join(), other.join();
        CHECK(first_failure == "");
        CHECK(wrong == 0);
        CHECK(store.head()->newest.value == written * together);
    }
}
