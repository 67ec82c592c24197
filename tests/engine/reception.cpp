#include <tandem/engine/reception.hpp>

#include "conversations.hpp"
#include "fixture.hpp"

using namespace tandem;

namespace {

struct arriving : script {
    arriving() {
        group("team", {"alice", "carol"});
        alice.outlet().take();
        slow();
    }

    // Bob's sign-in is under way: the store has read his memberships, its answer has not come.
    peer bob_arrives() {
        peer bob = sign_in("bob", "device=phone");
        store.carry_out();
        return bob;
    }

    peer alice = sign_in("alice");
};

std::uint64_t head_of(const std::string& line) { return tiny_fields::parse(line)->number("head"); }

}  // namespace

TEST_CASE("the fence: who joins while the memberships are read is in the room, and misses nothing") {
    arriving s;
    peer bob = s.bob_arrives();
    s.engine().follow(s.elsewhere(team, "bob", entry_kind::joined));
    s.engine().follow(s.elsewhere(team, "alice", "a"));
    s.quick();
    CHECK(head_of(bob.last_line()) == 4);  // both are below the fence: pulled
    s.engine().follow(s.elsewhere(team, "alice", "b"));
    CHECK(bob.heard() == "push b");
}

TEST_CASE("the fence: who is thrown out while the memberships are read is not in the room") {
    arriving s;
    s.elsewhere(team, "bob", entry_kind::joined);
    s.engine().follow(*s.store.inner().tail({}, {}));
    peer bob = s.bob_arrives();
    s.engine().follow(s.elsewhere(team, "bob", entry_kind::left));
    s.quick();
    CHECK(bob.heard() == "signed in");
    s.engine().follow(s.elsewhere(team, "alice", "b"));
    CHECK(bob.heard() == "");
}

TEST_CASE("the fence: what is told while the head is read is pushed before the reply") {
    arriving s;
    s.quick();
    s.engine().join(team, "bob");
    s.slow();
    peer bob = s.sign_in("bob", "device=phone");
    s.store.step();  // the memberships; now the head is asked for
    SUBCASE("a message") { s.engine().follow(s.elsewhere(team, "alice", "a")); }
    SUBCASE("having joined") {
        const page joined = s.elsewhere(conversation_id::group("club"), "bob", entry_kind::joined);
        s.engine().follow(joined);
        s.engine().follow(s.elsewhere(conversation_id::group("club"), "alice", "a"));
        CHECK(bob.heard() == "push joined:bob | push a");
    }
    SUBCASE("having left") {
        s.engine().follow(s.elsewhere(team, "bob", entry_kind::left));
        s.engine().follow(s.elsewhere(team, "alice", "a"));
        CHECK(bob.heard() == "push left:bob");
        s.quick();
        CHECK(bob.heard() == "signed in");
        return;
    }
    s.quick();
    const std::string heard = bob.heard();
    CHECK(heard.ends_with("signed in"));
    CHECK((heard == "signed in" || heard == "push a | signed in"));
}

TEST_CASE("the fence: the head is read after the rooms are joined, so nothing falls between") {
    arriving s;
    s.quick();
    s.engine().join(team, "bob");
    s.slow();
    peer bob = s.bob_arrives();                          // the list is read …
    s.engine().follow(s.elsewhere(team, "alice", "a"));  // … and this is told to a room he is not in yet
    const position newest = s.store.inner().head()->newest;
    s.quick();
    CHECK(head_of(bob.last_line()) >= newest.value);
}

TEST_CASE("the fence: no checkpoint until a cursor at or beyond the head was reported") {
    script s;
    s.group("team", {"alice"});
    peer alice = s.sign_in("alice");
    alice.says("HEARTBEAT_REQ 2");
    alice.says("HEARTBEAT_REQ 3 cursor=0");
    CHECK(alice.heard() == "beat | beat");
    alice.says("HEARTBEAT_REQ 4 cursor=1");
    CHECK(alice.heard() == "beat checkpoint=1");
    alice.says("HEARTBEAT_REQ 5");
    CHECK(alice.heard() == "beat checkpoint=1");
}

