#include <tandem/client/intake.hpp>

#include "told.hpp"

#include <doctest/doctest.h>

using namespace tandem;
using told::amended;
using told::in;
using told::joined;
using told::kept;
using told::left;
using told::marked;
using told::said;

namespace {

// An intake at work: what is told goes in, what is to be stored and to be asked comes out as text.
struct desk {
    explicit desk(std::uint64_t cursor = 0, std::vector<kept_conversation> conversations = {kept("g", 1)},
                  std::size_t most_held = 100)
        : in{told::me, most_held} {
        in.load({.epoch = {1}, .cursor = {cursor}, .conversations = std::move(conversations)});
    }

    // --- the connection
    desk& opens() { return in.connected(), *this; }
    desk& signs_in(auth_reply r) { return in.signed_in(r), *this; }
    desk& signs_in(std::uint64_t head) { return signs_in({.epoch = {1}, .head = {head}}); }
    // Signed in, and nothing was missing.
    desk& lives() {
        opens().signs_in(in.cursor().value);
        REQUIRE_FALSE(in.is_pulling());
        REQUIRE(in.take_report());
        return *this;
    }

    // --- what is told
    template <class... Told>
    desk& hears(Told... what) {
        (in.hear(std::move(what)), ...);
        return *this;
    }
    desk& hears_page(std::uint64_t next, std::vector<entry> entries, std::vector<mark> marks = {}) {
        return hears(
            heard::news_of_log{.entries = std::move(entries), .marks = std::move(marks), .next = position{next}});
    }
    desk& news(std::uint64_t cursor) { return hears(heard::more{{cursor}}); }
    desk& checkpoint(std::uint64_t at) { return hears(heartbeat_reply{.checkpoint = position{at}, .newest = {at}}); }
    desk& no_checkpoint(std::uint64_t newest) { return hears(heartbeat_reply{.newest = {newest}}); }
    desk& pulled(heard::sync_page page) { return hears(std::move(page)); }
    desk& pulled(heard::history history) { return hears(std::move(history)); }
    desk& gives_up() { return in.give_up_waiting(), *this; }

    // --- what comes of it
    std::string stored() {
        return told::text(in.take_change([](const conversation_id&, seq) {}));
    }
    // "page 7", "g 3-5", or "" for nothing.
    std::string asks() const {
        const pull_wish wish = in.wish();
        if (const auto* p = std::get_if<wants_page>(&wish)) {
            CHECK(p->epoch == in.epoch());
            return "page " + std::to_string(p->from.value);
        }
        if (const auto* h = std::get_if<wants_history>(&wish))
            return told::name_of(h->conversation) + " " + std::to_string(h->range.first.value) + "-" +
                   std::to_string(h->range.last.value);
        return "";
    }
    std::uint64_t next(std::string_view c) const { return in.kept().at(told::in(c)).next.value; }
    bool is_inside(std::string_view c) const { return in.kept().at(told::in(c)).inside; }

    intake in;
};

}  // namespace

TEST_SUITE("intake: the fence") {
    TEST_CASE("nothing is asked before the sign-in has said how far") {
        desk d;
        CHECK(d.asks() == "");
        d.opens();
        CHECK(d.in.is_pulling());
        CHECK(d.asks() == "");
        d.signs_in(3);
        CHECK(d.asks() == "page 0");
        CHECK(d.in.goal() == position{3});
    }

    TEST_CASE("whoever has everything already is there at once") {
        desk d{7};
        d.opens().signs_in(7);
        CHECK_FALSE(d.in.is_pulling());
        CHECK(d.asks() == "");
        CHECK(d.stored() == "");
    }

    TEST_CASE("what is pushed before the reply, or while a page is under way, comes after the page") {
        desk d;
        d.opens().hears(said("g", 3, 3));
        CHECK(d.stored() == "");
        d.signs_in(2).hears(said("g", 4, 4));
        CHECK(d.stored() == "");
        d.pulled(told::sync{2, 4, {said("g", 1, 1), said("g", 2, 2)}});
        CHECK(d.stored() == "g1 g2 g3 g4 @2");
        CHECK_FALSE(d.in.is_pulling());
    }

    TEST_CASE("what was held comes by conversation and seq, however it was told") {
        desk d{0, {kept("g", 1), kept("h", 1)}};
        d.opens().hears(said("h", 2, 5), said("g", 2, 3), said("h", 1, 4), said("g", 1, 2)).signs_in(1);
        d.pulled(told::sync{1, 1});
        CHECK(d.stored() == "g1 g2 h1 h2 @1");
        CHECK_FALSE(d.in.is_waiting());
    }

    TEST_CASE("what the page has brought already is no hole, and comes once") {
        desk d;
        d.opens().hears(said("g", 2, 2), said("g", 3, 3)).signs_in(2);
        d.pulled(told::sync{3, 3, {said("g", 1, 1), said("g", 2, 2), said("g", 3, 3)}});
        CHECK(d.stored() == "g1 g2 g3 @3");
        CHECK(d.next("g") == 4);
    }

    TEST_CASE("it stops at the first page that has reached the head, and reports once") {
        desk d;
        d.opens().signs_in(4);
        CHECK_FALSE(d.in.take_report());
        d.pulled(told::sync{2, 9, {said("g", 1, 1), said("g", 2, 2)}});
        CHECK_FALSE(d.in.take_report());
        CHECK(d.asks() == "page 2");
        CHECK(d.stored() == "g1 g2 @2");
        d.pulled(told::sync{4, 9, {said("g", 3, 4)}});
        CHECK(d.asks() == "");
        CHECK(d.stored() == "g3 @4");
        CHECK(d.in.take_report());
        CHECK_FALSE(d.in.take_report());
        d.hears(said("g", 4, 5));
        CHECK(d.stored() == "g4");
        CHECK_FALSE(d.in.take_report());
    }

    TEST_CASE("marks wait as well, and come after those of the page") {
        desk d;
        d.opens().hears(marked("g", 5, 5)).signs_in(2).hears(marked("h", 6, 6));
        CHECK(d.stored() == "");
        d.pulled(told::sync{2, 2}.marks({marked("g", 2, 2)}));
        CHECK(d.stored() == "g=2 g=5 h=6 @2");
        d.hears(marked("g", 7, 7));
        CHECK(d.stored() == "g=7");
    }

    TEST_CASE("acks wait like pushes") {
        desk d;
        d.opens().signs_in(2).hears(said("g", 3, 3, told::me));
        CHECK(d.stored() == "");
        d.pulled(told::sync{2, 2, {said("g", 1, 1), said("g", 2, 2)}});
        CHECK(d.stored() == "g1 g2 g3 @2");
    }
}

