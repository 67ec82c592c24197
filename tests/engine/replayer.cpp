#include <tandem/engine/replayer.hpp>

#include "conversations.hpp"
#include "fixture.hpp"

#include <tandem/testing/random.hpp>

using namespace tandem;

namespace {

// Says what it has words for, pulls nothing, acknowledges nothing.
class deaf_dialect : public plain_manners {
public:
    static constexpr dialect_traits traits{.missed = when_missed::replay};
    using envelope = tiny_dialect::envelope;
    using state = tiny_dialect::state;

    greeting greet(const hello& h, state&) { return greet_by_subprotocol(h, "deaf"); }
    template <class Out>
    result<> open(const message& m, state& s, Out out) {
        return tiny_.open(m, s, out);
    }
    template <class Request>
        requires reads<tiny_dialect, Request>
    result<Request> read(envelope& e) {
        return tiny_.read<Request>(e);
    }
    template <class Event>
        requires(!std::same_as<Event, push_batch> && !std::same_as<Event, news> && writes<tiny_dialect, Event>)
    frames write(const Event& e, unsigned variant) {
        return tiny_.write(e, variant);
    }
    template <class Reply>
        requires answers_with<tiny_dialect, Reply>
    frames answer(state& s, const Reply& r, const correlation& to) {
        return tiny_.answer(s, r, to);
    }

private:
    tiny_dialect tiny_;
};

struct deaf_chat : default_policies {
    using store = scripted_store<memory_store>&;
    using authenticator = trust_everyone;
    using dialects = tandem::dialects<deaf_dialect, tiny_dialect>;
    using clock = manual_clock&;
};

// Its transport answers a probe when the script says so.
struct probed_outlet : recorded_outlet {
    void probe(std::uint64_t token) { asked = token; }
    std::optional<std::uint64_t> asked{};
};

class line {
public:
    line(engine<deaf_chat>& e, std::string_view user, std::string_view subprotocol = "deaf") : engine_{&e} {
        session_ = e.open(outlet_, {.subprotocols = {&subprotocol, 1}, .credential = user})->session;
    }
    line(const line&) = delete;
    ~line() { engine_->closed(session_); }

    void sends(const std::string& to, const std::string& body) {
        engine_->receive(session_, {"SEND_REQ 9 conversation=" + to + " send_id=" + body + " body=" + body, true});
    }
    std::string heard() {
        std::string all;
        for (const frame& f : outlet_.take()) all += (all.empty() ? "" : " | ") + brief(f.payload());
        return all;
    }
    std::vector<std::string> lines() {
        std::vector<std::string> all;
        for (const frame& f : outlet_.take()) all.emplace_back(f.payload());
        return all;
    }
    void is_slow() { outlet_.hold(1'000'000); }
    void reads() { outlet_.drain(), engine_->drained(session_); }
    void is_quick() { outlet_.hold(0), engine_->drained(session_); }
    bool answers_probe() {
        if (!outlet_.asked) return false;
        engine_->probed(session_, *std::exchange(outlet_.asked, {}));
        return true;
    }
    session_handle session() const { return session_; }

private:
    engine<deaf_chat>* engine_;
    probed_outlet outlet_;
    session_handle session_{};
};

struct deaf_script {
    explicit deaf_script(const options& o = calm(), store_chaos chaos = {}, std::uint64_t seed = 0)
        : numbers{o}, store{memory_store{tandem::epoch{7}}, chaos, seed} {
        store.answer_at_once();
        restart();
    }

    void restart() {
        running.reset(),
            running = std::make_unique<engine<deaf_chat>>(parts<deaf_chat>{.store = store, .clock = clock}, numbers);
    }
    void pass(duration time) {
        clock.advance(time);
        int turns = 0;
        while (running->tick() <= clock.now()) REQUIRE(++turns < 1000);
    }
    // The probes are answered, and the marks that follow are put.
    void confirm(line& l) {
        while (l.answers_probe()) {}
        pass(seconds(2));
    }
    void say(const conversation_id& c, const user_id& sender, std::string_view body) {
        draft d;
        d.conversation = c, d.sender = sender, d.body = body;
        running->send(std::move(d));
    }

    options numbers;
    manual_clock clock;
    scripted_store<memory_store> store;
    std::unique_ptr<engine<deaf_chat>> running;
};

}  // namespace

