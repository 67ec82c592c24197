#include "tandem/adapters/asio/phase.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tandem::detail;

namespace {

struct one {
    char name;
    phase_link<one> link{};
};

std::string names(const phase_list<one>& list) {
    std::string all;
    for (const one* o = list.first(); o; o = o->link.behind) all += o->name;
    return all;
}

}  // namespace

TEST_CASE("who came first stands first, and anybody may leave") {
    one a{'a'}, b{'b'}, c{'c'};
    phase_list<one> list;
    CHECK(list.first() == nullptr);
    for (one* o : {&a, &b, &c}) list.add(*o);
    CHECK(names(list) == "abc");
    list.remove(b);
    CHECK(names(list) == "ac");
    list.remove(a);
    CHECK(names(list) == "c");
    list.add(a);
    list.remove(a);
    list.add(b);
    CHECK(names(list) == "cb");
    CHECK(list.size() == 2);
    list.remove(c);
    list.remove(b);
    CHECK(list.first() == nullptr);
    CHECK(list.size() == 0);
}
