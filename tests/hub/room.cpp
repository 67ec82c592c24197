#include <tandem/hub/room.hpp>

#include <tandem/testing/random.hpp>

#include <doctest/doctest.h>

#include <initializer_list>
#include <set>

using namespace tandem;

static std::multiset<std::uint32_t> walked(const room& r) {
    std::multiset<std::uint32_t> met;
    for (std::size_t slot = 0; slot < r.slots(); ++slot)
        if (r.at(slot) != room::vacant) met.insert(r.at(slot));
    return met;
}

TEST_CASE("a room holds what a std::set holds") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        seeded_random random{seed};
        room r;
        std::set<std::uint32_t> model;
        const std::uint64_t users = seed % 2 ? 30 : 2000;
        const std::uint32_t stride = seed % 3 ? 1 : 0x10000;  // numbers that differ in their upper bits only
        int wrong = 0;
        for (int i = 0; i < 5000; ++i) {
            const auto user = static_cast<std::uint32_t>(random.below(users)) * stride;
            const bool growing = (i / 700) % 2 == 0;  // it fills up and empties again
            if (r.contains(user) != model.contains(user)) ++wrong;
            if (random.chance(growing ? 80 : 20)) {
                if (r.add(user) != model.insert(user).second) ++wrong;
            } else {
                if (r.remove(user) != (model.erase(user) == 1)) ++wrong;
            }
            if (r.size() != model.size()) ++wrong;
            if (i % 500 == 0 && walked(r) != std::multiset<std::uint32_t>(model.begin(), model.end())) ++wrong;
        }
        for (std::uint32_t user = 0; user < users; ++user)
            if (r.contains(user * stride) != model.contains(user * stride)) ++wrong;
        CHECK(wrong == 0);
        CHECK(walked(r) == std::multiset<std::uint32_t>(model.begin(), model.end()));
    }
}

TEST_CASE("a room takes at most 8 bytes a member") {
    for (const std::uint32_t members : {1000u, 100'000u}) {
        CAPTURE(members);
        room r;
        for (std::uint32_t user = 0; user < members; ++user) {
            r.add(user * 7);
            if (user >= 500 && r.bytes() > (user + 1) * 8) FAIL(user << " members took " << r.bytes() << " bytes");
        }
        CHECK(r.size() == members);
        CHECK(r.bytes() <= members * 8);
        CHECK(r.bytes() >= members * 4);
    }
}

TEST_CASE("an empty room takes nothing and finds nobody") {
    room r;
    CHECK(r.bytes() == 0);
    CHECK_FALSE(r.contains(0));
    CHECK_FALSE(r.remove(0));
    CHECK(r.add(0));
    CHECK_FALSE(r.add(0));
    CHECK(r.size() == 1);
}

TEST_CASE("a room that most have left is small again, and walked as quickly") {
    room r;
    for (std::uint32_t user = 0; user < 100'000; ++user) r.add(user);
    for (std::uint32_t user = 0; user < 100'000; ++user)
        if (user % 1000) r.remove(user);
    CHECK(r.size() == 100);
    CHECK(r.slots() <= 400);
    for (std::uint32_t user = 0; user < 100'000; user += 1000) CHECK(r.contains(user));
}
