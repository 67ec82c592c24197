#include <tandem/store/entry_table.hpp>

#include <doctest/doctest.h>

using namespace tandem;

namespace {

std::uint32_t add(entry_table& t, std::string body) {
    const std::uint32_t n = t.add();
    t[n].body = std::move(body);
    return n;
}

}  // namespace

TEST_SUITE("entry_table") {
    TEST_CASE("records stay where they are while it grows") {
        entry_table t;
        const entry_record* first = &t[add(t, "first")];
        for (int i = 0; i < 5000; ++i) add(t, std::to_string(i));
        CHECK(first == &t[0]);
        CHECK(t[0].body == "first");
        CHECK(t[5000].body == "4999");
    }

    TEST_CASE("numbers of erased records are given out again, clean") {
        entry_table t;
        add(t, "a");
        const auto n = add(t, "b");
        t.erase(n);
        CHECK(t[n].body.empty());
        CHECK(add(t, "c") == n);
    }
}