TEST_SUITE("intake: the page with the sign-in") {
    TEST_CASE("it is waited for, not asked for") {
        desk d;
        d.opens().hears(said("g", 3, 3)).signs_in({.epoch = {1}, .head = {2}, .page_follows = true});
        CHECK(d.asks() == "");
        CHECK(d.in.is_pulling());
        d.hears_page(2, {said("g", 1, 1), said("g", 2, 2)}, {marked("g", 1, 2)});
        CHECK(d.stored() == "g1 g2 g3 g=1 @2");
        CHECK(d.in.take_report());
    }

    TEST_CASE("even when there is nothing to be reached") {
        desk d{2, {kept("g", 3)}};
        d.opens().signs_in({.epoch = {1}, .head = {2}, .page_follows = true});
        CHECK(d.in.is_pulling());
        d.hears_page(2, {});
        CHECK_FALSE(d.in.is_pulling());
    }

    TEST_CASE("what it lacks before an entry is pulled") {
        desk d;
        d.opens().signs_in({.epoch = {1}, .head = {5}, .page_follows = true});
        d.hears_page(5, {said("g", 3, 5)});
        CHECK(d.asks() == "g 1-2");
        d.pulled(told::history{1, 2, {said("g", 1, 1), said("g", 2, 2)}});
        CHECK(d.stored() == "g1 g2 g3 @5");
    }

    TEST_CASE("if it does not reach the head, the next one is asked for") {
        desk d;
        d.opens().hears(heard::more{{9}}).signs_in({.epoch = {1}, .head = {5}, .page_follows = true});
        d.hears_page(5, {said("g", 1, 5)});
        CHECK(d.asks() == "page 5");
    }

    TEST_CASE("a page that nobody announced counts nothing") {
        desk d;
        d.lives().hears_page(9, {said("g", 1, 9)});
        CHECK(d.stored() == "");
        d.opens().hears_page(9, {said("g", 1, 9)});
        CHECK(d.stored() == "");
        d.signs_in({.epoch = {1}, .head = {5}, .page_follows = true}).hears_page(5, {said("g", 1, 5)});
        CHECK(d.stored() == "g1 @5");
        d.hears_page(9, {said("g", 2, 9)});
        CHECK(d.stored() == "");
    }

    TEST_CASE("history for a new member is left to the pull that needs it") {
        desk d{6, {}};
        d.lives().hears(heard::news_of_log{.entries = {said("h", 5, 5), said("h", 6, 6)}, .backfill = true});
        CHECK(d.stored() == "");
        CHECK_FALSE(d.in.is_waiting());
    }
}

TEST_SUITE("intake: the cursor") {
    TEST_CASE("it moves with a whole page, in one change with what the page covers") {
        desk d;
        d.opens().signs_in(5);
        d.pulled(told::sync{5, 5, {said("g", 1, 1), said("g", 3, 4), said("g", 4, 5)}}.marks({marked("g", 1, 3)}));
        CHECK(d.stored() == "g1");
        CHECK(d.in.cursor() == position{0});
        d.pulled(told::history{2, 2, {said("g", 2, 2)}});
        CHECK(d.stored() == "g2 g3 g4 g=1 @5");
        CHECK(d.in.cursor() == position{5});
    }

    TEST_CASE("it goes as far as was examined, not as far as there was something") {
        desk d;
        d.opens().signs_in(5);
        d.pulled(told::sync{5, 5, {said("g", 1, 1)}});
        CHECK(d.stored() == "g1 @5");
        desk nothing;
        nothing.opens().signs_in(5).pulled(told::sync{5, 5});
        CHECK(nothing.stored() == "@5");
    }

    TEST_CASE("a push moves it never") {
        desk d;
        d.lives().hears(said("g", 1, 1), said("g", 2, 2), marked("g", 1, 3));
        CHECK(d.stored() == "g1 g2 g=1");
        CHECK(d.in.cursor() == position{0});
    }

    TEST_CASE("a checkpoint moves it, when nothing is held before it") {
        desk d;
        d.lives().hears(said("g", 1, 1)).checkpoint(4);
        CHECK(d.stored() == "g1 @4");
        d.checkpoint(3);
        CHECK(d.stored() == "");
        CHECK(d.in.cursor() == position{4});
    }

    TEST_CASE("a checkpoint while a pull runs counts when it has ended") {
        desk d;
        d.opens().signs_in(2).hears(said("g", 3, 3)).checkpoint(5);
        CHECK(d.stored() == "");
        d.pulled(told::sync{1, 5, {said("g", 1, 1)}});
        CHECK(d.stored() == "g1 @1");
        d.pulled(told::sync{2, 5, {said("g", 2, 2)}});
        CHECK(d.stored() == "g2 g3 @5");
    }

    TEST_CASE("a checkpoint while a pull runs does not count when something is missing behind it") {
        desk d;
        d.opens().signs_in(1).hears(said("g", 3, 3)).checkpoint(5);
        d.pulled(told::sync{1, 1, {said("g", 1, 1)}});
        CHECK(d.stored() == "g1 @1");
        CHECK(d.in.is_waiting());
        d.hears(said("g", 2, 2));
        CHECK(d.stored() == "g2 g3 @5");
    }

    TEST_CASE("a checkpoint before an open hole counts when the hole has closed") {
        desk d;
        d.lives().hears(said("g", 2, 2)).checkpoint(5);
        CHECK(d.stored() == "");
        CHECK(d.in.cursor() == position{0});
        d.hears(said("g", 1, 1));
        CHECK(d.stored() == "g1 g2 @5");
    }

    TEST_CASE("a checkpoint of an earlier connection counts no more") {
        desk d;
        d.lives().hears(said("g", 2, 2)).checkpoint(5);
        d.in.disconnected();
        d.lives();
        CHECK(d.stored() == "");
        CHECK(d.in.cursor() == position{0});
    }
}

