#include <tandem/core/mark.hpp>

#include <doctest/doctest.h>

#include <initializer_list>

using namespace tandem;

TEST_CASE("marks that are seqs only grow, all others take the newest value") {
    for (const auto key : {mark_key::received, mark_key::read, mark_key::cleared_before}) {
        CHECK(merge_of(key) == merge::max);
        CHECK(is_seq_mark(key));
    }
    for (const auto key : {mark_key::pinned, mark_key::muted, static_cast<mark_key>(1000)}) {
        CHECK(merge_of(key) == merge::newest);
        CHECK_FALSE(is_seq_mark(key));
    }
}
