#include <tandem/engine/on_ephemeral.hpp>

#include "fixture.hpp"

using namespace tandem;

TEST_CASE("typing goes to the other members here, not to oneself, and is not stored") {
    script s;
    s.group("team", {"alice", "bob"});
    peer alice = s.sign_in("alice/phone"), tablet = s.sign_in("alice/tablet"), bob = s.sign_in("bob");
    alice.says("TYPING_REQ 1 to=bob");
    alice.says("TYPING_REQ 2 conversation=group:team typing=0");
    CHECK(alice.heard() == "");
    CHECK(tablet.heard() == "");
    CHECK(bob.heard() == "alice types typing=1 | alice types typing=0");
    CHECK(s.engine().newest() == position{2});
}

TEST_CASE("a crowd does not watch one type") {
    options o = calm();
    o.slice = 2;
    script s{o};
    s.group("team", {"alice", "bob", "carol"});
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob"), carol = s.sign_in("carol");
    alice.says("TYPING_REQ 1 conversation=group:team");
    CHECK(bob.heard() == "");
}

TEST_CASE("presence: who is online is answered, changes are told to those who watch, conflated") {
    script s;
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
    alice.says("PRESENCE_REQ 1 users=bob,carol watch=start");
    CHECK(alice.heard() == "presence bob=online carol=offline");
    s.pass(seconds(2));
    peer carol = s.sign_in("carol");
    bob.hangs_up();
    s.pass(seconds(2));
    CHECK(alice.heard() == "now carol=online | now bob=offline");
    SUBCASE("who goes and comes back within the pause was never away") {
        carol.hangs_up();
        carol = s.sign_in("carol");
        s.pass(seconds(2));
        CHECK(alice.heard() == "");
    }
    SUBCASE("a second device changes nothing") {
        peer tablet = s.sign_in("carol/tablet");
        carol.hangs_up();
        s.pass(seconds(2));
        CHECK(alice.heard() == "");
    }
    SUBCASE("until one no longer watches") {
        alice.says("PRESENCE_REQ 2 users=carol watch=stop");
        carol.hangs_up();
        s.pass(seconds(2));
        CHECK(alice.heard() == "presence carol=online");
    }
    SUBCASE("only asking is no watching") {
        bob = s.sign_in("bob");
        bob.says("PRESENCE_REQ 1 users=carol");
        CHECK(bob.heard() == "presence carol=online");
        carol.hangs_up();
        s.pass(seconds(2));
        CHECK(bob.heard() == "");
    }
}

TEST_CASE("relay goes to the live sessions of a user, and says how many") {
    script s;
    peer alice = s.sign_in("alice"), phone = s.sign_in("bob/phone"), tablet = s.sign_in("bob/tablet");
    alice.says("RELAY_REQ 1 to=bob content_type=3 body=sdp");
    alice.says("RELAY_REQ 2 to=carol body=x");
    CHECK(alice.heard() == "reached 2 | reached 0");
    CHECK(phone.heard() == "relay alice: sdp");
    CHECK(tablet.heard() == "relay alice: sdp");
    CHECK(s.log() == "");
}

TEST_CASE("the directory is asked before typing, relay and marks") {
    guarded_script s;
    guarded_peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
    alice.sends("bob", "a");
    bob.heard();
    s.first().directory.allows = [](const user_id&, action) { return false; };
    alice.heard();
    alice.says("TYPING_REQ 1 to=bob");
    alice.says("RELAY_REQ 2 to=bob body=x");
    alice.says("MARK_REQ 3 to=bob key=read value=1");
    s.pass(seconds(1));
    CHECK(alice.heard() == "no: not allowed | no: not allowed | no: not allowed");
    CHECK(bob.heard() == "");
}

TEST_CASE("a session that ended while the directory thought gets no answer, and nothing happens") {
    guarded_script s;
    guarded_peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
    s.first().directory.late = true;
    alice.says("TYPING_REQ 1 to=bob");
    alice.hangs_up();
    s.first().directory.answer_all();
    CHECK(bob.heard() == "");
}

TEST_CASE("S28: whom one may not watch looks like somebody who is never here") {
    guarded_script s;
    script_directory& d = s.first().directory;
    guarded_peer alice = s.sign_in("alice"), carol = s.sign_in("carol");
    d.allows = [](const user_id&, action what) { return what != action::watch; };
    alice.says("PRESENCE_REQ 1 users=carol watch=start");
    CHECK(alice.last_line() == "PRESENCE_RSP 1 offline=carol");
    carol.hangs_up();
    s.pass(seconds(2));
    CHECK(alice.heard() == "");
    s.engine().forget();
    d.allows = [](const user_id&, action) { return true; };
    guarded_peer again = s.sign_in("carol");
    alice.says("PRESENCE_REQ 2 users=carol watch=start");
    CHECK(alice.last_line() == "PRESENCE_RSP 2 online=carol");
}
