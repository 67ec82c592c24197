#include <tandem/client/wishes.hpp>

#include "told.hpp"

#include <doctest/doctest.h>

using namespace tandem;

namespace {

mark_change a_wish(std::string_view c, std::uint64_t value, mark_key key = mark_key::read, std::uint64_t target = 0) {
    return {.conversation = told::in(c), .key = key, .owner = told::me, .value = value, .target = {target}};
}

// Wishes, and a connection that counts the requests it is given from 1: "1:g=5" is the first, that of g to become 5.
struct wish_list {
    explicit wish_list(std::size_t window = 16) : all{window, seconds(10), backoff{7, seconds(1), seconds(30)}} {}

    wish_list& add(std::string_view c, std::uint64_t value) { return all.add(a_wish(c, value)), *this; }
    wish_list& owe(std::string_view c, std::uint64_t seq, std::int64_t at = 0) {
        return all.owe_received(told::in(c), {seq}, when(at)), *this;
    }
    std::string says(std::int64_t at = 0, std::size_t room = 100) {
        std::string said;
        all.pump(when(at), [&](const mark_change& m) -> std::uint32_t {
            if (room-- == 0) return 0;
            said += (said.empty() ? "" : " ") + std::to_string(++sequence) + ":" +
                    (m.key == mark_key::received ? "received " : "") + told::text(m);
            return sequence;
        });
        return said;
    }
    // What is done with, as text; "" if nothing is.
    std::string granted(std::uint32_t n) { return text(all.granted(n)); }
    std::string refused(std::uint32_t n) { return text(all.refused(n)); }
    // Seconds until something may be said; -1: nothing waits.
    std::int64_t next(std::int64_t at = 0) const {
        const instant n = all.next(when(at), when(99'999));
        return n == when(99'999) ? -1 : (n - when(0)).milliseconds / 1000;
    }

    static std::string text(const std::optional<mark_change>& m) { return m ? told::text(*m) : ""; }
    static instant when(std::int64_t at) { return instant{1'000'000} + seconds(at); }

    wishes all;
    std::uint32_t sequence = 0;
};

}  // namespace

TEST_SUITE("wishes") {
    TEST_CASE("each is said once, and is there until it is granted") {
        wish_list w;
        CHECK(w.all.empty());
        w.add("g", 5).add("h", 6);
        CHECK(w.says() == "1:g=5 2:h=6");
        CHECK(w.says() == "");
        CHECK_FALSE(w.all.empty());
        CHECK(w.all.asked(1));
        CHECK(w.granted(1) == "g=5");
        CHECK_FALSE(w.all.asked(1));
        CHECK(w.granted(1) == "");
        CHECK(w.granted(2) == "h=6");
        CHECK(w.all.empty());
        CHECK(w.granted(3) == "");
    }

    TEST_CASE("a later wish takes the place of an earlier one") {
        wish_list w;
        w.add("g", 5).add("g", 4);
        CHECK(w.says() == "1:g=4");
        CHECK(w.granted(1) == "g=4");
        CHECK(w.all.empty());
    }

    TEST_CASE("a later wish is said at once, and the answer to the earlier one counts nothing") {
        wish_list w;
        w.add("g", 5);
        CHECK(w.says() == "1:g=5");
        w.add("g", 7);
        CHECK(w.says() == "2:g=7");
        CHECK(w.all.asked(1));
        CHECK(w.granted(1) == "");
        CHECK(w.granted(2) == "g=7");

        w.add("g", 8).says();
        w.add("g", 9).says();
        CHECK(w.refused(3) == "");
        CHECK(w.granted(4) == "g=9");
        CHECK(w.all.empty());
    }

    TEST_CASE("marks of other keys, conversations and entries are other wishes") {
        wish_list w;
        w.all.add(a_wish("g", 1, mark_key::read));
        w.all.add(a_wish("g", 2, mark_key::pinned));
        w.all.add(a_wish("g", 3, mark_key::reaction, 7));
        w.all.add(a_wish("g", 4, mark_key::reaction, 8));
        w.all.add(a_wish("h", 5, mark_key::read));
        CHECK(w.says() == "1:g=1 2:g=2 3:g7=3 4:g8=4 5:h=5");
    }

    TEST_CASE("no more are on their way than the window holds") {
        wish_list w{2};
        w.add("g", 1).add("h", 2).add("i", 3);
        CHECK(w.says() == "1:g=1 2:h=2");
        CHECK(w.says() == "");
        CHECK(w.refused(2) == "h=2");
        CHECK(w.says() == "3:i=3");
    }

    TEST_CASE("when nothing more can be said now, it goes on where it stopped") {
        wish_list w;
        w.add("g", 1).add("h", 2);
        CHECK(w.says(0, 1) == "1:g=1");
        CHECK(w.says(0, 0) == "");
        CHECK(w.says() == "2:h=2");
    }

    TEST_CASE("on a new connection all that were not answered are said again") {
        wish_list w;
        w.add("g", 1).add("h", 2);
        w.says();
        w.granted(1);
        w.all.lost();
        CHECK_FALSE(w.all.asked(2));
        CHECK(w.granted(2) == "");
        CHECK(w.says() == "3:h=2");
    }

    TEST_CASE("what a store kept is said, and nothing of before") {
        wish_list w;
        w.add("g", 1).add("h", 2).owe("i", 3);
        w.says();
        w.all.postponed(1, seconds(60), wish_list::when(0));
        w.all.load({a_wish("h", 4)});
        CHECK(w.next() == -1);
        CHECK(w.says() == "3:h=4");
        CHECK(w.granted(2) == "");
        CHECK(w.granted(3) == "h=4");
        CHECK(w.all.empty());
    }

    TEST_CASE("what is refused is done with") {
        wish_list w;
        w.add("g", 1);
        w.says();
        CHECK(w.refused(1) == "g=1");
        CHECK(w.refused(1) == "");
        CHECK(w.all.empty());
    }
}

TEST_SUITE("wishes: later") {
    TEST_CASE("what is to come later is said again after the pause, and so is all else") {
        wish_list w;
        w.add("g", 1);
        w.says();
        w.all.postponed(1, seconds(60), wish_list::when(0));
        CHECK(w.next() == 60);
        w.add("h", 2);
        CHECK(w.says(59) == "");
        CHECK(w.says(60) == "2:g=1 3:h=2");
        CHECK(w.next(60) == -1);
    }

    TEST_CASE("a new connection waits for no pause of the old one") {
        wish_list w;
        w.add("g", 1);
        w.says();
        w.all.postponed(1, seconds(60), wish_list::when(0));
        w.all.lost();
        CHECK(w.says() == "2:g=1");
    }

    TEST_CASE("what was outdated meanwhile is said as it is wished now, and only once") {
        wish_list w;
        w.add("g", 1);
        w.says();
        w.add("g", 2);
        CHECK(w.says() == "2:g=2");
        w.all.postponed(1, seconds(60), wish_list::when(0));
        CHECK(w.says(60) == "");
        CHECK(w.granted(2) == "g=2");
    }

    TEST_CASE("nobody asked: nothing waits") {
        wish_list w;
        w.add("g", 1);
        w.all.postponed(9, seconds(60), wish_list::when(0));
        CHECK(w.says() == "1:g=1");
    }

    TEST_CASE("without a wait of the server's it waits longer each time, until something is granted") {
        std::int64_t first = 0, longest = 0, after = 0;
        for (std::uint64_t seed = 0; seed < 100; ++seed) {
            wishes all{16, seconds(10), backoff{seed, seconds(1), seconds(30)}};
            all.add(a_wish("g", 1));
            all.add(a_wish("h", 1));
            std::uint32_t sequence = 0;
            const auto fail = [&](std::int64_t at) {
                const instant now = wish_list::when(at);
                all.pump(now, [&](const mark_change&) { return ++sequence; });
                all.postponed(sequence, {}, now);
                const std::int64_t wait = (all.next(now, wish_list::when(99'999)) - now).milliseconds;
                return wait > 90'000'000 ? 0 : wait;  // no time at all
            };
            first = std::max(first, fail(100));
            for (std::int64_t at = 200; at <= 500; at += 100) longest = std::max(longest, fail(at));
            CHECK(all.granted(1));
            after = std::max(after, fail(600));
        }
        CHECK((first > 900 && first <= 1000));
        CHECK((longest > 10'000 && longest <= 16'000));
        CHECK((after > 900 && after <= 1000));
    }
}

TEST_SUITE("wishes: received marks") {
    TEST_CASE("they are gathered for a while: one for each conversation, the highest") {
        wish_list w;
        w.owe("g", 3, 0).owe("h", 1, 2).owe("g", 5, 4).owe("g", 4, 6);
        CHECK(w.next() == 10);
        CHECK(w.says(9) == "");
        CHECK(w.says(10) == "1:received g=5 2:received h=1");
        CHECK(w.next(10) == -1);
        CHECK(w.granted(1) == "g=5");
        CHECK(w.granted(2) == "h=1");
        CHECK(w.all.empty());
    }

    TEST_CASE("the next ones are gathered anew") {
        wish_list w;
        w.owe("g", 3);
        CHECK(w.says(10) == "1:received g=3");
        CHECK(w.granted(1) == "g=3");
        w.owe("g", 4, 15);
        CHECK(w.next(15) == 25);
        CHECK(w.says(24) == "");
        CHECK(w.says(25) == "2:received g=4");
    }

    TEST_CASE("what is wished does not wait for them") {
        wish_list w;
        w.owe("g", 3).add("g", 2);
        CHECK(w.says(1) == "1:g=2");
        CHECK(w.says(10) == "2:received g=3");
    }

    TEST_CASE("one on its way is outdated by a higher one, not by a lower one") {
        wish_list w;
        w.owe("g", 3);
        CHECK(w.says(10) == "1:received g=3");
        w.owe("g", 2, 11);
        CHECK(w.says(21) == "");
        w.owe("g", 6, 22);
        CHECK(w.granted(1) == "");
        CHECK(w.says(31) == "");
        CHECK(w.says(32) == "2:received g=6");
    }

    TEST_CASE("what found no room is said as soon as there is some") {
        wish_list w{1};
        w.owe("g", 3).owe("h", 4);
        CHECK(w.says(10) == "1:received g=3");
        w.owe("i", 1, 11);
        CHECK(w.granted(1) == "g=3");
        CHECK(w.says(12) == "2:received h=4");
        CHECK(w.granted(2) == "h=4");
        CHECK(w.says(13) == "");
        CHECK(w.says(21) == "3:received i=1");
    }

    TEST_CASE("one that is to come later, or was lost, is not gathered again") {
        wish_list w;
        w.owe("g", 3);
        w.says(10);
        w.all.postponed(1, seconds(60), wish_list::when(10));
        CHECK(w.says(69) == "");
        w.owe("h", 1, 69);
        CHECK(w.says(70) == "2:received g=3");
        w.all.lost();
        CHECK(w.says(71) == "3:received g=3");
        CHECK(w.says(79) == "4:received h=1");
    }

    TEST_CASE("a received mark that the user wished stays as it was wished") {
        wish_list w;
        w.all.add(a_wish("g", 3, mark_key::received));
        w.owe("g", 9);
        CHECK(w.says(20) == "1:received g=3");
    }
}
