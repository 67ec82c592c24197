#include <tandem/policy/observer.hpp>

#include "fixture.hpp"

using namespace tandem;

namespace {

std::string name_of(const named_device& d) {
    return std::string{d.user.view()} + (d.device.empty() ? "" : "/" + std::string{d.device.view()});
}
std::string range_of(const carried& c) {
    const std::string first = std::to_string(c.first.value), last = std::to_string(c.last.value);
    return (c.is_mark ? "mark " : "") + (first == last ? first : first + "-" + last);
}

// Writes down all it is told, one word or two each.
struct diary {
    std::vector<std::string> lines{};

    void session_opened() { add("opened"); }
    void session_closed(errc why) { add(std::string{"closed: "} + text(why)); }
    void refused(errc why) { add(std::string{"refused: "} + text(why)); }
    void placed(const entry& e) { add("placed " + std::to_string(e.place.position.value)); }
    void marked(const mark& m) { add("marked " + std::to_string(m.value)); }
    void pushed(const named_device& d, const carried& c) { add("pushed " + name_of(d) + " " + range_of(c)); }
    void skipped(const named_device& d, const carried& c) { add("skipped " + name_of(d) + " " + range_of(c)); }
    void acknowledged(const named_device& d, const conversation_id& c, place p) {
        add("acknowledged " + name_of(d) + " " + c.text() + " " + std::to_string(p.seq.value));
    }
    void pulled(const named_device& d, position from, position examined) {
        add("pulled " + name_of(d) + " " + std::to_string(from.value) + "-" + std::to_string(examined.value));
    }
    void reported(const named_device& d, position cursor) {
        add("reported " + name_of(d) + " " + std::to_string(cursor.value));
    }
    void log_replaced(epoch e) { add("replaced " + std::to_string(e.value)); }

    void add(std::string line) { lines.push_back(std::move(line)); }
    std::string says() {
        std::string all;
        for (const std::string& line : std::exchange(lines, {})) all += (all.empty() ? "" : " | ") + line;
        return all;
    }
};

// Time goes on when a script says so, and it says so inside the policies.
struct stopwatch {
    std::uint64_t now = 0;
    std::map<stage, std::vector<std::uint64_t>> times{};
    std::vector<instant> turns{};

    std::uint64_t nanoseconds() const { return now; }
    void took(stage what, std::uint64_t n) { times[what].push_back(n); }
    void turn_begun(instant at) { turns.push_back(at); }
};

using durations = std::vector<std::uint64_t>;

// Answers at once what is asked at once, and takes its time.
struct lengthy_authenticator : trust_everyone {
    stopwatch* watch;

    result<identity> verify(std::string_view credential) const {
        watch->now += 7;
        return trust_everyone::verify(credential);
    }
};

struct lengthy_chat : default_policies {
    using store = memory_store;
    using authenticator = lengthy_authenticator;
    using observer = stopwatch&;
    using clock = manual_clock&;
    using dialects = tandem::dialects<tiny_dialect>;
};

}  // namespace

TEST_CASE("an argument that costs something is gathered for who wants it, and for nobody else") {
    struct wants {
        int got = 0;
        void received(std::size_t n) { got = static_cast<int>(n); }
    } one;
    struct only_counts {
        int times = 0;
        void received() { ++times; }
    } two;
    no_observer none;
    int gathered = 0;
    const auto gather = [&] { return ++gathered, std::size_t{5}; };
    detail::notify(hooks::received, none, gather);
    detail::notify(hooks::received, two, gather);
    CHECK(gathered == 0);
    CHECK(two.times == 1);
    detail::notify(hooks::received, one, gather);
    CHECK(gathered == 1);
    CHECK(one.got == 5);
}

TEST_CASE("hooks: a message is placed, acknowledged to its device, and pushed to the others") {
    diary d;
    watched s{d};
    auto alice = s.sign_in("alice/pc"), bob = s.sign_in("bob/phone");
    CHECK(d.says() == "opened | opened");
    alice.sends("bob", "hi");
    CHECK(d.says() == "placed 1 | acknowledged alice/pc direct:alice:bob 1 | pushed bob/phone 1");
    alice.sends("bob", "hi");
    CHECK(d.says() == "acknowledged alice/pc direct:alice:bob 1");
    bob.hangs_up();
    CHECK(d.says() == "closed: dead session");
}

