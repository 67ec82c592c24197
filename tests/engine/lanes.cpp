#include <tandem/engine/lanes.hpp>

#include "fixture.hpp"

using namespace tandem;

namespace {

struct guarded : guarded_script {
    explicit guarded(const options& o = calm()) : guarded_script{o} {}

    script_gatekeeper& gate = first().gatekeeper;
    guarded_peer alice = sign_in("alice"), bob = sign_in("bob");
};

// Refuses this body with this error, as long as it is told to.
auto refusing(const char* body, errc why, const std::shared_ptr<bool>& on) {
    return [=](draft d) -> result<draft> {
        if (*on && d.body == body) return why;
        return d;
    };
}

}  // namespace

TEST_CASE("sends of one session to one conversation pass in order, also through a gatekeeper that answers late") {
    guarded s;
    s.gate.late = true;
    s.alice.sends("bob", "a").sends("bob", "b").sends("bob", "c");
    CHECK(s.gate.waiting.size() == 1);  // the others wait for their turn, so no answer can overtake
    s.gate.answer_all();
    CHECK(s.alice.heard() == "ack a | ack b | ack c");
    CHECK(s.bob.heard() == "push a | push b | push c");
}

TEST_CASE("a lane waits for nobody else's lane") {
    guarded s;
    guarded_peer tablet = s.sign_in("alice/tablet");
    s.gate.late = true;
    s.alice.sends("bob", "a").sends("carol", "x");
    tablet.sends("bob", "t");
    CHECK(s.gate.waiting.size() == 3);
    s.gate.answer_one(2);
    s.gate.answer_one(1);
    CHECK(s.alice.heard() == "push t | ack x");
    s.gate.answer_all();
    CHECK(s.alice.heard() == "ack a");
}

TEST_CASE("a final refusal leaves the lane open") {
    guarded s;
    const auto on = std::make_shared<bool>(true);
    s.gate.judge = refusing("a", errc::not_allowed, on);
    s.gate.late = true;
    s.alice.sends("bob", "a").sends("bob", "b");
    s.gate.answer_all();
    CHECK(s.alice.heard() == "no send_id=a: not allowed | ack b");
}

TEST_CASE("a retryable failure closes the lane until the failed send id comes again") {
    guarded s;
    const auto on = std::make_shared<bool>(true);
    s.gate.judge = refusing("a", errc::rate_limited, on);
    s.gate.late = true;
    s.alice.sends("bob", "a").sends("bob", "b").sends("bob", "c");
    s.gate.answer_all();
    CHECK(s.alice.heard() == "no send_id=a: rate limited | no send_id=b: lane closed | no send_id=c: lane closed");
    *on = false;
    s.alice.sends("bob", "b");
    CHECK(s.gate.waiting.empty());
    CHECK(s.alice.heard() == "no send_id=b: lane closed");
    s.alice.sends("carol", "x");  // another lane
    s.gate.answer_all();
    CHECK(s.alice.heard() == "ack x");
    s.alice.sends("bob", "a").sends("bob", "b").sends("bob", "c");
    s.gate.answer_all();
    CHECK(s.alice.heard() == "ack a | ack b | ack c");
    CHECK(s.bob.heard() == "push a | push b | push c");
}

TEST_CASE("what was pipelined behind a failed append is not stored") {
    script s;
    peer alice = s.sign_in("alice");
    s.slow();
    s.store.plan(store_fault::failed, 1, store_verb::append);
    alice.sends("bob", "a").sends("bob", "b").sends("carol", "x");
    s.quick();
    CHECK(alice.heard() == "no send_id=a: store failed | no send_id=b: lane closed | ack x");
    alice.sends("bob", "b").sends("bob", "a").sends("bob", "b");
    CHECK(alice.heard() == "no send_id=b: lane closed | ack a | ack b");
    CHECK(s.pulls("alice") == "1 x | 1 a | 2 b");
}