TEST_SUITE("intake: there is more") {
    TEST_CASE("news on a quiet connection begins a pull up to there") {
        desk d;
        d.lives().news(5);
        CHECK(d.asks() == "page 0");
        d.hears(said("g", 3, 6));
        CHECK(d.stored() == "");
        d.pulled(told::sync{4, 9, {said("g", 1, 4)}});
        CHECK(d.asks() == "page 4");
        d.pulled(told::sync{5, 9, {said("g", 2, 5)}});
        CHECK(d.asks() == "");
        CHECK(d.stored() == "g1 g2 g3 @5");
        CHECK(d.in.take_report());
    }

    TEST_CASE("news before the sign-in, or during a pull, takes it further") {
        desk d;
        d.opens().news(4).signs_in(2);
        d.pulled(told::sync{2, 2, {said("g", 1, 1)}});
        CHECK(d.asks() == "page 2");
        d.news(6);
        d.pulled(told::sync{4, 4, {said("g", 2, 3)}});
        CHECK(d.asks() == "page 4");
        d.pulled(told::sync{6, 6});
        CHECK(d.asks() == "");
        CHECK(d.stored() == "g1 g2 @6");
    }

    TEST_CASE("news of what is here already is answered with a report alone") {
        desk d{7};
        d.lives().news(7);
        CHECK(d.asks() == "");
        CHECK(d.in.take_report());
        CHECK_FALSE(d.in.is_pulling());
    }

    TEST_CASE("a heartbeat without a checkpoint, and with a newer head, begins a pull") {
        desk d{7};
        d.lives().no_checkpoint(7);
        CHECK(d.asks() == "");
        d.no_checkpoint(9);
        CHECK(d.asks() == "page 7");
        d.no_checkpoint(12);
        d.pulled(told::sync{9, 12});
        CHECK(d.asks() == "");
    }

    TEST_CASE("a checkpoint says that nothing is missing, however new the head is") {
        desk d{7};
        d.lives().hears(heartbeat_reply{.checkpoint = position{8}, .newest = {12}});
        CHECK(d.asks() == "");
        CHECK(d.stored() == "@8");
    }
}

