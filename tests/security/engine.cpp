// The items of the security list that the engine itself answers for.
#include "engine/fixture.hpp"

using namespace tandem;

namespace {

struct village : script {
    explicit village(const options& o = calm()) : script{o} {
        group("team", {"alice", "bob"});
        alice.outlet().take(), bob.outlet().take();
    }

    peer alice = sign_in("alice"), bob = sign_in("bob"), mallory = sign_in("mel");
};

std::string pulled(script& s, const char* target, const char* user) {
    std::string body;
    const std::string who = "Bearer " + std::string{user};
    s.engine().pull(pull_request{.method = "GET", .target = target, .authorization = who},
                    done<pull_answer>{[&](const result<pull_answer>& r) { body = r->body; }});
    return body;
}

}  // namespace

TEST_CASE("S14 until signed in only AUTH_REQ, small frames, and not for long") {
    script s;
    peer stranger = s.connect();
    stranger.sends("bob", "a");
    stranger.says("HEARTBEAT_REQ 1");
    stranger.says("ROLL_DICE 1");
    CHECK(stranger.heard() == "no: not signed in | no: not signed in | no: not signed in");
    s.pass(seconds(4));
    CHECK_FALSE(stranger.closed());
    s.pass(seconds(1));
    CHECK(stranger.closed() == errc::timed_out);
    peer large = s.connect();
    CHECK_FALSE(large.says("AUTH_REQ 1 credential=" + std::string(4096, 'x')));
    CHECK(large.closed() == errc::too_large);
    peer slow = s.connect();
    s.first().authenticator.late = true;
    slow.says("AUTH_REQ 1 credential=alice");
    s.pass(seconds(5));
    CHECK(slow.closed() == errc::timed_out);
}

TEST_CASE("S14 a credential may be tried three times") {
    script s;
    peer stranger = s.connect();
    for (int i = 0; i < 3; ++i) stranger.says("AUTH_REQ 1 credential=mallory");
    CHECK(stranger.closed() == errc::bad_credential);
}

TEST_CASE("S25 a session ends when its token does, and can sign in again in place") {
    script s;
    s.first().authenticator.expires = s.clock.now() + seconds(10);
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
    s.first().authenticator.expires = s.clock.now() + seconds(100);
    bob.says("AUTH_REQ 2 credential=bob");
    s.pass(seconds(10));
    CHECK(alice.closed() == errc::expired);
    CHECK_FALSE(bob.closed());
}

TEST_CASE("a credential that holds for centuries holds") {
    script s;
    s.first().authenticator.expires = s.clock.now() + seconds(200ll * 365 * 24 * 3600);
    peer alice = s.sign_in("alice");
    s.pass(seconds(10));
    CHECK_FALSE(alice.closed());
}

TEST_CASE("S28 send, pull, mark, revoke and typing look at the membership of now") {
    village s;
    s.bob.sends("group:team", "mine");
    s.bob.heard(), s.alice.heard();
    s.engine().leave(conversation_id::group("team"), "bob");
    for (peer* p : {&s.bob, &s.mallory}) {
        p->heard();
        p->sends("group:team", "x");
        p->says("MARK_REQ 1 conversation=group:team key=read value=1");
        p->says("REVOKE_REQ 2 conversation=group:team send_id=r target=3");
        p->says("EDIT_REQ 3 conversation=group:team send_id=e target=3 body=x");
        p->says("TYPING_REQ 4 conversation=group:team");
        CHECK(p->heard() == "no send_id=x: not a member | no: not a member | no send_id=r: not a member | "
                            "no send_id=e: not a member | no: not a member");
    }
    s.alice.sends("group:team", "after");
    CHECK(pulled(s, "/api/sync?lastSeq=0", "bob").find("after") == std::string::npos);
    CHECK(pulled(s, "/api/messages/history?conversation=group:team", "mel") == "no: not a member");
}

TEST_CASE("S29 a removed member gets nothing beyond the removal: push, page, sign-in page, another node") {
    script s{calm(), 2};
    const auto team = s.group("team", {"alice", "bob"});
    s.deliver();
    peer alice = s.sign_in("alice"), here = s.sign_in("bob/here"), there = s.sign_in("bob/there", {}, 1);
    s.engine().leave(team, "bob");
    alice.sends("group:team", "secret");
    alice.says("MARK_REQ 1 conversation=group:team key=read value=1");
    alice.says("TYPING_REQ 2 conversation=group:team");
    s.deliver();
    CHECK(here.heard() == "push left:bob");
    CHECK(there.heard() == "push left:bob");
    CHECK(s.pulls("bob") == "2 joined:bob | 3 left:bob");
    CHECK(s.page_of("bob").marks.empty());
    CHECK(s.sign_in("bob/new", "cursor=0").heard().find("secret") == std::string::npos);
}