TEST_CASE("hooks: a push carries the entries of one conversation; a device that is behind is skipped them all") {
    diary d;
    watched s{d};
    s.running.create_group("team", "bob", std::vector<user_id>{"carol"});
    auto alice = s.sign_in("alice"), bob = s.sign_in("bob/phone"), carol = s.sign_in("carol/pc");
    carol.is_slow();
    d.says();
    {
        const watched<diary>::turn t{s.running};
        s.running.send({.conversation = conversation_id::group("team"), .sender = "bob", .body = "a"});
        alice.sends("bob", "x");
        s.running.send({.conversation = conversation_id::group("team"), .sender = "bob", .body = "b"});
    }
    CHECK(d.says() == "placed 3 | placed 4 | placed 5 | skipped carol/pc 3-5 | pushed bob/phone 3-5 | "
                      "acknowledged alice/default direct:alice:bob 1 | pushed bob/phone 4");
}

TEST_CASE("hooks: each of those who sent in one commit is pushed the others' entries one by one") {
    diary d;
    watched s{d};
    auto alice = s.sign_in("alice/pc"), bob = s.sign_in("bob/phone");
    d.says();
    {
        const watched<diary>::turn t{s.running};
        alice.sends("bob", "a");
        bob.sends("alice", "b");
    }
    CHECK(d.says() == "placed 1 | placed 2 | acknowledged alice/pc direct:alice:bob 1 | pushed bob/phone 1 | "
                      "acknowledged bob/phone direct:alice:bob 2 | pushed alice/pc 2");
}

TEST_CASE(
    "hooks: pages pulled, by HTTP or behind the sign-in's reply; the device is named if the credential names it") {
    diary d;
    watched s{d};
    auto alice = s.sign_in("alice/pc");
    alice.sends("bob", "a").sends("bob", "b");
    d.says();
    CHECK(s.get("bob", "/api/sync?lastSeq=0&count=1") == 200);
    CHECK(s.get("bob/phone", "/api/sync?lastSeq=1") == 200);
    CHECK(d.says() == "pulled bob 0-1 | pulled bob/phone 1-2");
    CHECK(s.get("mallory", "/api/sync?lastSeq=1") == 401);
    CHECK(s.get("bob", "/api/sync?lastSeq=9") == 200);  // reset: not a page
    CHECK(d.says() == "refused: bad credential");
    auto bob = s.sign_in("bob/pad", "cursor=1");
    CHECK(d.says() == "opened | reported bob/pad 1 | pulled bob/pad 1-2");
}

TEST_CASE("hooks: what a device that cannot pull is told again is pushed to it") {
    diary d;
    watched s{d};
    auto alice = s.sign_in("alice/pc"), bob = s.sign_in("bob/phone", {}, {"replayed"});
    bob.is_slow();
    d.says();
    alice.sends("bob", "a");
    CHECK(d.says() == "placed 1 | acknowledged alice/pc direct:alice:bob 1 | skipped bob/phone 1");
    bob.is_quick();
    CHECK(d.says() == "pushed bob/phone 1");
}

TEST_CASE("hooks: a message sent by HTTP is acknowledged too") {
    diary d;
    watched s{d};
    CHECK(s.post("alice/pc", "/api/messages/send", "to=bob send_id=a body=a") == 200);
    CHECK(d.says() == "placed 1 | acknowledged alice/pc direct:alice:bob 1");
}

TEST_CASE("hooks: a cursor that a device reports, and marks that move") {
    diary d;
    watched s{d};
    auto alice = s.sign_in("alice/pc"), bob = s.sign_in("bob/phone");
    alice.sends("bob", "a");
    d.says();
    bob.says("HEARTBEAT_REQ 2");
    CHECK(d.says() == "");
    bob.says("HEARTBEAT_REQ 3 cursor=1");
    CHECK(d.says() == "reported bob/phone 1");
    bob.says("HEARTBEAT_REQ 4 cursor=2");  // beyond the head
    CHECK(d.says() == "refused: reset | closed: reset");
    s.pass(seconds(2));
    alice.says("MARK_REQ 2 to=bob key=read value=1");
    CHECK(d.says() == "marked 1");
}