TEST_SUITE("intake: a hole on a live connection") {
    TEST_CASE("it fills itself") {
        desk d;
        d.lives().hears(said("g", 3, 3), said("g", 2, 2));
        CHECK(d.stored() == "");
        CHECK(d.in.is_waiting());
        CHECK(d.asks() == "");
        d.hears(said("g", 1, 1));
        CHECK(d.stored() == "g1 g2 g3");
        CHECK_FALSE(d.in.is_waiting());
    }

    TEST_CASE("other conversations go on meanwhile") {
        desk d{0, {kept("g", 1), kept("h", 1)}};
        d.lives().hears(said("g", 2, 2), said("h", 1, 3));
        CHECK(d.stored() == "h1");
        CHECK(d.in.is_waiting());
    }

    TEST_CASE("who gives up waiting pulls as far as what waits") {
        desk d;
        d.lives().hears(said("g", 3, 3), said("g", 2, 2)).gives_up();
        CHECK(d.asks() == "page 0");
        CHECK(d.in.goal() == position{3});
        CHECK_FALSE(d.in.is_waiting());
        d.pulled(told::sync{3, 3, {said("g", 1, 1), said("g", 2, 2), said("g", 3, 3)}});
        CHECK(d.next("g") == 4);
        CHECK(d.in.cursor() == position{3});
        CHECK_FALSE(d.in.is_waiting());
    }

    TEST_CASE("what a pull was about and did not bring is dropped") {
        desk d;
        d.lives().hears(said("g", 3, 3), said("h", 5, 4)).gives_up();
        d.pulled(told::sync{4, 4, {said("g", 1, 1)}});
        CHECK(d.stored() == "g1 @4");
        CHECK_FALSE(d.in.is_waiting());
        d.hears(said("g", 2, 5));
        CHECK(d.stored() == "g2");
    }

    TEST_CASE("what came behind the pull goes on waiting") {
        desk d;
        d.lives().hears(said("g", 3, 3)).gives_up().hears(said("g", 6, 6));
        d.pulled(told::sync{3, 3, {said("g", 1, 1), said("g", 2, 2), said("g", 3, 3)}});
        CHECK(d.in.is_waiting());
        d.gives_up();
        CHECK(d.asks() == "page 3");
        CHECK(d.in.goal() == position{6});
    }

    TEST_CASE("a trim closes it") {
        desk d;
        d.lives().hears(said("g", 3, 3)).hears(heard::trimmed{in("g"), {3}});
        CHECK(d.stored() == "g3");
        CHECK_FALSE(d.in.is_waiting());
        d.hears(said("g", 2, 2));
        CHECK(d.stored() == "");
    }

    TEST_CASE("a trim takes no membership with it that is held") {
        desk live{0, {kept("g", 1)}};
        live.lives().hears(left("g", 2, 2)).hears(heard::trimmed{in("g"), {3}}).checkpoint(4);
        CHECK(live.stored() == "@4");
        CHECK_FALSE(live.is_inside("g"));

        desk pulling{0, {}};
        pulling.opens().hears(joined("g", 2, 2, 2)).hears(heard::trimmed{in("g"), {3}}).signs_in(1);
        pulling.checkpoint(4).pulled(told::sync{1, 1});
        CHECK(pulling.stored() == "@4");
        CHECK(pulling.is_inside("g"));
        pulling.hears(said("g", 3, 5));
        CHECK(pulling.stored() == "g3");
    }

    TEST_CASE("a trim while a pull runs takes nothing in before it has ended") {
        desk d;
        d.opens().signs_in(1).hears(said("g", 3, 3)).hears(heard::trimmed{in("g"), {3}});
        CHECK(d.stored() == "");
        d.pulled(told::sync{1, 1});
        CHECK(d.stored() == "g3 @1");
    }

    TEST_CASE("what is known comes again only amended, what was trimmed not at all") {
        desk d{5, {kept("g", 5)}};
        d.lives().hears(said("g", 4, 4)).checkpoint(6);
        CHECK(d.stored() == "@6");
        entry amended_since = said("g", 4, 4);
        amended_since.amended_by = {9};
        d.hears(entry{amended_since});
        CHECK(d.stored() == "g4");
        d.hears(heard::more{{8}}).pulled(told::sync{8, 8, {said("g", 3, 3), entry{amended_since}}});
        CHECK(d.stored() == "g4 @8");
        d.hears(heard::trimmed{in("g"), {4}}).hears(said("g", 3, 3));
        CHECK(d.stored() == "");
    }

    TEST_CASE("an entry of a group that one is not in waits, and is dropped if a pull does not explain it") {
        desk d{5, {}};
        d.lives().hears(said("h", 8, 9));
        CHECK(d.in.is_waiting());
        d.gives_up();
        CHECK(d.asks() == "page 5");
        d.pulled(told::sync{9, 9});
        CHECK(d.stored() == "@9");
        CHECK_FALSE(d.in.is_waiting());
        CHECK_FALSE(d.is_inside("h"));
    }
}

TEST_SUITE("intake: history before a joined entry") {
    TEST_CASE("it is fetched page by page, and comes first") {
        desk d{0, {}};
        d.opens().signs_in(20);
        d.pulled(told::sync{20, 20, {joined("g", 9, 19, 5), said("g", 10, 20)}});
        CHECK(d.asks() == "g 5-8");
        CHECK(d.stored() == "");
        d.pulled(told::history{5, 6, {said("g", 5, 11), said("g", 6, 12)}, true});
        CHECK(d.asks() == "g 7-8");
        d.pulled(told::history{7, 7, {said("g", 7, 13)}, true});
        CHECK(d.asks() == "g 8-8");
        CHECK(d.in.cursor() == position{0});
        d.pulled(told::history{8, 8, {said("g", 8, 14)}});
        CHECK(d.stored() == "g5 g6 g7 g8 g9 g10 @20");
        CHECK(d.is_inside("g"));
    }

    TEST_CASE("a joined entry that is pushed with history makes a pull") {
        desk d{18, {}};
        d.lives().hears(joined("g", 9, 19, 5));
        CHECK(d.asks() == "page 18");
        CHECK(d.in.goal() == position{19});
        d.hears(said("g", 10, 20)).pulled(told::sync{19, 20, {joined("g", 9, 19, 5)}});
        CHECK(d.asks() == "g 5-8");
        d.pulled(told::history{5, 8, {said("g", 5, 5), said("g", 6, 6), said("g", 7, 7), said("g", 8, 8)}});
        CHECK(d.stored() == "g5 g6 g7 g8 g9 g10 @19");
    }

    TEST_CASE("a joined entry that waited for its history does so when its pull ends") {
        desk d{17, {}};
        d.opens().signs_in(18).hears(joined("g", 9, 19, 5), said("g", 10, 20));
        d.pulled(told::sync{18, 18});
        CHECK(d.stored() == "@18");
        CHECK(d.asks() == "page 18");
        CHECK(d.in.goal() == position{19});
    }

    TEST_CASE("without history it is the next, wherever it stands") {
        desk d{18, {}};
        d.lives().hears(joined("g", 9, 19, 9), said("g", 10, 20));
        CHECK(d.stored() == "g9 g10");
    }

    TEST_CASE("while an interval before it is not explained, it waits for a pull") {
        desk live{18, {}}, held{18, {}};
        live.lives().hears(left("g", 3, 20), joined("g", 4, 21, 4));
        held.opens().signs_in(19).hears(left("g", 3, 20), joined("g", 4, 21, 4));
        held.pulled(told::sync{19, 19}).stored();
        for (desk* d : {&live, &held}) {
            CHECK(d->asks() == "page " + std::to_string(d->in.cursor().value));
            CHECK(d->in.goal() == position{21});
            d->hears(said("g", 5, 22)).pulled(told::sync{21, 22, {left("g", 3, 20), joined("g", 4, 21, 4)}});
            CHECK(d->asks() == "g 1-2");
            d->pulled(told::history{1, 2, {amended(entry_kind::edit, "g", 2, 2, 1)}, false, 2});
            CHECK(d->stored() == "g2 g3 g4 g5 g1~2 @21");
            CHECK(d->is_inside("g"));
        }
    }

    TEST_CASE("who comes back gets what may be seen of the time away, and nothing twice") {
        desk d{18, {kept("g", 5)}};
        d.lives().hears(left("g", 5, 19));
        CHECK(d.stored() == "g5");
        CHECK_FALSE(d.is_inside("g"));
        d.hears(joined("g", 9, 29, 3)).pulled(told::sync{29, 29, {joined("g", 9, 29, 3)}});
        CHECK(d.asks() == "g 6-8");
        d.pulled(told::history{6, 8, {said("g", 8, 28)}});  // the others are gone
        CHECK(d.stored() == "g8 g9 @29");
        CHECK(d.is_inside("g"));
    }

    TEST_CASE("a membership of earlier in the history leaves one inside who is inside") {
        desk d{0, {kept("g", 1)}};
        d.opens().signs_in(9);
        d.pulled(told::sync{9, 9, {said("g", 4, 9)}});
        d.pulled(told::history{1, 3, {said("g", 1, 1), left("g", 2, 2)}});
        CHECK(d.stored() == "g1 g2 g4 @9");
        CHECK(d.is_inside("g"));
    }
}

