#include <tandem/store/placed_entry.hpp>

#include <doctest/doctest.h>

using namespace tandem;

namespace {

entry line(std::uint64_t at, entry_kind kind, std::string body, std::uint64_t target = 0) {
    draft d;
    d.kind = kind, d.body = std::move(body), d.target = seq{target};
    return placed_entry(d, {outcome::what::placed, {}, {seq{at}, position{at}}, 1, {}, seq{3}});
}

}  // namespace

TEST_SUITE("placed_entry") {
    TEST_CASE("is the draft and its place") {
        const entry e = line(4, entry_kind::message, "hi");
        CHECK(e.body == "hi");
        CHECK(e.place == place{seq{4}, position{4}});
        CHECK(e.number == 1);
        CHECK(e.visible_from == seq{3});
    }

    TEST_CASE("an edit changes its target, a revoke blanks it and its edits") {
        entry target = line(1, entry_kind::message, "a"), other = line(2, entry_kind::message, "b");
        target.mentions = {"bob"};
        entry edit = line(3, entry_kind::edit, "c", 1);
        for (entry* e : {&target, &other}) amend(*e, edit);
        CHECK(target.body == "c");
        CHECK(target.mentions == std::vector<user_id>{"bob"});
        CHECK(target.amended_by == seq{3});
        const entry revoke = line(4, entry_kind::revoke, "", 1);
        for (entry* e : {&target, &other, &edit}) amend(*e, revoke);
        CHECK(target.body.empty());
        CHECK(target.mentions.empty());
        CHECK(target.revoked);
        CHECK(edit.body.empty());
        CHECK(edit.revoked);
        CHECK(edit.amended_by == seq{4});
        CHECK(other.body == "b");
        CHECK_FALSE(other.revoked);
    }

    TEST_CASE("tells what an amendment may do") {
        entry e = line(1, entry_kind::message, "a");
        CHECK(target_state_of(e) == target_state::message);
        blank(e, seq{2});
        CHECK(target_state_of(e) == target_state::none);
        CHECK(target_state_of(line(1, entry_kind::joined, "")) == target_state::other);
    }
}
