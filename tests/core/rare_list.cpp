#include <tandem/core/rare_list.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tandem;

using list = rare_list<std::string>;
static_assert(sizeof(list) == sizeof(void*));

TEST_CASE("a rare list is a vector to whoever reads it") {
    list some{"a", "b"};
    CHECK(some.size() == 2);
    CHECK(std::vector<std::string>(some.begin(), some.end()) == some.all());
    const std::vector<std::string>& as_vector = some;
    CHECK(as_vector == std::vector<std::string>{"a", "b"});
    some = {};
    CHECK(some.empty());
    CHECK(some.begin() == some.end());
    CHECK(some.all().empty());
    CHECK(list{std::vector<std::string>{}}.empty());
}

TEST_CASE("a copy of a rare list is its own, and what was moved from is empty") {
    list a{"a"};
    list b = a;
    CHECK(a == b);
    b = std::vector<std::string>{"x", "y"};
    CHECK(a == list{"a"});
    CHECK_FALSE(a == b);
    a = b;
    CHECK(a == b);
    const list c = std::move(a);
    CHECK(a.empty());
    CHECK(c == b);
    b.clear();
    CHECK(b.size() == 0);
    CHECK(c.size() == 2);
}

TEST_CASE("a rare list grows by one, from nothing") {
    list a;
    a.push_back("x");
    a.push_back("y");
    CHECK(a == list{"x", "y"});
    a.clear();
    a.push_back("z");
    CHECK(a == list{"z"});
}
