// What holds of the log: guarantees 1-4, 8, 9, 14, 15, 18-20.
#include "device.hpp"

#include <tandem/testing/random.hpp>

#include <algorithm>
#include <set>

using namespace tandem;

namespace {}  // namespace

TEST_CASE("guarantee 1, durable: what was acked is at its seq after a crash, whatever else was lost") {
    for (const std::size_t kept : {0u, 1u}) {
        script s;
        peer alice = s.sign_in("alice");
        s.slow();
        alice.sends("bob", "a").sends("bob", "b").sends("bob", "c");
        s.store.step();
        CHECK(alice.heard() == "ack a");
        s.store.crash(kept);
        s.first().restart();
        s.quick();
        CHECK(s.log() == (kept ? "1 a | 2 b | 3 c" : "1 a"));
        peer again = s.sign_in("alice");
        again.sends("bob", "a").sends("bob", "b").sends("bob", "c");
        CHECK(again.heard() ==
              (kept ? "ack a repeated | ack b repeated | ack c repeated" : "ack a repeated | ack b | ack c"));
        CHECK(s.log() == "1 a | 2 b | 3 c");
    }
}

TEST_CASE("guarantee 1, durable: no ack before the store has answered, at any call that fails") {
    for (const auto fault : {store_fault::failed, store_fault::unknown_done, store_fault::unknown_lost})
        for (std::size_t nth = 1; nth <= 12; ++nth) {
            script s;
            s.store.plan(fault, nth);
            peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
            alice.sends("bob", "a").sends("bob", "b");
            s.pass(seconds(1));
            const std::string heard = alice.heard();
            const std::string log = s.log();
            for (const char* body : {"a", "b"})
                if (heard.find(std::string{"ack "} + body) != heard.npos) CHECK(log.find(body) != log.npos);
        }
}

TEST_CASE("guarantee 2, unique: one entry per sender and send id, whichever engine and after any restart") {
    script s{calm(), 2};
    peer alice = s.sign_in("alice"), tablet = s.sign_in("alice/tablet", {}, 1);
    alice.sends("bob", "a", "id");
    tablet.sends("bob", "a", "id");
    s.first().restart();
    peer again = s.sign_in("alice");
    again.sends("bob", "a", "id").sends("bob", "other", "id").sends("carol", "a", "id");
    CHECK(again.heard() == "ack id repeated | no send_id=id: send id reused | no send_id=id: send id reused");
    CHECK(s.log() == "1 a");
}

TEST_CASE(
    "guarantee 3, contiguous: refused drafts and moved marks leave no hole in seqs, nor in what a page examines") {
    script s;
    s.group("team", {"alice"});
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
    for (int i = 0; i < 5; ++i) {
        const script::turn t{s.engine()};
        alice.sends("group:team", "a" + std::to_string(i));
        bob.sends("group:team", "b" + std::to_string(i));
        alice.says("MARK_REQ 1 conversation=group:team key=read value=" + std::to_string(i + 1));
    }
    s.pass(seconds(2));
    const page all = *s.store.inner().tail({}, {});
    CHECK(all.examined == all.head.newest);
    std::uint64_t next = 1;
    for (const entry& e : all.entries) CHECK(e.place.seq.value == next++);
    CHECK(next == 7);
}

TEST_CASE(
    "guarantee 4, immutable: a revoke and an edit are later entries, and the target keeps its place, sender and id") {
    script s;
    peer alice = s.sign_in("alice");
    alice.sends("bob", "a").sends("bob", "b");
    alice.says("REVOKE_REQ 1 to=bob send_id=r target=1");
    alice.says("EDIT_REQ 2 to=bob send_id=e target=2 body=B");
    const page p = s.page_of("bob");
    REQUIRE(p.entries.size() == 4);
    CHECK(p.entries[0].body == "");
    CHECK(p.entries[0].revoked);
    CHECK(p.entries[0].amended_by == seq{3});
    CHECK(p.entries[0].send_id == send_id{"a"});
    CHECK(p.entries[0].sender == user_id{"alice"});
    CHECK(p.entries[1].body == "B");
    CHECK(p.entries[1].amended_by == seq{4});
    CHECK(p.entries[3].place.seq == seq{4});
}

TEST_CASE("guarantee 8, read your write: after the ack any pull returns it, on any node") {
    script s{calm(), 2};
    peer alice = s.sign_in("alice");
    s.slow();
    alice.sends("bob", "a");
    s.store.release_all();
    CHECK(alice.heard() == "ack a");
    std::string pulled;
    s.engine(1).pull(pull_request{.method = "GET", .target = "/api/sync?lastSeq=0", .authorization = "Bearer bob"},
                     done<pull_answer>{[&](const result<pull_answer>& r) { pulled = r->body; }});
    s.store.release_all();
    CHECK(pulled == "1 a -> 1");
}

TEST_CASE("guarantee 9, idempotent: a repeated send has the same place, and nobody is pushed it again") {
    script s;
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
    alice.sends("bob", "a");
    const std::string first = alice.last_line();
    alice.sends("bob", "a");
    CHECK(alice.last_line() == first + " repeated=1");
    CHECK(bob.heard() == "push a");
    s.slow();  // and while the first is still on its way
    alice.sends("bob", "b").sends("bob", "b");
    s.quick();
    CHECK(alice.heard() == "ack b | ack b repeated");
    CHECK(bob.heard() == "push b");
    CHECK(s.log() == "1 a | 2 b");
}