TEST_CASE("hooks: a mark that is pushed or skipped says that it is one") {
    diary d;
    watched s{d};
    auto alice = s.sign_in("alice/pc"), bob = s.sign_in("bob/phone");
    alice.sends("bob", "a");
    s.pass(seconds(2));
    d.says();
    bob.says("MARK_REQ 2 to=alice key=read value=1");
    CHECK(d.says() == "marked 1 | pushed alice/pc mark 2");
}

TEST_CASE("hooks: what a new member may see of before is pushed to the user, who knows to which device") {
    diary d;
    options o = calm();
    o.history_for_new_members = 2;
    watched s{d, o};
    const auto team = s.running.create_group("team", "alice");
    auto alice = s.sign_in("alice/pc"), bob = s.sign_in("bob/phone");
    alice.sends("group:team", "a").sends("group:team", "b");
    d.says();
    s.running.join(team, "bob");
    CHECK(d.says() == "placed 4 | pushed alice/pc 4 | pushed bob/phone 4 | pushed bob 2-3");
    s.running.join(team, "carol");
    CHECK(d.says() == "placed 5 | pushed alice/pc 5 | pushed bob/phone 5");
    auto dave = s.sign_in("dave/pad");
    dave.is_slow();
    d.says();
    s.running.join(team, "dave");
    CHECK(d.says() == "placed 6 | pushed alice/pc 6 | skipped dave/pad 6 | pushed bob/phone 6");
}

TEST_CASE("hooks: a log that was replaced") {
    diary d;
    watched s{d};
    auto alice = s.sign_in("alice/pc");
    d.says();
    s.store.inner() = memory_store{epoch{8}};
    s.pass(minutes(1));
    CHECK(d.says() == "replaced 8 | closed: reset");
}

TEST_CASE("times: a verb that answers later took until its answer came") {
    stopwatch w;
    watched s{w};
    auto alice = s.sign_in("alice");
    w.times.clear();
    s.slow();
    alice.sends("bob", "a");
    w.now += 100;
    CHECK(w.times.count(stage::append) == 0);
    s.quick();
    CHECK(w.times[stage::append] == durations{100});
}

TEST_CASE("times: how long an answer lies here until it is worked off is not the policy's time") {
    stopwatch w;
    watched s{w};
    auto alice = s.sign_in("alice");
    w.times.clear();
    s.slow();
    alice.sends("bob", "a");
    {
        const watched<stopwatch>::turn t{s.running};
        w.now += 100;
        s.quick();
        w.now += 1000;
    }
    CHECK(w.times[stage::append] == durations{100});
}

TEST_CASE("times: a question that is dropped was answered when it was dropped; after the engine's end nobody is told") {
    stopwatch w;
    std::optional<watched<stopwatch>> s{std::in_place, w};
    auto alice = s->sign_in("alice");
    w.times.clear();
    s->slow();
    alice.sends("bob", "a");
    w.now += 30;
    s->store.crash();
    CHECK(w.times[stage::append] == durations{30});
    s->get("alice", "/api/sync?lastSeq=0");
    w.times.clear();
    s.reset();
    CHECK(w.times.empty());
}

TEST_CASE("times: a verb that answers at once took what it took") {
    stopwatch w;
    manual_clock clock;
    engine<lengthy_chat> e{{.authenticator = lengthy_authenticator{{}, &w}, .observer = w, .clock = clock}, calm()};
    basic_peer<engine<lengthy_chat>> alice{e};
    w.times.clear();
    alice.says("AUTH_REQ 1 credential=alice");
    CHECK(w.times[stage::verify] == durations{7});
    CHECK(w.times[stage::memberships] == durations{0});
    CHECK(w.times[stage::head] == durations{0});
    CHECK(w.times[stage::turn] == durations{7});
    CHECK(alice.heard() == "signed in");
}

TEST_CASE("times: a turn goes from entering the outermost to its end, and begins at the engine's now") {
    stopwatch w;
    watched s{w};
    auto alice = s.sign_in("alice");
    w.times.clear(), w.turns.clear();
    {
        const watched<stopwatch>::turn outer{s.running};
        w.now += 10;
        {
            const watched<stopwatch>::turn inner{s.running};
            alice.sends("bob", "a");
            w.now += 10;
        }
        CHECK(w.times[stage::turn].empty());
    }
    CHECK(w.times[stage::turn] == durations{20});
    CHECK(w.turns == std::vector<instant>{s.clock.now()});
}
