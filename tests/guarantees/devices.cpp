// What holds of devices, marks and memberships: guarantees 5-7, 10-13, 16, 17.
#include "device.hpp"

#include <tandem/testing/random.hpp>

using namespace tandem;

namespace {

const conversation_id team = conversation_id::group("team");

std::string numbers(int from, int to) {
    std::string all;
    for (int i = from; i <= to; ++i) all += std::to_string(i) + " ";
    return all;
}

}  // namespace

TEST_CASE("guarantee 5, prefix: at every moment a device shows a run of the log without a hole") {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        seeded_random random{seed};
        script s;
        peer alice = s.sign_in("alice");
        device bob{s, "bob"};
        for (int i = 1; i <= 40; ++i) {
            alice.sends("bob", std::to_string(i));
            if (random.chance(20)) bob.line.is_slow();
            if (random.chance(20)) bob.line.is_quick();
            if (random.chance(50) && bob.listen()) bob.pull();
            const std::string shown = bob.text(pair);
            CHECK(numbers(1, 40).starts_with(shown));
        }
        bob.line.is_quick();
        if (bob.listen()) bob.pull();
        CHECK(bob.text(pair) == numbers(1, 40));
    }
}

TEST_CASE("guarantee 6, progress: once faults stop, every device of every member catches up") {
    script s{calm(), 2};
    s.group("team", {"alice", "bob", "carol"});
    peer alice = s.sign_in("alice");
    device bob{s, "bob"}, carol{s, "carol", 1};
    s.store.plan(store_fault::unknown_done, 2, store_verb::append);
    s.store.plan(store_fault::failed, 1, store_verb::tail);
    bob.line.is_slow();
    for (int i = 0; i < 10; ++i) alice.sends("group:team", std::to_string(i));
    s.first().bus.sent.clear();
    bob.line.is_quick();
    for (int i = 0; i < 10; ++i) alice.sends("group:team", std::to_string(i));  // those that were not acked
    for (int i = 0; i < 3; ++i) s.pass(seconds(2)), s.deliver();
    for (device* d : {&bob, &carol}) d->listen(), d->pull();
    CHECK(bob.text(team).ends_with(numbers(0, 9)));
    CHECK(carol.text(team).ends_with(numbers(0, 9)));
}

TEST_CASE("guarantee 7, push is in the log: what is pushed is durable, and equal to what a pull returns") {
    script s;
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
    s.slow();
    alice.sends("bob", "a", "x%20y");
    CHECK(bob.heard() == "");
    s.quick();
    const std::string pushed = bob.last_line();
    const entry pulled = s.page_of("bob").entries.front();
    CHECK(pushed == detail::tiny_line(push_message{pulled}).line());
}

TEST_CASE(
    "guarantee 10, marks: read, received and the head keep their order, and a crash loses only what was not answered") {
    script s;
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
    alice.sends("bob", "a").sends("bob", "b");
    bob.says("MARK_REQ 1 to=alice key=read value=1");
    CHECK(bob.heard() == "push a | push b | marked read=1");
    s.slow();
    bob.says("MARK_REQ 2 to=alice key=read value=2");
    s.pass(seconds(2));
    s.store.crash();
    s.first().restart();
    s.quick();
    const overview_page before = *s.store.inner().overviews("bob");
    CHECK(before.conversations.front().read == seq{1});
    CHECK(before.conversations.front().received >= before.conversations.front().read);
    peer again = s.sign_in("bob");
    again.says("MARK_REQ 2 to=alice key=read value=2");
    CHECK(again.heard() == "marked read=2");
    CHECK(s.store.inner().overviews("bob")->conversations.front().read == seq{2});
}

TEST_CASE("guarantee 10, marks: set on two engines they are merged, and both show the same") {
    script s{calm(), 2};
    peer alice = s.sign_in("alice"), phone = s.sign_in("bob/phone"), tablet = s.sign_in("bob/tablet", {}, 1);
    alice.sends("bob", "a").sends("bob", "b");
    s.deliver();
    alice.heard(), phone.heard(), tablet.heard();
    phone.says("MARK_REQ 1 to=alice key=read value=2");
    tablet.says("MARK_REQ 1 to=alice key=read value=1");
    CHECK(tablet.heard() == "marked read=2");
    s.deliver();
    CHECK(tablet.heard() == "own read=2");
    CHECK(alice.heard() == "bob read=2");
    CHECK(phone.heard() == "marked read=2");
}