TEST_CASE("guarantee 14, reset and not silence: another epoch, or a cursor beyond the head") {
    script s;
    s.sign_in("alice").sends("bob", "a");
    CHECK(s.sign_in("bob", "cursor=1 epoch=6").heard() == "signed in reset");
    CHECK(s.sign_in("bob", "cursor=9").heard() == "signed in reset");
    std::string pulled;
    s.engine().pull(pull_request{.method = "GET", .target = "/api/sync?lastSeq=9", .authorization = "Bearer bob"},
                    done<pull_answer>{[&](const result<pull_answer>& r) { pulled = r->body; }});
    CHECK(pulled.starts_with("reset"));
    REQUIRE(s.store.inner().trim(pair, seq{2}));
    CHECK(s.sign_in("bob", "cursor=0").heard() ==
          "signed in");  // one conversation was trimmed: no reset of the account
}

TEST_CASE("guarantee 15, one order: two engines on a bad bus never ack two entries at one place, and tell the same") {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        seeded_random random{seed};
        script s{calm(), 2};
        s.group("team", {"alice", "bob", "carol", "dave"});
        peer alice = s.sign_in("alice"), carol = s.sign_in("carol"), bob = s.sign_in("bob", {}, 1),
             dave = s.sign_in("dave", {}, 1);
        s.deliver();
        carol.heard(), dave.heard();
        s.slow();
        std::vector<std::pair<std::size_t, page>> delayed;
        for (int i = 0; i < 60; ++i) {
            const std::string body = std::to_string(i);
            if (random.chance(40)) alice.sends("group:team", "a" + body);
            if (random.chance(40)) bob.sends("group:team", "b" + body);
            if (random.chance(70)) s.store.step();
            for (std::size_t from = 0; from < 2; ++from)
                for (const page& p : std::exchange(s.nodes[from].bus.sent, {}))
                    for (int copies = random.chance(30) ? 0 : random.chance(30) ? 2 : 1; copies > 0; --copies)
                        delayed.emplace_back(1 - from, p);
            while (!delayed.empty() && random.chance(60)) {
                const auto which = static_cast<std::ptrdiff_t>(random.below(delayed.size()));
                const auto [to, p] = delayed[static_cast<std::size_t>(which)];
                delayed.erase(delayed.begin() + which);
                s.engine(to).follow(p);
            }
        }
        s.quick();
        for (int i = 0; i < 3; ++i) s.pass(seconds(2)), s.deliver();
        std::set<std::string> places;
        std::size_t acks = 0;
        for (peer* p : {&alice, &bob})
            for (const frame& f : p->outlet().frames()) {
                const auto said = *tiny_fields::parse(f.payload());
                if (said.name() == "SEND_RSP") ++acks, places.insert(std::string{said.text("seq")});
            }
        CHECK(places.size() == acks);
        CHECK(s.engine(0).settled() == s.engine(1).settled());
        CHECK(s.first().observer.placed_at == s.second().observer.placed_at);
        std::vector<std::string> heard[2];
        for (const auto& [n, p] : {std::pair{0, &carol}, std::pair{1, &dave}})
            for (const frame& f : p->outlet().take()) {
                const auto said = *tiny_fields::parse(f.payload());
                if (said.name() == "PUSH_MSG") heard[n].emplace_back(said.text("body"));
                for (const auto& one : said.all("entry")) heard[n].emplace_back(tiny_fields::parse(one)->text("body"));
            }
        CHECK(heard[0] == heard[1]);
        CHECK(heard[0].size() == acks);
    }
}

TEST_CASE("guarantee 18, FIFO: what is pipelined keeps its order, whichever append fails") {
    for (const auto fault : {store_fault::failed, store_fault::unknown_done, store_fault::unknown_lost})
        for (std::size_t nth = 1; nth <= 4; ++nth) {
            script s;
            peer alice = s.sign_in("alice");
            s.slow();
            s.store.plan(fault, nth, store_verb::append);
            for (const char* body : {"a", "b", "c", "d"}) {
                alice.sends("bob", body);
                if (*body != 'b') s.store.release_all();
            }
            s.quick();
            for (int tries = 0; tries < 2; ++tries)
                for (const char* body : {"a", "b", "c", "d"}) alice.sends("bob", body);
            CHECK(s.log() == "1 a | 2 b | 3 c | 4 d");
        }
}

TEST_CASE("guarantee 19, no phantom: every entry came from one request of a signed-in member, or from the server") {
    script s;
    s.group("team", {"alice"});
    peer bob = s.sign_in("bob"), stranger = s.connect();
    stranger.sends("group:team", "x").sends("bob", "y");
    bob.sends("group:team", "z").sends("direct:alice:carol", "w").sends("self:alice", "v");
    CHECK(stranger.heard() == "no: not signed in | no: not signed in");
    CHECK(s.log() == "1 joined:alice");
}

TEST_CASE("guarantee 20, retention never renumbers") {
    script s;
    peer alice = s.sign_in("alice");
    alice.sends("bob", "a").sends("bob", "b").sends("bob", "c");
    REQUIRE(s.store.inner().trim(pair, seq{3}));
    alice.sends("bob", "d").sends("bob", "a");
    CHECK(alice.heard() == "ack a | ack b | ack c | ack d | ack a repeated");
    CHECK(s.pulls("bob") == "3 c | 4 d");
    CHECK(s.page_of("bob").entries.back().number == 4);
}
