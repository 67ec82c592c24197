#include <tandem/client/line_keeper.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

using namespace tandem;
using stage = line_keeper::stage;

namespace {

// By seconds since it began.
struct line {
    explicit line(std::uint64_t seed = 7) : keeper{options, seed} {}

    std::string due(std::int64_t at) {
        switch (keeper.due(when(at))) {
            case line_keeper::action::nothing: return "";
            case line_keeper::action::connect: return "connect " + keeper.server();
            case line_keeper::action::beat: return "beat";
            case line_keeper::action::hang_up: return "hang up";
        }
        return "?";
    }
    void open(std::int64_t at, duration heartbeat = seconds(60)) {
        keeper.opened();
        keeper.signed_in(when(at), heartbeat);
    }
    std::int64_t next() const { return (keeper.next(when(9999)) - when(0)).milliseconds / 1000; }
    // It tries, and fails: how long until it tries again.
    duration fails(std::int64_t at) {
        due(at);
        return ends(at);
    }
    // It tries, and the connection holds for a while.
    duration holds_for(std::int64_t at, std::int64_t lasts) {
        due(at);
        open(at);
        return ends(at + lasts);
    }
    duration ends(std::int64_t at, duration come_back = {}) {
        keeper.closed(when(at), come_back);
        return keeper.next(when(99'999)) - when(at);
    }

    static instant when(std::int64_t at) { return instant{1'000'000} + seconds(at); }

    client_options options = [] {
        client_options o;
        o.servers = {"a", "b"};
        o.connect_within = seconds(20), o.heartbeat = seconds(75), o.answer_within = seconds(10);
        o.first_wait = seconds(1), o.longest_wait = seconds(32), o.polls_after = 3;
        return o;
    }();
    line_keeper keeper;
};

}  // namespace

TEST_SUITE("line_keeper") {
    TEST_CASE("nothing is due before it begins, or after it ends") {
        line l;
        CHECK(l.due(5) == "");
        CHECK(l.next() == 9999);
        l.keeper.closed(line::when(5), {});
        CHECK(l.keeper.at() == stage::idle);
        l.keeper.begin(line::when(5));
        l.keeper.end();
        CHECK(l.due(6) == "");
        l.keeper.network_changed(line::when(7));
        CHECK(l.due(8) == "");
        l.keeper.begin(line::when(9));
        CHECK(l.due(9) == "connect a");
    }

    TEST_CASE("to begin is to connect at once, and only once") {
        line l;
        l.keeper.begin(line::when(0));
        CHECK(l.next() == 0);
        CHECK(l.due(0) == "connect a");
        CHECK(l.keeper.at() == stage::connecting);
        l.keeper.begin(line::when(0));
        CHECK(l.due(0) == "");
    }

    TEST_CASE("a connection that is not signed in within the time is given up") {
        line l;
        l.keeper.begin(line::when(0));
        l.due(0);
        CHECK(l.next() == 20);
        CHECK(l.due(19) == "");
        l.keeper.opened();  // signing in is included
        CHECK(l.keeper.at() == stage::signing_in);
        CHECK(l.next() == 20);
        l.keeper.heard();  // what is no sign-in does not count
        CHECK(l.due(19) == "");
        CHECK(l.due(20) == "hang up");

        line silent;
        silent.keeper.begin(line::when(0));
        silent.due(0);
        CHECK(silent.due(20) == "hang up");
    }

    TEST_CASE("what opens when nobody connects is not believed") {
        line l;
        l.keeper.opened();
        CHECK(l.keeper.at() == stage::idle);
    }

    TEST_CASE("a silent connection is asked, and hung up if it does not answer in time") {
        line l;
        l.keeper.begin(line::when(0));
        l.due(0);
        l.open(5);
        CHECK(l.keeper.is_open());
        CHECK(l.next() == 65);
        CHECK(l.due(64) == "");
        CHECK(l.due(65) == "beat");
        CHECK(l.next() == 75);
        CHECK(l.due(74) == "");
        CHECK(l.due(75) == "hang up");
    }

    TEST_CASE("whatever is said puts the next heartbeat off, and what is heard does not: the server wants to hear") {
        line l;
        l.keeper.begin(line::when(0));
        l.due(0);
        l.open(0);
        l.keeper.heard();
        CHECK(l.due(59) == "");
        l.keeper.spoke(line::when(40));
        CHECK(l.due(99) == "");
        CHECK(l.due(100) == "beat");
    }

    TEST_CASE("who speaks and hears nothing asks all the same whether anybody is there") {
        line l;
        l.keeper.begin(line::when(0));
        l.due(0);
        l.open(0);
        l.keeper.heard();
        for (int n = 10; n < 70; n += 10) {
            l.keeper.spoke(line::when(n));
            CHECK(l.due(n) == "");
        }
        CHECK(l.due(70) == "beat");
        CHECK(l.due(80) == "hang up");
    }

    TEST_CASE("another network is asked on, whatever is said meanwhile") {
        line l;
        l.keeper.begin(line::when(0));
        l.due(0);
        l.open(0);
        l.keeper.heard();
        l.keeper.network_changed(line::when(20));
        l.keeper.spoke(line::when(20));
        CHECK(l.due(20) == "beat");
    }

    TEST_CASE("whatever is heard counts as an answer") {
        line l;
        l.keeper.begin(line::when(0));
        l.due(0);
        l.open(0);
        CHECK(l.due(60) == "beat");
        l.keeper.heard();
        CHECK(l.due(70) == "");
        CHECK(l.due(120) == "beat");
        CHECK(l.due(130) == "hang up");
    }

    TEST_CASE("what is said while an answer is waited for does not put the end off") {
        line l;
        l.keeper.begin(line::when(0));
        l.due(0);
        l.open(0);
        CHECK(l.due(60) == "beat");
        l.keeper.spoke(line::when(65));
        CHECK(l.due(70) == "hang up");
    }

    TEST_CASE("heartbeats come as often as the server asks, and never less often than the client wants") {
        for (const auto& [asked, next] :
             {std::pair{seconds(30), 30}, {seconds(75), 75}, {seconds(300), 75}, {{}, 75}}) {
            line l;
            l.keeper.begin(line::when(0));
            l.due(0);
            l.open(0, asked);
            CHECK(l.next() == next);
        }
    }

    TEST_CASE("after a failure the next server is tried, in turn") {
        line l;
        l.keeper.begin(line::when(0));
        CHECK(l.due(0) == "connect a");
        l.keeper.closed(line::when(1), {});
        CHECK(l.keeper.at() == stage::waiting);
        CHECK(l.due(50) == "connect b");
        l.keeper.opened();
        l.keeper.closed(line::when(51), {});  // to be refused is a failure as well
        CHECK(l.due(100) == "connect a");
        l.open(101);
        l.keeper.closed(line::when(200), {});
        CHECK(l.due(300) == "connect a");  // this one works
    }

    TEST_CASE("it is told once that a connection has ended") {
        line l;
        l.keeper.begin(line::when(0));
        l.due(0);
        l.keeper.closed(line::when(1), {});
        const std::int64_t next = l.next();
        l.keeper.closed(line::when(50), {});
        CHECK(l.next() == next);
        CHECK(l.due(50) == "connect b");
    }

    TEST_CASE("failures in a row are waited out longer each time, up to the longest") {
        std::vector<duration> longest(8);
        for (std::uint64_t seed = 0; seed < 200; ++seed) {
            line l{seed};
            l.keeper.begin(line::when(0));
            std::int64_t at = 0;
            for (duration& most : longest) most = std::max(most, l.fails(at += 100));
        }
        std::int64_t bound = 1000;
        for (const duration& most : longest) {
            CHECK(most <= milliseconds(bound));
            CHECK(most > milliseconds(bound * 9 / 10));
            bound = std::min<std::int64_t>(bound * 2, 32'000);
        }
    }

    TEST_CASE("a connection that held for long ends the row, one that broke at once does not") {
        duration after_long{}, after_short{};
        for (std::uint64_t seed = 0; seed < 200; ++seed) {
            line lasting{seed}, brief{seed};
            for (line* l : {&lasting, &brief}) {
                l->keeper.begin(line::when(0));
                for (std::int64_t at = 100; at <= 600; at += 100) l->fails(at);
            }
            after_long = std::max(after_long, lasting.holds_for(1000, 32));
            after_short = std::max(after_short, brief.holds_for(1000, 31));
        }
        CHECK(after_long <= seconds(1));
        CHECK(after_short > seconds(20));
    }

    TEST_CASE("a server that says when to come back is believed, and not by all at once") {
        std::set<std::int64_t> moments;
        for (std::uint64_t seed = 0; seed < 100; ++seed) {
            line l{seed};
            l.keeper.begin(line::when(0));
            l.due(0);
            l.open(0);
            const duration wait = l.ends(40, seconds(300));
            CHECK((wait >= seconds(300) && wait <= seconds(301)));
            moments.insert(wait.milliseconds);
        }
        CHECK(moments.size() > 50);
    }

    TEST_CASE("when the network has changed nothing is waited for, and the row begins anew") {
        duration longest{};
        for (std::uint64_t seed = 0; seed < 200; ++seed) {
            line l{seed};
            l.keeper.begin(line::when(0));
            for (std::int64_t at = 100; at <= 600; at += 100) l.fails(at);
            l.due(700);
            l.ends(700, seconds(300));
            l.keeper.network_changed(line::when(710));
            CHECK(l.next() == 710);
            longest = std::max(longest, l.fails(710));
        }
        CHECK(longest <= seconds(1));
    }

    TEST_CASE("when the network has changed an open connection is asked whether it lives") {
        line l;
        l.keeper.begin(line::when(0));
        l.due(0);
        l.open(0);
        CHECK(l.due(60) == "beat");
        l.keeper.network_changed(line::when(65));  // what was asked may be lost: that is no answer yet
        CHECK(l.due(65) == "beat");
        CHECK(l.due(74) == "");
        CHECK(l.due(75) == "hang up");
    }

    TEST_CASE("when the network has changed an attempt keeps its time") {
        line l;
        l.keeper.begin(line::when(0));
        l.due(0);
        l.keeper.network_changed(line::when(5));
        CHECK(l.next() == 20);
    }

    TEST_CASE("after some failures in a row it polls, until a connection is signed in") {
        line l;
        l.keeper.begin(line::when(0));
        l.fails(100);
        l.fails(200);
        CHECK_FALSE(l.keeper.polls());
        l.fails(300);
        CHECK(l.keeper.polls());
        l.due(400);
        CHECK(l.keeper.polls());  // while it tries
        l.keeper.opened();
        CHECK(l.keeper.polls());
        l.keeper.signed_in(line::when(401), seconds(60));
        CHECK_FALSE(l.keeper.polls());
        l.ends(402);
        CHECK_FALSE(l.keeper.polls());  // the row has ended
        l.fails(500);
        l.fails(600);
        CHECK_FALSE(l.keeper.polls());
        l.fails(700);
        CHECK(l.keeper.polls());
        l.keeper.end();
        CHECK_FALSE(l.keeper.polls());
    }
}