TEST_CASE("a membership list newer than what was told waits for the log's tail") {
    script s;
    peer alice = s.sign_in("alice");
    s.elsewhere(conversation_id::direct("alice", "carol"), "carol", "a");  // and the bus lost it
    s.slow();
    peer bob = s.sign_in("bob", "device=phone");
    const std::size_t heads = s.store.calls(store_verb::head);
    s.store.step();  // the memberships, as of an entry nobody was told of yet
    CHECK(s.store.calls(store_verb::tail) == 1);
    CHECK(s.store.calls(store_verb::head) == heads);
    s.quick();
    CHECK(bob.heard() == "signed in");
    CHECK(alice.heard() == "push a");
}

TEST_CASE("a second session of a user whose rooms are joined already gets them, too") {
    arriving s;
    s.quick();
    s.engine().join(team, "bob");
    s.slow();
    peer phone = s.sign_in("bob/phone"), tablet = s.sign_in("bob/tablet");
    CHECK(s.store.calls(store_verb::memberships) == 2);  // alice's and one for both of bob's
    s.quick();
    phone.heard(), tablet.heard();
    s.alice.sends("group:team", "a");
    CHECK(phone.heard() == "push a");
    CHECK(tablet.heard() == "push a");
}

TEST_CASE("memberships or head that cannot be read end the sign-in, and another one works") {
    script s;
    s.store.plan(store_fault::failed, 1, store_verb::memberships);
    peer bob = s.sign_in("bob");
    CHECK(bob.closed() == errc::store_failed);
    s.store.plan(store_fault::failed, 1, store_verb::head);
    peer again = s.sign_in("bob");
    CHECK(again.closed() == errc::store_failed);
    CHECK(s.sign_in("bob", "device=x").heard() == "signed in");
}

TEST_CASE("whoever signs in before the engine could read the head waits, and is no other epoch") {
    script s;
    s.store.plan(store_fault::failed, 1, store_verb::head);
    s.first().restart();
    peer bob = s.sign_in("bob", "device=phone");
    s.pass(seconds(1));
    CHECK_FALSE(bob.closed());
    CHECK(bob.heard() == "signed in");
}

TEST_CASE("memberships that are older than where the engine begins are read again") {
    script s;
    s.slow();
    s.first().restart();             // asks where the log ends, and is not answered yet
    s.store.behave({.early = 100});  // bob's memberships are read at once: he has none
    peer bob = s.sign_in("bob", "device=phone");
    s.elsewhere(team, "bob", entry_kind::joined);
    s.quick();
    CHECK(bob.heard() == "signed in");
    s.engine().follow(s.elsewhere(team, "alice", "a"));
    CHECK(bob.heard() == "push a");
}

TEST_CASE("a little that was missed follows the sign-in as a page") {
    script s;
    peer alice = s.sign_in("alice");
    alice.sends("bob", "a").sends("bob", "b");
    peer bob = s.sign_in("bob", "cursor=1 epoch=7");
    CHECK(bob.outlet().frames().back().payload().find("next=2") != bytes::npos);
    CHECK(bob.heard() == "signed in page_follows | page b");
    bob.says("HEARTBEAT_REQ 2");
    CHECK(bob.heard() == "beat");  // it has not said that it stored the page
    bob.says("HEARTBEAT_REQ 3 cursor=2");
    CHECK(bob.heard() == "beat checkpoint=2");
}

TEST_CASE("what is more than a little is left to the pull") {
    options o = calm();
    o.small_page = {.entries = 2, .bytes = 1000};
    script s{o};
    peer alice = s.sign_in("alice");
    alice.sends("bob", "first");  // makes him a member
    SUBCASE("too many entries") { alice.sends("bob", "a").sends("bob", "b").sends("bob", "c"); }
    SUBCASE("too many bytes") {
        alice.sends("bob", std::string(900, 'x'), "x").sends("bob", std::string(900, 'y'), "y");
    }
    SUBCASE("memberships changed") { s.group("team", {"bob"}); }
    peer bob = s.sign_in("bob", "cursor=1");
    CHECK(bob.heard() == "signed in");
}

