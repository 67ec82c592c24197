#include <tandem/engine/admission.hpp>

#include "fixture.hpp"

using namespace tandem;

namespace {

struct guarded : guarded_script {
    explicit guarded(const options& o = calm()) : guarded_script{o} {}

    guarded_peer alice = sign_in("alice"), bob = sign_in("bob");
};

}  // namespace

TEST_CASE("no refusal is final before the send id was looked up: a muted member's retry is an ack") {
    guarded s;
    s.alice.sends("bob", "a");
    s.alice.heard();
    SUBCASE("muted by the directory") {
        s.first().directory.allows = [](const user_id&, action) { return false; };
        s.engine().forget();
    }
    SUBCASE("refused by the gatekeeper") {
        s.first().gatekeeper.judge = [](draft) -> result<draft> { return errc::not_allowed; };
    }
    s.alice.sends("bob", "a").sends("bob", "b");
    CHECK(s.alice.heard() == "ack a repeated | no send_id=b: not allowed");
    CHECK(s.bob.heard() == "push a");
}

TEST_CASE("a retry by somebody who left since is an ack") {
    guarded s;
    const auto team = s.group("team", {"alice", "bob"});
    s.alice.sends("group:team", "a");
    s.engine().leave(team, "alice");
    s.alice.heard();
    s.alice.sends("group:team", "a").sends("group:team", "b");
    CHECK(s.alice.heard() == "ack a repeated | no send_id=b: not a member");
}

TEST_CASE("a retry that is refused for another body is told so, not acknowledged") {
    guarded s;
    s.alice.sends("bob", "a", "id");
    s.first().gatekeeper.judge = [](draft) -> result<draft> { return errc::not_allowed; };
    s.alice.heard();
    s.alice.sends("bob", "other", "id");
    CHECK(s.alice.heard() == "no send_id=id: send id reused");
}

TEST_CASE("while the send id cannot be looked up a refusal is not final") {
    guarded s;
    s.first().directory.allows = [](const user_id&, action) { return false; };
    s.store.plan(store_fault::failed, 1, store_verb::find);
    s.alice.sends("bob", "a");
    CHECK(s.alice.heard() == "no send_id=a: store failed");
    s.alice.sends("bob", "a");
    CHECK(s.alice.heard() == "no send_id=a: not allowed");
}

TEST_CASE("a gatekeeper may change the body, and nothing else; the ack carries it") {
    guarded s;
    s.first().gatekeeper.judge = [](draft d) {
        d.body = "***";
        d.conversation = conversation_id::direct("alice", "carol");
        d.sender = "carol";
        d.send_id = "mine";
        return d;
    };
    s.alice.sends("bob", "damn");
    CHECK(s.alice.heard() == "ack damn changed=***");
    CHECK(s.bob.last_line().find("sender=alice send_id=damn") != std::string::npos);
    CHECK(s.pulls("bob") == "1 ***");
    s.alice.says("EDIT_REQ 9 to=bob target=1 send_id=e body=hell");
    const std::string edited = s.alice.last_line();  // asking forgets it
    CHECK(edited.starts_with("EDIT_RSP 9 send_id=e"));
    CHECK(edited.find("changed=***") != std::string::npos);
}

TEST_CASE("the fingerprint is taken before the gatekeeper") {
    guarded s;
    int times = 0;
    s.first().gatekeeper.judge = [&](draft d) {
        d.body += std::to_string(++times);
        return d;
    };
    s.alice.sends("bob", "a", "id").sends("bob", "a", "id");
    CHECK(s.alice.heard() == "ack id changed=a1 | ack id repeated changed=a1");  // the first may not have arrived
    s.alice.sends("bob", "a1", "id");  // the body as it was stored, not as it was sent
    CHECK(s.alice.heard() == "no send_id=id: send id reused");
}

TEST_CASE("a late directory is asked once, until it is told to forget") {
    guarded s;
    script_directory& d = s.first().directory;
    s.alice.sends("bob", "a").sends("bob", "b");
    CHECK(d.asked == 1);
    s.engine().forget();
    s.alice.sends("bob", "c");
    CHECK(d.asked == 2);
    s.pass(seconds(6));
    s.alice.sends("bob", "d");
    CHECK(d.asked == 3);
}

TEST_CASE("a revoke and an edit are told to all, and blank what pulls return") {
    guarded s;
    s.alice.sends("bob", "a").sends("bob", "b");
    s.alice.says("EDIT_REQ 1 to=bob send_id=e target=1 body=new");
    s.alice.says("REVOKE_REQ 2 to=bob send_id=r target=2");
    CHECK(s.alice.heard() == "ack a | ack b | edited 1 | revoked 2");
    CHECK(s.bob.heard() == "push a | push b | push edit:1:new | push revoke:2");
    const page p = s.page_of("bob");
    CHECK(p.entries[0].body == "new");
    CHECK(p.entries[1].body == "");
    s.alice.says("REVOKE_REQ 3 to=bob send_id=r target=2");
    CHECK(s.alice.heard() == "revoked 2");  // a retry, although the target is gone
    s.alice.says("REVOKE_REQ 3 to=bob send_id=r2 target=2");
    CHECK(s.alice.heard() == "no send_id=r2: gone");
}

TEST_CASE("the journal is bounded") {
    options o = calm();
    o.drafts_in_flight = 2;
    script s{o};
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
    s.slow();
    alice.sends("bob", "a").sends("carol", "b").sends("dave", "c");
    CHECK(alice.heard() == "no send_id=c: overloaded");
    s.quick();
    CHECK(alice.heard() == "ack a | ack b");
    alice.sends("dave", "c");
    CHECK(alice.heard() == "ack c");
}

TEST_CASE("a gatekeeper that answers at once costs no commit: a turn's sends still go together") {
    guarded s;
    s.first().observer.appends.clear();
    {
        const guarded_script::turn t{s.engine()};
        s.alice.sends("bob", "a").sends("bob", "b").sends("bob", "c");
    }
    CHECK(s.first().observer.appends == std::vector<std::size_t>{3});
    CHECK(s.bob.heard() == "batch a b c");
}
