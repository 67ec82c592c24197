#include <tandem/store/mark_table.hpp>

#include <doctest/doctest.h>

using namespace tandem;

namespace {

using positions = std::vector<std::uint64_t>;

positions of_owner(const mark_table& t, std::uint32_t owner, std::uint64_t since = 0) {
    positions all;
    t.each_of(owner, position{since}, [&](std::uint32_t n) { all.push_back(t[n].position.value); });
    return all;
}

positions shared_in(const mark_table& t, std::uint32_t conversation, std::uint64_t since = 0) {
    positions all;
    t.each_shared(conversation, position{since}, [&](std::uint32_t n) { all.push_back(t[n].position.value); });
    return all;
}

positions about(const mark_table& t, std::uint32_t conversation, std::uint64_t target) {
    positions all;
    t.each_about(conversation, seq{target}, [&](std::uint32_t n) { all.push_back(t[n].position.value); });
    return all;
}

}  // namespace

TEST_SUITE("mark_table") {
    TEST_CASE("says what was set, and 0 of what was not") {
        mark_table t;
        t.set({1, mark_key::read, 2}, 5, false, position{1});
        CHECK(t.value_of({1, mark_key::read, 2}) == 5);
        CHECK(t.value_of({1, mark_key::read, 3}) == 0);
        CHECK(t.value_of({1, mark_key::received, 2}) == 0);
        t.set({1, mark_key::read, 2}, 6, false, position{2});
        CHECK(t.value_of({1, mark_key::read, 2}) == 6);
    }

    TEST_CASE("lists an owner's marks, the last changed first") {
        mark_table t;
        for (std::uint32_t c = 0; c < 4; ++c) t.set({c, mark_key::read, 7}, 1, false, position{c + 1});
        t.set({1, mark_key::read, 7}, 2, false, position{5});
        CHECK(of_owner(t, 7) == positions{5, 4, 3, 1});
        CHECK(of_owner(t, 7, 3) == positions{5, 4});
        CHECK(of_owner(t, 99).empty());
    }

    TEST_CASE("lists a conversation's marks while they are shared") {
        mark_table t;
        t.set({1, mark_key::read, 7}, 1, true, position{1});
        t.set({1, mark_key::read, 8}, 1, true, position{2});
        t.set({1, mark_key::muted, 8}, 1, false, position{3});
        CHECK(shared_in(t, 1) == positions{2, 1});
        t.set({1, mark_key::read, 7}, 2, false, position{4});
        CHECK(shared_in(t, 1) == positions{2});
        CHECK(of_owner(t, 7) == positions{4});
    }

    TEST_CASE("a mark of another entry is another mark") {
        mark_table t;
        t.set({1, mark_key::reaction, 2, seq{5}}, 7, true, position{1});
        t.set({1, mark_key::reaction, 2, seq{6}}, 8, true, position{2});
        CHECK(t.value_of({1, mark_key::reaction, 2, seq{5}}) == 7);
        CHECK(t.value_of({1, mark_key::reaction, 2, seq{6}}) == 8);
        CHECK(t.value_of({1, mark_key::reaction, 2}) == 0);
    }

    TEST_CASE("lists what is about an entry, and of what is about a conversation that which is shared") {
        mark_table t;
        t.set({1, mark_key::reaction, 7, seq{5}}, 1, true, position{1});
        t.set({1, mark_key::deleted, 8, seq{5}}, 1, false, position{2});
        t.set({1, mark_key::reaction, 8, seq{6}}, 1, true, position{3});
        t.set({1, mark_key::read, 8}, 1, true, position{4});
        t.set({1, mark_key::muted, 8}, 1, false, position{5});
        t.set({2, mark_key::reaction, 8, seq{5}}, 1, true, position{6});
        CHECK(about(t, 1, 5) == positions{2, 1});
        CHECK(about(t, 1, 6) == positions{3});
        CHECK(about(t, 1, 0) == positions{4});
        CHECK(about(t, 1, 7).empty());
        t.set({1, mark_key::reaction, 7, seq{5}}, 0, true, position{7});
        CHECK(about(t, 1, 5) == positions{7, 2});
    }

    TEST_CASE("forgets what is about an entry, everywhere, and nothing else") {
        mark_table t;
        for (std::uint32_t owner : {7u, 8u}) {
            t.set({1, mark_key::reaction, owner, seq{5}}, 1, true, position{owner});
            t.set({1, mark_key::reaction, owner, seq{6}}, 1, true, position{10 + owner});
            t.set({1, mark_key::deleted, owner, seq{5}}, 1, false, position{20 + owner});
        }
        t.forget(1, seq{5});
        t.forget(1, seq{99});
        CHECK(about(t, 1, 5).empty());
        CHECK(about(t, 1, 6) == positions{18, 17});
        CHECK(of_owner(t, 7) == positions{17});
        CHECK(shared_in(t, 1) == positions{18, 17});
        CHECK(t.value_of({1, mark_key::reaction, 7, seq{5}}) == 0);
        CHECK(t.set({2, mark_key::read, 9}, 1, true, position{30}) < 6);  // a number of theirs
        CHECK(t.all().size() == 6);
    }
}
