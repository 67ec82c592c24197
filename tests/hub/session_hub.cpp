#include <tandem/hub/session_hub.hpp>

#include <tandem/testing/random.hpp>
#include <tandem/testing/recorded_outlet.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace tandem;

namespace {

using handles = std::vector<session_handle>;

const conversation_id team = conversation_id::group("team"), club = conversation_id::group("club");

struct world {
    session_handle sign_in(const user_id& user) {
        const session_handle h = hub.open(nowhere);
        hub.sign_in(h, user);
        return h;
    }

    handles sessions_of(std::uint32_t user) {
        handles met;
        hub.each_session_of(user, [&](session_handle h, session&) { met.push_back(h); });
        std::sort(met.begin(), met.end());
        return met;
    }

    // Walks in slices; sorted, so that a session that was met twice is seen twice.
    handles walk(const conversation_id& c, std::size_t slice) {
        handles met;
        const auto room = hub.room_of(c);
        for (std::size_t slot = 0; slot < hub.room_at(room).slots();)
            slot = hub.walk(room, slot, slice, [&](session_handle h, session&) { met.push_back(h); });
        std::sort(met.begin(), met.end());
        return met;
    }

    null_outlet nowhere;
    session_hub hub;
};

handles sorted(handles all) {
    std::sort(all.begin(), all.end());
    return all;
}

}  // namespace

TEST_CASE("an open session is found by its handle, with its outlet") {
    session_hub hub;
    recorded_outlet connection;
    const auto h = hub.open(connection);
    REQUIRE(h);
    REQUIRE(hub.find(h));
    CHECK(hub.find(h)->outlet.connection() == &connection);
    CHECK(hub.find(h)->state == session_state::greeted);
    CHECK(hub.session_count() == 1);
}

TEST_CASE("a dead handle finds nobody, even when somebody else has its slot") {
    world w;
    const auto dead = w.hub.open(w.nowhere);
    w.hub.close(dead);
    CHECK(w.hub.find(dead) == nullptr);
    const auto next = w.hub.open(w.nowhere);
    REQUIRE(next.slot == dead.slot);
    CHECK(next.generation != dead.generation);
    CHECK(w.hub.find(dead) == nullptr);
    CHECK(w.hub.find(next) != nullptr);
    CHECK(w.hub.session_slots() == 1);
}

TEST_CASE("closing a dead handle closes nobody") {
    world w;
    const auto dead = w.sign_in("alice");
    w.hub.close(dead);
    w.hub.close(dead);
    const auto bob = w.sign_in("bob"), carol = w.sign_in("carol");
    CHECK(bob.slot != carol.slot);
    w.hub.close(dead);
    CHECK(w.hub.find(bob));
    CHECK(w.hub.session_count() == 2);
}

TEST_CASE("a handle nobody gave out finds nobody") {
    world w;
    CHECK_FALSE(session_handle{});
    CHECK(w.hub.find({}) == nullptr);
    w.hub.open(w.nowhere);
    CHECK(w.hub.find({0, 0}) == nullptr);
    CHECK(w.hub.find({0, 2}) == nullptr);
    CHECK(w.hub.find({1, 1}) == nullptr);
}

TEST_CASE("nothing of a session is left to the next one in its slot") {
    world w;
    const auto old = w.sign_in("alice");
    w.hub.find(old)->lag.skip({9});
    w.hub.find(old)->unacked = 3;
    w.hub.details(old).device = "phone";
    w.hub.find(old)->background = true;
    w.hub.close(old);
    const auto next = w.hub.open(w.nowhere);
    REQUIRE(next.slot == old.slot);
    CHECK(w.hub.find(next)->lag.gets_pushes());
    CHECK(w.hub.find(next)->unacked == 0);
    CHECK(w.hub.find(next)->user == session_hub::nobody);
    CHECK(w.hub.details(next).device.empty());
    CHECK_FALSE(bool{w.hub.find(next)->background});
}

TEST_CASE("a session takes one cache line") {
    world w;
    for (int i = 0; i < 5; ++i) {
        const auto h = w.hub.open(w.nowhere);
        CHECK(reinterpret_cast<std::uintptr_t>(w.hub.find(h)) % 64 == 0);
    }
}

TEST_CASE("a user has all of their sessions, whichever of them ends first") {
    for (const std::size_t first : {0u, 1u, 2u}) {
        world w;
        handles alice{w.sign_in("alice"), w.sign_in("alice"), w.sign_in("alice")};
        const auto bob = w.sign_in("bob");
        const auto user = w.hub.number_of("alice");
        CHECK(w.sessions_of(user) == sorted(alice));
        w.hub.close(alice[first]);
        alice.erase(alice.begin() + static_cast<std::ptrdiff_t>(first));
        CHECK(w.sessions_of(user) == sorted(alice));
        w.hub.close(alice[0]);
        CHECK(w.sessions_of(user) == handles{alice[1]});
        CHECK(w.hub.has_sessions(user));
        w.hub.close(alice[1]);
        CHECK_FALSE(w.hub.has_sessions(user));
        CHECK(w.sessions_of(user).empty());
        CHECK(w.sessions_of(w.hub.number_of("bob")) == handles{bob});
    }
}