TEST_CASE("S30 the sender is the session's user, whatever the frame says") {
    village s;
    s.mallory.says("SEND_REQ 1 to=bob sender=alice user=alice from=alice send_id=a body=a");
    CHECK(s.bob.last_line().find("sender=mel ") != std::string::npos);
    s.mallory.says("RELAY_REQ 1 to=bob from=alice body=x");
    CHECK(s.bob.heard() == "relay mel: x");
    s.mallory.says("AUTH_REQ 2 credential=alice");  // nor by renewing as somebody else
    CHECK(s.mallory.heard().ends_with("no: bad credential"));
    s.mallory.sends("bob", "b");
    CHECK(s.bob.last_line().find("sender=mel ") != std::string::npos);
}

TEST_CASE("S31 a conversation one is not in and one that does not exist answer alike") {
    village s;
    for (const char* line : {"SEND_REQ 1 send_id=a body=a conversation=", "MARK_REQ 2 key=read value=1 conversation=",
                             "TYPING_REQ 3 conversation=", "REVOKE_REQ 4 send_id=r target=1 conversation="}) {
        s.mallory.says(std::string{line} + "group:team");
        const std::string there = s.mallory.last_line();
        s.mallory.says(std::string{line} + "group:none");
        CHECK(there == s.mallory.last_line());
        CHECK(there.find("not%20a%20member") != std::string::npos);
    }
    CHECK(pulled(s, "/api/messages/history?conversation=group:team", "mel") ==
          pulled(s, "/api/messages/history?conversation=group:none", "mel"));
}

TEST_CASE("S32 revoke only by the sender or by role, within a window; edit by the sender only") {
    village s;
    s.engine().join(conversation_id::group("team"), "carol");
    s.engine().join(conversation_id::group("team"), "carol", role::admin);
    peer carol = s.sign_in("carol");
    s.alice.sends("group:team", "a").sends("group:team", "b").sends("bob", "c");
    s.bob.heard(), carol.heard(), s.alice.heard();
    s.bob.says("REVOKE_REQ 1 conversation=group:team send_id=r1 target=5");
    s.bob.says("EDIT_REQ 1 conversation=group:team send_id=e1 target=5 body=x");
    s.bob.says("REVOKE_REQ 1 to=alice send_id=r2 target=1");
    CHECK(s.bob.heard() == "no send_id=r1: not allowed | no send_id=e1: not allowed | no send_id=r2: not allowed");
    s.bob.sends("group:team", "d");
    carol.heard();
    carol.says("EDIT_REQ 1 conversation=group:team send_id=e2 target=5 body=x");
    CHECK(carol.heard() == "no send_id=e2: not allowed");
    s.pass(minutes(3));
    peer again = s.sign_in("bob");
    again.says("REVOKE_REQ 1 conversation=group:team send_id=r3 target=7");
    CHECK(again.heard() == "no send_id=r3: too late");
    peer admin = s.sign_in("carol");
    admin.says("REVOKE_REQ 1 conversation=group:team send_id=r4 target=5");
    CHECK(admin.heard() == "revoked 5");
}

TEST_CASE("S33 another user's marks that are private, cursor and devices are told to nobody") {
    village s;
    s.bob.says("MARK_REQ 1 conversation=group:team key=muted value=1");
    s.bob.says("HEARTBEAT_REQ 1 cursor=1");
    s.pass(seconds(2));
    CHECK(s.alice.heard() == "");
    CHECK(s.page_of("alice").marks.empty());
    s.alice.says("PRESENCE_REQ 1 users=bob");
    CHECK(s.alice.last_line() == "PRESENCE_RSP 1 online=bob");
}

TEST_CASE("S35 a message over the limit ends the session, a body over its limit is refused") {
    village s;
    s.alice.sends("bob", std::string(33 * 1024, 'x'), "a");
    CHECK(s.alice.heard() == "no send_id=a: too large");
    CHECK_FALSE(s.alice.says("SEND_REQ 1 to=bob send_id=b body=" + std::string(64 * 1024, 'x')));
    CHECK(s.alice.closed() == errc::too_large);
    CHECK(s.bob.heard() == "");
}

