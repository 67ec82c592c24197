#include <tandem/engine/teller.hpp>

#include "fixture.hpp"

#include <algorithm>

using namespace tandem;

namespace {

struct three : script {
    explicit three(const options& o = calm()) : script{o} {
        group("team", {"alice", "bob", "carol"});
        alice.outlet().take(), bob.outlet().take(), carol.outlet().take();
    }

    peer alice = sign_in("alice"), bob = sign_in("bob"), carol = sign_in("carol");
};

}  // namespace

TEST_CASE("entries of one conversation and commit are told as one shared batch") {
    three s;
    {
        const script_engine::turn t{s.engine()};
        s.alice.sends("group:team", "a").sends("group:team", "b");
    }
    CHECK(s.bob.outlet().frames().size() == 1);
    CHECK(s.bob.outlet().frames() == s.carol.outlet().frames());  // the same frame, not an equal one
    CHECK(s.bob.heard() == "batch a b");
    CHECK(s.alice.heard() == "ack a | ack b");
}

TEST_CASE("16, bounded: a batch carries no more bytes than it may, the rest goes into the next") {
    options o = calm();
    o.batch_bytes = 20;
    three s{o};
    {
        const script_engine::turn t{s.engine()};
        for (const char* id : {"a", "b", "c", "d", "e"}) s.alice.sends("group:team", "10_bytes..", id);
    }
    CHECK(s.bob.outlet().frames().size() == 3);
    CHECK(s.bob.heard() == "batch 10_bytes.. 10_bytes.. | batch 10_bytes.. 10_bytes.. | push 10_bytes..");
    CHECK(s.alice.heard() == "ack a | ack b | ack c | ack d | ack e");
}

TEST_CASE("one conversation's batch does not carry another's entries") {
    three s;
    {
        const script_engine::turn t{s.engine()};
        s.alice.sends("group:team", "a").sends("bob", "b").sends("group:team", "c").sends("bob", "d");
    }
    CHECK(s.bob.heard() == "batch a c | batch b d");
    CHECK(s.carol.heard() == "batch a c");
}

TEST_CASE("a batch never spans an ack: who sent in between gets single pushes around it") {
    three s;
    {
        const script_engine::turn t{s.engine()};
        s.alice.sends("group:team", "a");
        s.bob.sends("group:team", "b");
        s.alice.sends("group:team", "c");
    }
    CHECK(s.alice.heard() == "ack a | push b | ack c");
    CHECK(s.bob.heard() == "push a | ack b | push c");
    CHECK(s.carol.heard() == "batch a b c");
}

TEST_CASE("a batch never spans a membership change") {
    three s;
    peer dave = s.sign_in("dave");
    {
        const script_engine::turn t{s.engine()};
        s.alice.sends("group:team", "a");
        s.engine().join(conversation_id::group("team"), "dave");
        s.alice.sends("group:team", "b").sends("group:team", "c");
    }
    CHECK(s.bob.heard() == "push a | push joined:dave | batch b c");
    CHECK(dave.heard() == "push joined:dave | batch b c");
}

TEST_CASE("the session that sent gets no push of it, the sender's other devices do") {
    three s;
    peer tablet = s.sign_in("alice/tablet"), phone = s.sign_in("alice/phone");
    phone.sends("group:team", "a").sends("bob", "b").sends("self:alice", "c");
    CHECK(phone.heard() == "ack a | ack b | ack c");
    CHECK(tablet.heard() == "push a | push b | push c");
}

TEST_CASE("a dialect may have its own message back, after the ack") {
    three s;
    peer loud = s.sign_in("alice/loud", {}, 0, {"loud"});
    loud.sends("group:team", "a");
    CHECK(loud.heard() == "ack a | push a");
    {
        const script_engine::turn t{s.engine()};
        loud.sends("bob", "b").sends("bob", "c");
    }
    CHECK(loud.heard() == "ack b | push b | ack c | push c");
}

TEST_CASE("nothing overtakes on one connection: acks, pushes, marks and checkpoints come in order of position") {
    three s;
    s.slow();
    s.alice.sends("group:team", "a");  // position 4
    s.bob.says("HEARTBEAT_REQ 1 cursor=3");
    s.alice.says("MARK_REQ 2 conversation=group:team key=read value=2");
    CHECK(s.bob.heard() == "beat checkpoint=3");
    s.quick();
    s.bob.says("HEARTBEAT_REQ 2");
    CHECK(s.bob.heard() == "push a | alice read=2 | beat checkpoint=5");
    CHECK(s.alice.heard() == "ack a | marked read=2");
}

TEST_CASE("a joined user is in the room before the entry, and gets the next one") {
    three s;
    peer dave = s.sign_in("dave");
    const auto team = conversation_id::group("team");
    {
        const script_engine::turn t{s.engine()};
        s.engine().join(team, "dave");
        s.alice.sends("group:team", "a");
    }
    CHECK(dave.heard() == "push joined:dave | push a");
}

TEST_CASE("left is the last entry its subject gets") {
    three s;
    const auto team = conversation_id::group("team");
    {
        const script_engine::turn t{s.engine()};
        s.alice.sends("group:team", "a");
        s.engine().leave(team, "bob");
        s.alice.sends("group:team", "b");
    }
    CHECK(s.bob.heard() == "push a | push left:bob");
    CHECK(s.carol.heard() == "push a | push left:bob | push b");
    s.engine().join(team, "bob");
    s.alice.sends("group:team", "c");
    CHECK(s.bob.heard() == "push joined:bob | push c");
}

