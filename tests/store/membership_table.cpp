#include <tandem/store/membership_table.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tandem;

namespace {

standing::change by(std::uint64_t s, std::uint64_t p) { return {{seq{s}, position{p}}, 0, {}}; }

struct some_users {
    number_table<user_id> users;
    membership_table table;

    some_users() {
        for (const char* who : {"dan", "ann", "cid", "bob"}) users.intern(who);
    }
    std::string members(const user_id& after = {}) {
        std::string names;
        for (const auto n : table.members_after(0, after, users))
            names += std::string{users[table[n].user].view()} + ",";
        return names;
    }
};

}  // namespace

TEST_SUITE("membership_table") {
    TEST_CASE("an interval reaches from visible_from to the entry that ended it") {
        membership_table t;
        t.change(1, 2, {role::member, {seq{3}}, by(5, 50)}, true);
        t.change(1, 2, {role::member, {seq{3}, seq{8}}, by(8, 80)}, true);
        const auto& r = *t.find(1, 2);
        CHECK_FALSE(r.sees(seq{2}));
        CHECK(r.sees(seq{3}));
        CHECK(r.sees(seq{8}));
        CHECK_FALSE(r.sees(seq{9}));
        CHECK(r.next_visible(seq{1}) == seq{3});
        CHECK(r.next_visible(seq{9}) == seq{});
        CHECK_FALSE(t.find(1, 3));
    }

    TEST_CASE("intervals of who comes back are disjoint") {
        membership_table t;
        t.change(1, 2, {role::member, {seq{1}}, by(1, 1)}, true);
        t.change(1, 2, {role::member, {seq{1}, seq{4}}, by(4, 4)}, true);
        t.change(1, 2, {role::admin, {seq{5}}, by(9, 9)}, true);
        const auto& r = *t.find(1, 2);
        CHECK(r.earlier == std::vector{interval{seq{1}, seq{4}}});
        CHECK(r.latest == interval{seq{5}});
        CHECK(r.next_visible(seq{2}) == seq{2});
        CHECK(r.role == role::admin);
    }

    TEST_CASE("a user's lines are in order of their last change") {
        membership_table t;
        for (std::uint32_t c = 0; c < 5; ++c) t.change(1, c, {role::member, {seq{1}}, by(1, c + 1)}, true);
        t.change(1, 1, {role::owner, {seq{1}}, by(2, 6)}, true);
        std::vector<std::uint32_t> order;
        for (const auto& l : t.of(1)) order.push_back(l.conversation);
        CHECK(order == std::vector<std::uint32_t>{0, 2, 3, 4, 1});
        CHECK(t.changed_after(1, position{4}).size() == 2);
        CHECK(t.changed_after(1, position{6}).empty());
        CHECK(t.of(77).empty());
    }

    TEST_CASE_FIXTURE(some_users, "members come in order of user id, whatever the order they came in") {
        for (std::uint32_t u = 0; u < 4; ++u) table.change(u, 0, {role::member, {seq{1}}, by(u + 1, u + 1)}, true);
        CHECK(members() == "ann,bob,cid,dan,");
        CHECK(members("bob") == "cid,dan,");
        table.change(2, 0, {role::member, {seq{1}, seq{5}}, by(5, 5)}, true);
        CHECK(members() == "ann,bob,dan,");
        table.change(2, 0, {role::member, {seq{6}}, by(6, 6)}, true);
        table.change(2, 0, {role::member, {seq{6}, seq{7}}, by(7, 7)}, true);
        CHECK(members("a") == "ann,bob,dan,");
    }
}
