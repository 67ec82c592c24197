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

    TEST_CASE("a tail looks at so many positions and no more, whether or not anything is left there") {
        memory_store store{epoch{1}};
        std::vector<draft> ds(10'000, scene::message(scene::pair(), scene::ann, "x"));
        REQUIRE(store.append(ds));
        REQUIRE(store.trim(scene::pair(), seq{9'001}));
        position at{};
        std::vector<std::uint64_t> examined;
        std::size_t entries = 0;
        for (page p{.more = true}; p.more; at = p.examined) {
            p = *store.tail(at, {.entries = 9'999, .bytes = 1 << 20});
            CHECK(p.more == (p.examined < p.head.newest));
            examined.push_back(p.examined.value);
            entries += p.entries.size();
        }
        CHECK(examined == std::vector<std::uint64_t>{4096, 8192, 10'000});
        CHECK(entries == 1'000);
    }

    TEST_CASE("unread messages that were revoked are counted right after any trim") {
        for (std::uint64_t kept = 1; kept <= 60; ++kept) {
            memory_store store{epoch{1}};
            for (int i = 0; i < 40; ++i) {
                const draft d = scene::message(scene::pair(), scene::ann, "x");
                REQUIRE(store.append({&d, 1}));
            }
            for (std::uint64_t target = 2; target <= 40; target += 2) {
                const draft d = scene::revoke(scene::pair(), scene::ann, seq{target});
                REQUIRE(store.append({&d, 1}));
            }
            REQUIRE(store.trim(scene::pair(), seq{kept / 2}));
            REQUIRE(store.trim(scene::pair(), seq{kept}));
            std::uint64_t unread = 0;
            for (std::uint64_t s = kept; s <= 40; ++s) unread += s % 2;
            CAPTURE(kept);
            CHECK(store.overviews(scene::bob)->conversations[0].unread == unread);
        }
    }

    TEST_CASE("lives by chance, many and long") {
        const auto report = [](const law_verdict& v) {
            CHECK_MESSAGE(v.became != law_verdict::what::broken, v.name, ": ", v.why);
        };
        CHECK(store_laws([] { return memory_store{epoch{1}}; }, report, release_answers{}, {1000, 4, 1500}));
    }
}
