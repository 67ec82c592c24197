#include <tandem/engine/courier.hpp>

#include "conversations.hpp"
#include "fixture.hpp"

#include <tandem/testing/random.hpp>

using namespace tandem;

namespace {

// What becomes of one piece.
enum class fate { stored, refused, stored_and_failed, stored_and_forgotten, forgotten };

// A sink that stores what it was given together with its cursor. What it has stored outlives its process and the engine.
struct archive : desk {
    std::optional<log_head> cursor{};
    std::vector<std::string> lines{};   // "3 hi", "4 read=1"
    std::vector<std::string> pieces{};  // "0-3", as they came
    std::size_t asked = 0;
    std::function<fate()> next = [] { return fate::stored; };
    bool fails_to_say = false;
    std::function<position()> durable = [] { return position{~std::uint64_t{0}}; };
    std::optional<position> began{};

    void reached(done<std::optional<log_head>> then) {
        ++asked;
        ask([this, then] {
            if (fails_to_say) then(errc::unsupported);
            else then(cursor);
        });
    }

    void publish(const page& p, done<nothing> then) {
        pieces.push_back(std::to_string(p.from.value) + "-" + std::to_string(p.examined.value));
        REQUIRE(begins_where_it_is(p));
        REQUIRE(p.examined <= durable());
        ask([this, &p, then] { become(next(), p, then); });  // the ticket keeps the page
    }

    // Everything on its way to the process is lost, or stored and never answered.
    void crash(bool stores) {
        const auto before =
            std::exchange(next, [stores] { return stores ? fate::stored_and_forgotten : fate::forgotten; });
        answer_all();
        next = before;
    }

    std::string read() {
        std::string all;
        for (const std::string& line : std::exchange(lines, {})) all += (all.empty() ? "" : " | ") + line;
        return all;
    }

private:
    bool begins_where_it_is(const page& p) const {
        if (!cursor) return lines.empty();
        const bool same_log = !cursor->epoch || cursor->epoch == p.head.epoch;
        if (same_log && cursor->newest <= p.head.newest) return p.from == cursor->newest;
        return p.from == position{};
    }

    void become(fate f, const page& p, const done<nothing>& then) {
        if (f != fate::refused && f != fate::forgotten) store(p);
        if (f == fate::stored) then(nothing{});
        else if (f == fate::stored_and_failed) then(errc::unknown_outcome);
        else if (f == fate::refused) then(errc::store_failed);
    }

    void store(const page& p) {
        if (!began) began = p.from;
        position at = p.from;
        auto m = p.marks.begin();
        const auto take = [&](position next, std::string line) {
            REQUIRE(next > at);
            REQUIRE(next <= p.examined);
            at = next;
            lines.push_back(std::to_string(next.value) + " " + std::move(line));
        };
        const auto take_marks = [&](position before) {
            for (; m != p.marks.end() && m->position < before; ++m)
                take(m->position, "read=" + std::to_string(m->value));
        };
        for (const entry& e : p.entries) take_marks(e.place.position), take(e.place.position, e.body);
        take_marks(p.examined.next());
        REQUIRE(m == p.marks.end());
        cursor = log_head{p.head.epoch, p.examined};
    }
};

struct carried_chat : default_policies {
    using store = scripted_store<memory_store>&;
    using authenticator = trust_everyone;
    using dialects = tandem::dialects<tiny_dialect>;
    using event_sink = archive&;
    using bus = script_bus&;
    using clock = manual_clock&;
};

struct carried_node {
    archive sink{};
    script_bus bus{};
    std::unique_ptr<engine<carried_chat>> running{};
};

struct carried_script {
    explicit carried_script(const options& o = calm(), std::size_t engines = 1, store_chaos chaos = {},
                            std::uint64_t seed = 0)
        : numbers{o}, store{memory_store{tandem::epoch{7}}, chaos, seed}, nodes(engines) {
        store.answer_at_once();
    }

    engine<carried_chat>& at(std::size_t n = 0) { return *nodes[n].running; }
    archive& sink(std::size_t n = 0) { return nodes[n].sink; }

