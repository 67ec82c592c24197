#include <tandem/engine/switchboard.hpp>

#include "fixture.hpp"

using namespace tandem;

TEST_CASE("a turn: all its sends are one commit, and each outlet writes once") {
    plain_script s;
    plain_peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
    const std::size_t flushed = bob.outlet().flushes();
    s.observer.appends.clear();
    {
        const plain_engine::turn t{*s.running};
        alice.sends("bob", "a").sends("bob", "b");
        bob.sends("alice", "c");
        CHECK(alice.heard() == "");
    }
    CHECK(s.observer.appends == std::vector<std::size_t>{3});
    CHECK(bob.outlet().flushes() == flushed + 1);
    CHECK(alice.heard() == "ack a | ack b | push c");
}

TEST_CASE("a turn: only the end of the outermost counts") {
    plain_script s;
    plain_peer alice = s.sign_in("alice");
    {
        const plain_engine::turn outer{*s.running};
        {
            const plain_engine::turn inner{*s.running};
            alice.sends("bob", "a");
        }
        CHECK(alice.heard() == "");
    }
    CHECK(alice.heard() == "ack a");
}

TEST_CASE("a turn: now is read once") {
    plain_script s;
    const plain_engine::turn t{*s.running};
    const instant begun = s.running->now();
    s.clock.advance(seconds(1));
    s.running->tick();
    CHECK(s.running->now() == begun);
}

TEST_CASE("a turn: a callback runs at its end, never in the middle") {
    plain_script s;
    bool told = false;
    const plain_engine::turn* open = nullptr;
    {
        const plain_engine::turn t{*s.running};
        open = &t;
        draft d;
        d.conversation = conversation_id::group("team");
        d.sender = "system";
        s.running->send(d, done<stored>{[&](const result<stored>&) { told = true; }});
        CHECK_FALSE(told);
    }
    CHECK(told);
    CHECK(open != nullptr);
}

TEST_CASE("without a turn every verb is one of its own") {
    plain_script s;
    plain_peer alice = s.sign_in("alice");
    s.observer.appends.clear();
    alice.sends("bob", "a").sends("bob", "b");
    CHECK(s.observer.appends == std::vector<std::size_t>{1, 1});
}

TEST_CASE("a slow receiver gets no pushes, then one NEWS when its queue has drained") {
    script s;
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
    bob.is_slow();
    alice.sends("bob", "a").sends("bob", "b");
    CHECK(bob.heard() == "");
    bob.is_quick();
    CHECK(bob.heard() == "news 2");
    s.engine().drained(bob.session());
    CHECK(bob.heard() == "");
}

TEST_CASE("a pulling session gets nothing with a position until it has reported the newest skipped") {
    script s;
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
    bob.is_slow();
    alice.sends("bob", "a");
    bob.is_quick();
    CHECK(bob.heard() == "news 1");
    alice.sends("bob", "b");
    CHECK(bob.heard() == "");
    bob.says("HEARTBEAT_REQ 2 cursor=1");
    CHECK(bob.heard() == "beat | news 2");
    bob.says("HEARTBEAT_REQ 3 cursor=2");
    CHECK(bob.heard() == "beat checkpoint=2");
    alice.sends("bob", "c");
    CHECK(bob.heard() == "push c");
}

TEST_CASE("a skipped session's checkpoint freezes before the skip, and thaws with its report") {
    script s;
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob", "cursor=0");
    CHECK(bob.heard() == "signed in");
    bob.says("HEARTBEAT_REQ 2");
    CHECK(bob.heard() == "beat checkpoint=0");
    bob.is_slow();
    alice.sends("bob", "a");
    bob.says("HEARTBEAT_REQ 3");
    CHECK(bob.heard() == "beat");
    bob.says("HEARTBEAT_REQ 4 cursor=0");
    CHECK(bob.heard() == "beat");
    bob.is_quick();
    bob.says("HEARTBEAT_REQ 5 cursor=1");
    CHECK(bob.heard() == "news 1 | beat checkpoint=1");
}

TEST_CASE("a pulling session still gets its replies, and is still told goodbye") {
    script s;
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
    bob.is_slow();
    alice.sends("bob", "a");
    bob.sends("alice", "b").says("RELAY_REQ 1 to=alice body=x");
    CHECK(bob.heard() == "ack b | reached 1");
    s.engine().kick("bob");
    CHECK(bob.heard() == "kicked: kicked");
    CHECK(bob.closed() == errc::kicked);
}

TEST_CASE("a pulling session gets no marks, no typing, no relay") {
    script s;
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
    alice.sends("bob", "a");
    bob.is_slow();
    alice.sends("bob", "b");
    bob.outlet().take();
    bob.outlet().hold(0);
    alice.says("MARK_REQ 1 to=bob key=read value=1");
    alice.says("TYPING_REQ 2 to=bob");
    alice.says("RELAY_REQ 3 to=bob body=x");
    CHECK(alice.heard() == "ack a | ack b | marked read=1 | reached 0");
    CHECK(bob.heard() == "");
}

TEST_CASE("one slow receiver delays nobody else") {
    script s;
    s.group("team", {"alice", "bob", "carol"});
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob"), carol = s.sign_in("carol");
    bob.is_slow();
    alice.sends("group:team", "a");
    CHECK(alice.heard() == "ack a");
    CHECK(carol.heard() == "push a");
    CHECK(s.engine().settled() == position{4});
}

TEST_CASE("who does not even drain replies is closed") {
    script s;
    peer bob = s.sign_in("bob");
    bob.is_slow(2'000'000);
    bob.says("HEARTBEAT_REQ 2");
    CHECK(bob.heard() == "");
    CHECK(bob.closed() == errc::slow_receiver);
    CHECK(bob.outlet().sent_after_close() == 0);
}

TEST_CASE("a dialect that rather reconnects is closed when it missed something") {
    script s;
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob", {}, 0, {"strict"});
    alice.sends("bob", "a");
    CHECK(bob.heard() == "push a");
    bob.is_slow();
    alice.sends("bob", "b");
    CHECK(bob.closed() == errc::slow_receiver);
}

TEST_CASE("a call on a session that has ended is a value") {
    script s;
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
    bob.hangs_up();
    peer carol = s.sign_in("carol");  // takes bob's slot
    CHECK(carol.session().slot == bob.session().slot);
    CHECK_FALSE(bob.says("SEND_REQ 1 to=alice send_id=a body=a"));
    bob.hangs_up();
    s.engine().drained(bob.session());
    s.engine().kick(bob.session());
    alice.sends("bob", "a");
    CHECK(bob.heard() == "");
    CHECK(carol.heard() == "");
    CHECK_FALSE(carol.closed());
}
