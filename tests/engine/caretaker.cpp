#include <tandem/engine/caretaker.hpp>

#include "conversations.hpp"
#include "fixture.hpp"

#include <tandem/testing/random.hpp>

using namespace tandem;

namespace {

options keeping(std::uint64_t entries, duration time = {}) {
    options o = calm();
    o.keep_entries = entries;
    o.keep_for = time;
    o.heartbeat = days(1000);
    return o;
}

struct kept_script : script {
    explicit kept_script(const options& o, std::size_t engines = 1) : script{o, engines} {}

    void say(const conversation_id& c, int times = 1, const char* sender = "alice", std::size_t at = 0) {
        for (int i = 0; i < times; ++i) engine(at).send(draft_of(c, sender));
    }
    // In the log, and no engine has a part in it.
    void elsewhere(const conversation_id& c, int times) {
        std::vector<draft> ds(static_cast<std::size_t>(times), draft_of(c, "alice"));
        REQUIRE(store.inner().append(ds));
    }
    draft draft_of(const conversation_id& c, const char* sender) const {
        draft d;
        d.conversation = c, d.sender = sender, d.trusted = true, d.time = clock.now();
        d.body = "x";
        return d;
    }
    std::uint64_t first_kept(const conversation_id& c) {
        return store.inner().history(c, {seq{1}, seq{0}}, {})->head.first_kept.value;
    }
    // Ticks as long as it wants to be called again at once. Returns how often.
    int settle() {
        int turns = 0;
        for (node<script_chat>& n : nodes)
            for (; n->tick() <= clock.now(); ++turns) REQUIRE(turns < 10'000);
        return turns;
    }
    void pass(duration time) {
        clock.advance(time);
        settle();
    }
};

}  // namespace

TEST_CASE("everything is kept for ever, unless something else was asked for") {
    kept_script s{calm()};
    s.say(both, 1000);
    s.pass(days(10'000));
    CHECK(s.first_kept(both) == 1);
    CHECK(s.store.calls(store_verb::trim) == 0);
    CHECK(s.store.calls(store_verb::tail) == 0);
    CHECK(s.store.calls(store_verb::history) == 0);
}

TEST_CASE("by count: each conversation is trimmed to what is to be kept, and not with every entry") {
    kept_script s{keeping(100)};
    s.say(both, 111);
    CHECK(s.first_kept(both) == 1);
    s.say(both);
    CHECK(s.first_kept(both) == 13);
    s.say(team, 50);
    s.say(both, 15);
    CHECK(s.first_kept(both) == 13);
    s.say(both, 1000 - 127);
    CHECK(s.first_kept(both) == 992 - 99);
    CHECK(s.first_kept(team) == 1);
    CHECK(s.store.calls(store_verb::trim) == 56);
}

TEST_CASE("by count: what was there before the option was goes with the conversation's next entries") {
    kept_script s{keeping(100)};
    s.elsewhere(both, 1000);
    s.first().restart();
    s.say(both, 8);
    s.settle();
    CHECK(s.first_kept(both) == 1008 - 99);
}

TEST_CASE("by age: what is old goes, up to the first entry that is young enough") {
    kept_script s{keeping(0, days(7))};
    s.say(both, 3);
    s.say(team, 2);
    s.clock.advance(days(1));
    s.say(both, 4);
    s.pass(days(6) + milliseconds(-1));
    CHECK(s.first_kept(both) == 1);
    s.pass(days(1));  // young enough to the last are those of the second day: they are a millisecond short of it
    CHECK(s.first_kept(both) == 4);
    CHECK(s.first_kept(team) == 3);
    CHECK(s.log() == "4 x | 5 x | 6 x | 7 x");
    s.pass(days(1));
    CHECK(s.first_kept(both) == 8);
    CHECK(s.log() == "");
    s.say(both);
    CHECK(s.log() == "8 x");
}

TEST_CASE("by age: to the millisecond, when it looks; and it does not look all the time") {
    kept_script s{keeping(0, seconds(64))};
    s.pass(seconds(10));
    s.say(both);
    s.pass(seconds(64) + milliseconds(-1));
    CHECK(s.first_kept(both) == 1);
    const std::size_t looked = s.store.calls(store_verb::tail);
    s.pass(milliseconds(1));
    CHECK(s.store.calls(store_verb::tail) == looked);
    s.pass(milliseconds(999));
    CHECK(s.first_kept(both) == 2);
    CHECK(s.store.calls(store_verb::tail) == looked + 1);
}

TEST_CASE("by age and by count: whichever comes first") {
    kept_script s{keeping(20, days(7))};
    s.say(both, 30);
    s.say(team, 40);
    s.settle();
    CHECK(s.first_kept(both) == 1);
    CHECK(s.first_kept(team) == 32 - 19);
    s.clock.advance(days(5));
    s.say(both, 1);
    s.pass(days(3));
    CHECK(s.first_kept(both) == 31);
    CHECK(s.first_kept(team) == 41);
}

TEST_CASE("members who are here are told, behind the entry that made it so; others are not") {
    kept_script s{keeping(20)};
    s.group("team", {"alice", "bob"});
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob"), tablet = s.sign_in("bob/tablet"), eve = s.sign_in("eve");
    SUBCASE("of a room") {
        s.say(team, 30);
        CHECK(alice.heard().ends_with("push x | kept from 13 of group:team"));
        CHECK(bob.heard().ends_with("push x | kept from 13 of group:team"));
        CHECK(tablet.heard().ends_with("push x | kept from 13 of group:team"));
        s.engine().leave(team, "bob");
        s.say(team, 20);
        CHECK(bob.heard() == "push left:bob");
        CHECK(alice.heard().ends_with("kept from 29 of group:team | push x | push x | push x | push x | push x"));
    }
    SUBCASE("of a conversation of two") {
        s.say(both, 32);
        CHECK(alice.heard().ends_with("push x | kept from 13 of direct:alice:bob"));
        CHECK(bob.heard().ends_with("push x | kept from 13 of direct:alice:bob"));
        CHECK(tablet.heard().ends_with("push x | kept from 13 of direct:alice:bob"));
    }
    SUBCASE("of one's own") {
        s.say(conversation_id::self("alice"), 32);
        CHECK(alice.heard().ends_with("push x | kept from 13 of self:alice"));
        CHECK(bob.heard() == "");
    }
    SUBCASE("when it is age") {
        s.first().numbers.keep_for = days(1);
        s.first().restart();
        peer again = s.sign_in("alice");
        s.say(both, 2);
        again.heard();
        s.pass(days(2) + milliseconds(1));
        peer later = s.sign_in("bob");
        CHECK(later.heard() == "");
    }
    CHECK(eve.heard() == "");
}

TEST_CASE("members who are here are told of what has come of age, once for each conversation") {
    options o = keeping(0, minutes(2));
    kept_script s{o};
    s.group("team", {"alice", "bob"});
    peer bob = s.sign_in("bob");
    for (int i = 0; i < 5; ++i) s.say(both), s.say(team);
    bob.heard();
    s.clock.advance(minutes(2));
    bob.says("HEARTBEAT_REQ 1");
    s.settle();
    const std::string heard = bob.heard();
    CHECK(heard.size() == std::string{"beat | kept from 6 of direct:alice:bob | kept from 8 of group:team"}.size());
    CHECK(heard.find("kept from 6 of direct:alice:bob") != heard.npos);
    CHECK(heard.find("kept from 8 of group:team") != heard.npos);
}

TEST_CASE("who is behind is not told: a pull says the same") {
    kept_script s{keeping(20)};
    peer bob = s.sign_in("bob");
    bob.is_slow();
    s.say(both, 31);
    bob.heard();
    s.say(both);
    bob.is_quick();
    CHECK(bob.heard() == "news 32");
}

namespace {

struct large_room : kept_script {
    static options small_slices() {
        options o = keeping(20);
        o.slice = 16;
        return o;
    }
    large_room() : kept_script{small_slices()} {
        std::vector<user_id> members{"alice"};
        for (int i = 0; i < 49; ++i) members.push_back(user_id{"m" + std::to_string(i)});
        group("team", members);
        for (const user_id& m : members) people.push_back(sign_in(std::string{m.view()}));
        settle();
        for (peer& p : people) p.heard();
    }
    std::size_t told(const std::string& what) {
        std::size_t n = 0;
        for (peer& p : people) n += p.heard().find(what) != std::string::npos;
        return n;
    }

    std::vector<peer> people;
};

}  // namespace

TEST_CASE("a large room is told in slices, among the other errands of its conversation") {
    large_room s;
    REQUIRE(s.first_kept(team) == 29);  // fifty have joined
    s.say(team, 13);
    s.settle();
    CHECK(s.told("kept") == 0);
    s.say(team);  // the 64th
    while (s.first_kept(team) == 29) s.engine().tick();
    std::size_t all = 0, turns = 0;
    for (std::size_t now = s.told("kept from 45"); all < 50; now = s.told("kept from 45"), ++turns) {
        CHECK(now <= 2 * 16);
        all += now;
        s.engine().tick();
    }
    CHECK(all == 50);
    CHECK(turns >= 3);
    s.settle();
    CHECK(s.told("kept") == 0);
}

TEST_CASE("a room that is being told of an entry is told of a trim behind it") {
    large_room s;
    s.say(team, 13);
    s.settle();
    s.say(team);
    s.settle();
    for (peer& p : s.people) CHECK(p.heard().ends_with("push x | kept from 45 of group:team"));
}

TEST_CASE("while a large room is being told nothing else is trimmed, so what waits is bounded") {
    large_room s;
    s.say(team, 14);
    while (s.first_kept(team) == 29) s.engine().tick();
    s.say(both, 32);
    CHECK(s.first_kept(both) == 1);
    s.settle();
    CHECK(s.first_kept(both) == 13);
}

TEST_CASE("a room that is left by everybody is told to the end") {
    large_room s;
    s.say(team, 14);
    while (s.first_kept(team) == 29) s.engine().tick();
    for (peer& p : s.people) p.hangs_up();
    s.settle();
    s.say(both, 32);
    s.settle();
    CHECK(s.first_kept(both) == 13);
}

TEST_CASE("much is trimmed little by little, and ticks are asked for until it is done") {
    kept_script s{keeping(100)};
    s.elsewhere(both, 10'000 - 1);
    for (int i = 0; i < 2000; ++i) s.elsewhere(conversation_id::self(user_id{"u" + std::to_string(i)}), 2);
    SUBCASE("of one conversation") {
        s.first().restart();
        s.say(both);
        std::uint64_t before = 1;
        for (int turns = 0; before < 9'901; ++turns) {
            REQUIRE(turns < 40);
            const std::uint64_t now = s.first_kept(both);
            CHECK(now > before);
            CHECK(now <= before + 512);
            before = now;
            CHECK((s.engine().tick() == s.clock.now() || s.first_kept(both) == 9'901));
        }
    }
    SUBCASE("of many, by age") {
        s.clock.advance(days(2));
        s.first().numbers.keep_for = days(1);
        s.first().restart();
        std::size_t before = 14'000, turns = 0;
        for (bool more = true; more; ++turns) {
            more = s.engine().tick() == s.clock.now();
            std::size_t now = 0;
            for (position at{};;) {
                const page p = *s.store.inner().tail(at, {.entries = 100'000, .bytes = 1 << 30});
                now += p.entries.size();
                at = p.examined;
                if (!p.more) break;
            }
            REQUIRE(now + 512 >= before);
            before = now;
        }
        CHECK(before == 0);
        CHECK(turns > 30);
        CHECK(turns < 200);
    }
    CHECK(s.engine().tick() > s.clock.now());
}

TEST_CASE("a restart walks again, and what is gone costs little") {
    kept_script s{keeping(0, days(1))};
    s.elsewhere(both, 20'000);
    s.clock.advance(days(2));
    s.first().restart();
    s.settle();
    REQUIRE(s.first_kept(both) == 20'001);
    s.say(both, 3);
    const std::size_t asked = s.store.calls(store_verb::tail);
    s.first().restart();
    s.settle();
    CHECK(s.store.calls(store_verb::tail) - asked == 5);
    s.pass(days(2));
    CHECK(s.first_kept(both) == 20'004);
}

TEST_CASE("the store may fail at any call: what is to go goes, nobody is told before it went, and everybody after") {
    for (const auto fault : {store_fault::failed, store_fault::unknown_done, store_fault::unknown_lost})
        for (const auto verb : {store_verb::tail, store_verb::history, store_verb::trim})
            for (std::size_t nth = 1; nth <= 3; ++nth) {
                if (verb != store_verb::trim && fault == store_fault::unknown_done) continue;
                CAPTURE(static_cast<int>(fault));
                CAPTURE(static_cast<int>(verb));
                CAPTURE(nth);
                kept_script s{keeping(20, minutes(10))};
                peer bob = s.sign_in("bob");
                s.store.plan(fault, nth, verb);
                s.say(both, 48);
                for (int i = 0; i < 3; ++i) s.pass(seconds(2));
                CHECK(s.first_kept(both) == 29);
                const std::string heard = bob.heard();
                CHECK(heard.find("kept from 29 of direct:alice:bob") != heard.npos);
                s.pass(minutes(11)), s.pass(seconds(2));
                CHECK(s.first_kept(both) == 49);
                CHECK(bob.heard() == "kept from 49 of direct:alice:bob");
            }
}

TEST_CASE("a store that fails is left alone for a while") {
    kept_script s{keeping(20)};
    s.say(both, 31);
    s.store.fail_all();
    s.store.plan(store_fault::none, 1, store_verb::append);
    s.say(both);
    const std::size_t asked = s.store.calls(store_verb::history);
    s.pass(milliseconds(999));
    CHECK(s.store.calls(store_verb::history) == asked);
    CHECK(s.engine().tick() <= s.clock.now() + milliseconds(1));
    s.store.fail_all(false);
    s.pass(milliseconds(1));
    CHECK(s.first_kept(both) == 13);
}

TEST_CASE("a store that is slow is asked one thing at a time, and delays nobody") {
    kept_script s{keeping(20, days(1))};
    peer alice = s.sign_in("alice");
    s.say(both, 31);
    s.clock.advance(seconds(2));
    s.slow();
    alice.sends("bob", "a");
    s.store.step();
    CHECK(alice.heard().ends_with("ack a"));
    for (int i = 0; i < 5; ++i) s.engine().tick();
    std::size_t asked = s.store.calls(store_verb::tail) + s.store.calls(store_verb::history);
    s.engine().tick();
    CHECK(s.store.calls(store_verb::tail) + s.store.calls(store_verb::history) == asked);
    CHECK(s.engine().tick() > s.clock.now());
    while (s.store.step()) {}
    CHECK(s.first_kept(both) == 13);
}

TEST_CASE("a log that was replaced is not trimmed by what was known of the old one") {
    kept_script s{keeping(20, days(1))};
    s.say(both, 31);
    s.clock.advance(days(2));
    s.slow();
    s.engine().tick();  // the walk has asked
    while (s.store.carry_out()) {}
    s.store.inner() = memory_store{tandem::epoch{8}};
    s.elsewhere(both, 30);
    s.quick();
    s.engine().follow({.head = {tandem::epoch{8}, {}}});
    for (int i = 0; i < 5; ++i) s.pass(seconds(2));
    CHECK(s.engine().epoch() == epoch{8});
    CHECK(s.first_kept(both) == 1);
    s.pass(days(1));
    CHECK(s.first_kept(both) == 31);
}

TEST_CASE("two engines: what goes by count is told by each to those who are connected to it") {
    kept_script s{keeping(20), 2};
    peer alice = s.sign_in("alice", {}, 0), bob = s.sign_in("bob", {}, 1);
    s.say(both, 31);
    s.deliver();
    s.say(both, 1, "bob", 1);
    s.deliver();
    CHECK(s.first_kept(both) == 13);
    CHECK(alice.heard().ends_with("kept from 13 of direct:alice:bob"));
    CHECK(bob.heard().ends_with("kept from 13 of direct:alice:bob"));
}

TEST_CASE("afterwards unread, pulls and histories are of what is kept, and a new entry has the next seq") {
    kept_script s{keeping(20)};
    peer alice = s.sign_in("alice");
    for (int i = 1; i <= 32; ++i) alice.sends("bob", std::to_string(i));
    CHECK(s.pulls("bob").starts_with("13 13 | 14 14"));
    CHECK(s.store.inner().overviews("bob")->conversations[0].unread == 20);
    CHECK(s.store.inner().history(both, {seq{1}, seq{99}}, {})->covered.first == seq{13});
    alice.heard();
    alice.says("REVOKE_REQ 1 to=bob send_id=r target=12");
    CHECK(alice.heard() == "no send_id=r: not found");
    alice.sends("bob", "33").sends("bob", "1");
    CHECK(alice.heard() == "ack 33 | ack 1 repeated");
    CHECK(s.page_of("bob").entries.back().place.seq == seq{33});
    CHECK(s.page_of("bob").entries.back().number == 33);
}

namespace {

// Sees to it that nothing is trimmed that is to be kept.
struct watched_store : memory_store {
    using memory_store::memory_store;

    result<nothing> trim(const conversation_id& c, seq first_kept) {
        const auto now = *history(c, {seq{1}, first_kept.previous()}, {.entries = 10'000});
        for (const entry& e : now.entries) {
            const bool old = o->keep_for > duration{} && e.time + o->keep_for <= clock->now();
            const bool too_many = o->keep_entries != 0 && e.place.seq.value + o->keep_entries <= now.head.seq.value;
            REQUIRE((old || too_many));
        }
        return memory_store::trim(c, first_kept);
    }

    const options* o = nullptr;
    manual_clock* clock = nullptr;
};

struct watched_chat : default_policies {
    using store = scripted_store<watched_store>&;
    using authenticator = trust_everyone;
    using dialects = tandem::dialects<tiny_dialect>;
    using bus = script_bus&;
    using clock = manual_clock&;
};

// A slow and failing store, two engines, entries of all ages.
class keeping_by_chance {
public:
    explicit keeping_by_chance(std::uint64_t seed)
        : random_{seed}, options_{numbers()},
          store_{watched_store{tandem::epoch{7}},
                 {.failed = 10, .unknown = 10, .at_once = 40, .early = 50, .overtaken = 30},
                 seed} {
        store_.inner().o = &options_;
        store_.inner().clock = &clock_;
        for (std::size_t n = 0; n < 2; ++n) start(n);
        store_.release_all();
    }

    void live(int steps) {
        for (int i = 0; i < steps; ++i) step();
    }

    void all_that_is_to_go_is_gone() {
        store_.behave({});
        store_.answer_at_once();
        store_.release_all();
        for (int i = 0; i < 8; ++i) pass(seconds(1));
        for (const conversation_id& c : conversations_) {
            const auto now = *store_.inner().history(c, {seq{1}, seq{10'000}}, {.entries = 10'000});
            const std::uint64_t slack = std::max<std::uint64_t>(16, options_.keep_entries / 8);
            if (options_.keep_entries != 0) REQUIRE(now.entries.size() < options_.keep_entries + slack);
        }
        if (options_.keep_for == duration{}) return;
        const auto oldest = store_.inner().tail({}, {.entries = 1})->entries;  // at the beginning of the log
        if (!oldest.empty()) REQUIRE(oldest.front().time + options_.keep_for > clock_.now() - seconds(2));
    }

private:
    options numbers() {
        options o = keeping(random_.chance(70) ? 1 + random_.below(200) : 0);
        if (random_.chance(70)) o.keep_for = seconds(1 + static_cast<std::int64_t>(random_.below(20)));
        o.tail_page.entries = 1 + random_.below(20);
        return o;
    }

    void start(std::size_t n) {
        engines_[n].reset();
        ++options_.instance;
        engines_[n] = std::make_unique<engine<watched_chat>>(
            parts<watched_chat>{.store = store_, .bus = buses_[n], .clock = clock_}, options_);
    }

    void step() {
        const auto n = static_cast<std::size_t>(random_.below(2));
        switch (random_.below(7)) {
            case 0:
            case 1: return say(n);
            case 2: store_.step(); return;
            case 3: store_.release_all(); return;
            case 4: return carry_bus(n);
            case 5: return pass(milliseconds(static_cast<std::int64_t>(random_.below(2500))));
            case 6: return random_.chance(5) ? start(n) : void();
        }
    }

    void say(std::size_t n) {
        const conversation_id& c = random_.pick(conversations_);
        for (auto times = random_.below(20); times != 0; --times) {
            draft d;
            d.conversation = c, d.sender = "alice";
            engines_[n]->send(std::move(d));
        }
    }
    void carry_bus(std::size_t from) {
        for (const page& p : std::exchange(buses_[from].sent, {}))
            if (random_.chance(50)) engines_[1 - from]->follow(p);
    }
    void pass(duration time) {
        clock_.advance(time);
        for (auto& e : engines_)
            for (int turns = 0; e->tick() <= clock_.now();) REQUIRE(++turns < 1000);
    }

    seeded_random random_;
    options options_;
    manual_clock clock_;
    scripted_store<watched_store> store_;
    script_bus buses_[2];
    std::unique_ptr<engine<watched_chat>> engines_[2];
    std::vector<conversation_id> conversations_{both, team, conversation_id::self("alice")};
};

}  // namespace

TEST_CASE("nothing goes that is to be kept, and the rest goes in the end, whatever fails") {
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        CAPTURE(seed);
        keeping_by_chance run{seed};
        run.live(100);
        run.all_that_is_to_go_is_gone();
    }
}