    void start(std::size_t n = 0) {
        nodes[n].running.reset();
        ++numbers.instance;
        nodes[n].running = std::make_unique<engine<carried_chat>>(
            parts<carried_chat>{.store = store, .event_sink = nodes[n].sink, .bus = nodes[n].bus, .clock = clock},
            numbers);
    }
    // In the log, whether or not an engine runs.
    void log(std::string_view body, const conversation_id& c = both) {
        draft d = draft_of(c, body);
        REQUIRE(store.inner().append(drafts{&d, 1})->front().became == outcome::what::placed);
    }
    static draft draft_of(const conversation_id& c, std::string_view body) {
        draft d;
        d.conversation = c, d.sender = "alice", d.body = body, d.trusted = true;
        return d;
    }
    void say(std::string_view body, std::size_t n = 0) { at(n).send(draft_of(both, body)); }
    void pass(duration time) {
        clock.advance(time);
        for (carried_node& n : nodes)
            for (int turns = 0; n.running && n.running->tick() <= clock.now();) REQUIRE(++turns < 1000);
    }

    options numbers;
    manual_clock clock;
    scripted_store<memory_store> store;
    std::vector<carried_node> nodes;
};

options small_pieces() {
    options o = calm();
    o.sink_page = {.entries = 2, .bytes = 1000};
    return o;
}

constexpr log_head from_the_start{};

}  // namespace

TEST_CASE("entries and marks come in order of position, as soon as they are told, and the cursor with them") {
    carried_script s;
    s.sink().cursor = from_the_start;
    s.start();
    s.say("a");
    CHECK(s.sink().read() == "1 a");
    s.say("b");
    {
        const engine<carried_chat>::turn t{s.at()};
        s.at().mark_as("bob", {both, mark_key::read, "bob", 1}, {});
    }
    s.say("c");
    CHECK(s.sink().read() == "2 b | 3 read=1 | 4 c");
    CHECK(s.sink().cursor->epoch == epoch{7});
    CHECK(s.sink().cursor->newest == position{4});
    CHECK(s.sink().asked == 1);
}

TEST_CASE("a sink without a cursor gets what comes from now on, and has a cursor before anything comes") {
    carried_script s;
    s.log("old");
    s.start();
    CHECK(s.sink().pieces == std::vector<std::string>{"1-1"});
    s.start();  // at once again: it has a cursor now
    s.log("new");
    s.start();
    CHECK(s.sink().read() == "2 new");
}

TEST_CASE("the sink is asked when the engine knows the head: a late one is no beginning of the log") {
    carried_script s;
    s.log("old");
    s.store.answer_at_once(false);
    s.start();
    CHECK(s.sink().asked == 0);
    s.store.answer_at_once();
    s.store.release_all();
    s.say("a");
    CHECK(s.sink().read() == "2 a");
}

TEST_CASE("from now on means from when it was asked first, whatever fails meanwhile") {
    carried_script s;
    s.log("old");
    s.sink().next = [] { return fate::refused; };
    s.start();
    s.say("a");
    s.sink().next = [] { return fate::stored; };
    s.pass(seconds(1));
    CHECK(s.sink().read() == "2 a");
}

TEST_CASE("a sink that was away gets what it missed in small pieces, a few in a turn") {
    carried_script s{small_pieces()};
    for (int i = 1; i <= 19; ++i) s.log(std::to_string(i));
    s.sink().cursor = log_head{epoch{7}, position{2}};
    s.start();
    CHECK(s.sink().read() == "3 3 | 4 4 | 5 5 | 6 6 | 7 7 | 8 8 | 9 9 | 10 10");
    CHECK(s.at().tick() == s.clock.now());
    CHECK(s.sink().read() == "11 11 | 12 12 | 13 13 | 14 14 | 15 15 | 16 16 | 17 17 | 18 18");
    CHECK(s.at().tick() > s.clock.now());
    CHECK(s.sink().read() == "19 19");
    CHECK(s.sink().pieces ==
          std::vector<std::string>{"2-4", "4-6", "6-8", "8-10", "10-12", "12-14", "14-16", "16-18", "18-19"});
}

