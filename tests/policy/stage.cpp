#include <tandem/policy/stage.hpp>

#include <doctest/doctest.h>

#include <set>

using namespace tandem;

TEST_CASE("every stage has a name of its own") {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < stage_count; ++i) names.insert(name_of(static_cast<stage>(i)));
    CHECK(names.size() == stage_count);
    CHECK(name_of(stage::turn) == "turn");
    CHECK(name_of(stage::memberships) == "memberships");
    CHECK(name_of(stage::other) == "other");
}