TEST_CASE("who misses nothing gets no page") {
    script s;
    s.sign_in("alice").sends("bob", "a");
    peer bob = s.sign_in("bob", "cursor=1");
    bob.says("HEARTBEAT_REQ 2");
    CHECK(bob.heard() == "signed in | beat checkpoint=1");
}

TEST_CASE("a cursor of another log is void: reset") {
    script s;
    s.sign_in("alice").sends("bob", "a");
    SUBCASE("another epoch") { CHECK(s.sign_in("bob", "cursor=1 epoch=6").heard() == "signed in reset"); }
    SUBCASE("beyond the head") { CHECK(s.sign_in("bob", "cursor=2 epoch=7").heard() == "signed in reset"); }
    SUBCASE("beyond the head, in a heartbeat") {
        peer bob = s.sign_in("bob");
        bob.says("HEARTBEAT_REQ 2 cursor=2");
        CHECK(bob.heard() == "no: reset | kicked: reset");
        CHECK(bob.closed() == errc::reset);
    }
}

TEST_CASE("a cursor beyond what this engine has heard may be another engine's doing") {
    script s;
    peer bob = s.sign_in("bob");
    s.elsewhere(conversation_id::direct("alice", "bob"), "alice", "a");
    bob.says("HEARTBEAT_REQ 2 cursor=1");
    CHECK(bob.heard() == "beat checkpoint=0 | push a");
    CHECK_FALSE(bob.closed());
}

TEST_CASE("login policies") {
    options o = calm();
    SUBCASE("any number: all stay, but a device has one session") {
        script s{o};
        peer phone = s.sign_in("bob/p/ios"), tablet = s.sign_in("bob/t/ios");
        CHECK_FALSE(phone.closed());
        peer again = s.sign_in("bob/p/ios");
        CHECK(phone.closed() == errc::replaced);
        CHECK(phone.heard() == "kicked: replaced");
        CHECK_FALSE(tablet.closed());
        CHECK_FALSE(again.closed());
    }
    SUBCASE("one per platform") {
        o.logins.allowed = logins::one_per_platform;
        script s{o};
        peer phone = s.sign_in("bob/p/ios"), web = s.sign_in("bob/w/web"), tablet = s.sign_in("bob/t/ios");
        CHECK(phone.closed() == errc::replaced);
        CHECK_FALSE(web.closed());
        CHECK_FALSE(tablet.closed());
    }
    SUBCASE("one per user") {
        o.logins.allowed = logins::one_per_user;
        script s{o};
        peer phone = s.sign_in("bob/p/ios"), web = s.sign_in("bob/w/web"), alice = s.sign_in("alice/p/ios");
        CHECK(phone.closed() == errc::replaced);
        CHECK_FALSE(web.closed());
        CHECK_FALSE(alice.closed());
    }
    SUBCASE("over the number per user the oldest goes") {
        o.logins.sessions_per_user = 2;
        script s{o};
        peer a = s.sign_in("bob/a"), b = s.sign_in("bob/b"), c = s.sign_in("bob/c");
        CHECK(a.closed() == errc::replaced);
        CHECK_FALSE(b.closed());
        CHECK_FALSE(c.closed());
    }
}

TEST_CASE("a session ends when its token expires, unless it was renewed in place") {
    script s;
    s.first().authenticator.expires = s.clock.now() + seconds(60);
    peer bob = s.sign_in("bob"), carol = s.sign_in("carol");
    s.pass(seconds(50));
    s.first().authenticator.expires = s.clock.now() + seconds(60);
    bob.says("AUTH_REQ 2 credential=bob");
    CHECK(bob.heard() == "signed in");
    carol.says("AUTH_REQ 2 credential=bob");
    CHECK(carol.heard() == "no: bad credential");
    s.pass(seconds(11));
    CHECK_FALSE(bob.closed());
    CHECK(carol.closed() == errc::expired);
    CHECK(carol.heard() == "kicked: expired");
    s.pass(seconds(50));
    CHECK(bob.closed() == errc::expired);
}

