#include <tandem/policy/trace.hpp>

#include "fixture.hpp"

using namespace tandem;

namespace {

const conversation_id both = conversation_id::direct("alice", "bob");
const conversation_id team = conversation_id::group("team");

// A trace is asked for sentences here; their times are left out.
std::string story(const trace& t, const conversation_id& c, std::uint64_t s, const char* user, const char* device) {
    std::string all;
    for (const trace::fact& f : t.why(c, {s}, user, device)) {
        const std::string line = text_of(f);
        all += (all.empty() ? "" : " | ") + line.substr(line.find(' ') + 1);
    }
    return all;
}

struct traced {
    explicit traced(std::size_t facts = 1000) : t{facts} {}

    std::string why(const conversation_id& c, std::uint64_t s, const char* user = "bob", const char* device = "phone") {
        return story(t, c, s, user, device);
    }

    trace t;
    watched<trace> s{t};
    watched<trace>::peer alice = s.sign_in("alice/pc"), bob = s.sign_in("bob/phone");
};

}  // namespace

TEST_CASE("a trace: stored, acknowledged, pushed; then reported, received and read, once each") {
    traced x;
    const char* pushed = "stored at position 1 | acknowledged to its sender | pushed";
    x.alice.sends("bob", "hi");
    CHECK(x.why(both, 1) == pushed);
    x.bob.says("HEARTBEAT_REQ 1 cursor=0");
    CHECK(x.why(both, 1) == pushed);
    x.alice.sends("bob", "ho");
    x.bob.says("HEARTBEAT_REQ 2 cursor=2");
    x.bob.says("HEARTBEAT_REQ 3 cursor=2");
    x.s.pass(seconds(2));
    for (const char* line : {"MARK_REQ 4 to=alice key=muted value=1", "MARK_REQ 5 to=alice key=received value=2",
                             "MARK_REQ 6 to=alice key=read value=1", "MARK_REQ 7 to=alice key=read value=2"}) {
        x.bob.says(line);
        x.s.pass(seconds(2));
    }
    const std::string received = " | reported: its cursor 2 covers it | received: the user's mark is at 2";
    CHECK(x.why(both, 1) == pushed + received + " | read: the user's mark is at 1");
    CHECK(x.why(both, 2) ==
          "stored at position 2 | acknowledged to its sender | pushed" + received + " | read: the user's mark is at 2");
}

TEST_CASE("a trace: skipped because it was behind, pulled, reported") {
    traced x;
    x.bob.is_slow();
    x.alice.sends("bob", "a").sends("bob", "b");
    x.bob.is_quick();
    CHECK(x.s.get("bob/phone", "/api/sync?lastSeq=0&count=1") == 200);
    CHECK(x.s.get("bob/phone", "/api/sync?lastSeq=1") == 200);
    x.bob.says("HEARTBEAT_REQ 1 cursor=2");
    CHECK(x.why(both, 1) == "stored at position 1 | acknowledged to its sender | skipped: it was behind"
                            " | pulled in a page (0, 1], if the user may see it | reported: its cursor 2 covers it");
    CHECK(x.why(both, 2) == "stored at position 2 | acknowledged to its sender | skipped: it was behind"
                            " | pulled in a page (1, 2], if the user may see it | reported: its cursor 2 covers it");
}

TEST_CASE("a trace: each device has a story of its own, and so has each user") {
    traced x;
    auto pad = x.s.sign_in("bob/pad");
    x.bob.is_slow();
    x.alice.sends("bob", "a");
    pad.says("HEARTBEAT_REQ 1 cursor=1");
    const std::string begin = "stored at position 1 | acknowledged to its sender";
    CHECK(x.why(both, 1) == begin + " | skipped: it was behind");
    CHECK(x.why(both, 1, "bob", "pad") == begin + " | pushed | reported: its cursor 1 covers it");
    CHECK(x.why(both, 1, "bob", "tv") == begin);
    CHECK(x.why(both, 1, "carol", "phone") == begin);
}

TEST_CASE("a trace: a pull whose credential names no device counts for all of the user's, and says so") {
    traced x;
    x.alice.sends("bob", "a");
    CHECK(x.s.get("bob", "/api/sync?lastSeq=0") == 200);
    const std::string any = "pulled in a page (0, 1], if the user may see it; by which of their devices is not known";
    CHECK(x.why(both, 1, "bob", "phone").ends_with(" | pushed | " + any));
    CHECK(x.why(both, 1, "bob", "pad").ends_with(" sender | " + any));
    CHECK(x.why(both, 1, "alice", "pc").ends_with(" sender"));
}

TEST_CASE("a trace: what lies between in another conversation was not in the batch") {
    traced x;
    x.s.running.create_group("team", "alice", std::vector<user_id>{"bob"});
    {
        const watched<trace>::turn t{x.s.running};
        x.s.running.send({.conversation = team, .sender = "alice", .body = "a"});
        x.s.running.send({.conversation = conversation_id::self("carol"), .sender = "carol", .body = "mine"});
        x.s.running.send({.conversation = team, .sender = "alice", .body = "b"});
    }
    CHECK(x.why(team, 3) == "stored at position 3 | pushed in a batch [3, 5]");
    CHECK(x.why(team, 4) == "stored at position 5 | pushed in a batch [3, 5]");
    CHECK(x.why(conversation_id::self("carol"), 1) == "stored at position 4");
}

