#include <tandem/client/send_queue.hpp>

#include "told.hpp"

#include <doctest/doctest.h>

using namespace tandem;

namespace {

// A queue, and a connection that counts the requests it is given from 1: "1:a" is the first, of the send with the id a.
struct outbox {
    explicit outbox(std::size_t window = 16) : queue{window, backoff{7, seconds(1), seconds(30)}} {}

    outbox& add(std::string_view id, std::string_view to = "g", entry_kind kind = entry_kind::message) {
        queue.add(a_send(id, to, kind));
        return *this;
    }
    queued_send a_send(std::string_view id, std::string_view to = "g", entry_kind kind = entry_kind::message) {
        return {.number = ++numbers, .send_id = send_id{id}, .conversation = told::in(to), .kind = kind};
    }
    // Whatever may be said at that second, as far as there is room.
    std::string says(std::int64_t at = 0, std::size_t window = 100, std::size_t room = 100) {
        std::string all;
        queue.pump(when(at), window, [&](const queued_send& q) -> std::uint32_t {
            if (room-- == 0) return 0;
            all += (all.empty() ? "" : " ") + std::to_string(++sequence) + ":" + std::string{q.send_id.view()};
            return sequence;
        });
        return all;
    }
    bool postponed(std::uint32_t n, errc why = errc::overloaded, duration wait = seconds(60), std::int64_t at = 0) {
        return queue.postponed(n, why, wait, when(at));
    }
    // Seconds until a line may go on; -1: none waits.
    std::int64_t next(std::int64_t at = 0) const {
        const instant n = queue.next(when(at), when(99'999));
        return n == when(99'999) ? -1 : (n - when(0)).milliseconds / 1000;
    }
    std::uint64_t taken(std::string_view id) { return queue.taken(send_id{id}).value_or(0); }

    static instant when(std::int64_t at) { return instant{1'000'000} + seconds(at); }

    send_queue queue;
    std::uint64_t numbers = 0;
    std::uint32_t sequence = 0;
};

using numbers = std::vector<std::uint64_t>;

}  // namespace

TEST_SUITE("send_queue") {
    TEST_CASE("sends of one conversation are said in their order, each once") {
        outbox o;
        o.add("a").add("b").add("c");
        CHECK(o.says() == "1:a 2:b 3:c");
        CHECK(o.says() == "");
        o.add("d");
        CHECK(o.says() == "4:d");
    }

    TEST_CASE("what a store kept is said in its order, what failed for good is not") {
        outbox o;
        o.add("x");
        queued_send failed = o.a_send("b");
        failed.failed = errc::not_allowed;
        o.queue.load({o.a_send("a"), failed, o.a_send("c")});
        CHECK(o.says() == "1:a 2:c");
        CHECK(o.queue.drop("b") == 2);
    }

    TEST_CASE("no more are on their way than the window holds, until they have been answered") {
        outbox o{2};
        o.add("a").add("b").add("c").add("d");
        CHECK(o.says() == "1:a 2:b");
        CHECK(o.says() == "");
        CHECK(o.queue.stored(1, {5}));
        CHECK(o.says() == "3:c");
        CHECK(o.queue.failed(2, errc::not_allowed));
        CHECK(o.says() == "4:d");
    }

    TEST_CASE("who pumps may have a smaller window") {
        outbox o{2};
        o.add("a").add("b").add("c").add("h", "h");
        CHECK(o.says(0, 1) == "1:a 2:h");
        CHECK(o.says(0, 9) == "3:b");
    }

    TEST_CASE("one conversation does not wait for another") {
        outbox o{1};
        o.add("a", "g").add("b", "g").add("c", "h");
        CHECK(o.says() == "1:a 2:c");
        CHECK(o.postponed(1));
        CHECK(o.queue.stored(2, {5}));
        o.add("d", "h");
        CHECK(o.says() == "3:d");
    }

    TEST_CASE("when nothing more can be said now, it goes on where it stopped") {
        outbox o;
        o.add("a").add("b").add("c", "h");
        CHECK(o.says(0, 100, 1) == "1:a");
        CHECK(o.says(0, 100, 0) == "");
        CHECK(o.says() == "2:b 3:c");
    }

    TEST_CASE("a reply is about the send that asked, once") {
        outbox o;
        o.add("a").add("b");
        CHECK_FALSE(o.queue.asked(1));
        o.says();
        REQUIRE(o.queue.asked(2));
        CHECK(o.queue.asked(2)->send_id.view() == "b");
        CHECK(o.queue.stored(2, {5}));
        CHECK_FALSE(o.queue.asked(2));
        CHECK_FALSE(o.queue.stored(2, {5}));
        CHECK_FALSE(o.queue.asked(3));
    }

    TEST_CASE("what is stored stays until its entry is taken in") {
        outbox o;
        o.add("a").add("b");
        o.says();
        CHECK(o.queue.stored(1, {5}));
        CHECK_FALSE(o.queue.empty());
        CHECK(o.taken("a") == 1);
        CHECK(o.taken("a") == 0);
        CHECK(o.taken("never") == 0);
        CHECK(o.taken("b") == 2);  // before its answer, which may be that its lane is closed
        CHECK_FALSE(o.queue.empty());
        CHECK(o.queue.stored(2, {6}));
        CHECK(o.queue.empty());
    }

    TEST_CASE("what was taken in before its answer, and is refused for a while, opens its lane again") {
        outbox o;
        o.add("a").add("b");
        o.says();
        CHECK(o.taken("a") == 1);  // stored by an earlier connection
        CHECK(o.postponed(1, errc::store_failed));
        CHECK(o.postponed(2, errc::lane_closed));
        CHECK(o.says(60) == "3:a 4:b");
        CHECK(o.queue.stored(3, {5}));
        CHECK(o.queue.stored(4, {6}));
        CHECK(o.taken("b") == 2);
        CHECK(o.queue.empty());
    }

    TEST_CASE("what is stored goes when the cursor has passed it") {
        outbox o;
        o.add("a").add("b").add("c", "h").add("d", "h");
        CHECK(o.says() == "1:a 2:b 3:c 4:d");
        CHECK(o.queue.stored(1, {5}));
        CHECK(o.queue.stored(2, {9}));
        CHECK(o.queue.stored(3, {7}));
        CHECK(o.queue.passed({4}) == numbers{});
        CHECK(o.queue.passed({7}) == numbers{1, 3});
        CHECK(o.queue.passed({8}) == numbers{});
        CHECK(o.queue.passed({9}) == numbers{2});
        CHECK(o.queue.passed({99}) == numbers{});
        CHECK(o.queue.stored(4, {10}));
    }
}

TEST_SUITE("send_queue: a lost connection") {
    TEST_CASE("what was not confirmed is said again, what was is not") {
        outbox o;
        o.add("a").add("b").add("c");
        o.says();
        CHECK(o.queue.stored(2, {5}));
        o.queue.lost();
        CHECK(o.says() == "4:a 5:c");
        CHECK(o.queue.passed({5}) == numbers{2});
    }

    TEST_CASE("what comes late for it counts nothing") {
        outbox o;
        o.add("a");
        o.says();
        o.queue.lost();
        CHECK_FALSE(o.queue.asked(1));
        CHECK_FALSE(o.queue.stored(1, {5}));
        CHECK_FALSE(o.queue.failed(1, errc::not_allowed));
        CHECK(o.says() == "2:a");
    }

    TEST_CASE("no pause is left of it") {
        outbox o;
        o.add("a");
        o.says();
        CHECK(o.postponed(1));
        CHECK(o.says(59) == "");
        o.queue.lost();
        CHECK(o.says(59) == "2:a");
    }

    TEST_CASE("nor a lane that would have to be opened") {
        outbox o;
        o.add("a").add("b");
        o.says();
        CHECK(o.postponed(1));
        o.queue.lost();
        CHECK(o.says() == "3:a 4:b");
        CHECK_FALSE(o.postponed(4, errc::lane_closed));
    }
}

TEST_SUITE("send_queue: later") {
    TEST_CASE("a retryable failure takes all behind it back, and all are said again in order after a pause") {
        outbox o;
        o.add("a").add("b").add("c");
        CHECK(o.says() == "1:a 2:b 3:c");
        CHECK(o.queue.stored(1, {5}));
        CHECK(o.postponed(2));
        CHECK(o.postponed(3, errc::lane_closed));
        CHECK(o.says(59) == "");
        CHECK(o.next() == 60);
        CHECK(o.says(60) == "4:b 5:c");
        CHECK(o.next(60) == -1);
    }

    TEST_CASE("what is before it stays on its way") {
        outbox o;
        o.add("a").add("b");
        o.says();
        CHECK(o.postponed(2));
        CHECK(o.says(60) == "3:b");
        CHECK(o.queue.stored(1, {5}));
    }

    TEST_CASE("what is behind it, and stored, is not said again") {
        outbox o;
        o.add("a").add("b").add("c");
        o.says();
        CHECK(o.queue.stored(2, {5}));
        CHECK(o.postponed(1));
        CHECK(o.says(60) == "4:a 5:c");
    }

    TEST_CASE("the answers to what was taken back count nothing") {
        outbox o;
        o.add("a").add("b");
        o.says();
        CHECK(o.postponed(1));
        CHECK(o.says(60) == "3:a 4:b");
        CHECK(o.postponed(2, errc::lane_closed, {}, 60));
        CHECK_FALSE(o.queue.stored(2, {5}));
        CHECK(o.says(120) == "");  // both are on their way
        CHECK(o.queue.stored(3, {6}));
        CHECK(o.queue.stored(4, {7}));
    }

    TEST_CASE("an old answer of the same send says nothing about its later attempt") {
        outbox o;
        o.add("a").add("b").add("c");
        o.says();
        CHECK(o.postponed(1));
        CHECK(o.says(60) == "4:a 5:b 6:c");
        CHECK_FALSE(o.queue.failed(2, errc::not_allowed));
        CHECK_FALSE(o.queue.stored(3, {5}));
        CHECK(o.queue.passed({9}) == numbers{});
        CHECK(o.queue.stored(5, {6}));
        CHECK(o.queue.stored(6, {7}));
        CHECK(o.queue.passed({9}) == numbers{2, 3});
        CHECK_FALSE(o.queue.drop("b"));
    }

    TEST_CASE("without a wait of the server's it waits for a while of its own, longer each time") {
        std::int64_t longest = 0, first = 0;
        for (std::uint64_t seed = 0; seed < 100; ++seed) {
            send_queue q{16, backoff{seed, seconds(1), seconds(30)}};
            q.add({.number = 1, .send_id = "a", .conversation = told::in("g")});
            for (std::uint32_t n = 1; n <= 5; ++n) {
                const instant now = outbox::when(n * 100);
                q.pump(now, 16, [&](const queued_send&) { return n; });
                CHECK(q.postponed(n, errc::overloaded, {}, now));
                const std::int64_t pause = (q.next(now, now + days(1)) - now).milliseconds;
                if (pause == days(1).milliseconds) continue;  // no time at all
                (n == 1 ? first : longest) = std::max(n == 1 ? first : longest, pause);
            }
        }
        CHECK((first > 900 && first <= 1000));
        CHECK((longest > 10'000 && longest <= 16'000));
    }

    TEST_CASE("a success ends the row of failures") {
        std::int64_t longest = 0;
        for (std::uint64_t seed = 0; seed < 100; ++seed) {
            send_queue q{16, backoff{seed, seconds(1), seconds(30)}};
            std::uint32_t sequence = 0;
            const auto say = [&](const queued_send&) { return ++sequence; };
            const auto fail = [&](std::int64_t at) {
                q.pump(outbox::when(at), 16, say);
                CHECK(q.postponed(sequence, errc::overloaded, {}, outbox::when(at)));
                return (q.next(outbox::when(at), outbox::when(99'999)) - outbox::when(at)).milliseconds;
            };
            q.add({.number = 1, .send_id = "a", .conversation = told::in("g")});
            for (std::int64_t at = 100; at <= 500; at += 100) fail(at);
            q.pump(outbox::when(600), 16, say);
            CHECK(q.stored(sequence, {5}));
            q.add({.number = 2, .send_id = "b", .conversation = told::in("g")});
            if (const std::int64_t wait = fail(700); wait < 90'000'000) longest = std::max(longest, wait);
        }
        CHECK(longest <= 1000);
    }

    TEST_CASE("several lines wait, each for its time") {
        outbox o;
        o.add("a", "g").add("b", "h");
        o.says();
        CHECK(o.next() == -1);
        CHECK(o.postponed(1, errc::overloaded, seconds(60)));
        CHECK(o.postponed(2, errc::overloaded, seconds(40)));
        CHECK(o.next() == 40);
        CHECK(o.queue.next(outbox::when(0), outbox::when(5)) == outbox::when(5));
        CHECK(o.says(40) == "3:b");
        CHECK(o.next(40) == 60);
        CHECK(o.says(60) == "4:a");
    }

    TEST_CASE("a closed lane without anything here that would open it is said to be so") {
        outbox o;
        o.add("a").add("b");
        o.says();
        CHECK_FALSE(o.postponed(2, errc::lane_closed));
        CHECK_FALSE(o.postponed(1, errc::lane_closed));
    }

    TEST_CASE("a closed lane that something here will open is waited for") {
        outbox o;
        o.add("a").add("b");
        o.says();
        CHECK(o.postponed(1));
        CHECK(o.says(60) == "3:a 4:b");
        CHECK(o.postponed(4, errc::lane_closed, {}, 60));  // "a" is on its way again
        CHECK(o.postponed(3, errc::lane_closed, seconds(60), 60));
        CHECK(o.says(120) == "5:a 6:b");
    }

    TEST_CASE("a lane closed by what was said again, and is stored now, is open") {
        outbox o;
        o.add("a").add("b");
        o.says();
        CHECK(o.postponed(1));
        CHECK(o.says(60) == "3:a 4:b");
        CHECK(o.queue.stored(3, {5}));
        CHECK_FALSE(o.postponed(4, errc::lane_closed, {}, 60));
    }

    TEST_CASE("what was taken in meanwhile comes again, for its lane waits for it") {
        outbox o;
        o.add("a").add("b");
        o.says();
        CHECK(o.postponed(1, errc::unknown_outcome));
        CHECK(o.taken("a") == 1);  // it is stored after all
        CHECK(o.taken("a") == 0);
        CHECK(o.postponed(2, errc::lane_closed));
        CHECK(o.says(60) == "3:a 4:b");
        CHECK(o.queue.stored(3, {5}));
        CHECK_FALSE(o.queue.asked(3));
        CHECK(o.queue.passed({9}) == numbers{});
        CHECK(o.queue.stored(4, {6}));
        CHECK(o.queue.passed({9}) == numbers{2});
        CHECK(o.queue.empty());
    }

    TEST_CASE("on another connection it does not: no lane is closed there") {
        outbox o;
        o.add("a").add("b").add("c", "h");
        o.says();
        CHECK(o.postponed(1, errc::unknown_outcome));
        CHECK(o.postponed(3, errc::unknown_outcome));
        CHECK(o.taken("a") == 1);
        CHECK(o.taken("c") == 3);
        o.queue.lost();
        CHECK(o.says() == "4:b");
        CHECK(o.taken("b") == 2);
        o.queue.lost();
        CHECK(o.queue.empty());
    }

    TEST_CASE("if it then fails for good, nobody hears of it: it is struck already") {
        outbox o;
        o.add("a").add("b");
        o.says();
        CHECK(o.postponed(1, errc::unknown_outcome));
        CHECK(o.taken("a") == 1);
        CHECK(o.says(60) == "3:a 4:b");
        CHECK_FALSE(o.queue.failed(3, errc::not_allowed));
        CHECK_FALSE(o.queue.again("a"));
        CHECK(o.queue.stored(4, {6}));
        CHECK(o.taken("b") == 2);
        CHECK(o.queue.empty());
    }

    TEST_CASE("what failed for good, and comes all the same, was stored by an earlier try: it is struck") {
        outbox o;
        o.add("a");
        o.says();
        CHECK(o.queue.failed(1, errc::not_allowed));
        CHECK(o.queue.has_failed());
        CHECK(o.taken("a") == 1);
        CHECK_FALSE(o.queue.has_failed());
        CHECK_FALSE(o.queue.again("a"));
    }
}

TEST_SUITE("send_queue: never") {
    TEST_CASE("what failed for good is kept with its reason, and the others go on") {
        outbox o;
        o.add("a").add("b");
        o.says();
        const auto failed = o.queue.failed(1, errc::not_allowed);
        REQUIRE(failed);
        CHECK(failed->send_id.view() == "a");
        CHECK(failed->number == 1);
        CHECK(failed->failed == errc::not_allowed);
        CHECK(o.says() == "");
        CHECK(o.queue.stored(2, {5}));
        CHECK(o.taken("b") == 2);
        CHECK(o.queue.empty());
        o.queue.lost();
        CHECK(o.says() == "");
    }

    TEST_CASE("again: it is said once more, under its old number") {
        outbox o;
        o.add("a");
        o.says();
        CHECK_FALSE(o.queue.again("a"));  // it has not failed
        CHECK(o.queue.failed(1, errc::not_allowed));
        const auto again = o.queue.again("a");
        REQUIRE(again);
        CHECK(again->number == 1);
        CHECK(again->failed == errc{});
        CHECK_FALSE(o.queue.again("a"));
        CHECK(o.says() == "2:a");
        CHECK(o.queue.stored(2, {5}));
    }

    TEST_CASE("dropped: it is gone, once") {
        outbox o;
        o.add("a").add("b");
        CHECK_FALSE(o.queue.drop("a"));  // it has not failed
        o.says();
        CHECK(o.queue.failed(2, errc::not_allowed));
        CHECK(o.queue.drop("b") == 2);
        CHECK_FALSE(o.queue.drop("b"));
        CHECK_FALSE(o.queue.again("b"));
        CHECK(o.queue.stored(1, {5}));
    }
}

TEST_SUITE("send_queue: another log") {
    TEST_CASE("what amends is dropped, everything else is said again, on the same connection too") {
        outbox o;
        o.add("a").add("b", "g", entry_kind::edit).add("c", "h", entry_kind::revoke).add("d", "h");
        o.says();
        CHECK(o.queue.stored(1, {5}));
        CHECK(o.queue.drop_amendments() == numbers{2, 3});
        o.queue.forget_places();
        CHECK(o.queue.passed({9}) == numbers{});
        CHECK(o.says() == "5:a");
        CHECK_FALSE(o.queue.asked(2));
        CHECK(o.queue.stored(4, {6}));
        CHECK(o.queue.stored(5, {7}));
        CHECK(o.queue.passed({9}) == numbers{1, 4});
        CHECK(o.queue.empty());
    }

    TEST_CASE("also one that has failed is dropped for good if it amends") {
        outbox o;
        o.add("a").add("b", "g", entry_kind::edit);
        o.says();
        CHECK(o.queue.failed(1, errc::not_allowed));
        CHECK(o.queue.failed(2, errc::not_allowed));
        CHECK(o.queue.drop_amendments() == numbers{2});
        CHECK_FALSE(o.queue.again("b"));
        CHECK(o.queue.again("a"));
    }
}