TEST_CASE("a piece holds no more bytes than it may") {
    options o = calm();
    o.sink_page = {.entries = 100, .bytes = 10};
    carried_script s{o};
    for (const char* body : {"12345", "12345", "1"}) s.log(body);
    s.sink().cursor = from_the_start;
    s.start();
    CHECK(s.sink().pieces == std::vector<std::string>{"0-2", "2-3"});
}

TEST_CASE("a cursor of epoch 0 is one of any log") {
    carried_script s;
    s.log("1"), s.log("2");
    s.sink().cursor = log_head{{}, position{1}};
    s.start();
    CHECK(s.sink().read() == "2 2");
    CHECK(s.sink().cursor->epoch == epoch{7});
}

TEST_CASE("a sink that comes from another log gets this one from its beginning") {
    carried_script s;
    s.log("1"), s.log("2");
    SUBCASE("by its epoch") { s.sink().cursor = log_head{epoch{6}, position{1}}; }
    SUBCASE("by a cursor beyond the head") { s.sink().cursor = log_head{epoch{7}, position{3}}; }
    SUBCASE("by a cursor beyond the head, of any epoch") { s.sink().cursor = log_head{{}, position{3}}; }
    s.start();
    CHECK(s.sink().read() == "1 1 | 2 2");
    CHECK(s.sink().cursor->epoch == epoch{7});
}

TEST_CASE("a log that is replaced while the engine runs is carried from its beginning, also when nobody says so") {
    carried_script s;
    s.sink().cursor = from_the_start;
    s.start();
    s.say("a"), s.say("b"), s.say("c");
    s.sink().read();
    s.store.inner() = memory_store{tandem::epoch{8}};
    s.log("A");
    s.pass(seconds(2));
    CHECK(s.sink().read() == "1 A");
    CHECK(s.sink().cursor->epoch == epoch{8});
    s.say("B");
    CHECK(s.sink().read() == "2 B");
}

TEST_CASE("the engine hears from its courier that the log was replaced") {
    options o = calm();
    o.sink_pause = milliseconds(100);
    carried_script s{o};
    s.sink().cursor = from_the_start;
    s.start();
    s.sink().next = [] { return fate::refused; };
    s.say("a");
    s.sink().next = [] { return fate::stored; };
    s.store.inner() = memory_store{tandem::epoch{8}};
    s.log("A");
    s.pass(milliseconds(100));  // too soon to look at an idle log
    CHECK(s.at().epoch() == epoch{8});
    CHECK(s.sink().read() == "1 A");
}

TEST_CASE("a page of the old log that comes late does not bring it back") {
    carried_script s;
    s.sink().cursor = from_the_start;
    s.start();
    s.say("a");
    s.log("b");
    s.store.answer_at_once(false);
    s.at().follow(*s.store.inner().tail(position{1}, {}));
    REQUIRE(s.store.carry_out());  // the courier has asked for it, and has no answer yet
    s.store.inner() = memory_store{tandem::epoch{8}};
    s.log("A");
    s.store.answer_at_once();
    s.at().follow({.head = {tandem::epoch{8}, {}}});
    REQUIRE(s.at().epoch() == epoch{8});
    s.store.release_all();
    CHECK(s.at().epoch() == epoch{8});
    CHECK(s.sink().read() == "1 a | 1 A");
}

TEST_CASE("after a failure the sink is asked how far it has come, when a pause is over and not before") {
    carried_script s;
    s.sink().cursor = from_the_start;
    s.start();
    s.sink().next = [] { return fate::refused; };
    SUBCASE("it did not store the piece") {}
    SUBCASE("it did, and failed then") {
        s.sink().next = [] { return fate::stored_and_failed; };
    }
    SUBCASE("it did, and never answered") {
        s.sink().next = [] { return fate::stored_and_forgotten; };
    }
    SUBCASE("it forgot the piece") {
        s.sink().next = [] { return fate::forgotten; };
    }
    s.say("a");
    s.sink().next = [] { return fate::stored; };
    for (int i = 0; i < 9; ++i) {
        CHECK(s.at().tick() == s.clock.now() + milliseconds(1000 - 100 * i));
        s.say("more");
        s.pass(milliseconds(100));
    }
    CHECK(s.sink().asked == 1);
    CHECK(s.sink().pieces.size() == 1);
    s.pass(milliseconds(100));
    CHECK(s.sink().asked == 2);
    CHECK(s.sink().read().starts_with("1 a | 2 more | 3 more"));
    CHECK(s.sink().cursor->newest == position{10});
}

