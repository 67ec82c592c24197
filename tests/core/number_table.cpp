#include <tandem/core/number_table.hpp>

#include <tandem/testing/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>

using namespace tandem;

TEST_CASE("a table gives each id one number, and none to whom it does not know") {
    number_table<user_id> users;
    const auto [alice, alice_is_new] = users.intern("alice");
    const auto [bob, bob_is_new] = users.intern("bob");
    CHECK(alice_is_new);
    CHECK(bob_is_new);
    CHECK(alice != bob);
    CHECK(users.intern("alice") == std::pair{alice, false});
    CHECK(users.find("bob") == bob);
    CHECK(users.find("carol") == number_table<user_id>::none);
    CHECK(users[alice] == user_id{"alice"});
    CHECK(users.size() == 2);
}

TEST_CASE("a released number is given to the next one, not a new number") {
    number_table<user_id> users;
    const auto alice = users.intern("alice").first;
    users.intern("bob");
    users.release(alice);
    CHECK(users.find("alice") == number_table<user_id>::none);
    CHECK(users.size() == 1);
    CHECK(users.intern("carol") == std::pair{alice, true});
    CHECK(users[alice] == user_id{"carol"});
    CHECK(users.find("alice") == number_table<user_id>::none);
    CHECK(users.highest() == 2);
}

TEST_CASE("a key stays where it is while the table grows") {
    number_table<user_id> users;
    const user_id& first = users[users.intern("first").first];
    for (int i = 0; i < 5000; ++i) users.intern(user_id{std::to_string(i)});
    CHECK(&first == &users[users.find("first")]);
    CHECK(first == user_id{"first"});
}

TEST_CASE("a table agrees with a std::unordered_map, whatever its seed") {
    for (const std::uint64_t seed : {0u, 1u, 2u, 3u, 99u}) {
        CAPTURE(seed);
        seeded_random random{seed};
        number_table<conversation_id> table{seed};
        std::unordered_map<std::string, std::uint32_t> model;
        std::size_t most = 0;
        int wrong = 0;
        for (int i = 0; i < 20'000; ++i) {
            const std::string name = std::to_string(random.below(700));
            const auto c = conversation_id::group(name.c_str());
            const auto known = model.find(name);
            if (table.find(c) != (known == model.end() ? table.none : known->second)) ++wrong;
            if (known == model.end()) {
                const auto [number, is_new] = table.intern(c);
                if (!is_new || !(table[number] == c)) ++wrong;
                for (const auto& [other, taken] : model)
                    if (i % 100 == 0 && taken == number) ++wrong;
                model.emplace(name, number);
            } else if (random.chance(70)) {
                table.release(known->second);
                model.erase(known);
            } else if (table.intern(c) != std::pair{known->second, false}) {
                ++wrong;
            }
            most = std::max(most, model.size());
            if (table.size() != model.size() || table.highest() != most) ++wrong;
        }
        CHECK(wrong == 0);
        std::set<std::uint32_t> numbers;
        for (const auto& [name, number] : model) numbers.insert(number);
        CHECK(numbers.size() == model.size());
    }
}