TEST_SUITE("intake: a hole in a page") {
    TEST_CASE("it is asked for, before the page goes on") {
        desk d;
        d.opens().signs_in(9);
        d.pulled(told::sync{9, 9, {said("g", 3, 3), said("bob", 2, 5)}});
        CHECK(d.asks() == "g 1-2");
        d.pulled(told::history{1, 2, {said("g", 1, 1), said("g", 2, 2)}});
        CHECK(d.asks() == "bob 1-1");
        d.pulled(told::history{1, 1, {said("bob", 1, 1)}});
        CHECK(d.asks() == "");
        CHECK(d.stored() == "g1 g2 g3 bob1 bob2 @9");
    }

    TEST_CASE("another page meanwhile is one too many") {
        desk d;
        d.opens().signs_in(9);
        d.pulled(told::sync{9, 9, {said("g", 2, 2)}}).pulled(told::sync{9, 9, {said("g", 1, 1), said("g", 2, 2)}});
        CHECK(d.asks() == "g 1-1");
        CHECK(d.stored() == "");
        d.pulled(told::history{1, 1, {said("g", 1, 1)}});
        CHECK(d.stored() == "g1 g2 @9");
    }

    TEST_CASE("what was trimmed explains it") {
        desk d;
        d.opens().signs_in(9);
        d.pulled(told::sync{9, 9, {said("g", 5, 9)}});
        CHECK(d.asks() == "g 1-4");
        d.pulled(told::history{4, 4, {said("g", 4, 4)}, false, 4});
        CHECK(d.stored() == "g4 g5 @9");
        CHECK(d.in.kept().at(in("g")).first_kept == seq{4});
    }

    TEST_CASE("what was covered and did not come is not asked for again") {
        desk d;
        d.opens().signs_in(9);
        d.pulled(told::sync{9, 9, {said("g", 7, 9)}});
        d.pulled(told::history{1, 4, {said("g", 2, 2)}, true});
        CHECK(d.asks() == "g 5-6");
        d.pulled(told::history{5, 6, {}});
        CHECK(d.stored() == "g2 g7 @9");
    }

    TEST_CASE("an answer that covers nothing ends it") {
        for (const bool more : {true, false}) {
            desk d;
            d.opens().signs_in(9);
            d.pulled(told::sync{9, 9, {said("g", 7, 9)}});
            d.pulled(told::history{0, 0, {}, more});
            CHECK(d.asks() == "");
            CHECK(d.stored() == "g7 @9");
        }
    }

    TEST_CASE("of a history only what is missing counts") {
        desk d{2, {kept("g", 3)}};
        d.opens().signs_in(9);
        d.pulled(told::sync{9, 9, {said("g", 5, 9)}});
        d.pulled(
            told::history{1, 9, {said("g", 2, 2), said("g", 3, 3), said("h", 4, 4), said("g", 4, 4), said("g", 6, 6)}});
        CHECK(d.stored() == "g3 g4 g5 @9");
    }

    TEST_CASE("a trim that comes meanwhile explains it too") {
        desk d;
        d.opens().signs_in(9);
        d.pulled(told::sync{9, 9, {said("g", 5, 9)}}).hears(heard::trimmed{in("g"), {4}});
        d.pulled(told::history{1, 4, {said("g", 2, 2), said("g", 3, 3), said("g", 4, 4)}});
        CHECK(d.stored() == "g4 g5 @9");
    }
}

