#include <tandem/engine/waker.hpp>

#include "fixture.hpp"

using namespace tandem;

namespace {

using names = std::vector<std::string>;

options waking(std::size_t up_to) {
    options o = calm();
    o.wake_up_to = up_to;
    return o;
}

draft in_group(const conversation_id& c, const char* sender, const char* body, std::vector<user_id> mentions = {}) {
    draft d;
    d.conversation = c, d.sender = sender, d.body = body, d.mentions = std::move(mentions);
    return d;
}

// Woken since last asked, in any order of the pages.
names woken(script& s, std::size_t at = 0) {
    while (s.engine(at).tick() <= s.clock.now()) {}
    return std::exchange(s.nodes[at].offline.woken, {});
}

}  // namespace

TEST_CASE("who is away is woken once for a conversation, until they have read it") {
    script s;
    auto alice = s.sign_in("alice");
    alice.sends("bob", "1").sends("bob", "2");
    CHECK(woken(s) == names{"bob for 1"});
    auto bob = s.sign_in("bob");
    bob.hangs_up();
    alice.sends("bob", "3");
    CHECK(woken(s) == names{});  // it was here, but has read nothing
    bob = s.sign_in("bob");
    bob.says("MARK_REQ 1 to=alice key=read value=3");
    s.pass(seconds(2));
    bob.hangs_up();
    alice.sends("bob", "4");
    CHECK(woken(s) == names{"bob for 4"});
}

TEST_CASE("whoever writes has read: the answer to it wakes them again") {
    script s;
    auto alice = s.sign_in("alice"), bob = s.sign_in("bob");
    alice.hangs_up();
    bob.sends("alice", "1");
    CHECK(woken(s) == names{"alice for 1"});
    alice = s.sign_in("alice");
    alice.sends("bob", "2");
    alice.hangs_up();
    bob.sends("alice", "3");
    CHECK(woken(s) == names{"alice for 3"});
}

TEST_CASE("quiet while a user is active on any device; a device in the background is not") {
    script s;
    auto alice = s.sign_in("alice"), bob = s.sign_in("bob/phone");
    alice.sends("bob", "1");
    CHECK(woken(s) == names{});
    bob.says("BACKGROUND_REQ 1 background=1");
    alice.sends("bob", "2");
    CHECK(woken(s) == names{"bob for 2"});
    auto tablet = s.sign_in("bob/tablet");
    tablet.says("MARK_REQ 1 to=alice key=read value=2");
    s.pass(seconds(2));
    alice.sends("bob", "3");
    CHECK(woken(s) == names{});
}

TEST_CASE("the absent members of a group are woken, not its sender and not those who are here") {
    script s;
    const auto team = s.group("team", {"alice", "bob", "carol", "dave"});
    auto alice = s.sign_in("alice"), carol = s.sign_in("carol");
    alice.sends("group:team", "1");
    CHECK(woken(s) == names{"bob for 1", "dave for 1"});
    carol.sends("group:team", "2");
    CHECK(woken(s) == names{});
    s.engine().leave(team, "bob");
    s.engine().join(team, "erin");
    CHECK(woken(s) == names{});  // nobody is woken for those
    alice.sends("group:team", "3");
    CHECK(woken(s) == names{"erin for 3"});
}

TEST_CASE("several messages of one commit wake each member once, for the first that is not their own") {
    script s;
    const auto team = s.group("team", {"alice", "bob", "carol"});
    {
        script::turn t{s.engine()};
        s.engine().send(in_group(team, "bob", "b"));
        s.engine().send(in_group(team, "alice", "a"));
        s.engine().send(in_group(team, "alice", "a2"));
    }
    CHECK(woken(s) == names{"alice for b", "carol for b", "bob for a"});
}

TEST_CASE("in a large group only those are woken whom a message names, and only if they are members") {
    script s{waking(3)};
    const auto team = s.group("team", {"alice", "bob", "carol", "dave"});
    s.engine().send(in_group(team, "alice", "1"));
    CHECK(woken(s) == names{});
    s.engine().send(in_group(team, "alice", "2", {"dave", "mallory", "alice"}));
    CHECK(woken(s) == names{"dave for 2"});
    s.engine().leave(team, "carol");
    s.engine().send(in_group(team, "alice", "3"));
    CHECK(woken(s) == names{"bob for 3"});  // three members are not too many
}