TEST_CASE("guarantee 11, unread: number of the head, less what was read, less what was revoked beyond it") {
    script s;
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
    for (const char* body : {"a", "b", "c", "d"}) alice.sends("bob", body);
    const auto unread = [&](const char* who) { return s.store.inner().overviews(who)->conversations.front().unread; };
    CHECK(unread("bob") == 4);
    CHECK(unread("alice") == 0);  // a send raises the sender's own read mark
    bob.says("MARK_REQ 1 to=alice key=read value=1");
    CHECK(unread("bob") == 3);
    alice.says("REVOKE_REQ 1 to=bob send_id=r target=3");
    CHECK(unread("bob") == 2);
    bob.sends("alice", "e");
    CHECK(unread("bob") == 0);
}

TEST_CASE("guarantee 12, revoked: a body is not sent again, and not shown by who has applied the revoke") {
    script s;
    peer alice = s.sign_in("alice");
    device bob{s, "bob"};
    alice.sends("bob", "secret");
    bob.listen();
    CHECK(bob.text(pair) == "secret ");
    alice.says("REVOKE_REQ 1 to=bob send_id=r target=1");
    bob.listen();
    CHECK(bob.text(pair) == "  ");
    device late{s, "bob"};
    late.pull();
    CHECK(late.text(pair) == "  ");
    peer again = s.sign_in("bob", "cursor=0");
    for (const frame& f : again.outlet().frames()) CHECK(f.payload().find("secret") == bytes::npos);
}

TEST_CASE("guarantee 13, membership: from visible_from to the entry that ended it, by every way there is") {
    script s;
    s.group("team", {"alice"});
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
    alice.sends("group:team", "a");
    s.engine().join(team, "bob");
    alice.sends("group:team", "b");
    s.engine().leave(team, "bob");
    alice.sends("group:team", "c");
    bob.sends("group:team", "no");
    s.engine().join(team, "bob");
    alice.sends("group:team", "d");
    CHECK(bob.heard() ==
          "push joined:bob | push b | push left:bob | no send_id=no: not a member | push joined:bob | push d");
    CHECK(s.pulls("bob") == "3 joined:bob | 4 b | 5 left:bob | 7 joined:bob | 8 d");
    std::string history;
    s.engine().pull(pull_request{.method = "GET",
                                 .target = "/api/messages/history?conversation=group:team",
                                 .authorization = "Bearer bob"},
                    done<pull_answer>{[&](const result<pull_answer>& r) { history = r->body; }});
    CHECK(history.find(" a") == history.npos);
    CHECK(history.find(" c") == history.npos);
    CHECK(history.find("8 d") != history.npos);
}

TEST_CASE("guarantee 16, bounded: unacked sends, lanes, drafts and marks stay below their numbers") {
    options o = calm();
    o.unacked_per_session = 3;
    o.drafts_in_flight = 100;
    script s{o};
    peer alice = s.sign_in("alice");
    s.slow();
    for (int i = 0; i < 10; ++i) alice.sends("u" + std::to_string(i), "x" + std::to_string(i));
    const std::string heard = alice.heard();
    CHECK(heard.find("no send_id=x3: overloaded") == 0);
    s.quick();
    CHECK(alice.heard() == "ack x0 | ack x1 | ack x2");
}

TEST_CASE("guarantee 16, bounded: nothing more is queued on a session than its limits and one frame") {
    options o = calm();
    o.pushing_until_bytes = 4000;
    script s{o};
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
    bob.outlet().drain();
    for (int i = 0; i < 200; ++i) alice.sends("bob", std::string(200, 'x'), std::to_string(i));
    CHECK(bob.outlet().queued_bytes() < 4000 + 1000);
    CHECK_FALSE(bob.closed());
}

TEST_CASE("guarantee 17, isolated: neither a stuck append nor a late gatekeeper delays anybody else's talk or pulls") {
    guarded_script s;
    guarded_peer alice = s.sign_in("alice"), bob = s.sign_in("bob"), carol = s.sign_in("carol");
    alice.sends("bob", "0");
    alice.heard(), bob.heard();
    s.first().gatekeeper.late = true;
    alice.sends("bob", "stuck");
    s.first().gatekeeper.late = false;
    carol.sends("bob", "a");
    CHECK(carol.heard() == "ack a");
    CHECK(bob.heard() == "push a");
    s.slow();
    carol.sends("bob", "b");  // in the store, which does not answer
    bob.says("TYPING_REQ 1 to=carol");
    bob.says("HEARTBEAT_REQ 2");
    CHECK(carol.heard() == "bob types typing=1");
    CHECK(bob.heard() == "beat");
    const std::size_t before = s.store.waiting();
    s.engine().pull(pull_request{.method = "GET", .target = "/api/sync?lastSeq=0", .authorization = "Bearer bob"},
                    done<pull_answer>{[](const result<pull_answer>&) {}});
    CHECK(s.store.waiting() == before + 1);  // it is asked for at once, not after the commit
}