TEST_SUITE("intake: memberships of which the entry is gone") {
    TEST_CASE("a stranger in a page, of a group that one is in: what is left of it comes first") {
        desk d{0, {}};
        d.opens().signs_in(9);
        d.pulled(told::sync{9, 9, {said("h", 8, 9)}}.membership("h", {{{4}, {}}}, 5, 7));
        CHECK(d.asks() == "h 4-7");
        d.pulled(told::history{4, 7, {said("h", 7, 8)}, false, 7});
        CHECK(d.stored() == "h7 h8 @9");
        CHECK(d.is_inside("h"));
        d.hears(said("h", 9, 10));
        CHECK(d.stored() == "h9");
    }

    TEST_CASE("a stranger in a page, of which a later page tells the membership: what is before it comes first") {
        desk d{0, {}};
        d.opens().signs_in(9);
        d.pulled(told::sync{4, 9, {said("h", 6, 4)}});
        CHECK(d.asks() == "h 1-5");
        d.pulled(told::history{1, 5, {said("h", 5, 3)}, false, 5});
        CHECK(d.stored() == "h5 h6 @4");
        d.pulled(told::sync{9, 9, {joined("h", 7, 9, 3)}}.membership("h", {{{3}, {}}}, 9, 5));
        CHECK(d.stored() == "h7 @9");
    }

    TEST_CASE("of a membership that ended and began again, what began it being gone, nothing is passed over") {
        desk d{0, {}};
        d.opens().signs_in(9);
        d.pulled(told::sync{3, 9, {said("h", 4, 3)}});
        d.pulled(told::history{1, 3, {}, false, 4});
        d.pulled(told::sync{5, 9, {left("h", 5, 5)}});
        CHECK(d.stored() == "h4 h5 @5");
        CHECK_FALSE(d.is_inside("h"));
        d.pulled(told::sync{9, 9, {joined("h", 8, 9, 8)}}.membership("h", {{{2}, {5}}, {{8}, {}}}, 9, 4));
        CHECK(d.stored() == "h8 @9");
    }

    TEST_CASE("nothing is left but the membership: the next push fits") {
        desk d{0, {}};
        d.opens().signs_in(9);
        d.pulled(told::sync{9, 9}.membership("h", {{{4}, {}}}, 5, 7).membership("i", {{{4}, {}}}, 5, 2));
        CHECK(d.stored() == "@9");
        CHECK(d.next("h") == 7);
        CHECK(d.next("i") == 4);
        d.hears(said("h", 7, 10), said("i", 4, 11));
        CHECK(d.stored() == "h7 i4");
    }

    TEST_CASE("a membership that has ended, and its end is gone") {
        desk d{0, {kept("h", 3)}};
        d.opens().signs_in(9);
        d.pulled(told::sync{9, 9}.membership("h", {{{1}, {6}}}, 5, 7));
        CHECK_FALSE(d.is_inside("h"));
        CHECK(d.next("h") == 7);
        d.hears(said("h", 7, 10));
        CHECK(d.stored() == "@9");
        CHECK(d.in.is_waiting());
    }

    TEST_CASE("a membership that ended and began again between two pages of the page is told by its entries") {
        desk d{0, {kept("h", 3)}};
        d.opens().signs_in(9);
        d.pulled(told::sync{5, 9, {left("h", 3, 4)}}.membership("h", {{{1}, {3}}, {{6}, {}}}, 8));
        CHECK_FALSE(d.is_inside("h"));  // what changed it last lies behind this page
        d.pulled(told::sync{9, 9, {joined("h", 6, 8, 6)}}.membership("h", {{{1}, {3}}, {{6}, {}}}, 8));
        CHECK(d.is_inside("h"));
        CHECK(d.stored() == "h3 h6 @9");
    }

    TEST_CASE("a membership that goes on is not ended by what was pushed of it before, and is trimmed") {
        desk d{0, {kept("h", 4)}};
        d.opens().hears(said("h", 4, 6), left("h", 5, 7)).signs_in(9);
        d.pulled(told::sync{9, 9}.membership("h", {{{1}, {5}}, {{6}, {}}}, 8, 7));
        CHECK(d.stored() == "@9");
        CHECK(d.is_inside("h"));
        d.hears(said("h", 7, 10));
        CHECK(d.stored() == "h7");
    }

    TEST_CASE("a membership without intervals, or of a personal conversation, says nothing") {
        desk d{0, {kept("h", 3)}};
        d.opens().signs_in(9);
        d.pulled(told::sync{9, 9}.membership("h", {}, 5).membership("bob", {{{1}, {4}}}, 5));
        CHECK(d.is_inside("h"));
        CHECK(d.is_inside("bob"));
        CHECK(d.next("bob") == 1);
    }
}