TEST_CASE("nobody has no sessions") {
    world w;
    CHECK(w.hub.number_of("alice") == session_hub::nobody);
    CHECK(w.sessions_of(session_hub::nobody).empty());
    CHECK_FALSE(w.hub.is_in(team, session_hub::nobody));
}

TEST_CASE("a session that is met may be closed") {
    world w;
    const handles alice{w.sign_in("alice"), w.sign_in("alice"), w.sign_in("alice")};
    const auto user = w.hub.number_of("alice");
    int met = 0;
    w.hub.each_session_of(user, [&](session_handle h, session&) {
        ++met;
        if (h != alice[0]) w.hub.close(h);
    });
    CHECK(met == 3);
    CHECK(w.sessions_of(user) == handles{alice[0]});
}

TEST_CASE("a user's number is not somebody else's while a room holds it") {
    world w;
    const auto alice = w.sign_in("alice");
    const auto number = w.hub.number_of("alice");
    w.hub.join(team, number);
    w.hub.close(alice);
    w.hub.forget_user(number);  // too early: still in the room
    CHECK(w.hub.number_of("alice") == number);
    w.sign_in("bob");
    CHECK(w.hub.number_of("bob") != number);
    CHECK(w.walk(team, 16).empty());

    const auto again = w.sign_in("alice");  // back before anybody cleaned up
    CHECK(w.hub.number_of("alice") == number);
    CHECK(w.walk(team, 16) == handles{again});

    w.hub.close(again);
    w.hub.leave(w.hub.room_of(team), number);
    w.hub.forget_user(number);
    CHECK(w.hub.number_of("alice") == session_hub::nobody);
    const auto carol = w.sign_in("carol");
    CHECK(w.hub.number_of("carol") == number);
    CHECK(w.sessions_of(number) == handles{carol});
    CHECK(w.hub.rooms_of(number).empty());
    CHECK_FALSE(w.hub.is_in(team, number));
}

TEST_CASE("a user with a session is not forgotten") {
    world w;
    w.sign_in("alice");
    const auto number = w.hub.number_of("alice");
    w.hub.forget_user(number);
    CHECK(w.hub.number_of("alice") == number);
}

TEST_CASE("who gets a number that was used before is not present by it") {
    world w;
    const auto alice = w.sign_in("alice");
    const auto number = w.hub.number_of("alice");
    CHECK_FALSE(w.hub.is_present(number));
    w.hub.set_present(number, true);
    CHECK(w.hub.is_present(number));
    w.hub.close(alice);
    w.hub.forget_user(number);
    w.sign_in("bob");
    REQUIRE(w.hub.number_of("bob") == number);
    CHECK_FALSE(w.hub.is_present(number));
}

TEST_CASE("a room is there while somebody is in it") {
    world w;
    w.sign_in("alice");
    w.sign_in("bob");
    const auto alice = w.hub.number_of("alice"), bob = w.hub.number_of("bob");
    CHECK(w.hub.room_of(team) == session_hub::nobody);
    w.hub.join(team, alice);
    w.hub.join(team, alice);
    w.hub.join(club, alice);
    w.hub.join(team, bob);
    const auto room = w.hub.room_of(team);
    CHECK(w.hub.conversation(room) == team);
    CHECK(w.hub.room_at(room).size() == 2);
    CHECK(w.hub.rooms_of(alice) == std::vector{w.hub.room_of(team), w.hub.room_of(club)});  // oldest first
    CHECK(w.hub.room_count() == 2);

    w.hub.leave(room, alice);
    w.hub.leave(room, alice);
    CHECK_FALSE(w.hub.is_in(team, alice));
    CHECK(w.hub.is_in(team, bob));
    CHECK(w.hub.rooms_of(alice) == std::vector{w.hub.room_of(club)});
    w.hub.leave(room, bob);
    CHECK(w.hub.room_of(team) == session_hub::nobody);
    CHECK(w.hub.room_count() == 1);

    const auto other = conversation_id::group("other");
    w.hub.join(other, bob);
    CHECK(w.hub.room_of(other) == room);  // its number is used again, its members are gone
    CHECK(w.hub.room_at(room).size() == 1);
    CHECK_FALSE(w.hub.is_in(other, alice));
}

TEST_CASE("a walk in slices meets every session of every member once") {
    for (const std::size_t members : {1u, 15u, 16u, 17u, 300u})
        for (const std::size_t slice : {1u, 16u, 50u, 512u}) {
            CAPTURE(members);
            CAPTURE(slice);
            world w;
            handles expected;
            for (std::size_t i = 0; i < members; ++i) {
                const user_id user{"user" + std::to_string(i)};
                for (std::size_t n = 0; n < i % 3 + 1; ++n) expected.push_back(w.sign_in(user));
                w.sign_in(user_id{"outsider" + std::to_string(i)});
                w.hub.join(team, w.hub.number_of(user));
            }
            CHECK(w.walk(team, slice) == sorted(expected));
        }
}