TEST_CASE("what is at the gatekeeper while an earlier send fails is behind it, too") {
    guarded s;
    s.slow();
    s.store.plan(store_fault::failed, 1, store_verb::append);
    s.alice.sends("bob", "a");  // on its way to the store
    s.gate.late = true;
    s.alice.sends("bob", "b").sends("bob", "c");
    s.quick();
    CHECK(s.alice.heard() == "no send_id=a: store failed | no send_id=c: lane closed");
    s.alice.sends("bob", "a");
    s.gate.answer_one();
    CHECK(s.alice.heard() == "no send_id=b: lane closed");
    s.gate.answer_all();
    CHECK(s.alice.heard() == "ack a");
    CHECK(s.log() == "1 a");
}

TEST_CASE("what is at the gatekeeper while an earlier send fails, and fails itself, is not what has to come again") {
    guarded s;
    s.slow();
    s.store.plan(store_fault::failed, 1, store_verb::append);
    s.alice.sends("bob", "a");  // on its way to the store
    const auto on = std::make_shared<bool>(true);
    s.gate.judge = refusing("b", errc::overloaded, on);
    s.gate.late = true;
    s.alice.sends("bob", "b");
    s.quick();
    CHECK(s.alice.heard() == "no send_id=a: store failed");
    s.alice.sends("bob", "a").sends("bob", "b");
    s.gate.answer_one();
    CHECK(s.alice.heard() == "no send_id=b: lane closed");
    *on = false;
    s.gate.answer_all();
    CHECK(s.alice.heard() == "ack a | ack b");
    CHECK(s.log() == "1 a | 2 b");
}

TEST_CASE("a failure behind a send that is still being asked about does not close the lane before it") {
    options o = calm();
    o.waiting_per_lane = 1;
    guarded s{o};
    s.gate.late = true;
    s.alice.sends("bob", "a").sends("bob", "b").sends("bob", "c");
    CHECK(s.alice.heard() == "no send_id=c: overloaded");
    SUBCASE("what was before it goes on") {
        s.gate.answer_all();
        CHECK(s.alice.heard() == "ack a | ack b");
        s.alice.sends("bob", "d");
        CHECK(s.alice.heard() == "no send_id=d: lane closed");
        s.alice.sends("bob", "c");
    }
    SUBCASE("what was before it, and fails, is what has to come again") {
        const auto on = std::make_shared<bool>(true);
        s.gate.judge = refusing("a", errc::overloaded, on);
        s.gate.answer_all();
        CHECK(s.alice.heard() == "no send_id=a: overloaded | no send_id=b: lane closed");
        *on = false;
        s.alice.sends("bob", "c");
        CHECK(s.alice.heard() == "no send_id=c: lane closed");
        s.alice.sends("bob", "a");
        s.gate.answer_all();
        s.alice.sends("bob", "b");
        s.gate.answer_all();
        s.alice.sends("bob", "c");
    }
    s.gate.answer_all();
    CHECK(s.log() == "1 a | 2 b | 3 c");
}

TEST_CASE("a lane ends with its session") {
    script s;
    peer alice = s.sign_in("alice");
    s.store.plan(store_fault::failed, 1, store_verb::append);
    alice.sends("bob", "a").sends("bob", "b");
    CHECK(alice.heard() == "no send_id=a: store failed | no send_id=b: lane closed");
    alice.hangs_up();
    peer again = s.sign_in("alice");
    again.sends("bob", "b");
    CHECK(again.heard() == "ack b");
}

TEST_CASE("the server's own sends have no lane") {
    script s;
    s.store.plan(store_fault::failed, 1, store_verb::append);
    s.group("team", {"alice"});
    s.group("team", {"alice"});
    CHECK(s.log() == "1 joined:alice");
}

TEST_CASE("a session may not keep more lanes closed than it is allowed") {
    options o = calm();
    o.lanes_per_session = 3;
    script s{o};
    peer alice = s.sign_in("alice");
    s.store.fail_all();
    for (const char* to : {"a", "b", "c"}) alice.sends(to, "hi", to);
    CHECK_FALSE(alice.closed());
    alice.sends("d", "hi", "d");
    CHECK(alice.closed() == errc::overloaded);
}