TEST_SUITE("intake: another log") {
    TEST_CASE("a device that has nothing begins with the log it finds") {
        intake in{told::me, 100};
        in.load({});
        in.connected();
        in.signed_in({.epoch = {5}, .head = {0}});
        CHECK(told::text(in.take_change([](auto&, seq) {})) == "log=5");
        CHECK(in.epoch() == epoch{5});
        CHECK_FALSE(in.is_pulling());
    }

    TEST_CASE("a reset by the sign-in forgets everything but what was pushed on this connection") {
        desk d{7, {kept("g", 5)}};
        d.opens().hears(said("bob", 2, 2), marked("g", 1, 3)).signs_in({.epoch = {2}, .head = {1}, .reset = true});
        CHECK(d.in.cursor() == position{0});
        CHECK(d.asks() == "page 0");
        CHECK(d.stored() == "log=2");
        d.pulled(told::sync{1, 1, {said("bob", 1, 1)}, 2});
        CHECK(d.stored() == "bob1 bob2 g=1 @1");
        CHECK(d.next("g") == 1);
        CHECK_FALSE(d.is_inside("g"));
    }

    TEST_CASE("another epoch is a reset, whether or not the sign-in says so") {
        desk d{7, {kept("g", 5)}};
        d.opens().signs_in({.epoch = {2}, .head = {7}});
        CHECK(d.stored() == "log=2");
        CHECK(d.asks() == "page 0");
    }

    TEST_CASE("a reset in the same epoch is one all the same") {
        desk d{7, {kept("g", 5)}};
        d.opens().signs_in({.epoch = {1}, .head = {7}, .reset = true});
        CHECK(d.stored() == "log=1");
        CHECK(d.asks() == "page 0");
    }

    TEST_CASE("the page that came with a reset counts from nothing") {
        desk d{7, {kept("g", 5)}};
        d.opens().signs_in({.epoch = {2}, .head = {1}, .reset = true, .page_follows = true});
        CHECK(d.asks() == "");
        d.hears_page(1, {said("bob", 1, 1)});
        CHECK(d.stored() == "log=2 bob1 @1");
    }

    TEST_CASE("a reset by a page begins anew, up to the head that the next page tells") {
        desk d{7, {kept("g", 5)}};
        d.opens().signs_in(90);
        told::sync reset{0, 3, {}, 2};
        reset.reset = true;
        d.pulled(reset);
        CHECK(d.stored() == "log=2");
        CHECK(d.asks() == "page 0");
        d.pulled(told::sync{2, 3, {said("bob", 1, 1)}, 2});
        CHECK(d.asks() == "page 2");
        d.pulled(told::sync{3, 3, {said("bob", 2, 3)}, 2});
        CHECK(d.asks() == "");
        CHECK(d.stored() == "bob1 bob2 @3");
    }

    TEST_CASE("after a reset by a page, what this connection tells is of the old log and counts nothing") {
        desk d{7, {kept("g", 5)}};
        d.opens().signs_in(9).hears(said("bob", 2, 20), marked("g", 1, 21)).checkpoint(30);
        d.pulled(told::sync{0, 3, {}, 2});
        d.hears(said("bob", 3, 22), marked("g", 1, 23), heard::trimmed{in("bob"), {9}}).checkpoint(31).news(40);
        CHECK(d.stored() == "log=2");
        d.pulled(told::sync{3, 3, {said("bob", 1, 1)}, 2});
        CHECK(d.stored() == "bob1 @3");
        CHECK_FALSE(d.in.is_pulling());
        d.hears(said("bob", 2, 24), marked("g", 1, 25), heard::trimmed{in("bob"), {9}}).checkpoint(32).news(40);
        d.no_checkpoint(50);
        CHECK(d.stored() == "");
        CHECK_FALSE(d.in.is_pulling());
        CHECK_FALSE(d.in.is_waiting());

        d.opens().hears(said("bob", 2, 4)).signs_in({.epoch = {2}, .head = {3}}).hears(said("bob", 3, 5));
        CHECK(d.stored() == "bob2 bob3");
    }

    TEST_CASE("after a reset by a page in the same epoch, what was held still counts") {
        desk d{7, {kept("bob", 5)}};
        d.opens().signs_in(90).hears(said("bob", 2, 2));
        told::sync reset{0, 1};
        reset.reset = true;
        d.pulled(reset).pulled(told::sync{1, 1, {said("bob", 1, 1)}});
        CHECK(d.stored() == "log=1 bob1 bob2 @1");
    }

    TEST_CASE("a page of another epoch is a reset, and nothing of it counts") {
        desk d{7, {kept("g", 5)}};
        d.opens().signs_in(9);
        d.pulled(told::sync{9, 9, {said("g", 5, 9)}, 2});
        CHECK(d.stored() == "log=2");
        CHECK(d.in.cursor() == position{0});
        CHECK(d.in.epoch() == epoch{2});
    }

    TEST_CASE("what was to be stored of the old log is stored no more") {
        desk d{7, {kept("g", 5)}};
        d.lives().hears(said("g", 5, 8));
        d.opens().signs_in({.epoch = {2}, .head = {0}});
        CHECK(d.stored() == "log=2");
    }
}

TEST_SUITE("intake: too much") {
    TEST_CASE("more pushes than may be held are pulled instead") {
        desk d{0, {kept("g", 1)}, 2};
        d.opens().hears(said("g", 2, 2), said("g", 3, 3), said("g", 4, 4)).signs_in(1);
        CHECK(d.in.goal() == position{4});
        d.pulled(told::sync{1, 4, {said("g", 1, 1)}});
        CHECK(d.asks() == "page 1");
        d.hears(said("g", 5, 5)).pulled(told::sync{4, 5, {said("g", 2, 2), said("g", 3, 3), said("g", 4, 4)}});
        CHECK(d.stored() == "g1 g2 g3 g4 g5 @4");
    }

    TEST_CASE("more behind a hole than may be held makes a pull") {
        desk d{0, {kept("g", 1)}, 2};
        d.lives().hears(said("g", 4, 4), said("g", 3, 3));
        CHECK(d.asks() == "");
        d.hears(said("g", 2, 2)).checkpoint(5);
        CHECK(d.asks() == "page 0");
        CHECK(d.in.goal() == position{4});
        CHECK(d.stored() == "");
        d.pulled(told::sync{4, 4, {said("g", 1, 1), said("g", 2, 2), said("g", 3, 3), said("g", 4, 4)}});
        CHECK(d.stored() == "g1 g2 g3 g4 @5");
    }

    TEST_CASE("more marks than may be held are pulled instead") {
        desk d{0, {kept("g", 1)}, 2};
        d.opens().hears(marked("g", 1, 4), marked("h", 1, 3), marked("i", 1, 2)).signs_in(1);
        CHECK(d.in.goal() == position{4});
        d.pulled(told::sync{4, 4}.marks({marked("g", 1, 4)}));
        CHECK(d.stored() == "g=1 @4");
    }
}

