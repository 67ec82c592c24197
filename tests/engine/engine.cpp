#include <tandem/engine/engine.hpp>

#include "fixture.hpp"

using namespace tandem;

TEST_CASE("an application's own command is routed to its handler") {
    script s;
    peer alice = s.sign_in("alice");
    alice.says("ROLL_DICE 7 sides=20");
    alice.says("ROLL_DICE 8 sides=101");
    alice.says("ROLL_CAKE 9");
    CHECK(alice.outlet().frames()[0].payload() == "DICE_ROLLED 7 eyes=20");
    alice.outlet().take();
    alice.says("ROLL_DICE 8 sides=101");
    alice.says("ROLL_CAKE 9");
    CHECK(alice.heard() == "no: invalid argument | no: unsupported");
}

TEST_CASE("an application's handler may reply later, and to nobody if the session is gone by then") {
    script s;
    on_roll_dice::later.clear();
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
    alice.says("ROLL_DICE 7 sides=0");
    bob.says("ROLL_DICE 8 sides=0");
    CHECK(alice.heard() == "");
    bob.hangs_up();
    peer carol = s.sign_in("carol");  // in bob's slot
    {
        const script::turn t{s.engine()};
        for (const reply_to& to : on_roll_dice::later) s.engine().reply(to, dice_rolled{4});
    }
    CHECK(alice.heard() == "DICE_ROLLED 7 eyes=4");
    CHECK(bob.heard() == "");
    CHECK(carol.heard() == "");
}

TEST_CASE("an application's event goes to all sessions of a user") {
    script s;
    peer phone = s.sign_in("bob/phone"), tablet = s.sign_in("bob/tablet");
    CHECK(s.engine().tell("bob", dice_rolled{3}) == 2);
    CHECK(s.engine().tell("alice", dice_rolled{3}) == 0);
    CHECK(phone.heard() == "DICE_ROLLED 0 eyes=3");
    CHECK(tablet.heard() == "DICE_ROLLED 0 eyes=3");
}

TEST_CASE("the server's own code sends in anybody's name, and is told what became of it") {
    script s;
    peer bob = s.sign_in("bob");
    std::vector<std::string> told;
    const auto note = [&](const result<stored>& r) {
        told.push_back(r ? std::to_string(r->place.seq.value) + (r->repeated ? " again" : "") : text(r.error().code));
    };
    const auto team = s.engine().create_group("team", "alice", std::vector<user_id>{"bob"}, done<stored>{note});
    draft d;
    d.conversation = team, d.sender = "system", d.send_id = "s1", d.body = "welcome";
    s.engine().send(d, done<stored>{note});
    s.engine().send(d, done<stored>{note});
    s.engine().join(team, "bob", role::member, done<stored>{note});
    s.engine().leave(team, "nobody", done<stored>{note});
    CHECK(told == std::vector<std::string>{"1", "3", "3 again", "2 again", "not a member"});
    CHECK(bob.heard() == "push joined:bob | push welcome");
}

TEST_CASE("a group is made in one commit") {
    script s;
    s.first().observer.appends.clear();
    s.group("team", {"alice", "bob", "carol"});
    CHECK(s.first().observer.appends == std::vector<std::size_t>{3});
}

TEST_CASE("kick ends a session, or all of a user, with a farewell") {
    script s;
    peer phone = s.sign_in("bob/phone"), tablet = s.sign_in("bob/tablet"), alice = s.sign_in("alice");
    s.engine().kick(alice.session(), error{errc::kicked, "spam, says the operator", seconds(60)});
    CHECK(alice.last_line() == "KICK_OUT 0 code=22 why=kicked come_back=60000");
    s.engine().kick("bob");
    CHECK(phone.heard() == "kicked: kicked");
    CHECK(tablet.closed() == errc::kicked);
    CHECK(s.engine().hub().session_count() == 0);
}

TEST_CASE("logout is answered, then the session ends") {
    script s;
    peer alice = s.sign_in("alice");
    alice.says("LOGOUT_REQ 3");
    CHECK(alice.heard() == "LOGOUT_RSP 3 | kicked: logged out");
    CHECK(alice.closed() == errc::logged_out);
    CHECK(alice.outlet().sent_after_close() == 0);
}

TEST_CASE("background is noted") {
    script s;
    peer alice = s.sign_in("alice");
    alice.says("BACKGROUND_REQ 3 background=1");
    CHECK(alice.heard() == "BACKGROUND_RSP 3");
    CHECK(bool{s.engine().hub().find(alice.session())->background});
}

TEST_CASE("the pull API returns what was missed, and what is pushed is what it returns") {
    script s;
    peer alice = s.sign_in("alice");
    alice.sends("bob", "a").sends("bob", "b");
    std::string answer;
    const auto ask = [&](const char* method, const char* target, const char* who, const char* body = "") {
        s.engine().pull(pull_request{.method = method, .target = target, .authorization = who, .body = body},
                        done<pull_answer>{[&](const result<pull_answer>& r) { answer = r ? r->body : "nothing"; }});
        return answer;
    };
    CHECK(ask("GET", "/api/sync?lastSeq=1", "Bearer bob") == "2 b -> 2");
    CHECK(ask("GET", "/api/sync?lastSeq=1", "Bearer mallory") == "no: bad credential");
    CHECK(ask("POST", "/api/messages/send", "Bearer bob", "to=alice send_id=c body=c") == "ack c");
    CHECK(alice.heard() == "ack a | ack b | push c");
}