TEST_CASE("a sender who is thrown out in the same commit still gets the ack, and nothing after") {
    three s;
    {
        const script_engine::turn t{s.engine()};
        s.bob.sends("group:team", "a");
        s.engine().leave(conversation_id::group("team"), "bob");
        s.bob.sends("group:team", "b");
        s.alice.sends("group:team", "c");
    }
    // The refusal has no place in the log, so it does not wait for its turn there.
    const std::string heard = s.bob.heard();
    CHECK(heard.find("ack a | push left:bob") != heard.npos);
    CHECK(heard.find("no send_id=b: not a member") != heard.npos);
    CHECK(heard.find("push c") == heard.npos);
    CHECK(s.log().find(" b") == std::string::npos);
}

TEST_CASE("an event is encoded at most once per dialect and variant") {
    three s;
    std::vector<peer> more;
    for (int i = 0; i < 10; ++i) {
        const std::string device = "/" + std::to_string(i);
        more.push_back(s.sign_in("bob/b" + device.substr(1)));
        more.push_back(s.sign_in("bob/l" + device.substr(1), {}, 0, {"loud"}));
        more.push_back(s.sign_in("carol/m" + device.substr(1), {}, 0, {"louder"}));
    }
    SUBCASE("pushed to a room") {
        s.first().observer.encodes = 0;
        s.alice.sends("group:team", "a");
        CHECK(s.first().observer.encodes == 3);
    }
    SUBCASE("pushed to a user's devices") {
        s.first().observer.encodes = 0;
        s.alice.sends("bob", "a");
        CHECK(s.first().observer.encodes == 2);  // all of bob's are tiny and loud
    }
    SUBCASE("batches") {
        s.first().observer.encodes = 0;
        {
            const script_engine::turn t{s.engine()};
            s.alice.sends("group:team", "a").sends("group:team", "b");
        }
        CHECK(s.first().observer.encodes == 3);
    }
    SUBCASE("typing, presence, marks") {
        s.alice.sends("group:team", "a");
        for (peer& p : more) p.says("PRESENCE_REQ 1 users=dave watch=start");
        s.first().observer.encodes = 0;
        s.alice.says("TYPING_REQ 1 conversation=group:team");
        CHECK(s.first().observer.encodes == 3);
        s.alice.says("MARK_REQ 1 conversation=group:team key=read value=1");
        CHECK(s.first().observer.encodes == 6);
        peer dave = s.sign_in("dave");
        s.pass(seconds(2));
        CHECK(s.first().observer.encodes == 9);
    }
    CHECK(s.first().observer.encodes <= 9);
    CHECK(more.front().heard() != "");
}

TEST_CASE("an echo shares the frame of the others") {
    three s;
    peer loud = s.sign_in("alice/loud", {}, 0, {"loud"}), bob = s.sign_in("bob/loud", {}, 0, {"loud"});
    s.first().observer.encodes = 0;
    loud.sends("group:team", "a");
    CHECK(s.first().observer.encodes == 2);  // tiny and loud
    CHECK(loud.outlet().frames().back() == bob.outlet().frames().back());
}

TEST_CASE("whoever is absent from a direct conversation is woken") {
    three s;
    s.alice.sends("dave", "a");
    s.alice.sends("bob", "b");
    CHECK(s.first().offline.woken == std::vector<std::string>{"dave for a"});
    s.bob.hangs_up();
    s.alice.sends("bob", "c");
    CHECK(s.first().offline.woken.back() == "bob for c");
}

TEST_CASE("every entry is told once, in order of position") {
    three s;
    {
        const script_engine::turn t{s.engine()};
        s.alice.sends("bob", "a").sends("group:team", "b").sends("bob", "c");
    }
    s.engine().follow(s.elsewhere(conversation_id::group("team"), "bob", "d"));
    s.alice.sends("bob", "a");
    auto& seen = s.first().observer.placed_at;
    CHECK(seen.size() == 7);
    CHECK(std::is_sorted(seen.begin(), seen.end()));
    CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
}

TEST_CASE("who becomes a member may be given the last messages, as a backfill that moves no cursor") {
    options o = calm();
    o.history_for_new_members = 2;
    three s{o};
    s.alice.sends("group:team", "a").sends("group:team", "b").sends("group:team", "c");
    peer dave = s.sign_in("dave");
    s.engine().join(conversation_id::group("team"), "dave");
    CHECK(dave.outlet().frames().back().payload().find("next=") == bytes::npos);
    CHECK(dave.heard() == "push joined:dave | backfill b c");
    s.alice.sends("group:team", "d");
    CHECK(dave.heard() == "push d");
    CHECK(s.pulls("dave") == "5 b | 6 c | 7 joined:dave | 8 d");
}

TEST_CASE("another role is no new membership: nothing is backfilled") {
    options o = calm();
    SUBCASE("without history") {}
    SUBCASE("with history") { o.history_for_new_members = 10; }
    three s{o};
    s.alice.sends("group:team", "a");
    s.bob.heard();
    s.engine().join(conversation_id::group("team"), "bob", role::admin);
    CHECK(s.bob.heard() == "push joined:bob");
}