TEST_CASE("S37 ids are bounded UTF-8 without control characters") {
    village s;
    s.alice.says("SEND_REQ 1 to=bob send_id=" + std::string(48, 'x') + " body=a");
    s.alice.says("SEND_REQ 1 to=bob send_id=%00 body=a");
    s.alice.says("SEND_REQ 1 to=bob send_id=%FF body=a");
    s.alice.says("SEND_REQ 1 to=b%0Ab send_id=a body=a");
    s.alice.says("SEND_REQ 1 to=bob send_id= body=a");
    s.alice.says("SEND_REQ 1 conversation=group: send_id=a body=a");
    s.alice.says("SEND_REQ 1 send_id=a body=a");
    s.alice.says("PRESENCE_REQ 1 users=a,%FF");
    std::string all;
    for (int i = 0; i < 8; ++i) all += (all.empty() ? "" : " | ") + std::string{"no: invalid argument"};
    CHECK(s.alice.heard() == all);
    CHECK(s.log() == "1 joined:alice | 2 joined:bob");
}

TEST_CASE("S38 junk is an error, never a crash") {
    village s;
    for (const char* junk :
         {"", " ", "=", "SEND_REQ", "SEND_REQ x", "SEND_REQ 1 to", "SEND_REQ 99999999999 to=bob", "A 1 %=1"}) {
        peer p = s.sign_in("alice/junk");
        p.says(junk);
        CHECK(p.closed() == errc::malformed);
    }
}

TEST_CASE("S39 cursors, targets and values at the edges of 64 bits neither overflow nor pass") {
    village s;
    s.alice.sends("bob", "a");
    s.bob.heard();
    for (const char* n : {"9223372036854775808", "18446744073709551615", "4"}) {
        peer p = s.sign_in("bob/edge", std::string{"cursor="} + n);
        CHECK(p.heard() == "signed in reset");
        p.says(std::string{"MARK_REQ 1 to=alice key=read value="} + n);
        p.says(std::string{"REVOKE_REQ 1 to=alice send_id=r target="} + n);
        s.pass(seconds(2));
        CHECK(p.heard() == "no: invalid argument | no send_id=r: not found");
        p.says(std::string{"HEARTBEAT_REQ 1 cursor="} + n);
        CHECK(p.closed() == errc::reset);
    }
    s.bob.says("HEARTBEAT_REQ 1 cursor=-1");
    s.bob.says("HEARTBEAT_REQ 1 cursor=18446744073709551616");
    CHECK(s.bob.heard() == "no: malformed | no: malformed");
    s.bob.says("REVOKE_REQ 1 to=alice send_id=r target=0");
    CHECK(s.bob.heard() == "no: invalid argument");
}

TEST_CASE("S42 what a peer is told of an error names no internals") {
    village s;
    s.store.plan(store_fault::failed, 1, store_verb::append);
    s.alice.sends("bob", "a");
    CHECK(s.alice.last_line() == "ERROR 9 code=18 why=store%20failed send_id=a");
    s.engine().kick("alice", error{errc::kicked, "rule 17 of table bans on host db3"});
    CHECK(s.alice.last_line() == "KICK_OUT 0 code=22 why=kicked");
}

TEST_CASE("S43 over its rate an error, again and again a close: per session, user and conversation") {
    SUBCASE("a session's requests") {
        options o = calm();
        o.session_rate = {.per_second = 1, .burst = 5};
        o.strikes = 3;
        village s{o};
        for (int i = 0; i < 4; ++i) s.alice.says("HEARTBEAT_REQ 1");
        CHECK_FALSE(s.alice.closed());
        s.alice.heard();
        s.alice.says("HEARTBEAT_REQ 1");
        CHECK(s.alice.last_line().find("retry_after=") != std::string::npos);
        for (int i = 0; i < 3; ++i) s.alice.says("HEARTBEAT_REQ 1");
        CHECK(s.alice.closed() == errc::rate_limited);
        CHECK_FALSE(s.bob.closed());
    }
    SUBCASE("bytes cost, too") {
        options o = calm();
        o.session_rate = {.per_second = 1, .burst = 10};
        village s{o};
        s.alice.sends("bob", std::string(20 * 1024, 'x'), "a").sends("bob", "b");
        CHECK(s.alice.heard() == "no: rate limited | ack b");
    }
    SUBCASE("a user's sends, over all sessions") {
        options o = calm();
        o.user_rate = {.per_second = 1, .burst = 2};
        village s{o};
        peer tablet = s.sign_in("alice/tablet");
        s.alice.sends("bob", "a");
        tablet.sends("bob", "b").sends("bob", "c");
        CHECK(tablet.heard() == "push a | ack b | no send_id=c: rate limited");
        s.bob.sends("alice", "d");
        CHECK(s.bob.heard() == "push a | push b | ack d");
        s.pass(seconds(1));
        tablet.sends("bob", "c");
        CHECK(tablet.heard() == "push d | ack c");
    }
    SUBCASE("a conversation's sends, over all users") {
        options o = calm();
        o.conversation_rate = {.per_second = 1, .burst = 2};
        village s{o};
        s.alice.sends("group:team", "a").sends("group:team", "b");
        s.bob.sends("group:team", "c").sends("alice", "d");
        CHECK(s.bob.heard() == "push a | push b | no send_id=c: rate limited | ack d");
    }
}

