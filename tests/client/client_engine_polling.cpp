#include <tandem/client/client_engine.hpp>

#include "phone.hpp"

using namespace tandem;
using told::of_ann;
using told::phone;
using told::to_bob;

namespace {

// So patient that no connection is tried while a test looks at the polls.
client_options patient_ann() {
    client_options o = of_ann();
    o.first_wait = o.longest_wait = days(1000);
    return o;
}

bool asks(const std::string& done) { return done.find("GET /api/sync") != std::string::npos; }

}  // namespace

TEST_SUITE("client_engine: polling") {
    TEST_CASE("after three connections that were not to be had it polls, beginning at once") {
        phone p;
        p.lives().closes();
        for (int n = 0; n < 2; ++n) {
            p.comes_back().forgets().closes();
            CHECK(p.states() == "offline");
            CHECK_FALSE(asks(p.does()));
        }
        p.comes_back().forgets().closes();
        CHECK(p.states() == "polling");
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
        CHECK(p.net.asked_of == "two");
        p.answers(p.page(2, 3, {told::said("bob", 1, 2)}));
        CHECK(p.changes() == "bob1 @2");
        CHECK(p.does() == "GET /api/sync?lastSeq=2&count=2&epoch=7");
        p.answers(p.page(3, 3, {told::said("bob", 2, 3)}));
        CHECK(p.changes() == "bob2 @3");
        CHECK_FALSE(asks(p.does()));
        CHECK(p.states() == "");
    }

    TEST_CASE("and then every fifteen seconds") {
        phone p{patient_ann()};
        p.polls();
        for (int n = 0; n < 3; ++n) {
            CHECK(p.waits() == 15'000);
            p.passes(milliseconds(14'999));
            CHECK(p.does() == "");
            p.passes(milliseconds(1));
            CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
            p.passes(seconds(5)).answers(p.page(0, 0)).passes(milliseconds(0));
            CHECK(p.does() == "");
            CHECK(p.waits() == 10'000);
            p.clock.advance(seconds(-5));
        }
    }

    TEST_CASE("it goes on polling while a connection is tried, says so, and stops when one is signed in") {
        phone p;
        p.polls().comes_back().forgets();
        CHECK(p.client->state() == client_state::polling);
        p.passes(seconds(15));
        CHECK(asks(p.does()));
        p.answers(p.page(0, 0)).signs_in();
        CHECK(p.states() == "live");
        p.forgets().passes(seconds(74));
        CHECK(p.does() == "");
        p.closes();
        CHECK(p.states() == "offline");
        CHECK(p.does() == "");
    }

    TEST_CASE("while it signs in it polls not, and what was on its way is forgotten") {
        phone p;
        p.polls().comes_back().forgets().passes(seconds(15));
        CHECK(asks(p.does()));
        p.opens().forgets().passes(seconds(4));
        p.answers(p.page(3, 3, {told::said("bob", 1, 3)}));
        CHECK(p.changes() == "");
        CHECK(p.does() == "");
        CHECK(p.cursor() == 0);
        p.is_let_in(3);
        CHECK(p.states() == "catching_up");
        CHECK(asks(p.does()));
    }

    TEST_CASE("a sign-in that came to nothing takes no poll away") {
        phone p;
        p.polls().comes_back().opens().forgets().passes(seconds(15));
        CHECK_FALSE(asks(p.does()));
        CHECK(p.client->state() == client_state::polling);
        p.closes();
        CHECK(asks(p.does()));
    }

    TEST_CASE("a poll that fails is tried again after a pause, or as the server says") {
        phone p{patient_ann()};
        p.polls().passes(seconds(15));
        p.forgets().answers(error{errc::timed_out, "no route"});
        CHECK(p.client->state() == client_state::polling);
        p.passes(days(1001));  // the bound of its pause, here
        CHECK(asks(p.does()));
        p.answers(pull_answer{.status = 503, .body = "busy", .retry_after = days(5000)});
        for (int n = 0; n < 4; ++n) p.closes().passes(days(1001));  // a connection that fails changes nothing
        CHECK_FALSE(asks(p.does()));
        p.passes(days(996));
        CHECK(asks(p.does()));
    }

    TEST_CASE("who has never signed in begins with nothing, and is told which log it is") {
        phone p;
        p.starts().cannot_connect();
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2");
        p.answers(p.page(2, 2, {told::said("bob", 1, 2)}));
        CHECK(p.changes() == "log=7");
        p.forgets().passes(seconds(1));
        CHECK(asks(p.does()));
        p.answers(p.page(2, 2, {told::said("bob", 1, 2)}));
        CHECK(p.changes() == "bob1 @2");
        CHECK(p.client->state() == client_state::polling);
    }

    TEST_CASE("another log is begun anew, without a connection to give up") {
        phone p;
        p.lives().hears(p.push(told::said("bob", 1, 3)), "HEARTBEAT_RSP 0 checkpoint=3 newest=3");
        p.closes().cannot_connect().forgets().answers(p.page(2, 2, {told::said("bob", 1, 2)}, 8));
        CHECK(p.changes() == "log=8");
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=8");
        p.answers("MARK_RSP 0 conversation=direct:ann:bob key=received value=1");  // of the log before
        CHECK(p.changes() == "");
        p.answers(p.page(2, 2, {told::said("bob", 1, 2)}, 8));
        CHECK(p.changes() == "bob1 @2");
        CHECK(p.keeps("bob", {7}) == "bob1");
        CHECK(p.keeps("bob", {8}) == "bob1");
        CHECK(p.states() == "");
    }

    TEST_CASE("a poll without a right wants a credential, and ends") {
        phone p;
        SUBCASE("nothing is to be hung up") {
            p.lives().closes().cannot_connect().forgets().answers("", 401);
            CHECK(p.does() == "");
        }
        SUBCASE("but a connection that is being tried") {
            p.polls().comes_back().passes(seconds(15)).forgets().answers(p.failure(errc::expired), 401);
            CHECK(p.does() == "disconnect");
        }
        SUBCASE("also when the server says nothing else than that nobody is signed in") {
            p.lives().closes().cannot_connect().forgets().answers(p.failure(errc::not_signed_in), 401);
            CHECK(p.does() == "");
        }
        CHECK(p.states() == "wants_credential (expired)");
        p.passes(days(1));
        CHECK(p.does() == "");
        p.client->use_credential("fresh");
        CHECK(asks(p.does()));  // there is still no connection
        CHECK(p.net.authorization == "Bearer fresh");
        CHECK(p.states() == "polling");
    }

    TEST_CASE("who logs out polls no more, and what is still answered counts nothing") {
        phone p;
        p.lives().closes().cannot_connect();
        p.says();
        SUBCASE("between two connections") {
            p.forgets().client->log_out();
            CHECK(p.does() == "");
        }
        SUBCASE("while one is tried") {
            p.comes_back().forgets().client->log_out();
            CHECK(p.does() == "disconnect");
        }
        CHECK(p.states() == "ended (logged out)");
        p.answers(p.page(3, 3, {told::said("bob", 1, 3)})).answers(p.stored(0, 1, 2, 4)).passes(days(1));
        CHECK(p.changes() == "");
        CHECK(p.does() == "");
        CHECK(p.cursor() == 0);
        CHECK(p.queue() == "+1.1");
    }
}

TEST_SUITE("client_engine: posts") {
    TEST_CASE("what is said goes as a post, the next of a conversation when it is answered") {
        phone p{patient_ann()};
        p.polls().says("one");
        CHECK(p.does() == "POST /api/messages/send SEND_REQ 0" + to_bob + "1 body=one");
        p.says("two");
        CHECK(p.does() == "");
        p.says("other", "eve");
        CHECK(p.does() == "POST /api/messages/send SEND_REQ 0 conversation=direct:ann:eve send_id=1.3 body=other");
        p.forgets().answers(p.stored(0, 1, 1, 4));
        CHECK(p.changes() == "bob1 -1");
        CHECK(p.does() == "POST /api/messages/send SEND_REQ 0" + to_bob + "2 body=two");
        CHECK(p.queue() == "+1.2 +1.3");
    }

    TEST_CASE("edits, revokes and marks have posts of their own") {
        phone p{patient_ann()};
        p.polls();
        CHECK(p.client->edit(told::in("bob"), {3}, "better"));
        CHECK(p.client->revoke(told::in("eve"), {4}));
        CHECK(p.client->read(told::in("dan"), {5}));
        CHECK(p.does() == "POST /api/messages/edit EDIT_REQ 0" + to_bob +
                              "1 target=3 body=better | POST /api/messages/revoke REVOKE_REQ 0 "
                              "conversation=direct:ann:eve send_id=1.2 target=4 | POST /api/messages/read MARK_REQ 0 "
                              "conversation=direct:ann:dan key=read value=5");
        CHECK(p.net.authorization == "Bearer secret");
        p.forgets();
        p.answers("EDIT_RSP 0 send_id=1.1 conversation=direct:ann:bob target=3 seq=1 position=4 number=0");
        p.answers("REVOKE_RSP 0 send_id=1.2 conversation=direct:ann:eve target=4 seq=1 position=5 number=0");
        p.answers("MARK_RSP 0 conversation=direct:ann:dan key=read value=5 position=6");
        CHECK(p.changes() == "bob1 bob3~1 -1 | eve1 eve4x1 -2 | dan=5 !dan=5");
        CHECK(p.client->has_said_everything());
    }

    TEST_CASE("received marks are posted when they are gathered") {
        phone p{patient_ann()};
        p.lives().closes().cannot_connect().answers(p.page(3, 3, {told::said("bob", 1, 3)})).forgets();
        CHECK(p.waits() == 1000);
        p.passes(seconds(1));
        CHECK(p.does() == "POST /api/messages/read MARK_REQ 0 conversation=direct:ann:bob key=received value=1");
        p.answers("MARK_RSP 0 conversation=direct:ann:bob key=received value=1");
        CHECK(p.client->conversation(told::in("bob")).received == seq{1});
        CHECK(p.client->has_said_everything());
    }

    TEST_CASE("a post that fails is made again after a pause, one that is refused for good is not") {
        phone p{patient_ann()};
        p.polls().says("one");
        p.says("two");
        SUBCASE("nobody answered") { p.forgets().answers(error{errc::timed_out, "no route", days(2000)}); }
        SUBCASE("an answer that cannot be read") { p.forgets().answers("nonsense"); }
        SUBCASE("an answer to something else") { p.forgets().answers(p.page(0, 0)); }
        SUBCASE("another status, in words of somebody between") { p.forgets().answers("<html>busy</html>", 502); }
        SUBCASE("the server says so") { p.forgets().answers(p.failure(errc::overloaded), 503); }
        CHECK(p.changes() == "");
        CHECK(p.does() == "");
        p.passes(days(2001));
        CHECK(p.does().find("POST /api/messages/send SEND_REQ 0" + to_bob + "1 body=one") != std::string::npos);
    }

    TEST_CASE("a server that is too busy says when to come again, and connections that fail meanwhile change nothing") {
        phone p;
        p.polls().says();
        CHECK(p.client->read(told::in("eve"), {3}));
        const pull_answer busy{.status = 503, .body = "busy", .retry_after = minutes(10)};
        p.forgets().answers(busy).answers(busy);
        for (int n = 0; n < 599; ++n) p.passes(seconds(1)).closes();
        CHECK(p.does().find("POST") == std::string::npos);
        p.passes(seconds(1));
        CHECK(p.does().find("POST /api/messages/send SEND_REQ 0" + to_bob + "1 body=hi | POST /api/messages/read") !=
              std::string::npos);
    }

    TEST_CASE("a connection that fails takes nothing back that is posted") {
        phone p;
        p.polls().says();
        SUBCASE("it was not to be had") { p.comes_back().forgets().closes(); }
        SUBCASE("it was not answered") { p.comes_back().forgets().passes(seconds(21)); }
        SUBCASE("its sign-in was not") { p.comes_back().opens().forgets().closes(); }
        CHECK(p.does().find("POST") == std::string::npos);
        p.answers(p.stored(0, 1, 1, 4));
        while (!p.net.questions.empty()) p.answers(p.page(4, 4));
        CHECK(p.keeps("bob") == "bob1");
        CHECK(p.queue() == "");
    }

    TEST_CASE("what is refused for good is kept with its reason, and the next one goes") {
        phone p{patient_ann()};
        p.polls().says("one");
        p.says("two");
        p.forgets().answers(p.failure(errc::not_allowed), 403);
        CHECK(p.changes() == "+1.1 (not allowed)");
        CHECK(p.does() == "POST /api/messages/send SEND_REQ 0" + to_bob + "2 body=two");
        CHECK(p.queue() == "+1.1 (not allowed) +1.2");
    }

    TEST_CASE("a credential that counts no longer is nobody's fault: another one is wanted, and it is all said then") {
        for (const bool sends : {true, false})
            for (const std::string& why : {phone::failure(errc::bad_credential), phone::failure(errc::expired),
                                           phone::failure(errc::not_signed_in), std::string{}}) {
                phone p{patient_ann()};
                p.polls();
                if (sends) p.says();
                else CHECK(p.client->read(told::in("bob"), {3}));
                const std::string said = p.does(), queue = p.queue(), wishes = p.wishes();
                p.forgets().answers(why, 401);
                CHECK(p.states() == "wants_credential (expired)");
                CHECK(p.changes() == "");
                CHECK(p.queue() == queue);
                CHECK(p.wishes() == wishes);
                p.client->use_credential("fresh");
                CHECK(p.does().find(said) != std::string::npos);
                CHECK(p.net.authorization == "Bearer fresh");
            }
    }

    TEST_CASE("what was posted without an answer is said again on the connection, and the late answer counts nothing") {
        phone p;
        p.polls().says();
        CHECK(p.client->read(told::in("eve"), {3}));
        REQUIRE(p.net.questions.size() == 2);
        p.comes_back().signs_in();
        const std::string done = p.does();
        CHECK(done.find("| SEND_REQ") != std::string::npos);
        CHECK(done.find("| MARK_REQ") != std::string::npos);
        p.forgets();
        SUBCASE("it was stored") {
            p.answers(p.stored(0, 1, 1, 4));
            p.answers("MARK_RSP 0 conversation=direct:ann:eve key=read value=3 position=5");
        }
        SUBCASE("it was refused") { p.answers(p.failure(errc::not_allowed), 403).answers("", 401); }
        CHECK(p.changes() == "");
        CHECK(p.tells() == "");
        CHECK(p.does() == "");
        CHECK(p.states() == "");
        CHECK(p.queue() == "+1.1");
        CHECK(p.wishes() == "eve=3");
    }

    TEST_CASE("a lane that is closed over HTTP is no reason to hang up: it is waited for") {
        phone p{patient_ann()};
        p.polls().says();
        p.forgets().answers(p.failure(errc::lane_closed), 503);
        CHECK(p.does() == "");
        CHECK(p.queue() == "+1.1");
        CHECK(p.states() == "");
    }
}
