// The parts of the disk store that can be tried alone.
#include <tandem/adapters/sqlite/column_text.hpp>
#include <tandem/adapters/sqlite/missed.hpp>
#include <tandem/adapters/sqlite/places.hpp>
#include <tandem/adapters/sqlite/recent_sends.hpp>
#include <tandem/adapters/sqlite/recent_walks.hpp>
#include <tandem/adapters/sqlite/send_filter.hpp>

#include <tandem/testing/random.hpp>

#include <doctest/doctest.h>

using namespace tandem;
using namespace tandem::sqlite;

TEST_SUITE("sqlite parts") {
    TEST_CASE("the hash of a send id lies on disks, so it is the same in every version") {
        CHECK(hash_of_send(7, "a send id", 12345) == 539076616060755656u);
        CHECK(hash_of_send(7, "a send id", 12346) != hash_of_send(7, "a send id", 12345));
        CHECK(hash_of_send(8, "a send id", 12345) != hash_of_send(7, "a send id", 12345));
        CHECK(hash_of_send(7, "a send ie", 12345) != hash_of_send(7, "a send id", 12345));
    }

    TEST_CASE("recent sends give every candidate of a hash, until one is it") {
        recent_sends r;
        r.add({5, position{1}}), r.add({6, position{2}}), r.add({5, position{3}});
        std::vector<std::uint64_t> seen;
        CHECK_FALSE(r.find(5, [&](position p) { return seen.push_back(p.value), false; }));
        std::sort(seen.begin(), seen.end());
        CHECK(seen == std::vector<std::uint64_t>{1, 3});
        CHECK(r.find(6, [](position p) { return p == position{2}; }));
        CHECK_FALSE(r.find(7, [](position) { return true; }));
        r.clear();
        CHECK(r.size() == 0);
        CHECK_FALSE(r.find(6, [](position) { return true; }));
    }

    TEST_CASE("a filter knows all that is in it, and hardly anything else") {
        seeded_random random{1};
        std::array<std::vector<std::uint64_t>, buckets> in;
        for (int i = 0; i < 50'000; ++i) {
            const std::uint64_t h = random.next();
            if (bucket_of(h) != 17) in[bucket_of(h)].push_back(h);  // one is empty
        }
        send_filter filter, torn;
        const std::size_t blocks = send_filter::blocks_for(50'000);
        for (std::size_t b = 0; b < buckets; ++b) {
            CHECK_FALSE(filter.is_complete());
            const auto part = send_filter::part_for(in[b], blocks);
            filter.add_part(bytes{reinterpret_cast<const char*>(part.data()), part.size() * 8});
            torn.add_part(bytes{reinterpret_cast<const char*>(part.data()), (part.size() - (b == 9 ? 1 : 0)) * 8});
        }
        CHECK_FALSE(torn.is_complete());
        CHECK(filter.is_complete());
        for (const auto& some : in)
            for (const std::uint64_t h : some) REQUIRE(filter.may_contain(h));
        int wrong = 0;
        for (int i = 0; i < 100'000; ++i) wrong += filter.may_contain(random.next());
        CHECK(wrong < 500);
        CHECK_FALSE(filter.may_contain(std::uint64_t{17} << 56 | 12345));
    }

    TEST_CASE("places of a conversation are found by seq, and are others after a clear") {
        recent_places r;
        r.add(3, seq{5}, position{50});
        r.add(1, seq{1}, position{51});
        r.add(3, seq{6}, position{60});
        REQUIRE(r.of(3));
        CHECK(r.of(3)->first == seq{5});
        CHECK(r.of(3)->behind() == seq{7});
        CHECK(r.of(3)->at(seq{6}) == position{60});
        CHECK_FALSE(r.of(3)->has(seq{4}));
        CHECK_FALSE(r.of(3)->has(seq{7}));
        CHECK_FALSE(r.of(2));
        CHECK_FALSE(r.of(99));
        CHECK(r.conversations() == std::vector<std::uint32_t>{3, 1});
        r.clear();
        CHECK_FALSE(r.of(3));
        r.add(2, seq{9}, position{70});
        CHECK(r.of(2)->positions == std::vector{position{70}});
        CHECK(r.of(2)->first == seq{9});
    }

    TEST_CASE("the lowest positions are kept, and one that is too high says so") {
        lowest_positions three{3};
        for (const std::uint64_t p : {50u, 20u, 40u}) CHECK(three.offer(position{p}));
        CHECK(three.offer(position{10}));
        CHECK_FALSE(three.offer(position{50}));
        CHECK(three.offer(position{30}));
        CHECK(std::move(three).in_order() == std::vector{position{10}, position{20}, position{30}});
    }

    TEST_CASE("a walk goes on for who comes back, once, unless their memberships have changed") {
        recent_walks walks;
        walks.put({1, position{10}, position{90}, {{position{1}, 2, 3}}});
        CHECK_FALSE(walks.take(2, position{10}, {}));
        CHECK_FALSE(walks.take(1, position{11}, {}));
        const auto w = walks.take(1, position{10}, position{90});
        REQUIRE(w);
        CHECK(w->until == position{90});
        CHECK(w->lines.size() == 1);
        CHECK_FALSE(walks.take(1, position{10}, {}));
        walks.put({1, position{10}, position{90}, {}});
        CHECK_FALSE(walks.take(1, position{10}, position{91}));
        for (std::uint32_t u = 0; u < 33; ++u) walks.put({u, position{1}, position{2}, {}});
        CHECK_FALSE(walks.take(0, position{1}, {}));
        CHECK(walks.take(1, position{1}, {}));
        walks.put({50, position{1}, position{2}, std::vector<membership_table::line>((1 << 16) + 1)});
        CHECK_FALSE(walks.take(50, position{1}, {}));
    }

    TEST_CASE("small lists are texts") {
        const std::vector<interval> none, some{{seq{3}, seq{17}}, {seq{20}, seq{25}}};
        CHECK(text_of(some) == "3-17 20-25");
        CHECK(intervals_in(text_of(some)) == some);
        CHECK(intervals_in(text_of(none)) == none);
        const rare_list<user_id> users{"ann", "b o b"};
        CHECK(users_in(text_of(users)) == users);
        CHECK(users_in(text_of(rare_list<user_id>{})).empty());
    }
}