TEST_CASE("what came while nobody was there is told at sign-in, then goes on live") {
    deaf_script s;
    s.say(both, "alice", "1");
    s.say(both, "alice", "2");
    line bob{*s.running, "bob"};
    s.pass({});
    CHECK(bob.heard() == "signed in | push 1 | push 2");
    s.say(both, "alice", "3");
    CHECK(bob.heard() == "push 3");
}

TEST_CASE("told again until the probe behind it comes back, and not after") {
    deaf_script s;
    s.say(both, "alice", "1");
    for (int again = 0; again < 2; ++again) {
        line bob{*s.running, "bob"};
        s.pass({});
        CHECK(bob.heard() == "signed in | push 1");
    }
    line alice{*s.running, "alice", "tandem.v1.tiny"};
    {
        line bob{*s.running, "bob"};
        s.pass({});
        alice.heard();
        s.confirm(bob);
        CHECK(alice.heard() == "bob received=1");
    }
    line bob{*s.running, "bob"};
    s.pass({});
    CHECK(bob.heard() == "signed in");
    CHECK_FALSE(bob.answers_probe());  // there is nothing to confirm
}

TEST_CASE("a probe of another session or another time confirms nothing") {
    deaf_script s;
    s.say(both, "alice", "1");
    line bob{*s.running, "bob"};
    s.pass({});
    s.running->probed(bob.session(), 99);
    s.running->probed({7, 7}, 1);
    s.pass(seconds(2));
    bob.heard();
    line again{*s.running, "bob"};
    s.pass({});
    CHECK(again.heard() == "signed in | push 1");
}

TEST_CASE("each conversation in its order, many pages of it, and only what the user may see") {
    options o = calm();
    o.small_page = {.entries = 7, .bytes = 64 * 1024};
    deaf_script s{o};
    s.running->create_group("team", "alice");
    for (int i = 1; i <= 40; ++i) s.say(team, "alice", "early" + std::to_string(i));
    s.running->join(team, "bob");
    std::string expected = "signed in | push joined:bob";
    for (int i = 1; i <= 100; ++i) {
        s.say(team, "alice", std::to_string(i));
        expected += " | push " + std::to_string(i);
    }
    line bob{*s.running, "bob"};
    s.pass({});
    CHECK(bob.heard() == expected);
}

TEST_CASE("a page that bytes make short is asked for again in parts") {
    options o = calm();
    o.small_page = {.entries = 100, .bytes = 300};
    deaf_script s{o};
    std::string expected = "signed in";
    for (int i = 1; i <= 30; ++i) {
        const std::string body(static_cast<std::size_t>(i % 7 == 0 ? 500 : 40 + i), 'x');
        s.say(both, "alice", body);
        expected += " | push " + body;
    }
    line bob{*s.running, "bob"};
    s.pass({});
    CHECK(bob.heard() == expected);
}

TEST_CASE("who reads slowly is told the rest when there is room: nothing twice, nothing missing, memory bounded") {
    options o = calm();
    o.small_page = {.entries = 4, .bytes = 64 * 1024};
    deaf_script s{o};
    line bob{*s.running, "bob"};
    s.say(both, "alice", "1");
    bob.is_slow();
    for (int i = 2; i <= 9; ++i) s.say(both, "alice", std::to_string(i));
    s.pass({});
    CHECK(bob.heard() == "signed in | push 1");
    bob.is_quick();
    CHECK(bob.heard() == "push 2 | push 3 | push 4 | push 5");  // a page a turn
    bob.is_slow();
    s.say(both, "alice", "10");
    s.pass({});
    CHECK(bob.heard() == "");
    bob.is_quick();
    s.pass({});
    CHECK(bob.heard() == "push 6 | push 7 | push 8 | push 9 | push 10");
    s.say(both, "alice", "11");
    CHECK(bob.heard() == "push 11");
}

TEST_CASE("a connection that gets full in the middle of a commit: what is in it already does not come again") {
    options o = calm();
    o.pushing_until_bytes = 10;
    deaf_script s{o};
    s.running->create_group("team", "bob");
    line bob{*s.running, "bob"};
    for (int i = 0; i < 3; ++i) bob.reads();
    bob.heard();
    {
        const engine<deaf_chat>::turn t{*s.running};
        s.say(both, "alice", "1");
        s.say(team, "bob", "2");
        s.say(conversation_id::direct("bob", "carol"), "carol", "3");
    }
    CHECK(bob.heard() == "push 1");
    std::string then;
    for (int i = 0; i < 5; ++i) {
        bob.reads();
        s.pass({});
        if (const std::string heard = bob.heard(); !heard.empty()) then += heard + ".";
    }
    CHECK(then == "push 2 | push 3.");  // a page goes in whole
}