TEST_CASE("a sink that comes back from elsewhere is taken at its word") {
    carried_script s;
    s.sink().cursor = from_the_start;
    s.start();
    s.say("a"), s.say("b");
    s.sink().read();
    s.sink().next = [] { return fate::refused; };
    s.say("c");
    s.sink().next = [] { return fate::stored; };
    SUBCASE("further back") {
        s.sink().cursor->newest = position{1};
        s.pass(seconds(1));
        CHECK(s.sink().read() == "2 b | 3 c");
    }
    SUBCASE("beyond the head") {
        s.sink().cursor->newest = position{9};
        s.pass(seconds(1));
        CHECK(s.sink().read() == "1 a | 2 b | 3 c");
    }
}

TEST_CASE("a sink that cannot say how far it has come is asked again, one pause after the other") {
    carried_script s;
    s.log("a");
    s.sink().cursor = from_the_start;
    s.sink().fails_to_say = true;
    s.start();
    for (int i = 1; i < 5; ++i) {
        CHECK(s.sink().asked == static_cast<std::size_t>(i));
        s.pass(seconds(1));
    }
    s.sink().fails_to_say = false;
    s.pass(seconds(1));
    CHECK(s.sink().read() == "1 a");
}

TEST_CASE("a store that cannot be read is read again after a pause; the sink is not bothered") {
    carried_script s;
    s.log("a");
    s.sink().cursor = from_the_start;
    s.store.plan(store_fault::failed, 1, store_verb::tail);
    s.start();
    CHECK(s.sink().read() == "");
    CHECK(s.store.calls(store_verb::tail) == 1);
    s.pass(milliseconds(999));
    CHECK(s.store.calls(store_verb::tail) == 1);
    s.pass(milliseconds(1));
    CHECK(s.sink().read() == "1 a");
    CHECK(s.sink().asked == 1);
}

TEST_CASE("a stuck sink holds one piece, and nobody waits for it") {
    carried_script s;
    s.sink().cursor = from_the_start;
    s.start();
    s.sink().late = true;
    recorded_outlet alice, bob;
    const auto a = s.at().open(alice)->session, b = s.at().open(bob)->session;
    s.at().receive(a, {"AUTH_REQ 1 credential=alice"});
    s.at().receive(b, {"AUTH_REQ 1 credential=bob"});
    alice.take(), bob.take();
    const std::size_t reads = s.store.calls(store_verb::tail);
    for (int i = 0; i < 100; ++i) s.at().receive(a, {"SEND_REQ 2 to=bob body=x send_id=" + std::to_string(i)});
    CHECK(alice.take().size() == 100);
    CHECK(bob.take().size() == 100);
    CHECK(s.sink().waiting.size() == 1);
    CHECK(s.store.calls(store_verb::tail) == reads + 1);
    CHECK(s.at().tick() > s.clock.now());
    s.sink().late = false;
    s.sink().answer_all();
    CHECK(s.sink().cursor->newest == position{100});  // woken by the answer
}

TEST_CASE("what another engine has committed is carried when the bus brings it, or when the log shows it") {
    carried_script s{calm(), 2};
    s.sink().cursor = from_the_start;
    s.start(), s.start(1);
    s.say("a", 1);
    CHECK(s.sink().read() == "");
    SUBCASE("by the bus") {
        for (const page& p : s.nodes[1].bus.sent) s.at().follow(p);
        CHECK(s.sink().read() == "1 a");
    }
    SUBCASE("by the log alone") {
        s.pass(seconds(1)), s.pass({});
        CHECK(s.sink().read() == "1 a");
    }
    SUBCASE("together with what is told here") {
        s.say("b");
        CHECK(s.sink().read() == "1 a | 2 b");
    }
}

