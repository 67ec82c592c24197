#include <tandem/core/chunked.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tandem;

TEST_CASE("elements are counted, begin empty and keep their values") {
    chunked<int, 4> numbers;
    CHECK(numbers.size() == 0);
    for (int i = 0; i < 23; ++i) {
        int& added = numbers.add();
        CHECK(added == 0);
        added = i;
    }
    CHECK(numbers.size() == 23);
    const auto& same = numbers;
    for (std::size_t i = 0; i < 23; ++i) CHECK(same[i] == static_cast<int>(i));
}

TEST_CASE("elements never move") {
    chunked<std::string, 2> texts;
    std::vector<std::string*> where;
    for (int i = 0; i < 100; ++i) {
        where.push_back(&texts.add());
        *where.back() = std::to_string(i);
    }
    for (std::size_t i = 0; i < 100; ++i) {
        CHECK(&texts[i] == where[i]);
        CHECK(texts[i] == std::to_string(i));
    }
}

namespace {
struct alignas(64) wide {
    char data[64];
};
}  // namespace

TEST_CASE("elements lie on the boundary they ask for") {
    chunked<wide, 2> all;
    for (int i = 0; i < 5; ++i) CHECK(reinterpret_cast<std::uintptr_t>(&all.add()) % 64 == 0);
}

TEST_CASE("elements are handed over whole, and destroyed once") {
    chunked<std::string, 2> texts;
    for (int i = 0; i < 5; ++i) texts.add() = std::string(100, static_cast<char>('a' + i));
    const std::string* third = &texts[2];

    chunked<std::string, 2> taken = std::move(texts);
    CHECK(texts.size() == 0);
    CHECK(taken.size() == 5);
    CHECK(&taken[2] == third);
    texts.add() = "new";
    CHECK(texts[0] == "new");

    texts = std::move(taken);
    CHECK(texts.size() == 5);
    CHECK(&texts[2] == third);
    CHECK(texts[4] == std::string(100, 'e'));
}
