#include "tandem/engine/doorway.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace tandem;

TEST_CASE("there is room for so many, and again when somebody has left") {
    doorway d{2};
    std::vector<doorway::place> inside;
    inside.push_back(d.enter());
    inside.push_back(d.enter());
    CHECK_FALSE(d.has_room());
    CHECK_FALSE(d.enter());
    CHECK_FALSE(d.enter());
    inside.erase(inside.begin());
    CHECK(d.has_room());
    doorway::place moved = std::move(inside[0]);
    inside.clear();
    CHECK(d.enter());
    moved = {};
    CHECK(d.has_room());
}

TEST_CASE("a place may outlive its doorway") {
    doorway::place left;
    {
        doorway d{1};
        left = d.enter();
    }
    CHECK(left);
}
