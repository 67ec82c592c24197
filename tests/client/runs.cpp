#include <tandem/client/runs.hpp>

#include "told.hpp"

#include <doctest/doctest.h>

using namespace tandem;
using fit = runs::fit;
using told::in;
using told::joined;
using told::kept;
using told::left;
using told::me;
using told::said;

namespace {

runs with(const std::vector<kept_conversation>& all) {
    runs r{me};
    r.load(all);
    return r;
}

// "g5!": changed, and owed up to there.
std::string changed(runs& r) {
    std::string owed, all;
    const auto owes = [&](const conversation_id& c, seq s) {
        owed += told::name_of(c) + std::to_string(s.value) + "!";
    };
    for (const kept_conversation& k : r.take_changed(owes))
        all += told::name_of(k.conversation) + std::to_string(k.next.value) + " ";
    return all + owed;
}

}  // namespace

TEST_SUITE("runs") {
    TEST_CASE("inside, only the one after the last is next") {
        const runs r = with({kept("g", 5)});
        CHECK(r.fits(said("g", 4, 40)) == fit::known);
        CHECK(r.fits(said("g", 5, 50)) == fit::next);
        CHECK(r.fits(said("g", 6, 60)) == fit::gap);
    }

    TEST_CASE("taking one makes the one behind it the next") {
        runs r = with({kept("g", 5)});
        r.take(said("g", 5, 50));
        CHECK(r.fits(said("g", 5, 50)) == fit::known);
        CHECK(r.fits(said("g", 6, 60)) == fit::next);
    }

    TEST_CASE("of a personal conversation everything is expected, from the first on") {
        const runs r{me};
        CHECK(r.fits(said("bob", 1, 10)) == fit::next);
        CHECK(r.fits(said("bob", 2, 10)) == fit::gap);
        entry own = said("bob", 1, 10);
        own.conversation = conversation_id::self(me);
        CHECK(r.fits(own) == fit::next);
        CHECK(r.at(in("bob")).inside);
    }

    TEST_CASE("of a group one is not in, only what lets one in counts") {
        runs r{me};
        CHECK(r.fits(said("g", 1, 10)) == fit::stranger);
        CHECK(r.fits(joined("g", 7, 10, 7, "eve")) == fit::stranger);
        CHECK(r.fits(left("g", 7, 10)) == fit::stranger);
        CHECK(r.fits(joined("g", 7, 10, 7)) == fit::next);
        r.take(joined("g", 7, 10, 7));
        CHECK(r.fits(said("g", 8, 11)) == fit::next);
        CHECK(r.fits(said("g", 9, 12)) == fit::gap);
    }

    TEST_CASE("who leaves is a stranger, until the next interval begins wherever it begins") {
        runs r = with({kept("g", 5)});
        r.take(left("g", 5, 50));
        CHECK(r.fits(said("g", 6, 60)) == fit::stranger);
        CHECK(r.fits(said("g", 5, 50)) == fit::known);
        CHECK(r.fits(joined("g", 9, 90, 9)) == fit::next);
        r.take(joined("g", 9, 90, 9));
        CHECK(r.fits(said("g", 10, 100)) == fit::next);
        CHECK(r.fits(said("g", 8, 80)) == fit::known);
    }

    TEST_CASE("others may come and go: one stays inside") {
        runs r = with({kept("g", 5)});
        r.take(left("g", 5, 50, "eve"));
        r.take(joined("g", 6, 60, 6, "eve"));
        CHECK(r.at(in("g")).inside);
        runs outside = with({kept("g", 5, false)});
        outside.take(joined("g", 5, 50, 5, "eve"));
        CHECK_FALSE(outside.at(in("g")).inside);
    }

    TEST_CASE("what may be seen before a joined entry comes before it, down to what is there already") {
        runs r{me};
        CHECK(r.fits(joined("g", 7, 10, 4)) == fit::history);
        r.skip_to(in("g"), {7});
        CHECK(r.fits(joined("g", 7, 10, 4)) == fit::next);

        runs again = with({kept("g", 5, false)});
        CHECK(again.fits(joined("g", 9, 90, 2)) == fit::history);
        CHECK(again.fits(joined("g", 5, 90, 2)) == fit::next);
    }

    TEST_CASE("what was trimmed is neither known nor missing") {
        runs r = with({kept("g", 5)});
        r.trimmed(in("g"), {3});
        CHECK(r.at(in("g")).next == seq{5});
        CHECK(r.fits(said("g", 2, 20)) == fit::trimmed);
        CHECK(r.fits(said("g", 3, 30)) == fit::known);
        r.trimmed(in("g"), {8});
        CHECK(r.at(in("g")).next == seq{8});
        CHECK(r.fits(said("g", 7, 70)) == fit::trimmed);
        CHECK(r.fits(said("g", 8, 80)) == fit::next);
        r.trimmed(in("g"), {2});
        CHECK(r.at(in("g")).first_kept == seq{8});
    }

    TEST_CASE("of what came when it was trimmed, only whether one is in is left") {
        runs r = with({kept("g", 5)});
        r.trimmed(in("g"), {9});
        r.pass(left("g", 6, 60, "eve"));
        r.pass(said("g", 6, 60));
        CHECK(r.at(in("g")).inside);
        r.pass(left("g", 7, 70));
        CHECK_FALSE(r.at(in("g")).inside);
        changed(r);
        r.pass(joined("g", 8, 80, 8));
        CHECK(r.at(in("g")).inside);
        CHECK(changed(r) == "g9 g8!");
        r.pass(left("bob", 1, 90));
        CHECK(r.at(in("bob")).inside);
    }

    TEST_CASE("a skip goes forwards only") {
        runs r = with({kept("g", 5)});
        r.skip_to(in("g"), {9});
        r.skip_to(in("g"), {7});
        CHECK(r.fits(said("g", 9, 90)) == fit::next);
    }

    TEST_CASE("the count of what counts is that of the newest that counts") {
        runs r = with({kept("g", 5)});
        entry e = said("g", 5, 50);
        e.number = 3;
        r.take(e);
        e.place.seq = {6}, e.number = 0;
        r.take(e);
        CHECK(r.at(in("g")).number == 3);
    }

    TEST_CASE("where nothing is known, a conversation is as it begins") {
        const runs r{me};
        CHECK(r.at(in("g")).next == seq{1});
        CHECK(r.at(in("g")).conversation == in("g"));
        CHECK_FALSE(r.at(in("g")).inside);
    }

    TEST_CASE("what changed is told once") {
        runs r = with({kept("g", 5), kept("h", 5)});
        CHECK(changed(r) == "");
        r.take(said("g", 5, 50));
        r.take(said("g", 6, 60));
        CHECK(changed(r) == "g7 g6!");
        CHECK(changed(r) == "");
        r.be_inside(in("h"), false);
        CHECK(changed(r) == "h5 ");
        CHECK_FALSE(r.at(in("h")).inside);
        r.take(said("bob", 1, 70));
        r.take(said("g", 7, 80));
        CHECK(changed(r) == "bob2 g8 bob1!g7!");
    }

    TEST_CASE("only what others wrote, and the server does not know to be here, is owed") {
        runs r = with({kept("g", 5)});
        r.received(in("g"), {6});
        r.take(said("g", 5, 50));
        r.take(said("g", 6, 60));
        CHECK(changed(r) == "g7 ");
        r.received(in("g"), {4});
        r.take(said("g", 7, 70));
        CHECK(changed(r) == "g8 g7!");
        r.take(said("g", 8, 80, me));
        CHECK(changed(r) == "g9 ");
        r.take(left("g", 9, 90));
        CHECK(changed(r) == "g10 ");
    }

    TEST_CASE("at a start everything is owed that a store has and the server does not know of") {
        kept_conversation known = kept("h", 5);
        known.received = {4};
        const runs r = with({kept("g", 5), known, kept("i", 5, false), kept("j", 1)});
        std::string owed;
        r.each_unreceived([&](const conversation_id& c, seq s) { owed += told::name_of(c) + std::to_string(s.value); });
        CHECK(owed == "g4");
    }

    TEST_CASE("everything there is can be gone through, and forgotten") {
        runs r = with({kept("g", 5), kept("h", 5)});
        r.take(said("g", 5, 50));
        std::string all;
        r.each([&](const kept_conversation& k) { all += told::name_of(k.conversation); });
        CHECK(all == "gh");
        r.forget_all();
        r.each([&](const kept_conversation&) { FAIL("forgotten"); });
        CHECK(r.fits(said("g", 6, 60)) == fit::stranger);
        CHECK(changed(r) == "");
    }

    TEST_CASE("many conversations in turn are kept apart") {
        runs r{me};
        for (std::uint64_t s = 1; s <= 3; ++s)
            for (int n = 0; n < 300; ++n) {
                const std::string other = "user" + std::to_string(n);
                REQUIRE(r.fits(said(other, s, 10)) == fit::next);
                r.take(said(other, s, 10));
            }
        for (int n = 0; n < 300; ++n) CHECK(r.at(in("user" + std::to_string(n))).next == seq{4});
    }
}