TEST_CASE("a trace: a retry is acknowledged again, and is still one message") {
    traced x;
    x.alice.sends("bob", "a").sends("bob", "a");
    CHECK(x.why(both, 1) == "stored at position 1 | acknowledged to its sender | pushed | acknowledged to its sender");
}

TEST_CASE("a trace: the page behind a sign-in is a page, and the cursor in the sign-in a report") {
    traced x;
    x.alice.sends("bob", "a").sends("bob", "b");
    auto pad = x.s.sign_in("bob/pad", "cursor=1");
    CHECK(x.why(both, 1, "bob", "pad").ends_with(" sender | reported: its cursor 1 covers it"));
    CHECK(x.why(both, 2, "bob", "pad").ends_with(" sender | pulled in a page (1, 2], if the user may see it"));
}

TEST_CASE("a trace says so when a message was never stored, and when that is not known any more") {
    traced x{10};
    CHECK(x.why(both, 1) == "it was not stored while this trace looked on");
    x.alice.sends("bob", "a");
    CHECK(x.why(both, 1).starts_with("stored at position 1"));
    CHECK(x.why(both, 2) == "it was not stored while this trace looked on");
    x.alice.sends("bob", "b").sends("bob", "c");
    x.bob.says("HEARTBEAT_REQ 1 cursor=3");  // the tenth fact
    CHECK(x.why(both, 1).starts_with("stored at position 1"));
    CHECK(x.why(both, 9) == "it was not stored while this trace looked on");
    x.bob.says("HEARTBEAT_REQ 2 cursor=3");
    const std::string forgotten = "the trace begins here by now: whether it was stored is not known any more";
    CHECK(x.why(both, 1) == forgotten);
    CHECK(x.why(both, 9) == forgotten);
    CHECK(x.why(both, 2) == "stored at position 2 | acknowledged to its sender | pushed"
                            " | reported: its cursor 3 covers it");
}

TEST_CASE("a trace: a fan-out is a fact for each receiver, and pushes as many older ones out") {
    traced x{100};
    std::vector<user_id> members;
    std::vector<watched<trace>::peer> peers;
    for (int i = 1; i < 60; ++i) members.emplace_back("m" + std::to_string(i));
    x.s.running.create_group("team", "m0", members);
    for (int i = 0; i < 60; ++i) peers.push_back(x.s.sign_in("m" + std::to_string(i) + "/phone"));
    x.alice.sends("bob", "before");
    x.s.running.send({.conversation = team, .sender = "m0", .body = "a"});
    CHECK(x.why(both, 1).starts_with("stored at position 61 |"));
    CHECK(x.why(team, 61, "m59") == "stored at position 62 | pushed");
    x.s.running.send({.conversation = team, .sender = "m0", .body = "b"});
    CHECK(x.why(both, 1).starts_with("the trace begins here by now"));
    CHECK(x.why(team, 62, "m59") == "stored at position 63 | pushed");
}

TEST_CASE("a trace forgets all when the log is replaced: a position means something else from then on") {
    traced x;
    x.alice.sends("bob", "a");
    x.s.store.inner() = memory_store{epoch{8}};
    x.s.pass(minutes(1));
    CHECK(x.why(both, 1) == "it was not stored while this trace looked on");
}

TEST_CASE("a trace of one fact, or of none, is a trace of one") {
    for (const std::size_t facts : {std::size_t{0}, std::size_t{1}}) {
        traced x{facts};
        x.s.running.send({.conversation = conversation_id::self("carol"), .sender = "carol", .body = "a"});
        CHECK(x.why(conversation_id::self("carol"), 1) == "stored at position 1");
    }
}

TEST_CASE("a trace as text: a line per fact, with its time") {
    traced x;
    x.alice.sends("bob", "a");
    x.s.clock.advance(milliseconds(1007));
    x.bob.says("HEARTBEAT_REQ 1 cursor=1");
    CHECK(x.t.text(both, {1}, "bob", "phone") == "direct:alice:bob 1 for bob on phone\n"
                                                 "1700000000.000 stored at position 1\n"
                                                 "1700000000.000 acknowledged to its sender\n"
                                                 "1700000000.000 pushed\n"
                                                 "1700000001.007 reported: its cursor 1 covers it\n");
    CHECK(x.t.text(both, {1}, "bob", "tv") ==
          "direct:alice:bob 1 for bob on tv\n"
          "1700000000.000 stored at position 1\n"
          "1700000000.000 acknowledged to its sender\n"
          "nothing was pushed to this device or skipped for it, and it pulled nothing of this\n");
    CHECK(x.t.text(both, {2}, "bob", "phone") == "direct:alice:bob 2 for bob on phone\n"
                                                 "1700000001.007 it was not stored while this trace looked on\n");
}
