#include <tandem/engine/scribe.hpp>

#include "fixture.hpp"

using namespace tandem;

namespace {

struct pair_of : script {
    explicit pair_of(const options& o = calm()) : script{o} {}

    peer alice = sign_in("alice"), bob = sign_in("bob");
};

}  // namespace

TEST_CASE("group commit: one append in flight, what waits goes into the next") {
    pair_of s;
    s.slow();
    s.first().observer.appends.clear();
    s.alice.sends("bob", "a").sends("bob", "b").sends("bob", "c");
    s.bob.sends("alice", "d");
    CHECK(s.store.waiting() == 1);
    CHECK(s.alice.heard() == "");  // an ack means durable
    s.store.step();
    CHECK(s.alice.heard() == "ack a");
    s.store.step();
    CHECK(s.alice.heard() == "ack b | ack c | push d");
    CHECK(s.first().observer.appends == std::vector<std::size_t>{1, 3});
}

TEST_CASE("group commit: a commit has at most so many drafts") {
    options o = calm();
    o.drafts_per_commit = 2;
    pair_of s{o};
    s.first().observer.appends.clear();
    {
        const script::turn t{s.engine()};
        s.alice.sends("bob", "a").sends("bob", "b").sends("bob", "c");
    }
    CHECK(s.first().observer.appends == std::vector<std::size_t>{2, 1});
    CHECK(s.alice.heard() == "ack a | ack b | ack c");
}

TEST_CASE("unknown: it happened, so it is acknowledged and told from the tail, once") {
    pair_of s;
    s.store.plan(store_fault::unknown_done, 1, store_verb::append);
    s.alice.sends("bob", "a");
    CHECK(s.alice.heard() == "ack a");
    CHECK(s.bob.heard() == "push a");
    s.alice.sends("bob", "a");
    CHECK(s.alice.heard() == "ack a repeated");
    CHECK(s.bob.heard() == "");
}

TEST_CASE("unknown: it did not happen, so it is refused, may be repeated, and lanes are closed") {
    pair_of s;
    s.slow();
    s.store.plan(store_fault::unknown_lost, 1, store_verb::append);
    s.alice.sends("bob", "a").sends("bob", "b");
    s.quick();
    CHECK(s.alice.heard() == "no send_id=a: store failed | no send_id=b: lane closed");
    CHECK(s.log() == "");
    s.alice.sends("bob", "a").sends("bob", "b");
    CHECK(s.alice.heard() == "ack a | ack b");
    CHECK(s.bob.heard() == "push a | push b");
}

TEST_CASE("unknown: nothing else is appended until the tail has been read") {
    pair_of s;
    s.slow();
    s.store.plan(store_fault::unknown_done, 1, store_verb::append);
    s.alice.sends("bob", "a");
    s.bob.sends("alice", "b");
    s.store.step();
    CHECK(s.store.calls(store_verb::append) == 1);
    CHECK(s.store.calls(store_verb::tail) == 1);
    s.store.step();
    CHECK(s.store.calls(store_verb::append) == 2);
    CHECK(s.alice.heard() == "ack a");
    s.quick();
    CHECK(s.alice.heard() == "push b");
    CHECK(s.log() == "1 a | 2 b");
}

TEST_CASE("unknown: a tail that fails is asked again") {
    pair_of s;
    s.store.plan(store_fault::unknown_done, 1, store_verb::append);
    s.store.plan(store_fault::failed, 1, store_verb::tail);
    s.alice.sends("bob", "a");
    s.bob.sends("alice", "b");
    CHECK(s.alice.heard() == "");
    s.pass(seconds(1));
    CHECK(s.alice.heard() == "ack a | push b");
    CHECK(s.log() == "1 a | 2 b");
}

TEST_CASE("unknown: the server's own send is answered, too") {
    script s;
    for (const auto fault : {store_fault::unknown_done, store_fault::unknown_lost}) {
        s.store.plan(fault, 1, store_verb::append);
        std::optional<bool> stored_it;
        s.engine().join(conversation_id::group("team"), "alice", role::member,
                        done<stored>{[&](const result<stored>& r) { stored_it = static_cast<bool>(r); }});
        CHECK(stored_it == (fault == store_fault::unknown_done));
        s.engine().leave(conversation_id::group("team"), "alice");
    }
}

TEST_CASE("unknown: the tail's page may be too short for all of it") {
    options o = calm();
    o.tail_page = {.entries = 1, .bytes = 1000};
    pair_of s{o};
    s.store.plan(store_fault::unknown_done, 1, store_verb::append);
    {
        const script::turn t{s.engine()};
        s.alice.sends("bob", "a").sends("bob", "b").sends("bob", "c");
    }
    CHECK(s.alice.heard() == "ack a | ack b | ack c");
    CHECK(s.bob.heard() == "push a | push b | push c");
}

TEST_CASE("a mark whose fate is unknown is told when it was stored") {
    pair_of s;
    s.alice.sends("bob", "a");
    s.alice.heard();
    s.pass(seconds(2));
    s.store.plan(store_fault::unknown_done, 1, store_verb::put);
    s.bob.says("MARK_REQ 1 to=alice key=read value=1");
    CHECK(s.alice.heard() == "bob read=1");
}

