#include <tandem/core/flat_map.hpp>

#include <tandem/core/ids.hpp>
#include <tandem/testing/random.hpp>

#include <doctest/doctest.h>

#include <map>
#include <string>

using namespace tandem;

TEST_SUITE("core/flat_map") {
    TEST_CASE("it has what was put in, and not what was taken out") {
        flat_map<user_id, int> m;
        CHECK(m.empty());
        CHECK_FALSE(m.contains("alice"));
        m["alice"] = 1;
        m["bob"] = 2;
        m["alice"] = 3;
        CHECK(m.size() == 2);
        CHECK(*m.find("alice") == 3);
        CHECK(m.erase("alice"));
        CHECK_FALSE(m.erase("alice"));
        CHECK(m.find("alice") == nullptr);
        CHECK(*m.find("bob") == 2);
    }

    TEST_CASE("it agrees with std::map over a long life by chance") {
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            CAPTURE(seed);
            seeded_random random{seed};
            flat_map<user_id, std::string> ours{seed};
            std::map<user_id, std::string> theirs;
            for (int step = 0; step < 2000; ++step) {
                const user_id key{std::to_string(random.below(60))};
                if (random.chance(45)) {
                    ours.erase(key);
                    theirs.erase(key);
                } else if (random.chance(5)) {
                    const auto odd = [](const user_id& k) { return (k.view().back() - '0') % 2 == 1; };
                    ours.erase_if([&](const user_id& k, const std::string&) { return odd(k); });
                    std::erase_if(theirs, [&](const auto& pair) { return odd(pair.first); });
                } else {
                    ours[key] = theirs[key] = std::to_string(step);
                }
                REQUIRE(ours.size() == theirs.size());
            }
            std::size_t met = 0;
            ours.each([&](const user_id& k, const std::string& v) { met += theirs.at(k) == v; });
            CHECK(met == theirs.size());
        }
    }
}