TEST_CASE("a slice ends soon after as many users as it was given") {
    world w;
    for (int i = 0; i < 1000; ++i) {
        const user_id user{std::to_string(i)};
        w.sign_in(user);
        w.hub.join(team, w.hub.number_of(user));
    }
    int met = 0;
    const auto room = w.hub.room_of(team);
    const std::size_t slot = w.hub.walk(room, 0, 100, [&](session_handle, session&) { ++met; });
    CHECK(met >= 100);
    CHECK(met < 116);
    CHECK(slot < w.hub.room_at(room).slots());
}

TEST_CASE("sessions may be closed and opened while a room is walked") {
    world w;
    std::map<session_handle, int> met;
    handles all;
    for (int i = 0; i < 200; ++i) {
        const user_id user{std::to_string(i)};
        all.push_back(w.sign_in(user));
        all.push_back(w.sign_in(user));
        w.hub.join(team, w.hub.number_of(user));
    }
    const auto room = w.hub.room_of(team);
    std::set<session_handle> closed_unmet;
    seeded_random random{7};
    for (std::size_t slot = 0; slot < w.hub.room_at(room).slots();) {
        slot = w.hub.walk(room, slot, 20, [&](session_handle h, session&) {
            ++met[h];
            if (random.chance(30)) w.hub.close(h);  // it does not even read its replies
        });
        const auto h = random.pick(all);  // between two slices somebody goes, somebody comes who is no member
        if (w.hub.find(h) && !met.contains(h)) closed_unmet.insert(h);
        w.hub.close(h);
        w.sign_in(user_id{"new" + std::to_string(slot)});
    }
    for (const auto& h : all) CHECK(met.count(h) + closed_unmet.count(h) == 1);
    for (const auto& [h, times] : met) CHECK(times == 1);
    CHECK(met.size() + closed_unmet.size() == all.size());
}

TEST_CASE("each_session meets all that live, signed in or not") {
    world w;
    const auto a = w.hub.open(w.nowhere), b = w.sign_in("bob"), c = w.sign_in("carol");
    w.hub.close(b);
    handles met;
    w.hub.each_session([&](session_handle h, session& s) {
        met.push_back(h);
        CHECK(&s == w.hub.find(h));
    });
    CHECK(met == handles{a, c});
}

TEST_CASE("a hub agrees with a model of it") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        CAPTURE(seed);
        seeded_random random{seed};
        world w;
        std::map<std::string, std::set<session_handle>> sessions;  // of users that are known
        std::map<std::string, std::set<std::string>> rooms;        // room → users
        std::vector<session_handle> dead;
        int wrong = 0;
        const auto forget = [&](const std::string& user) {
            for (auto& [name, members] : rooms)
                if (members.erase(user))
                    w.hub.leave(w.hub.room_of(conversation_id::group(name.c_str())), w.hub.number_of(user_id{user}));
            w.hub.forget_user(w.hub.number_of(user_id{user}));
            sessions.erase(user);
        };
        for (int i = 0; i < 3000; ++i) {
            const std::string user = "u" + std::to_string(random.below(30)), name = std::to_string(random.below(8));
            const auto known = sessions.find(user);
            switch (random.below(4)) {
                case 0: sessions[user].insert(w.sign_in(user_id{user})); break;
                case 1:
                    if (known == sessions.end()) break;
                    dead.push_back(*known->second.begin());
                    w.hub.close(dead.back());
                    known->second.erase(known->second.begin());
                    if (known->second.empty()) forget(user);
                    break;
                case 2:
                    if (known == sessions.end()) break;
                    w.hub.join(conversation_id::group(name.c_str()), w.hub.number_of(user_id{user}));
                    rooms[name].insert(user);
                    break;
                default:
                    if (!rooms[name].erase(user)) break;
                    w.hub.leave(w.hub.room_of(conversation_id::group(name.c_str())), w.hub.number_of(user_id{user}));
            }
            if (i % 50) continue;
            for (const auto& [who, theirs] : sessions)
                if (w.sessions_of(w.hub.number_of(user_id{who})) != handles(theirs.begin(), theirs.end())) ++wrong;
            for (const auto& [room, members] : rooms) {
                const auto c = conversation_id::group(room.c_str());
                if (members.empty() != (w.hub.room_of(c) == session_hub::nobody)) ++wrong;
                if (members.empty()) continue;
                handles expected;
                for (const auto& who : members)
                    expected.insert(expected.end(), sessions[who].begin(), sessions[who].end());
                if (w.walk(c, 5) != sorted(expected)) ++wrong;
            }
            for (const auto& h : dead)
                if (w.hub.find(h)) ++wrong;
        }
        CHECK(wrong == 0);
    }
}
