#include <tandem/store/memory_store.hpp>

#include <tandem/testing/store_laws.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tandem;

// What it answers is tried by the laws (tests/testing/store_laws.cpp); here is what is its own.
TEST_SUITE("memory_store") {
    TEST_CASE("every log has its own epoch unless it is given one") {
        CHECK(memory_store{}.head()->epoch != memory_store{}.head()->epoch);
        CHECK(memory_store{epoch{7}}.head()->epoch == epoch{7});
    }

    TEST_CASE("the same calls give the same answers") {
        const auto live = [] {
            memory_store s{epoch{1}};
            std::string told;
            for (int i = 0; i < 50; ++i) {
                std::vector<draft> ds{
                    scene::message(scene::pair(), scene::ann, std::to_string(i), send_id{std::to_string(i % 40)})};
                told += to_lines(*s.append(ds));
            }
            return told + to_lines(s.changes("bob", {}, {})->entries);
        };
        CHECK(live() == live());
    }

    TEST_CASE("a cursor beyond the head, however far, is answered with an empty page") {
        memory_store store{epoch{1}};
        draft d;
        d.conversation = conversation_id::self("alice");
        d.sender = "alice";
        REQUIRE(store.append(drafts{&d, 1}));
        for (const std::uint64_t far :
             {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
            const auto all = store.tail({far}, {});
            const auto mine = store.changes("alice", {far}, {});
            CHECK(all->entries.empty());
            CHECK(mine->entries.empty());
            CHECK(all->examined.value == far);
            CHECK(mine->examined.value == far);
            CHECK_FALSE(mine->more);
        }
    }

    TEST_CASE("lives by chance, many and long") {
        const auto report = [](const law_verdict& v) { CHECK_MESSAGE(v.why == "", v.name); };
        CHECK(store_laws([] { return memory_store{epoch{1}}; }, report, release_answers{}, {1000, 4, 1500}));
    }
}
