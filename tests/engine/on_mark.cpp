#include <tandem/engine/on_mark.hpp>

#include "fixture.hpp"

using namespace tandem;

namespace {

struct marked : script {
    explicit marked(const options& o = calm()) : script{o} {
        alice.sends("bob", "a").sends("bob", "b").sends("bob", "c");
        alice.heard(), bob.heard();
        pass(seconds(2));
    }

    peer alice = sign_in("alice"), bob = sign_in("bob");
};

}  // namespace

TEST_CASE("a mark is answered when it is stored, and shown to the other side") {
    marked s;
    s.slow();
    s.bob.says("MARK_REQ 1 to=alice key=read value=2");
    CHECK(s.bob.heard() == "");
    s.quick();
    CHECK(s.bob.heard() == "marked read=2");
    CHECK(s.alice.heard() == "bob read=2");
    s.bob.says("MARK_REQ 2 to=alice key=received value=3");
    s.pass(seconds(1));
    CHECK(s.alice.heard() == "bob received=3");
}

TEST_CASE("marks are merged by their rule: read only grows, muted is what was said last") {
    marked s;
    s.bob.says("MARK_REQ 1 to=alice key=read value=2");
    s.pass(seconds(1));
    s.bob.says("MARK_REQ 2 to=alice key=read value=1");
    s.bob.says("MARK_REQ 3 to=alice key=muted value=2");
    s.bob.says("MARK_REQ 4 to=alice key=muted value=1");
    s.pass(seconds(1));
    CHECK(s.bob.heard() == "marked read=2 | marked read=2 | marked muted=1 | marked muted=1");
    CHECK(s.alice.heard() == "bob read=2");
}

TEST_CASE("marks are conflated: many moves within a pause are one put and one receipt") {
    marked s;
    s.bob.says("MARK_REQ 1 to=alice key=read value=1");
    s.bob.says("MARK_REQ 2 to=alice key=read value=2");
    s.bob.says("MARK_REQ 3 to=alice key=read value=3");
    CHECK(s.bob.heard() == "marked read=1");
    s.pass(seconds(1));
    CHECK(s.bob.heard() == "marked read=3 | marked read=3");
    CHECK(s.alice.heard() == "bob read=1 | bob read=3");
    CHECK(s.store.calls(store_verb::put) == 2);
}

TEST_CASE("a mark goes to the owner's other devices, private or not") {
    marked s;
    peer tablet = s.sign_in("bob/tablet"), phone = s.sign_in("bob/phone");
    phone.says("MARK_REQ 1 to=alice key=read value=1");
    phone.says("MARK_REQ 2 to=alice key=pinned value=1");
    s.pass(seconds(1));
    CHECK(phone.heard() == "marked read=1 | marked pinned=1");
    CHECK(tablet.heard() == "own read=1 | own pinned=1");
    CHECK(s.alice.heard() == "bob read=1");
}

TEST_CASE("receipts are shown in groups up to a size, above it they stay with their owner") {
    options o = calm();
    o.receipts_up_to = 3;
    marked s{o};
    s.group("small", {"alice", "bob", "carol"});
    s.group("large", {"alice", "bob", "carol", "dave"});
    s.alice.heard(), s.bob.heard();
    s.bob.says("MARK_REQ 1 conversation=group:small key=read value=1");
    s.bob.says("MARK_REQ 2 conversation=group:large key=read value=1");
    s.pass(seconds(1));
    CHECK(s.bob.heard() == "marked read=1 | marked read=1");
    CHECK(s.alice.heard() == "bob read=1");
}

TEST_CASE("a mark beyond the head, and one of a stranger, are refused") {
    marked s;
    s.group("team", {"alice"});
    s.bob.says("MARK_REQ 1 to=alice key=read value=4");
    s.bob.says("MARK_REQ 2 conversation=group:team key=read value=1");
    s.bob.says("MARK_REQ 3 conversation=group:none key=read value=1");
    s.bob.says("MARK_REQ 4 to=alice key=999 value=1");
    s.pass(seconds(1));
    CHECK(s.bob.heard() == "no: invalid argument | no: not a member | no: not a member | no: invalid argument");
}

TEST_CASE("a put that fails is refused, so that the client repeats it") {
    marked s;
    s.store.plan(store_fault::failed, 1, store_verb::put);
    s.bob.says("MARK_REQ 1 to=alice key=read value=1");
    s.pass(seconds(1));
    s.bob.says("MARK_REQ 2 to=alice key=read value=1");
    CHECK(s.bob.heard() == "no: store failed | marked read=1");
}

TEST_CASE("marks that wait are bounded") {
    options o = calm();
    o.marks_waiting = 2;
    marked s{o};
    s.bob.says("MARK_REQ 1 to=alice key=read value=1");
    s.bob.says("MARK_REQ 2 to=alice key=received value=1");
    s.bob.says("MARK_REQ 3 to=alice key=pinned value=1");
    s.bob.says("MARK_REQ 4 to=alice key=muted value=1");
    CHECK(s.bob.heard() == "marked read=1 | no: overloaded");
}

TEST_CASE("one put at a time") {
    marked s;
    s.slow();
    s.bob.says("MARK_REQ 1 to=alice key=read value=1");
    s.pass(seconds(2));
    s.bob.says("MARK_REQ 2 to=alice key=read value=2");
    s.pass(seconds(2));
    CHECK(s.store.calls(store_verb::put) == 1);
    s.quick();
    CHECK(s.store.calls(store_verb::put) == 2);
    CHECK(s.alice.heard() == "bob read=1 | bob read=2");
}

TEST_CASE("while a put is under way, marks that wait do not make the engine ask for a tick at once") {
    marked s;
    s.slow();
    s.bob.says("MARK_REQ 1 to=alice key=read value=1");  // put at once
    s.bob.says("MARK_REQ 2 to=alice key=read value=2");  // waits
    s.clock.advance(seconds(2));
    CHECK(s.engine().tick() > s.clock.now());
    s.quick();
    CHECK(s.bob.heard() == "marked read=1 | marked read=2");
}