TEST_CASE("a store that answers for another number of drafts is not believed") {
    struct short_store : memory_store {
        bool wrong = false;
        result<outcomes> append(drafts ds) {
            auto all = memory_store::append(ds);
            if (wrong) all->pop_back();
            return all;
        }
    };
    struct short_chat : plain_chat {
        using store = short_store&;
    };
    short_store store;
    manual_clock clock;
    script_observer observer;
    engine<short_chat> engine{{.store = store, .observer = observer, .clock = clock}, calm()};
    basic_peer<tandem::engine<short_chat>> alice{engine};
    alice.says("AUTH_REQ 1 credential=alice");
    alice.heard();
    store.wrong = true;
    alice.sends("bob", "a");
    CHECK(alice.heard() == "ack a");  // the log has it
}

TEST_CASE("another epoch closes all sessions with reset") {
    pair_of s;
    s.store.inner() = memory_store{tandem::epoch{8}};
    SUBCASE("seen at a sign-in") { s.sign_in("carol"); }
    SUBCASE("heard on the bus, and confirmed by the log") {
        page p;
        p.head = {tandem::epoch{8}, {}};
        s.engine().follow(p);
    }
    CHECK(s.alice.heard() == "kicked: reset");
    CHECK(s.alice.closed() == errc::reset);
    CHECK(s.bob.closed() == errc::reset);
    CHECK(s.engine().epoch() == tandem::epoch{8});
    peer again = s.sign_in("alice");
    again.sends("bob", "a");
    CHECK(again.heard() == "ack a");
}

TEST_CASE("what the old log answers after an epoch change has no place in the new one") {
    pair_of s;
    s.slow();
    std::optional<result<stored>> answer;
    draft d;
    d.conversation = conversation_id::self("carol");
    d.sender = "carol";
    s.engine().send(d, done<stored>{[&](result<stored> r) { answer = std::move(r); }});
    s.store.carry_out();                               // the old log has it, at position 1
    s.store.inner() = memory_store{tandem::epoch{8}};  // and is replaced before it has answered
    s.store.answer_at_once();
    page p;
    p.head = {tandem::epoch{8}, {}};
    s.engine().follow(p);
    s.store.release_all();
    REQUIRE(s.engine().epoch() == tandem::epoch{8});
    REQUIRE(answer);
    CHECK(answer->error().code == errc::store_failed);
}

TEST_CASE("an old epoch that comes late on the bus resets nobody") {
    pair_of s;
    page late;
    late.head = {tandem::epoch{6}, position{100}};
    s.engine().follow(late);
    CHECK_FALSE(s.alice.closed());
    CHECK(s.engine().epoch() == tandem::epoch{7});
    s.alice.sends("bob", "a");
    CHECK(s.bob.heard() == "push a");
}

// --- tickets

namespace {

// Keeps the tickets of its appends.
struct hoarding_store : memory_store {
    std::vector<std::pair<done<outcomes>, drafts>> kept{};

    void append(drafts ds, done<outcomes> then) { kept.emplace_back(std::move(then), ds); }
    void answer(std::size_t n) { kept[n].first(memory_store::append(kept[n].second)); }
};
struct hoarding_chat : plain_chat {
    using store = hoarding_store&;
};

struct hoarder {
    using engine_type = engine<hoarding_chat>;

    basic_peer<engine_type> sign_in(const std::string& user) {
        basic_peer<engine_type> p{*running};
        p.says("AUTH_REQ 1 credential=" + user);
        p.heard();
        return p;
    }

    hoarding_store store;
    manual_clock clock;
    script_observer observer;
    std::unique_ptr<engine_type> running = std::make_unique<engine_type>(
        parts<hoarding_chat>{.store = store, .observer = observer, .clock = clock}, calm());
};

}  // namespace

TEST_CASE("an answer that comes twice counts once") {
    hoarder s;
    auto alice = s.sign_in("alice");
    alice.sends("bob", "a");
    s.store.answer(0);
    s.store.kept[0].first(error{errc::store_failed});
    CHECK(alice.heard() == "ack a");
}

TEST_CASE("a ticket that is dropped is an unknown outcome") {
    hoarder s;
    auto alice = s.sign_in("alice");
    alice.sends("bob", "a");
    s.store.kept.clear();
    CHECK(alice.heard() == "no send_id=a: store failed");  // the tail has shown that it is not there
    alice.sends("bob", "a");
    s.store.answer(0);
    CHECK(alice.heard() == "ack a");
}

TEST_CASE("an answer after the engine's death reaches nobody, and its drafts are still there") {
    hoarder s;
    auto alice = s.sign_in("alice");
    alice.sends("bob", std::string(100, 'x'), "a");
    s.running.reset();
    s.store.answer(0);  // reads the drafts
    CHECK(s.store.find("alice", "a")->has_value());
    CHECK(alice.heard() == "");
}

TEST_CASE("an engine that ends with an append in flight tells its caller that the outcome is unknown") {
    hoarder s;
    std::optional<errc> told;
    draft d;
    d.conversation = conversation_id::group("team"), d.sender = "system";
    s.running->send(d, done<stored>{[&](const result<stored>& r) { told = r ? errc{} : r.error().code; }});
    s.running.reset();
    s.store.kept.clear();
    CHECK(told == errc::unknown_outcome);
}

TEST_CASE("a callback may use the engine") {
    plain_script s;
    std::string order;
    draft d;
    d.conversation = conversation_id::group("team"), d.sender = "system", d.body = "1";
    s.running->send(d, done<stored>{[&](const result<stored>& first) {
                        REQUIRE(first);
                        order += "1";
                        s.running->send(d, done<stored>{[&](const result<stored>& second) {
                                            REQUIRE(second);
                                            CHECK(second->place.seq == seq{2});
                                            order += "2";
                                        }});
                    }});
    CHECK(order == "12");
}
