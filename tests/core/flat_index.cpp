#include <tandem/core/flat_index.hpp>

#include <tandem/core/bytes.hpp>
#include <tandem/testing/random.hpp>

#include <doctest/doctest.h>

#include <string>
#include <unordered_map>
#include <vector>

using namespace tandem;

// Does to a flat_index and to a std::unordered_map the same, and asks both.
template <class Hash>
static void compare(std::uint64_t seed, std::uint32_t keys, int steps, Hash hash) {
    CAPTURE(seed);
    seeded_random random{seed};
    flat_index index;
    std::unordered_map<std::uint32_t, std::uint32_t> model;  // key → number
    std::vector<std::uint32_t> key_of;                       // number → key
    const auto find = [&](std::uint32_t key) {
        return index.find(hash(key), [&](std::uint32_t number) { return key_of[number] == key; });
    };
    int wrong = 0;
    for (int i = 0; i < steps; ++i) {
        const auto key = static_cast<std::uint32_t>(random.below(keys));
        const auto known = model.find(key);
        if (find(key) != (known == model.end() ? flat_index::none : known->second)) ++wrong;
        const bool growing = (i / 500) % 2 == 0;  // the table fills up and empties again
        if (known == model.end() && random.chance(growing ? 90 : 30)) {
            const auto number = static_cast<std::uint32_t>(key_of.size());
            key_of.push_back(key);
            index.insert(hash(key), number);
            model.emplace(key, number);
        } else if (known != model.end() && random.chance(growing ? 20 : 90)) {
            index.erase(hash(key), known->second);
            model.erase(known);
        }
        if (index.size() != model.size()) ++wrong;
    }
    for (std::uint32_t key = 0; key < keys; ++key) {
        const auto known = model.find(key);
        if (find(key) != (known == model.end() ? flat_index::none : known->second)) ++wrong;
    }
    CHECK(wrong == 0);
    for (const auto& [key, number] : model) index.erase(hash(key), number);
    CHECK(index.size() == 0);
    for (const auto& [key, number] : model) CHECK(find(key) == flat_index::none);
}

TEST_CASE("an index finds what a std::unordered_map finds") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed)
        compare(seed, seed % 2 ? 40 : 1000, 5000,
                [](std::uint32_t key) { return hash_bytes({reinterpret_cast<const char*>(&key), sizeof key}); });
}

TEST_CASE("keys of the same hash are told apart by asking") {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        compare(seed, 30, 2000, [](std::uint32_t) { return std::uint64_t{0}; });
        compare(seed, 30, 2000, [](std::uint32_t) { return ~std::uint64_t{0}; });  // the run wraps around the end
        compare(seed, 60, 2000, [](std::uint32_t key) { return std::uint64_t{key % 3} << 62; });
        compare(seed, 60, 2000, [](std::uint32_t key) { return ~std::uint64_t{key % 5} << 29; });
    }
}

TEST_CASE("an empty index finds nothing and takes no memory") {
    const flat_index index;
    CHECK(index.find(1, [](std::uint32_t) { return true; }) == flat_index::none);
    CHECK(index.capacity_bytes() == 0);
}

TEST_CASE("the keys are asked only when the hash agrees") {
    flat_index index;
    for (std::uint32_t n = 0; n < 1000; ++n) index.insert(hash_bytes(std::to_string(n)), n);
    int asked = 0;
    for (std::uint32_t n = 0; n < 1000; ++n)
        CHECK(index.find(hash_bytes(std::to_string(n)), [&](std::uint32_t found) {
            ++asked;
            return found == n;
        }) == n);
    CHECK(asked >= 1000);
    CHECK(asked <= 1002);
}

TEST_CASE("an index takes between 10 and 22 bytes a number, and does not grow while it is refilled") {
    flat_index index;
    for (std::uint32_t n = 0; n < 100'000; ++n) index.insert(hash_bytes(std::to_string(n)), n);
    CHECK(index.capacity_bytes() <= 100'000 * 22);
    const std::size_t before = index.capacity_bytes();
    for (std::uint32_t n = 0; n < 100'000; ++n) {
        index.erase(hash_bytes(std::to_string(n)), n);
        index.insert(hash_bytes(std::to_string(n)), n);
    }
    CHECK(index.capacity_bytes() == before);
    CHECK(index.size() == 100'000);
}