TEST_CASE("what somebody boasts of on the bus is not carried before the log has it") {
    carried_script s;
    s.sink().cursor = from_the_start;
    s.start();
    page boast{.head = {tandem::epoch{7}, position{3}}, .examined = position{3}};
    s.at().follow(boast);
    s.pass(seconds(5));
    CHECK(s.sink().pieces.empty());
    CHECK(s.store.calls(store_verb::tail) < 10);
    s.log("a");
    s.pass(seconds(1));
    CHECK(s.sink().read() == "1 a");
}

TEST_CASE("where the log holds nothing any more the sink is not asked, but its cursor does not stay behind for ever") {
    carried_script s;
    const auto forgotten = [&](int entries) {
        for (int i = 0; i < entries; ++i) s.log("x", team);
        REQUIRE(s.store.inner().trim(team, seq{~std::uint64_t{0}}));
    };
    s.sink().cursor = from_the_start;
    forgotten(4095);
    s.start();
    CHECK(s.sink().pieces.empty());
    SUBCASE("with something behind it") {
        s.say("a");
        CHECK(s.sink().pieces == std::vector<std::string>{"0-4096"});
        CHECK(s.sink().read() == "4096 a");
    }
    SUBCASE("with still more of nothing") {
        forgotten(1);
        s.pass(seconds(2));
        CHECK(s.sink().pieces == std::vector<std::string>{"0-4096"});
    }
}

TEST_CASE("a sink that answers when the engine is gone answers nobody") {
    carried_script s;
    s.sink().cursor = from_the_start;
    s.start();
    s.sink().late = true;
    s.say("a");
    s.nodes[0].running.reset();
    s.sink().answer_all();
    CHECK(s.sink().read() == "1 a");
}

namespace {

struct plain_sink {
    result<std::optional<log_head>> reached() const { return std::optional{log_head{}}; }
    result<nothing> publish(const page& p) {
        for (const entry& e : p.entries) bodies += e.body;
        return nothing{};
    }
    std::string bodies{};
};
struct plain_carried_chat : default_policies {
    using store = memory_store;
    using authenticator = trust_everyone;
    using dialects = tandem::dialects<tiny_dialect>;
    using event_sink = plain_sink;
    using clock = manual_clock&;
};

}  // namespace

TEST_CASE("a sink and a store that answer at once are gone on with at once, up to some pieces a turn") {
    manual_clock clock;
    options o = small_pieces();
    engine<plain_carried_chat> e{{.clock = clock}, o};
    {
        const engine<plain_carried_chat>::turn t{e};
        for (char body = 'a'; body <= 'q'; ++body) e.send(carried_script::draft_of(both, std::string(1, body)));
    }
    CHECK(e.parts().event_sink->bodies == "abcdefgh");
    CHECK(e.tick() == clock.now());
    CHECK(e.parts().event_sink->bodies == "abcdefghijklmnop");
    CHECK(e.tick() > clock.now());
    CHECK(e.parts().event_sink->bodies == "abcdefghijklmnopq");
}

namespace {

// Two engines, each with a sink, over one bad store and a bad bus; whatever fails fails by chance.
class bad_days {
public:
    explicit bad_days(std::uint64_t seed)
        : random_{seed},
          script_{
              numbers(random_), 2, {.failed = 10, .unknown = 10, .at_once = 30, .early = 50, .overtaken = 30}, seed} {
        for (int i = 0; i < 5; ++i) script_.log("before");
        for (std::size_t n = 0; n < 2; ++n) {
            archive& sink = script_.sink(n);
            if (random_.chance(70)) sink.cursor = log_head{epoch{random_.chance(50) ? 7u : 0u}, {}};
            sink.durable = [this] { return script_.store.inner().head()->newest; };
            sink.next = [this] { return any_fate(); };
            sink.late = true;
            script_.start(n);
        }
        script_.store.answer_at_once(false);
    }

    void live(int steps) {
        for (int i = 0; i < steps; ++i) step();
    }

    // Its store is well again, its sinks are stuck.
    void senders_are_answered() {
        script_.store.behave({});
        script_.store.answer_at_once();
        script_.store.release_all();
        for (int i = 0; i < 4; ++i) script_.pass(seconds(1));
        REQUIRE(answered_ == sent_);
    }

