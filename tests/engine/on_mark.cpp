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

TEST_CASE("the reply says where the mark is in the log, and nothing if it did not move") {
    marked s;
    s.bob.says("MARK_REQ 1 to=alice key=read value=2");
    const position moved = s.store.inner().head()->newest;
    CHECK(s.bob.last_line().ends_with(" value=2 position=" + std::to_string(moved.value)));
    s.pass(seconds(1));
    s.bob.says("MARK_REQ 2 to=alice key=read value=1");
    s.pass(seconds(1));
    CHECK(s.bob.last_line().ends_with(" value=2"));
    CHECK(s.store.inner().head()->newest == moved);
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

TEST_CASE("a reaction is told to all, and taken back with 0") {
    marked s;
    s.group("team", {"alice", "bob", "carol"});
    peer carol = s.sign_in("carol"), tablet = s.sign_in("bob/tablet");
    s.alice.heard(), s.bob.heard();
    s.bob.says("MARK_REQ 1 conversation=group:team key=reaction target=3 value=128512");
    CHECK(s.bob.heard() == "marked reaction:3=128512");
    for (peer* p : {&s.alice, &carol, &tablet}) CHECK(p->heard() == "bob reaction:3=128512");
    s.pass(seconds(1));
    s.bob.says("MARK_REQ 2 conversation=group:team key=reaction target=3 value=0");
    CHECK(s.alice.heard() == "bob reaction:3=0");
    CHECK(s.page_of("alice").marks.size() == 1);
}

TEST_CASE("reactions on two entries are two marks, on one the newest counts") {
    marked s;
    for (const char* mark : {"target=1 value=5", "target=2 value=6", "target=1 value=7"})
        s.bob.says("MARK_REQ 1 to=alice key=reaction " + std::string{mark});
    s.pass(seconds(1));
    CHECK(s.bob.heard() == "marked reaction:1=5 | marked reaction:2=6 | marked reaction:1=7");
    CHECK(s.alice.heard() == "bob reaction:1=5 | bob reaction:2=6 | bob reaction:1=7");
}

TEST_CASE("an entry deleted for oneself is hidden by one's own devices: the others are told nothing, pulls have it") {
    marked s;
    peer tablet = s.sign_in("bob/tablet");
    s.bob.says("MARK_REQ 1 to=alice key=deleted target=2 value=1");
    CHECK(s.bob.heard() == "marked deleted:2=1");
    CHECK(tablet.heard() == "own deleted:2=1");
    CHECK(s.alice.heard() == "");
    CHECK(s.page_of("alice").marks.empty());
    CHECK(s.page_of("bob").marks.size() == 1);
    CHECK(s.pulls("bob") == "1 a | 2 b | 3 c");
}

TEST_CASE("what is about an entry names it, what is about a conversation does not") {
    marked s;
    for (const char* mark : {"key=reaction value=1", "key=deleted value=1", "key=read value=1 target=1",
                             "key=muted value=1 target=1", "key=8 value=1"})
        s.bob.says("MARK_REQ 1 to=alice " + std::string{mark});
    CHECK(s.store.calls(store_verb::put) == 0);
    s.bob.says("MARK_REQ 1 to=alice key=reaction value=1 target=4");  // only the store knows how far it goes
    const std::string no = "no: invalid argument";
    CHECK(s.bob.heard() == no + " | " + no + " | " + no + " | " + no + " | " + no + " | " + no);
    s.bob.says("MARK_REQ 1 to=alice key=1000 value=1");
    s.bob.says("MARK_REQ 1 to=alice key=1000 value=1 target=1");
    s.pass(seconds(1));
    CHECK(s.bob.heard() == "marked 1000=1 | marked 1000:1=1");
}

TEST_CASE("reactions in a group count like sends, because all are told") {
    options o = calm();
    o.conversation_rate = {.per_second = 1, .burst = 2};
    o.strikes = 2;
    script s{o};
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
    s.engine().create_group("team", "alice", std::vector<user_id>{"bob"});
    alice.sends("bob", "a").heard(), bob.heard();
    const auto reacts = [&](const char* where) { bob.says("MARK_REQ 1 " + std::string{where} + " value=1"); };
    reacts("conversation=group:team key=reaction target=2");
    reacts("conversation=group:team key=read");
    bob.sends("group:team", "b");
    reacts("conversation=group:team key=reaction target=1");
    reacts("conversation=group:team key=reaction target=2");
    for (int i = 0; i < 3; ++i) reacts("to=alice key=reaction target=1");  // direct: no rate of its own
    s.pass(seconds(2));
    CHECK(bob.heard() == "marked reaction:2=1 | ack b | no: rate limited | no: rate limited | marked read=1 | "
                         "marked reaction:1=1 | marked reaction:1=1 | marked reaction:1=1");
    for (int i = 0; i < 4; ++i) reacts("conversation=group:team key=reaction target=2");
    CHECK(bob.closed() == errc::rate_limited);  // over and over
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