TEST_SUITE("intake: what amends") {
    TEST_CASE("an edit or a revoke says what becomes of its target, once") {
        desk d;
        entry edit = amended(entry_kind::edit, "g", 2, 2, 1, "better");
        edit.content_type = 3;
        d.lives().hears(said("g", 1, 1), entry{edit}, amended(entry_kind::revoke, "g", 3, 3, 1));
        REQUIRE(d.in.change().amendments.size() == 2);
        CHECK(d.in.change().amendments[0].body == "better");
        CHECK(d.in.change().amendments[0].content_type == 3);
        CHECK(d.stored() == "g1 g2 g3 g1~2 g1x3");
        d.hears(entry{edit});
        CHECK(d.stored() == "");
    }

    TEST_CASE("by whatever way it comes") {
        desk d;
        d.opens().signs_in(5).hears(amended(entry_kind::revoke, "g", 5, 6, 3));
        d.pulled(told::sync{5, 5, {said("g", 3, 3), amended(entry_kind::edit, "g", 4, 5, 3)}});
        d.pulled(told::history{1, 2, {said("g", 1, 1), amended(entry_kind::revoke, "g", 2, 2, 1)}});
        CHECK(d.stored() == "g1 g2 g3 g4 g5 g1x2 g3~4 g3x5 @5");
    }

    TEST_CASE("an edit that was itself revoked amends nothing") {
        desk d;
        entry edit = amended(entry_kind::edit, "g", 2, 2, 1);
        edit.revoked = true;
        d.lives().hears(said("g", 1, 1), std::move(edit));
        CHECK(d.stored() == "g1 g2");
    }
}

TEST_SUITE("intake: without a connection") {
    TEST_CASE("a poll goes as far as the head that its pages tell, and no further") {
        desk d;
        CHECK(d.asks() == "");
        d.in.poll();
        CHECK(d.asks() == "page 0");
        d.pulled(told::sync{2, 3, {said("g", 1, 1)}});
        CHECK(d.asks() == "page 2");
        d.pulled(told::sync{3, 3, {said("g", 2, 3)}});
        CHECK(d.asks() == "");
        CHECK(d.stored() == "g1 g2 @3");
        d.in.poll();
        CHECK(d.asks() == "page 3");
        d.pulled(told::sync{3, 3});
        CHECK(d.asks() == "");
    }

    TEST_CASE("what was said meanwhile over HTTP comes in its place") {
        desk d{0, {kept("g", 2)}};
        d.hears(said("g", 2, 5, told::me));
        CHECK(d.stored() == "g2");
        CHECK(d.in.cursor() == position{0});
        d.hears(said("g", 4, 8, told::me));
        CHECK(d.in.is_waiting());
        d.gives_up();
        CHECK(d.asks() == "page 0");
        d.pulled(told::sync{8, 8, {said("g", 2, 5), said("g", 3, 7), said("g", 4, 8)}});
        CHECK(d.next("g") == 5);
        CHECK(d.asks() == "");
    }

    TEST_CASE("what was said over HTTP, and is more than may be held, is pulled") {
        desk d{0, {kept("g", 1)}, 1};
        d.hears(said("g", 2, 5, told::me), said("g", 3, 6, told::me));
        CHECK(d.asks() == "page 0");
        d.pulled(told::sync{4, 6, {said("g", 1, 4)}});
        CHECK(d.asks() == "page 4");
        d.pulled(told::sync{6, 6, {said("g", 2, 5, told::me), said("g", 3, 6, told::me)}});
        CHECK(d.asks() == "");
        CHECK(d.stored() == "g1 g2 g3 @6");
    }

    TEST_CASE("a poll in the middle of a pull changes nothing") {
        desk d;
        d.opens();
        d.in.poll();
        CHECK(d.asks() == "");  // the sign-in has not been answered
    }
}

TEST_SUITE("intake: the connection is lost") {
    TEST_CASE("in the middle of a page: what came is kept, the page is asked for again") {
        desk d;
        d.opens().hears(said("g", 9, 9)).signs_in(5);
        d.pulled(told::sync{5, 5, {said("g", 1, 1), said("g", 3, 4)}});
        CHECK(d.asks() == "g 2-2");
        d.in.disconnected();
        CHECK(d.asks() == "");
        CHECK_FALSE(d.in.is_pulling());
        CHECK_FALSE(d.in.is_waiting());
        CHECK(d.stored() == "g1");
        d.pulled(told::history{2, 2, {said("g", 2, 2)}});  // too late
        CHECK(d.stored() == "");
        d.opens();
        CHECK(d.asks() == "");
        d.signs_in(5);
        CHECK(d.asks() == "page 0");
        d.pulled(told::sync{5, 5, {said("g", 1, 1), said("g", 2, 2), said("g", 3, 4)}});
        CHECK(d.stored() == "g2 g3 @5");
    }

    TEST_CASE("before the page that was to follow: it is asked for") {
        desk d;
        d.opens().signs_in({.epoch = {1}, .head = {2}, .page_follows = true});
        d.in.disconnected();
        d.opens().signs_in(2);
        CHECK(d.asks() == "page 0");
    }

    TEST_CASE("what was held, and how far it was to go, is lost") {
        desk d;
        d.lives().hears(said("g", 5, 50), marked("g", 5, 51)).news(60).hears(marked("g", 6, 61));
        d.in.disconnected();
        CHECK(d.stored() == "g=5");
        d.opens().signs_in(1);
        CHECK(d.in.goal() == position{1});
        d.pulled(told::sync{1, 1, {said("g", 1, 1)}});
        CHECK_FALSE(d.in.is_pulling());
        CHECK(d.stored() == "g1 @1");
    }

    TEST_CASE("a report that was not made yet is made no more") {
        desk d;
        d.opens().signs_in(0);
        d.in.disconnected();
        CHECK_FALSE(d.in.take_report());
    }

    TEST_CASE("after a start from the store nothing of before is left") {
        desk d;
        d.lives().hears(said("g", 1, 1), said("g", 3, 3)).checkpoint(3);
        d.in.load({.epoch = {1}, .conversations = {kept("g", 1)}});
        CHECK(d.stored() == "");
        CHECK_FALSE(d.in.is_waiting());
        CHECK(d.next("g") == 1);
    }
}