    void all_is_carried() {
        for (std::size_t n = 0; n < 2; ++n) {
            script_.sink(n).next = [] { return fate::stored; };
            script_.sink(n).late = false;
            script_.sink(n).answer_all();
        }
        for (int i = 0; i < 3; ++i) script_.pass(seconds(1));
        const page all = *script_.store.inner().tail({}, {.entries = 10'000, .bytes = 1 << 30});
        for (std::size_t n = 0; n < 2; ++n) check(script_.sink(n), all);
    }

private:
    static options numbers(seeded_random& random) {
        options o = calm();
        o.sink_page = {.entries = 1 + random.below(4), .bytes = 20 + random.below(60)};
        o.tail_page = {.entries = 1 + random.below(8), .bytes = 1000};
        o.sink_pause = milliseconds(1 + static_cast<std::int64_t>(random.below(400)));
        o.mark_pause = {};
        return o;
    }

    fate any_fate() {
        static constexpr fate bad[] = {fate::refused, fate::stored_and_failed, fate::stored_and_forgotten,
                                       fate::forgotten};
        return random_.chance(60) ? fate::stored : random_.pick(bad);
    }

    void step() {
        const auto n = static_cast<std::size_t>(random_.below(2));
        switch (random_.below(12)) {
            case 0:
            case 1:
            case 2: return send(n);
            case 3: return read(n);
            case 4:
            case 5: script_.store.step(); return;
            case 6: script_.store.carry_out(); return;
            case 7: return script_.pass(milliseconds(static_cast<std::int64_t>(random_.below(800))));
            case 8: return carry_bus(n);
            case 9:
            case 10:
                if (archive& sink = script_.sink(n); !sink.waiting.empty()) sink.answer_one();
                return;
            case 11: return random_.chance(25) ? restart(n) : void();
        }
    }

    void send(std::size_t n) {
        ++sent_;
        script_.at(n).send(carried_script::draft_of(both, std::string(random_.below(30), 'x')),
                           done<stored>{[this](const result<stored>&) { ++answered_; }});
    }
    void read(std::size_t n) {
        const engine<carried_chat>::turn t{script_.at(n)};
        script_.at(n).mark_as("bob", {both, mark_key::read, "bob", 1 + random_.below(5), true}, {});
    }
    void carry_bus(std::size_t from) {
        for (const page& p : std::exchange(script_.nodes[from].bus.sent, {}))
            if (random_.chance(50)) script_.at(1 - from).follow(p);
    }
    // The engine's process, the sink in it: what was on its way is lost, or stored and nobody knows.
    void restart(std::size_t n) {
        script_.sink(n).crash(random_.chance(50));
        if (random_.chance(50)) script_.start(n);
    }

    // Every entry and mark the log has, from where the sink began; what came and is gone again (a mark that moved on)
    // stands between. That positions grow was checked as they came.
    void check(const archive& sink, const page& all) {
        REQUIRE(sink.cursor);
        REQUIRE(sink.cursor->epoch == all.head.epoch);
        REQUIRE(sink.cursor->newest == all.head.newest);
        std::uint64_t before = 0;
        std::map<std::uint64_t, std::string> came;
        for (const std::string& line : sink.lines) {
            const std::uint64_t at = std::stoull(line);
            REQUIRE(at > before);
            came[before = at] = line;
        }
        const auto require = [&](position at, const std::string& what) {
            if (at > *sink.began) REQUIRE(came[at.value] == std::to_string(at.value) + " " + what);
        };
        for (const entry& e : all.entries) require(e.place.position, e.body);
        for (const mark& m : all.marks) require(m.position, "read=" + std::to_string(m.value));
    }

    seeded_random random_;
    carried_script script_;
    std::size_t sent_ = 0;
    std::size_t answered_ = 0;
};

}  // namespace

TEST_CASE("nothing is lost, nothing out of order, and no sender waits, whatever fails") {
    for (std::uint64_t seed = 1; seed <= 2500; ++seed) {
        CAPTURE(seed);
        bad_days days{seed};
        days.live(40);
        days.senders_are_answered();
        days.all_is_carried();
    }
}