TEST_CASE("several entries of one commit reach a dialect without a word for a batch one by one") {
    deaf_script s;
    line bob{*s.running, "bob"};
    bob.heard();
    {
        const engine<deaf_chat>::turn t{*s.running};
        s.say(both, "alice", "1");
        s.say(both, "alice", "2");
    }
    CHECK(bob.heard() == "push 1 | push 2");
}

TEST_CASE("one's own sends are not told to oneself, live, behind, or at the next sign-in") {
    deaf_script s;
    {
        line bob{*s.running, "bob"};
        bob.sends("direct:alice:bob", "a");
        bob.is_slow();
        s.say(both, "alice", "1");
        bob.sends("direct:alice:bob", "b");
        bob.is_quick();
        s.pass({});
        CHECK(bob.heard() == "signed in | ack a | ack b | push 1");
        s.confirm(bob);
    }
    line bob{*s.running, "bob"};
    s.pass({});
    CHECK(bob.heard() == "signed in");
}

TEST_CASE("a store that fails for a while delays a replay, and loses nothing") {
    deaf_script s;
    s.say(both, "alice", "1");
    line bob{*s.running, "bob"};
    s.store.fail_all();
    s.pass(seconds(3));
    s.store.fail_all(false);
    s.pass(seconds(3));
    CHECK(bob.heard() == "signed in | push 1");
}

// Slow outlets, late stores, probes that come or do not, connections that break: whatever the seed.
TEST_CASE("at least once, in order, whatever happens") {
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        CAPTURE(seed);
        seeded_random random{seed};
        options o = calm();
        o.slice = 1 + random.below(3);
        o.sign_in_within = seconds(3600);  // the store may be late
        o.small_page = {.entries = 1 + random.below(5), .bytes = 64 + random.below(200)};
        // A store that answers late has often committed what nobody was told yet, and reads overtake writes.
        deaf_script s{o, {.at_once = 10, .early = 80, .overtaken = 70}, seed};
        s.running->create_group("team", "alice");
        for (const char* user : {"bob", "carol", "dave"}) s.running->join(team, user_id{user});
        s.store.answer_at_once(random.below(2) == 0);
        std::map<std::string, std::uint64_t> said{{"team", 4}, {"both", 0}},
            confirmed{{"team", 1}};                 // bob sees his own joining
        std::map<std::string, std::uint64_t> here;  // what this connection was told last
        auto bob = std::make_unique<line>(*s.running, "bob");
        line carol{*s.running, "carol"}, dave{*s.running, "dave", "tandem.v1.tiny"};
        const auto listen = [&] {
            for (const std::string& heard : bob->lines()) {
                const auto fields = tiny_fields::parse(heard);
                if (fields->name() != "PUSH_MSG") continue;
                const std::string c = fields->text("conversation") == "group:team" ? "team" : "both";
                const std::uint64_t n = fields->number("seq");
                if (here.count(c)) REQUIRE(n == here[c] + 1);
                else REQUIRE(n <= confirmed[c] + 1);
                here[c] = n;
            }
        };
        for (int step = 0; step < 120; ++step) {
            switch (random.below(10)) {
                case 0:
                case 1: s.say(team, "alice", "x"), ++said["team"]; break;
                case 2: s.say(both, "alice", std::string(random.below(100), 'x')), ++said["both"]; break;
                case 3: bob->is_slow(); break;
                case 4: bob->is_quick(); break;
                case 5: s.store.step(); break;
                case 9: s.store.carry_out(); break;  // in the log, and nobody was told yet
                case 6: s.pass(milliseconds(static_cast<std::int64_t>(random.below(1500)))); break;
                case 7:
                    listen();
                    if (bob->answers_probe())
                        for (const auto& [c, n] : here)
                            confirmed[c] = std::max(confirmed[c], n);  // at most what it has got
                    break;
                case 8:
                    if (random.below(2) != 0) break;
                    listen();
                    here.clear();
                    bob = std::make_unique<line>(*s.running, "bob");
                    break;
            }
            listen();
        }
        s.store.answer_at_once(true);
        s.store.release_all();
        bob->is_quick();
        for (int i = 0; i < 3; ++i) s.pass(seconds(2)), s.store.release_all();
        listen();
        for (const auto& of : said) {
            CAPTURE(of.first);
            REQUIRE((here.count(of.first) ? here : confirmed)[of.first] == of.second);
        }
    }
}
