#include <tandem/engine/follower.hpp>

#include "fixture.hpp"

#include <algorithm>

using namespace tandem;

namespace {

// Alice is connected to one engine, bob to another, on one log.
struct two : script {
    two() : script{calm(), 2} {}

    peer alice = sign_in("alice", {}, 0), bob = sign_in("bob", {}, 1);
};

}  // namespace

TEST_CASE("two engines: what one commits the other tells, when the bus brings it") {
    two s;
    s.alice.sends("bob", "a").sends("bob", "b");
    CHECK(s.alice.heard() == "ack a | ack b");
    CHECK(s.bob.heard() == "");
    s.deliver();
    CHECK(s.bob.heard() == "push a | push b");
}

TEST_CASE("two engines: what the bus lost is read from the log, once a later piece shows the hole") {
    two s;
    s.alice.sends("bob", "a").sends("bob", "b");
    s.first().bus.sent.erase(s.first().bus.sent.begin());
    s.deliver();
    CHECK(s.bob.heard() == "batch a b");
}

TEST_CASE("two engines: an idle bus repeats the head, so even the last piece may be lost") {
    two s;
    s.alice.sends("bob", "a");
    s.first().bus.sent.clear();
    s.pass(seconds(2));
    s.deliver();
    CHECK(s.bob.heard() == "push a");
}

TEST_CASE("two engines: pieces that come twice, late or in another order are told once and in order") {
    two s;
    s.alice.sends("bob", "a").sends("bob", "b").sends("bob", "c");
    const auto sent = std::exchange(s.first().bus.sent, {});
    s.slow();  // the hole is not filled from the log meanwhile
    s.engine(1).follow(sent[2]);
    s.engine(1).follow(sent[1]);
    s.engine(1).follow(sent[1]);
    CHECK(s.bob.heard() == "");
    s.engine(1).follow(sent[0]);
    CHECK(s.bob.heard() == "push a | push b | push c");
    s.engine(1).follow(sent[0]);
    s.quick();
    s.engine(1).follow(sent[2]);
    CHECK(s.bob.heard() == "");
}

TEST_CASE("two engines: an engine that appends into a hole reads it first, and acks in order of position") {
    two s;
    s.alice.sends("bob", "a");
    s.first().bus.sent.clear();
    s.slow();
    s.bob.sends("alice", "b");
    s.store.step();  // the append is answered with position 2; position 1 is unknown here
    CHECK(s.bob.heard() == "");
    s.quick();
    CHECK(s.bob.heard() == "push a | ack b");
    s.deliver();
    CHECK(s.alice.heard() == "ack a | push b");
}

TEST_CASE("two engines: of an own piece and a copy of it the own one is told, for it knows whom to answer") {
    two s;
    s.alice.sends("bob", "a");
    s.first().bus.sent.clear();
    s.slow();
    s.bob.sends("alice", "b");
    s.store.carry_out();
    s.engine(1).follow(*s.store.inner().tail(position{1}, {}));  // the copy waits for position 1
    s.quick();
    CHECK(s.bob.heard() == "push a | ack b");
}

TEST_CASE("two engines: the log may be faster than an append's own answer") {
    two s;
    s.slow();
    s.bob.sends("alice", "b");
    s.store.carry_out();  // stored at 1, not answered
    const page piece = *s.store.inner().tail({}, {});
    s.engine(1).follow(piece);
    CHECK(s.bob.heard() == "ack b");
    s.quick();
    CHECK(s.bob.heard() == "");
    s.deliver();
    s.engine(0).follow(piece);
    CHECK(s.alice.heard() == "push b");
}

TEST_CASE("two engines: membership is what the log says, wherever it was changed") {
    two s;
    const auto team = s.group("team", {"alice"});
    s.engine(1).join(team, "bob");
    s.deliver();
    s.alice.sends("group:team", "a");
    s.deliver();
    CHECK(s.bob.heard() == "push joined:bob | push a");
    s.engine(0).leave(team, "bob");
    s.deliver();
    s.alice.sends("group:team", "b");
    s.deliver();
    CHECK(s.bob.heard() == "push left:bob");
}

TEST_CASE("two engines: both tell the same entries in the same order") {
    two s;
    s.alice.sends("bob", "a");
    s.bob.sends("alice", "b");
    s.alice.sends("bob", "c");
    s.deliver();
    CHECK(s.first().observer.placed_at.size() == 3);
    CHECK(s.first().observer.placed_at == s.second().observer.placed_at);
}

TEST_CASE("two engines: a checkpoint never passes a hole") {
    two s;
    s.bob.says("HEARTBEAT_REQ 1 cursor=0");
    s.alice.sends("bob", "a").sends("bob", "b");
    s.slow();
    s.engine(1).follow(s.first().bus.sent[1]);
    s.bob.says("HEARTBEAT_REQ 2");
    CHECK(s.bob.heard() == "beat checkpoint=0 | beat checkpoint=0");
    s.quick();
    s.bob.says("HEARTBEAT_REQ 3");
    CHECK(s.bob.heard() == "batch a b | beat checkpoint=2");
}

TEST_CASE("two engines: a mark set on one is shown on the other") {
    two s;
    s.alice.sends("bob", "a");
    s.deliver();
    s.bob.says("MARK_REQ 1 to=alice key=read value=1");
    s.deliver();
    CHECK(s.alice.heard() == "ack a | bob read=1");
}

TEST_CASE("two engines: a head that nobody wrote does no harm") {
    two s;
    page boast;
    boast.head = {tandem::epoch{7}, position{1000}};
    s.engine(1).follow(boast);
    s.alice.sends("bob", "a");
    s.deliver();
    CHECK(s.bob.heard() == "push a");
}
