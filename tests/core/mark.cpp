#include <tandem/core/mark.hpp>

#include <doctest/doctest.h>

#include <initializer_list>

using namespace tandem;

TEST_CASE("marks that are seqs only grow, all others take the newest value") {
    for (const auto key : {mark_key::received, mark_key::read, mark_key::cleared_before}) {
        CHECK(merge_of(key) == merge::max);
        CHECK(is_seq_mark(key));
    }
    for (const auto key :
         {mark_key::pinned, mark_key::muted, mark_key::reaction, mark_key::deleted, static_cast<mark_key>(1000)}) {
        CHECK(merge_of(key) == merge::newest);
        CHECK_FALSE(is_seq_mark(key));
    }
}

TEST_CASE(
    "reactions and deletions are about an entry, an application's marks about what it likes, all others about none") {
    for (const auto key :
         {mark_key::received, mark_key::read, mark_key::cleared_before, mark_key::pinned, mark_key::muted}) {
        CHECK(is_about(key, seq{}));
        CHECK_FALSE(is_about(key, seq{1}));
    }
    for (const auto key : {mark_key::reaction, mark_key::deleted}) {
        CHECK_FALSE(is_about(key, seq{}));
        CHECK(is_about(key, seq{1}));
    }
    CHECK(is_about(static_cast<mark_key>(1000), seq{}));
    CHECK(is_about(static_cast<mark_key>(1000), seq{1}));
}

TEST_CASE("keys are ours, or the application's") {
    for (const unsigned key : {1u, 5u, 6u, 7u, 1000u, 65535u}) CHECK(is_known(static_cast<mark_key>(key)));
    for (const unsigned key : {0u, 8u, 999u}) CHECK_FALSE(is_known(static_cast<mark_key>(key)));
}

TEST_CASE("a mark is another one if any part of its name is") {
    const mark_change one{conversation_id::group("a"), mark_key::reaction, "bob", 5, true, seq{3}};
    mark_change same = one;
    same.value = 6, same.shared = false;
    CHECK(is_same(one, same));
    mark_change others[] = {one, one, one, one};
    others[0].conversation = conversation_id::group("b");
    others[1].key = mark_key::deleted;
    others[2].owner = "eve";
    others[3].target = seq{4};
    for (const mark_change& other : others) CHECK_FALSE(is_same(one, other));
}

TEST_CASE("a mark merges by the rule of its key") {
    CHECK(merged(mark_key::read, 5, 4) == 5);
    CHECK(merged(mark_key::read, 5, 6) == 6);
    CHECK(merged(mark_key::muted, 5, 4) == 4);
    CHECK(merged(mark_key::read, 0, 0) == 0);
}
