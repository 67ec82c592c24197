#include <tandem/store/worker.hpp>

#include "worker_fixture.hpp"

using namespace tandem;

namespace {

std::atomic<std::uint64_t> nanoseconds{0};
std::uint64_t by_hand() { return nanoseconds; }

mark_change a_mark() { return scene::mark(scene::pair(), scene::ann, mark_key::read, 1); }

// Two who ask, and a third whose append is at the disk: what they ask waits until the gate is opened.
struct busy_scenery : scenery {
    explicit busy_scenery(const worker_options& o = {}) : scenery{o} {
        store.writes.close();
        third.append(first.of, first.then());
        store.writes.wait_for();
        store.did();
    }
    void go_on() {
        store.writes.open();
        for (const auto* w : {&third, &one, &other}) settle(*w);
    }

    an_append first{{"first"}};
    worker_store<watched_store&> third = asker(), one = asker(), other = asker();
};

}  // namespace

TEST_SUITE("worker") {
    TEST_CASE("appends that wait become one commit, whosever they are, and each hears of its own drafts") {
        busy_scenery s;
        an_append a{{"a", "b"}}, none{{}}, c{{"c"}}, d{{"d", "e", "f"}};
        s.one.append(a.of, a.then());
        s.other.append(none.of, none.then());
        s.other.append(c.of, c.then());
        s.one.append(d.of, d.then());
        s.go_on();
        CHECK(s.store.did() == "append 6");
        CHECK(s.first.became() == "1");
        CHECK(a.became() == "2 3");
        CHECK(none.became() == "");
        CHECK(c.became() == "4");
        CHECK(d.became() == "5 6 7");
        CHECK(scene::bodies(s.store.tail({}, {})->entries) == "first,a,b,c,d,e,f,");
    }

    TEST_CASE("what went into one joint commit is not in the next") {
        busy_scenery s;
        an_append a{{"a"}}, b{{"b"}}, second{{"second"}}, c{{"c"}}, d{{"d"}};
        s.one.append(a.of, a.then());
        s.other.append(b.of, b.then());
        s.go_on();
        s.store.writes.close();
        s.third.append(second.of, second.then());
        s.store.writes.wait_for();
        s.one.append(c.of, c.then());
        s.other.append(d.of, d.then());
        s.go_on();
        CHECK(s.store.did() == "append 2 | append 1 | append 2");
        CHECK(c.became() == "5");
        CHECK(d.became() == "6");
    }

    TEST_CASE("an append that waits alone goes as it is: nothing is copied") {
        scenery s;
        auto asker = s.asker();
        an_append a{{"a", "b"}};
        const draft* seen = nullptr;
        s.store.then_append = [&](drafts ds) {
            seen = ds.data();
            return outcomes(ds.size());
        };
        asker.append(a.of, a.then());
        s.settle(asker);
        CHECK(seen == a.of.data());
    }

    TEST_CASE("a store that takes several appends together gets them where they are") {
        struct joining : watched_store {
            result<outcomes> append_together(std::span<const drafts> spans) {
                outcomes all;
                for (const drafts ds : spans) {
                    seen.push_back(ds.data());
                    const auto of_these = memory_store::append(ds);
                    all.insert(all.end(), of_these->begin(), of_these->end());
                }
                return all;
            }
            std::vector<const draft*> seen{};
        };
        static_assert(joining_store<joining> && !joining_store<watched_store>);
        joining store;
        test_loop loop;
        worker<joining&> disk{store};
        worker_store<joining&> one{disk, loop.post()}, other{disk, loop.post()};
        an_append first{{"first"}}, a{{"a"}}, b{{"b", "c"}};
        store.writes.close();
        one.append(first.of, first.then());
        store.writes.wait_for();
        one.append(a.of, a.then());
        other.append(b.of, b.then());
        store.writes.open();
        loop.run_until([&] { return one.waiting() + other.waiting() == 0; });
        CHECK(store.did() == "append 1");
        CHECK(store.seen == std::vector<const draft*>{a.of.data(), b.of.data()});
        CHECK(a.became() == "2");
        CHECK(b.became() == "3 4");
    }

    TEST_CASE("a joint commit that fails, fails for everybody, and so does one whose outcome is unknown") {
        const auto both_became = [](std::function<result<outcomes>(drafts)> then_append) {
            busy_scenery s;
            an_append a{{"a"}}, b{{"b"}};
            s.one.append(a.of, a.then());
            s.other.append(b.of, b.then());
            s.store.then_append = [&](drafts ds) {
                if (ds.size() == 2) return then_append(ds);
                return s.store.memory_store::append(ds);
            };
            s.go_on();
            CHECK(s.first.became() == "1");
            return a.became() + ", " + b.became();
        };
        CHECK(both_became([](drafts) { return errc::store_failed; }) == "store failed, store failed");
        CHECK(both_became([](drafts) { return errc::unknown_outcome; }) == "unknown outcome, unknown outcome");
        CHECK(both_became([](drafts) { return outcomes(3); }) == "unknown outcome, unknown outcome");
        CHECK(both_became([](drafts) { return outcomes(1); }) == "unknown outcome, unknown outcome");
        CHECK(both_became([](drafts) -> result<outcomes> { throw std::runtime_error{"no disk"}; }) ==
              "unknown outcome, unknown outcome");
    }

    TEST_CASE("what the store throws is unknown of a write, and a failure of a read") {
        scenery s;
        auto asker = s.asker();
        s.store.throws = true;
        s.store.then_append = [](drafts) -> result<outcomes> { throw 7; };
        an_append a{{"a"}};
        const mark_change m = a_mark();
        std::string put, head;
        std::optional<error> why;
        asker.append(a.of, a.then());
        asker.put(mark_changes{&m, 1}, told_to<mark_outcomes>(put));
        asker.head(done<log_head>{[&](result<log_head> r) { head = text(r.error().code), why = r.error(); }});
        s.settle(asker);
        CHECK(a.became() == "unknown outcome");
        CHECK(put == "unknown outcome");
        CHECK(head == "store failed");
        CHECK(why->detail == "no disk");
    }

    TEST_CASE("the writes of one keep their order, and hold up no append of the others") {
        busy_scenery s;
        an_append a{{"a"}}, b{{"b"}}, c{{"c"}}, x{{"x"}}, y{{"y"}};
        const mark_change m = a_mark();
        std::string put, trimmed;
        s.one.append(a.of, a.then());
        s.one.put(mark_changes{&m, 1}, told_to<mark_outcomes>(put));
        s.one.append(b.of, b.then());
        s.other.append(x.of, x.then());
        s.one.trim(scene::pair(), seq{1}, told_to<nothing>(trimmed));
        s.one.append(c.of, c.then());
        s.other.append(y.of, y.then());
        s.go_on();
        CHECK(s.store.did() == "append 3 | put | append 1 | trim | append 1");
        CHECK(scene::bodies(s.store.tail({}, {})->entries) == "first,a,x,y,b,c,");
        CHECK(put == "ok");
        CHECK(trimmed == "ok");
        CHECK(c.became() == "6");
    }

    TEST_CASE("reads wait in line with writes, and appends behind them may join those before") {
        busy_scenery s;
        an_append a{{"a"}}, b{{"b"}};
        std::string head;
        s.one.append(a.of, a.then());
        s.one.head(told_to<log_head>(head));
        s.one.append(b.of, b.then());
        s.go_on();
        CHECK(s.store.did() == "append 2 | head");
        CHECK(head == "ok");
    }

    TEST_CASE("reads of a store that can be read from any thread wait for no commit, and not for each other") {
        readable_store store;
        test_loop loop;
        worker<readable_store&> disk{store, {.readers = 2}};
        worker_store<readable_store&> asker{disk, loop.post()};
        an_append a{{"a"}};
        std::string heads;
        store.writes.close();
        store.heads.close();
        asker.append(a.of, a.then());
        asker.head(told_to<log_head>(heads));
        asker.head(told_to<log_head>(heads));
        store.writes.wait_for();
        store.heads.wait_for(2);
        store.heads.open();
        loop.run_until([&] { return heads == "okok"; });
        CHECK(a.answers == 0);
        store.writes.open();
        loop.run_until([&] { return asker.waiting() == 0; });
        CHECK(a.became() == "1");
    }

    TEST_CASE("without threads for reading, reads wait in line whatever the store allows") {
        readable_store store;
        test_loop loop;
        worker<readable_store&> disk{store, {.readers = 0}};
        worker_store<readable_store&> asker{disk, loop.post()};
        an_append a{{"a"}};
        std::string head;
        asker.append(a.of, a.then());
        asker.head(told_to<log_head>(head));
        loop.run_until([&] { return asker.waiting() == 0; });
        CHECK(store.did() == "append 1 | head");
    }

    TEST_CASE("only so many reads wait, and so many writes: the next is answered at once, and nothing of it happens") {
        busy_scenery s{{.most_waiting = 2}};
        an_append a{{"a"}}, b{{"b"}};
        std::string heads, head, put;
        const mark_change m = a_mark();
        s.one.head(told_to<log_head>(heads));
        s.one.head(told_to<log_head>(heads));
        s.other.head(told_to<log_head>(head));
        s.one.append(a.of, a.then());
        s.other.append(b.of, b.then());
        s.other.put(mark_changes{&m, 1}, told_to<mark_outcomes>(put));
        CHECK(s.loop.size() == 3);
        CHECK(b.answers == 0);  // not from inside the call
        s.loop.run();
        CHECK(head == "overloaded");
        CHECK(b.became() == "store failed");
        CHECK(put == "store failed");
        CHECK(s.other.waiting() == 0);
        s.go_on();
        CHECK(heads == "okok");
        CHECK(a.became() == "2");
        b.answers = 0;
        s.other.append(b.of, b.then());
        s.other.head(told_to<log_head>(heads));
        s.settle(s.other);
        CHECK(b.became() == "3");
        CHECK(heads == "okokok");
        CHECK(scene::bodies(s.store.tail({}, {})->entries) == "first,a,b,");
    }

    TEST_CASE("only so many drafts wait, those of the running append among them; too large an append goes alone") {
        busy_scenery s{{.most_drafts = 3}};
        an_append a{{"a", "b"}}, c{{"c"}}, large{{"d", "e", "f", "g"}};
        s.one.append(a.of, a.then());
        s.one.append(c.of, c.then());
        s.loop.run();
        CHECK(c.became() == "store failed");
        s.go_on();
        CHECK(a.became() == "2 3");
        s.store.writes.close();
        s.one.append(large.of, large.then());
        c.answers = 0;
        const mark_change m = a_mark();
        std::string put, head;
        s.other.append(c.of, c.then());
        s.other.put(mark_changes{&m, 1}, told_to<mark_outcomes>(put));
        s.other.head(told_to<log_head>(head));
        s.loop.run();
        CHECK(c.became() == "store failed");
        s.go_on();
        CHECK(large.became() == "4 5 6 7");
        CHECK(put == "ok");  // no drafts, no crowd
        CHECK(head == "ok");
    }

    TEST_CASE("its load shows a stuck disk: how much waits, and since when the oldest call runs") {
        nanoseconds = 1'000;
        busy_scenery s{{.clock = by_hand}};
        an_append a{{"a", "b"}};
        std::string head;
        s.one.append(a.of, a.then());
        s.other.head(told_to<log_head>(head));
        nanoseconds = 8'000;
        worker_load seen;
        std::thread{[&] { seen = s.disk.load(); }}.join();
        CHECK(seen.waiting == 3);
        CHECK(seen.drafts == 3);
        CHECK(seen.longest_call == 7'000);
        s.go_on();
        CHECK(s.disk.load().waiting == 0);
        CHECK(s.disk.load().drafts == 0);
        CHECK(s.disk.load().longest_call == 0);
    }

    TEST_CASE("of calls that run, the oldest counts") {
        readable_store store;
        test_loop loop;
        worker<readable_store&> disk{store, {.clock = by_hand}};
        worker_store<readable_store&> asker{disk, loop.post()};
        an_append a{{"a"}};
        std::string head;
        store.writes.close();
        store.heads.close();
        nanoseconds = 100;
        asker.head(told_to<log_head>(head));
        store.heads.wait_for();
        nanoseconds = 300;
        asker.append(a.of, a.then());
        store.writes.wait_for();
        nanoseconds = 1'000;
        CHECK(disk.load().longest_call == 900);
        store.heads.open();
        loop.run_until([&] { return head == "ok"; });
        CHECK(disk.load().longest_call == 700);
        store.heads.close();
        asker.head(told_to<log_head>(head));
        store.heads.wait_for();
        nanoseconds = 1'500;
        CHECK(disk.load().longest_call == 1'200);
        store.heads.open();
        store.writes.open();
        loop.run_until([&] { return asker.waiting() == 0; });
    }

    TEST_CASE("stopped, it finishes what runs, and what waits is answered that nothing happened") {
        busy_scenery s;
        an_append a{{"a"}};
        const mark_change m = a_mark();
        std::string put, head;
        s.one.append(a.of, a.then());
        s.one.put(mark_changes{&m, 1}, told_to<mark_outcomes>(put));
        s.other.head(told_to<log_head>(head));
        std::thread stopper{[&] { s.disk.stop(); }};
        s.settle(s.one);
        s.settle(s.other);
        CHECK(s.first.answers == 0);  // it still runs
        s.store.writes.open();
        stopper.join();
        s.loop.run();
        CHECK(s.first.became() == "1");
        CHECK(a.became() == "store failed");
        CHECK(put == "store failed");
        CHECK(head == "overloaded");
        CHECK(s.store.did() == "");
        CHECK(s.disk.load().waiting == 0);
        CHECK(s.disk.load().drafts == 0);
    }

    TEST_CASE("stopped, it may carry out what waits, but takes no more") {
        busy_scenery s;
        an_append a{{"a"}};
        std::string head;
        s.one.append(a.of, a.then());
        s.one.head(told_to<log_head>(head));
        std::thread stopper{[&] { s.disk.stop(when_stopped::carry_out); }};
        bool takes_more = true;
        while (takes_more) {
            s.other.head(done<log_head>{[&](result<log_head> r) {
                if (!r && r.error().detail == "the store's worker is stopped") takes_more = false;
            }});
            s.loop.run();
        }
        s.store.writes.open();
        stopper.join();
        s.settle(s.third);
        s.settle(s.one);
        CHECK(s.first.became() == "1");
        CHECK(a.became() == "2");
        CHECK(head == "ok");
        s.settle(s.other);
    }

    TEST_CASE("who stops it for good does not wait until one who stops it gently has everything carried out") {
        busy_scenery s;
        an_append a{{"a"}};
        s.one.append(a.of, a.then());
        std::thread gently{[&] { s.disk.stop(when_stopped::carry_out); }};
        std::thread for_good{[&] { s.disk.stop(); }};
        s.settle(s.one);
        CHECK(a.became() == "store failed");
        s.store.writes.open();
        gently.join();
        for_good.join();
        s.settle(s.third);
        CHECK(s.first.became() == "1");
        CHECK(s.store.did() == "");
        s.disk.stop();
    }

    TEST_CASE("its end is a stop, and who asks it afterwards is answered") {
        watched_store store;
        test_loop loop;
        auto disk = std::make_unique<worker<watched_store&>>(store);
        worker_store<watched_store&> asker{*disk, loop.post()};
        an_append running{{"a"}}, waiting{{"b"}}, late{{"c"}};
        store.writes.close();
        asker.append(running.of, running.then());
        store.writes.wait_for();
        asker.append(waiting.of, waiting.then());
        std::thread ending{[&] { disk.reset(); }};
        loop.run_one();
        CHECK(waiting.became() == "store failed");
        store.writes.open();
        ending.join();
        std::string head;
        asker.append(late.of, late.then());
        asker.head(told_to<log_head>(head));
        loop.run();
        CHECK(running.became() == "1");
        CHECK(late.became() == "store failed");
        CHECK(head == "overloaded");
        CHECK(store.did() == "append 1");
    }

    TEST_CASE("it keeps a store of its own, too") {
        test_loop loop;
        worker disk{memory_store{epoch{7}}};
        worker_store asker{disk, loop.post()};
        std::uint64_t which = 0;
        asker.head(done<log_head>{[&](result<log_head> r) { which = r->epoch.value; }});
        loop.run_one();
        CHECK(which == 7);
    }
}