TEST_CASE("a credential that has expired signs nobody in") {
    script s;
    s.first().authenticator.expires = s.clock.now();
    peer bob = s.sign_in("bob", "device=x");
    CHECK(bob.heard() == "no: expired");
}

TEST_CASE("a late authenticator: frames that arrive meanwhile are refused, not queued") {
    script s;
    s.first().authenticator.late = true;
    peer bob = s.sign_in("bob", "device=x");
    bob.sends("alice", "a");
    bob.says("AUTH_REQ 3 credential=bob");
    CHECK(bob.heard() == "no: not signed in | no: not allowed");
    s.first().authenticator.answer_all();
    CHECK(bob.heard() == "signed in");
    CHECK(s.log() == "");
}

TEST_CASE("a session that hung up while it was verified comes to nothing") {
    script s;
    s.first().authenticator.late = true;
    peer bob = s.sign_in("bob", "device=x");
    bob.hangs_up();
    s.first().authenticator.answer_all();
    CHECK(bob.heard() == "");
    CHECK(s.engine().hub().session_count() == 0);
}

TEST_CASE("a session that hung up while its memberships were read leaves nothing behind") {
    arriving s;
    s.quick();
    s.engine().join(team, "bob");
    s.slow();
    peer bob = s.bob_arrives();
    bob.hangs_up();
    s.quick();
    CHECK(s.engine().hub().number_of("bob") == session_hub::nobody);
    s.alice.sends("group:team", "a");
    CHECK(bob.heard() == "");
}

TEST_CASE("silence: a peer is gone after two heartbeats without a word, not before") {
    script s;
    peer bob = s.sign_in("bob");
    s.pass(seconds(149));
    CHECK_FALSE(bob.closed());
    bob.says("HEARTBEAT_REQ 2");
    s.pass(seconds(149));
    CHECK_FALSE(bob.closed());
    s.pass(seconds(1));
    CHECK(bob.closed() == errc::timed_out);
}

TEST_CASE("who does not say who they are, or is not let in by a slow store, is gone after a while") {
    arriving s;
    s.first().authenticator.expires = s.clock.now() + seconds(3600);
    peer stranger = s.connect();
    peer bob = s.bob_arrives();
    s.pass(seconds(4));
    CHECK_FALSE(stranger.closed());
    CHECK_FALSE(bob.closed());
    s.pass(seconds(1));
    CHECK(stranger.closed() == errc::timed_out);
    CHECK(bob.closed() == errc::timed_out);
}

TEST_CASE(
    "S50 the store is asked about so many arrivals at once; the others wait their turn, and nobody is sent away") {
    options o = calm();
    o.sign_ins_at_once = 2;
    script s{o};
    s.sign_in("zoe");
    const std::size_t before = s.store.calls(store_verb::memberships);
    s.slow();
    std::vector<peer> all;
    for (const char* user : {"a", "b", "c", "d", "e"}) all.push_back(s.sign_in(user));
    CHECK(s.store.calls(store_verb::memberships) == before + 2);
    all[2].hangs_up();  // while she waits
    s.quick();
    for (const std::size_t i : {0u, 1u, 3u, 4u}) CHECK(all[i].heard() == "signed in");
    CHECK(s.store.calls(store_verb::memberships) == before + 4);
    CHECK(s.sign_in("f", "device=phone").heard() == "signed in");
}

TEST_CASE("who fails to come in makes room for the next") {
    options o = calm();
    o.sign_ins_at_once = 1;
    script s{o};
    s.store.fail_all();
    for (const char* user : {"a", "b", "c"}) CHECK(s.sign_in(user).closed() == errc::store_failed);
    s.store.fail_all(false);
    CHECK(s.sign_in("d", "device=phone").heard() == "signed in");
    s.slow();
    peer gone = s.sign_in("e"), next = s.sign_in("f");
    gone.hangs_up();  // the store is being asked about him
    s.quick();
    CHECK(next.heard() == "signed in");
}
