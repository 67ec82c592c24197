#include <tandem/engine/fan_out.hpp>

#include "fixture.hpp"

using namespace tandem;

namespace {

options sliced() {
    options o = calm();
    o.slice = 16;
    return o;
}

// A room of fifty, told in slices of about sixteen: one slice at the end of a turn, the next with the next one.
struct crowd : script {
    crowd() : script{sliced()} {
        std::vector<user_id> members{"alice"};
        for (int i = 0; i < 50; ++i) members.push_back(user_id{"m" + std::to_string(i)});
        group("crowd", members);
        for (const user_id& m : members) people.push_back(sign_in(std::string{m.view()}));
        finish();
        for (peer& p : people) p.heard();
    }

    peer& alice() { return people.front(); }
    std::size_t told(const std::string& what) {
        std::size_t n = 0;
        for (peer& p : people) {
            std::string all;
            for (const frame& f : p.outlet().frames()) all += brief(f.payload()) + " | ";
            n += all.find(what) != all.npos;
        }
        return n;
    }
    void finish() {
        while (engine().tick() <= clock.now()) {}
    }

    std::vector<peer> people;
};

const conversation_id crowded = conversation_id::group("crowd");

}  // namespace

TEST_CASE("a room larger than a slice is told in slices, and everybody gets it once") {
    crowd s;
    s.alice().sends("group:crowd", "a");
    CHECK(s.alice().heard() == "ack a");
    CHECK(s.told("push a") > 0);
    CHECK(s.told("push a") < 40);
    CHECK(s.engine().tick() == s.clock.now());  // it wants to be called again at once
    s.finish();
    CHECK(s.engine().tick() == s.clock.now() + seconds(1));
    for (std::size_t i = 1; i < s.people.size(); ++i) CHECK(s.people[i].heard() == "push a");
}

TEST_CASE("slices: one conversation's entries stay in order") {
    crowd s;
    s.alice().sends("group:crowd", "a");
    s.people[1].sends("group:crowd", "b");
    s.alice().sends("group:crowd", "c");
    s.finish();
    CHECK(s.alice().heard() == "ack a | push b | ack c");
    CHECK(s.people[1].heard() == "push a | ack b | push c");
    for (std::size_t i = 2; i < s.people.size(); ++i) CHECK(s.people[i].heard() == "push a | push b | push c");
}

TEST_CASE("slices: entries stay in order while the room becomes a small one") {
    crowd s;
    std::string all;
    for (int i = 0; i < 40; ++i) {
        s.alice().sends("group:crowd", std::to_string(i));
        all += (i ? " | push " : "push ") + std::to_string(i);
        if (i != 3) continue;
        const script::turn t{s.engine()};
        for (std::size_t who = 1; who <= 42; ++who) s.people[who].hangs_up();
    }
    s.finish();
    for (std::size_t i = 43; i < s.people.size(); ++i) CHECK(s.people[i].heard() == all);
}

TEST_CASE("slices: other conversations go on meanwhile") {
    crowd s;
    s.alice().sends("group:crowd", "a");
    CHECK(s.told("push a") < 40);
    s.alice().sends("m7", "x");
    CHECK(s.told("push x") == 1);
    CHECK(s.told("push a") < 50);
}

TEST_CASE("slices: a checkpoint waits for the unfinished fan-out") {
    crowd s;
    const position before = s.engine().newest();
    for (peer& p : s.people) p.says("HEARTBEAT_REQ 1 cursor=" + std::to_string(before.value));
    for (peer& p : s.people) p.heard();
    s.alice().sends("group:crowd", "a");
    s.alice().sends("m7", "x");
    CHECK(s.engine().newest().value == before.value + 2);
    CHECK(s.engine().settled() == before);
    s.people[9].says("HEARTBEAT_REQ 2");
    CHECK(s.people[9].last_line().find("checkpoint=" + std::to_string(before.value) + " ") != std::string::npos);
    s.finish();
    CHECK(s.engine().settled().value == before.value + 2);
}

TEST_CASE("slices: who joins or leaves takes their turn among the entries") {
    crowd s;
    peer late = s.sign_in("late");
    s.alice().sends("group:crowd", "a");
    s.engine().join(crowded, "late");
    s.engine().leave(crowded, "m40");
    s.alice().sends("group:crowd", "b");
    s.finish();
    CHECK(late.heard() == "push joined:late | push left:m40 | push b");
    CHECK(s.people[41].heard() == "push a | push joined:late | push left:m40");
    CHECK(s.people[42].heard() == "push a | push joined:late | push left:m40 | push b");
}

TEST_CASE("slices: who hangs up and comes back in the middle of one is told nothing twice") {
    crowd s;
    s.alice().sends("group:crowd", "a");
    std::vector<peer> again;
    for (std::size_t i = 1; i < s.people.size(); ++i) {
        s.people[i].hangs_up();
        again.push_back(s.sign_in("m" + std::to_string(i - 1)));
    }
    s.alice().sends("group:crowd", "b");
    s.finish();
    for (peer& p : again) CHECK(p.heard() == "push b");
}

TEST_CASE("slices: a mark of a large room's member waits its turn, too") {
    crowd s;
    s.alice().sends("group:crowd", "a");
    s.alice().says("MARK_REQ 1 conversation=group:crowd key=read value=51");
    s.finish();
    CHECK(s.alice().heard() == "ack a | marked read=51");
    CHECK(s.people[3].heard() == "push a | alice read=51");
}
