#include <tandem/client/client_engine.hpp>

#include "phone.hpp"

#include <array>

using namespace tandem;
using told::of_ann;
using told::phone;

TEST_SUITE("client_engine: catching up") {
    TEST_CASE("it goes by pages, and tells how far it is when the last one is stored") {
        phone p;
        p.starts().signs_in(6);
        CHECK(p.states() == "connecting | catching_up");
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
        CHECK(p.net.asked_of == "one");
        CHECK(p.net.authorization == "Bearer secret");
        CHECK(p.changes() == "log=7");
        p.answers(p.page(3, 6, {told::said("bob", 1, 2), told::said("bob", 2, 3)}));
        CHECK(p.changes() == "bob1 bob2 @3");
        CHECK(p.does() == "GET /api/sync?lastSeq=3&count=2&epoch=7");
        CHECK(p.states() == "");
        p.answers(p.page(6, 6, {told::said("bob", 3, 5)}));
        CHECK(p.changes() == "bob3 @6");
        CHECK(p.does() == "HEARTBEAT_REQ 2 cursor=6");
        CHECK(p.states() == "live");
    }

    TEST_CASE("the next page is asked while the one before is being stored") {
        phone p;
        p.starts().signs_in(6).forgets();
        std::string asked;
        p.on_change = [&](const local_change&) { asked = p.does(); };
        p.answers(p.page(3, 6, {told::said("bob", 1, 2)}));
        CHECK(asked == "GET /api/sync?lastSeq=3&count=2&epoch=7");
    }

    TEST_CASE("what was pushed meanwhile comes after the pages") {
        phone p;
        p.starts().signs_in(3).forgets();
        p.hears(p.push(told::said("bob", 2, 4)));
        CHECK(p.changes() == "");
        p.answers(p.page(3, 4, {told::said("bob", 1, 2)}));
        CHECK(p.changes() == "bob1 bob2 @3");
        CHECK(p.states() == "live");
    }

    TEST_CASE("a page that comes with the sign-in is asked from nobody") {
        phone p;
        p.starts().signs_in(3, " page_follows=1");
        CHECK(p.does() == "");
        const entry one = told::said("bob", 1, 2);
        p.hears(detail::tiny_line(push_batch{.entries = std::array{&one}, .next = position{3}}).line());
        CHECK(p.does() == "HEARTBEAT_REQ 2 cursor=3");
        CHECK(p.changes() == "log=7 | bob1 @3");
        CHECK(p.states() == "connecting | catching_up | live");
    }

    TEST_CASE("news make it pull") {
        phone p;
        p.lives().hears("NEWS 0 cursor=3");
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
        CHECK(p.states() == "catching_up");
        p.answers(p.page(3, 3, {told::said("bob", 1, 3)}));
        CHECK(p.does() == "HEARTBEAT_REQ 3 cursor=3");
        CHECK(p.states() == "live");
    }

    TEST_CASE("a heartbeat that tells of more makes it pull") {
        phone p;
        p.lives().hears("HEARTBEAT_RSP 0 newest=3");
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
    }

    TEST_CASE("a pull that fails is tried again after a pause, longer each time, or as the server says") {
        phone p;
        p.lives().hears("NEWS 0 cursor=3").forgets();
        p.answers(error{errc::timed_out});
        CHECK(p.does() == "");
        CHECK(p.states() == "");
        CHECK(p.waits() <= 1000);
        p.passes(seconds(1));
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
        p.answers(pull_answer{.status = 503, .body = "busy", .retry_after = seconds(20)});
        CHECK(p.waits() == 20'000);
        p.passes(milliseconds(19'999));
        CHECK(p.does() == "");
        p.passes(milliseconds(1));
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
        p.answers("SYNC 0 nonsense").passes(seconds(4));
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
        p.answers(p.page(3, 3));
        CHECK(p.does() == "HEARTBEAT_REQ 3 cursor=3");
    }

    TEST_CASE("a server that could not be asked may say when to ask again") {
        phone p;
        p.lives().hears("NEWS 0 cursor=3").forgets();
        p.answers(error{errc::timed_out, "no route", seconds(20)});
        CHECK(p.waits() == 20'000);
        p.passes(seconds(20)).answers(p.failure(errc::overloaded) + " retry_after=30000", 503);
        CHECK(p.waits() == 30'000);
    }

    TEST_CASE("a pull that succeeds makes the pauses short again") {
        phone p;
        p.lives().hears("NEWS 0 cursor=30").forgets();
        for (std::uint64_t page = 1; page <= 5; ++page) {
            for (int n = 0; n < 6; ++n) p.answers(error{errc::timed_out}).passes(seconds(30)).hears("BACKGROUND_RSP 0");
            p.answers(p.page(page, 30)).answers(error{errc::timed_out});
            CHECK(p.waits() <= 1000);
            p.passes(seconds(1));
        }
    }

    TEST_CASE("a new connection pulls without a pause") {
        phone p;
        p.lives().hears("NEWS 0 cursor=3").answers(error{errc::timed_out, "no route", days(1)});
        p.closes().comes_back().signs_in(3);
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
    }

    TEST_CASE("a page that brings nothing further is asked again after a pause") {
        phone p;
        p.lives().hears("NEWS 0 cursor=3").forgets();
        p.answers(p.page(0, 0));
        CHECK(p.does() == "");
        p.passes(seconds(1));
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
    }

    TEST_CASE("a pull without a right wants a credential") {
        phone p;
        p.lives().hears("NEWS 0 cursor=3").forgets();
        p.answers("", 401);
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "wants_credential (expired)");
        p.client->use_credential("fresh");
        p.signs_in(3).forgets();
        CHECK(p.net.authorization == "Bearer fresh");
        p.answers(p.page(3, 3));
        CHECK(p.states() == "live");
    }

    TEST_CASE("and says which of several troubles it is") {
        phone p;
        p.lives().hears("NEWS 0 cursor=3").forgets();
        SUBCASE("expired") { p.answers(p.failure(errc::expired), 401); }
        SUBCASE("nobody is signed in") { p.answers(p.failure(errc::not_signed_in), 401); }
        SUBCASE("of a history, too") {
            p.answers(p.page(3, 3, {told::said("bob", 3, 3)})).answers(p.failure(errc::expired), 401);
        }
        CHECK(p.states() == "wants_credential (expired)");
    }

    TEST_CASE("a page that is not to be found is asked again: only a history can have nothing") {
        phone p;
        p.lives().hears("NEWS 0 cursor=3").forgets();
        p.answers(p.failure(errc::not_found), 404);
        CHECK(p.does() == "");
        p.passes(seconds(1));
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
        p.answers(p.page(3, 3, {told::said("bob", 3, 3)})).answers(p.failure(errc::not_found), 404);
        CHECK(p.cursor() == 3);
    }

    TEST_CASE("the answer to a pull of an earlier connection counts nothing") {
        phone p;
        p.lives().hears("NEWS 0 cursor=3");
        p.closes().comes_back().signs_in(3).forgets();
        REQUIRE(p.net.questions.size() == 2);
        p.answers(p.page(3, 3, {told::said("bob", 1, 3)}));
        CHECK(p.changes() == "");
        CHECK(p.cursor() == 0);
        p.answers(p.page(3, 3, {told::said("bob", 1, 3)}));
        CHECK(p.changes() == "bob1 @3");
    }

    TEST_CASE("what is missing before an entry of a page is asked from the history, the conversation's text escaped") {
        phone p;
        const conversation_id odd = conversation_id::direct(told::me, user_id{"b%/ .-_\xC3\xA9"});
        p.starts().signs_in(9).forgets();
        entry e = told::said("bob", 4, 9);
        e.conversation = odd;
        p.answers(p.page(9, 9, {e}));
        CHECK(p.does() == "GET /api/messages/history?conversation=direct:ann:b%2525%2F%20.-_%C3%A9&after=0&count=2");
        CHECK(p.cursor() == 0);
        entry one = e, two = e, three = e;
        one.place = {{1}, {1}}, two.place = {{2}, {2}}, three.place = {{3}, {3}};
        p.answers(p.history(1, 2, {one, two}, true));
        CHECK(p.does() == "GET /api/messages/history?conversation=direct:ann:b%2525%2F%20.-_%C3%A9&after=2&count=1");
        CHECK(p.cursor() == 0);
        p.answers(p.history(3, 3, {three}));
        CHECK(p.cursor() == 9);
        CHECK(p.client->conversation(odd).next == seq{5});
        CHECK(p.client->state() == client_state::live);
    }

    TEST_CASE("a history that is not for this user has nothing, other failures are tried again") {
        phone p;
        p.starts().signs_in(9).forgets();
        p.answers(p.page(9, 9, {told::said("bob", 4, 9)}));
        p.answers(p.failure(errc::overloaded), 503);
        CHECK(p.cursor() == 0);
        p.passes(seconds(1)).answers(p.failure(errc::not_member), 403);
        CHECK(p.cursor() == 9);
        CHECK(p.keeps("bob") == "bob4");
    }
}