TEST_CASE("S47 watches per session are capped") {
    options o = calm();
    o.watches_per_session = 2;
    village s{o};
    s.alice.says("PRESENCE_REQ 1 users=a,b watch=start");
    s.alice.says("PRESENCE_REQ 2 users=c watch=start");
    s.alice.says("PRESENCE_REQ 3 users=a watch=stop");
    s.alice.says("PRESENCE_REQ 4 users=c watch=start");
    CHECK(s.alice.heard() == "presence a=offline b=offline | no: too large | presence a=offline | presence c=offline");
}

TEST_CASE("S47 rooms are capped: who is in too many is not let in, and nobody else notices") {
    options o = calm();
    o.rooms_per_user = 2;
    script s{o};
    const auto group = [](int n) { return conversation_id::group(group_id{"g" + std::to_string(n)}); };
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob"), bob2 = s.sign_in("bob/pad");
    for (int n = 1; n <= 2; ++n) s.group(n == 1 ? "g1" : "g2", {"alice", "bob"});
    s.engine().join(group(2), "bob", role::admin);  // is in it already
    CHECK_FALSE(bob.closed());
    s.engine().join(group(3), "bob");
    CHECK(bob.closed() == errc::too_large);
    CHECK(bob2.closed() == errc::too_large);
    CHECK(s.sign_in("bob").closed() == errc::too_large);
    CHECK_FALSE(alice.closed());
    CHECK(s.engine().hub().number_of("bob") == session_hub::nobody);

    s.engine().leave(group(1), "bob");
    bob = s.sign_in("bob");
    CHECK_FALSE(bob.closed());
    bob.heard();
    alice.sends("group:g2", "hi");
    CHECK(bob.heard() == "push hi");
}

TEST_CASE("S49 sends without an answer are capped per session") {
    options o = calm();
    o.unacked_per_session = 2;
    village s{o};
    s.slow();
    s.alice.sends("u1", "a").sends("u2", "b").sends("u3", "c");
    s.bob.sends("u1", "d");
    CHECK(s.alice.heard() == "no send_id=c: overloaded");
    CHECK(s.bob.heard() == "");
    s.quick();
    s.alice.sends("u3", "c");
    CHECK(s.alice.heard() == "ack a | ack b | ack c");
    for (int i = 0; i < 5; ++i) s.alice.sends("group:none", "no" + std::to_string(i));  // refusals give the place back
    s.alice.sends("u3", "e");
    CHECK(s.alice.heard().ends_with("ack e"));
}

TEST_CASE("S52 replaying a send returns the same place; another user's same id is another send") {
    village s;
    s.alice.sends("bob", "a", "id");
    const std::string first = s.alice.last_line();
    s.alice.sends("bob", "a", "id");
    CHECK(s.alice.last_line() == first + " repeated=1");
    s.bob.sends("alice", "a", "id");
    CHECK(s.bob.heard() == "push a | ack id");
}

TEST_CASE("S53 what is remembered of send ids is bounded, and the newest are kept") {
    script s;
    s.store.inner() = memory_store{tandem::epoch{7}, {.sends = 10}};
    peer alice = s.sign_in("alice");
    for (int i = 0; i < 30; ++i) alice.sends("bob", "x" + std::to_string(i));
    alice.heard();
    alice.sends("bob", "x29").sends("bob", "x21");
    CHECK(alice.heard() == "ack x29 repeated | ack x21 repeated");
}