TEST_CASE("who is named is woken once more") {
    script s;
    const auto team = s.group("team", {"alice", "bob"});
    s.engine().send(in_group(team, "alice", "1"));
    s.engine().send(in_group(team, "alice", "2", {"bob"}));
    s.engine().send(in_group(team, "alice", "3", {"bob"}));
    CHECK(woken(s) == names{"bob for 1", "bob for 2"});
}

TEST_CASE("a group is gone through page by page, one a turn, and others come in between") {
    script s{waking(100'000)};
    std::vector<user_id> crowd{"a"};
    for (int i = 0; i < 1200; ++i) crowd.emplace_back(("u" + std::to_string(i)).c_str());
    const auto big = s.group("big", crowd), small = s.group("small", {"alice", "bob"});
    {
        script::turn t{s.engine()};
        s.engine().send(in_group(big, "a", "to all"));
        s.engine().send(in_group(small, "alice", "to bob"));
    }
    CHECK(s.first().offline.woken.size() == 499);  // its page, without the sender
    const names rest = woken(s);
    REQUIRE(rest.size() == 1201);
    CHECK(rest[499] == "bob for to bob");
}

TEST_CASE("only the engine that stored a message wakes for it") {
    script s{calm(), 2};
    s.engine(0).send(in_group(conversation_id::direct("alice", "bob"), "alice", "1"));
    s.deliver();
    CHECK(woken(s, 0) == names{"bob for 1"});
    CHECK(woken(s, 1) == names{});
}

TEST_CASE("a message whose outcome was unknown wakes when the log has told of it") {
    script s;
    auto alice = s.sign_in("alice");
    s.store.plan(store_fault::unknown_done);
    alice.sends("bob", "1");
    s.pass(seconds(1));
    CHECK(woken(s) == names{"bob for 1"});
}

TEST_CASE("what is left with somebody wakes them") {
    script s;
    draft d = in_group(conversation_id::self("bob"), "alice", "1");
    s.engine().send(std::move(d));
    CHECK(woken(s) == names{"bob for 1"});
    s.engine().send(in_group(conversation_id::self("bob"), "bob", "a note of his own"));
    CHECK(woken(s) == names{});
}

TEST_CASE("who joined after a message is not woken for it") {
    script s;
    const auto team = s.group("team", {"alice", "bob"});
    {
        script::turn t{s.engine()};
        s.engine().send(in_group(team, "alice", "1"));
        s.engine().join(team, "erin");
    }
    CHECK(woken(s) == names{"bob for 1"});
}

TEST_CASE("a store that answers late wakes late, one that fails wakes nobody, and the next message is none the worse") {
    script s;
    const auto team = s.group("team", {"alice", "bob"});
    s.store.plan(store_fault::failed, 1, store_verb::members);
    s.engine().send(in_group(team, "alice", "1"));
    CHECK(woken(s) == names{});
    s.slow();
    s.engine().send(in_group(team, "alice", "2"));
    s.store.step();  // the append
    CHECK(s.first().offline.woken.empty());
    s.quick();
    CHECK(woken(s) == names{"bob for 2"});
}

TEST_CASE("more groups than may wait are dropped") {
    options o = waking(100);
    o.wakes_waiting = 2;
    script s{o};
    std::vector<conversation_id> groups;
    for (const char* id : {"g1", "g2", "g3"}) groups.push_back(s.group(id, {"alice", "bob"}));
    {
        script::turn t{s.engine()};
        for (const auto& g : groups) s.engine().send(in_group(g, "alice", g.text().c_str()));
    }
    CHECK(woken(s) == names{"bob for group:g1", "bob for group:g2"});
}

TEST_CASE("recent hashes are forgotten when they are too many, and when they are told to be") {
    const auto hash_of = [](std::uint64_t n) { return hash_bytes(std::to_string(n)); };
    detail::recent_hashes seen{2};
    CHECK(seen.add(hash_of(1)));
    CHECK_FALSE(seen.add(hash_of(1)));
    CHECK(seen.add(hash_of(2)));
    CHECK(seen.add(hash_of(3)));
    CHECK_FALSE(seen.add(hash_of(2)));
    CHECK(seen.add(hash_of(4)));
    CHECK(seen.add(hash_of(5)));
    CHECK(seen.add(hash_of(1)));
    seen.forget(hash_of(5));
    CHECK(seen.add(hash_of(5)));
    seen.forget(hash_of(99));
}
