#include <tandem/client/client_engine.hpp>

#include "phone.hpp"

using namespace tandem;
using told::phone;
using told::to_bob;

TEST_SUITE("client_engine: verbs from inside its events") {
    TEST_CASE("what came is answered and read while it is being told") {
        phone p;
        p.lives().on_change = [&](const local_change& c) {
            if (c.entries.empty()) return;
            CHECK(p.says("thanks") == "1.1");
            CHECK(p.client->read(told::in("bob"), {1}));
            CHECK(p.does() == "");  // what is to be done is done when all of it is told
        };
        p.hears(p.push(told::said("bob", 1, 1)));
        CHECK(p.changes() == "bob1 | +1.1 | ?bob=1");
        CHECK(p.does() ==
              "SEND_REQ 3" + to_bob + "1 body=thanks | MARK_REQ 4 conversation=direct:ann:bob key=read value=1");
    }

    TEST_CASE("what failed is tried again while that is being told, or forgotten") {
        phone p;
        p.lives().says();
        p.says();
        p.forgets().on_change = [&](const local_change& c) {
            if (c.queued.empty() || c.queued.front().failed == errc{}) return;
            if (c.queued.front().number == 1) CHECK(p.client->try_again("1.1"));
            else CHECK(p.client->forget("1.2"));
        };
        p.hears(p.refuses(3, errc::not_allowed));
        CHECK(p.does() == "SEND_REQ 5" + to_bob + "1 body=hi");
        p.hears(p.refuses(4, errc::not_allowed));
        CHECK(p.queue() == "+1.1");
    }

    TEST_CASE("who is live says something at once") {
        phone p;
        p.on_state = [&](client_state now) {
            if (now == client_state::live) CHECK(p.says() == "1.1");
        };
        p.starts().signs_in();
        CHECK(p.does() == "HEARTBEAT_REQ 2 cursor=0 | SEND_REQ 3" + to_bob + "1 body=hi");
    }

    TEST_CASE("who is live logs out at once") {
        phone p;
        p.on_state = [&](client_state now) {
            if (now == client_state::live) p.client->log_out();
        };
        p.starts().signs_in();
        CHECK(p.does() == "HEARTBEAT_REQ 2 cursor=0 | LOGOUT_REQ 3 | disconnect");
        CHECK(p.states() == "connecting | live | ended (logged out)");
    }

    TEST_CASE("who is asked for a credential gives one, and it connects at once") {
        phone p;
        p.on_state = [&](client_state now) {
            if (now == client_state::wants_credential) p.client->use_credential("fresh");
        };
        p.lives().hears(p.kicks(errc::expired));
        CHECK(p.does() == "disconnect | connect one");
        CHECK(p.states() == "wants_credential (expired) | connecting");
    }

    TEST_CASE("who was kicked starts again at once") {
        phone p;
        p.on_state = [&](client_state now) {
            if (now == client_state::ended) CHECK(p.client->start());
        };
        p.lives().hears(p.kicks(errc::kicked));
        CHECK(p.does() == "disconnect | connect one");
        CHECK(p.states() == "ended (kicked) | connecting");
    }

    TEST_CASE("whose store has failed says something all the same") {
        phone p;
        p.on_store_failed = [&] { CHECK(p.says() == "1.1"); };
        p.lives().store.fails = 1;
        p.hears(p.push(told::said("bob", 1, 1)));
        CHECK(p.states() == "store failed | offline");
        CHECK(p.changes() == "+1.1");
        CHECK(p.queue() == "+1.1");
    }

    TEST_CASE("an answer is answered") {
        phone p;
        p.lives().on_answer = [&] { CHECK(p.client->typing(told::in("bob"))); };
        p.hears("RELAY_RSP 8 reached=2");
        CHECK(p.does() == "TYPING_REQ 3 conversation=direct:ann:bob typing=1");
    }
}

TEST_SUITE("client_engine: answers") {
    TEST_CASE("a network may answer before it returns") {
        phone p;
        p.net.at_once = {p.page(3, 6, {told::said("bob", 1, 2)}), p.page(6, 6, {told::said("bob", 4, 5)}),
                         p.history(2, 3, {told::said("bob", 2, 3), told::said("bob", 3, 4)})};
        p.starts().signs_in(6);
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7 | GET /api/sync?lastSeq=3&count=2&epoch=7 | "
                          "GET /api/messages/history?conversation=direct:ann:bob&after=1&count=2 | "
                          "HEARTBEAT_REQ 2 cursor=6");
        CHECK(p.changes() == "log=7 | bob1 @3 | bob2 bob3 bob4 @6");
        CHECK(p.states() == "connecting | catching_up | live");
    }

    TEST_CASE("a post, too") {
        phone p;
        p.lives().closes().cannot_connect().answers(p.page(0, 0)).forgets();
        p.net.at_once = {p.stored(0, 1, 1, 4)};
        CHECK(p.says() == "1.1");
        CHECK(p.changes() == "+1.1 | bob1 -1");
        CHECK(p.client->has_said_everything());
    }

    TEST_CASE("what is answered while a turn is held is heard when it ends") {
        phone p;
        p.starts().signs_in(3).forgets();
        {
            phone::engine::turn t{*p.client};
            p.answers(p.page(3, 3, {told::said("bob", 1, 3)}));
            CHECK(p.cursor() == 0);
        }
        CHECK(p.changes() == "bob1 @3");
    }

    TEST_CASE("a question that the network forgets is asked again") {
        phone p;
        p.starts().signs_in(3).forgets();
        p.net.questions.clear();
        CHECK(p.does() == "");
        p.passes(seconds(1));
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
    }

    TEST_CASE("answers to one that is no longer there are heard by nobody") {
        phone p;
        p.lives().closes().cannot_connect();
        p.says();
        REQUIRE(p.net.questions.size() == 2);
        p.client.reset();
        p.forgets();
        SUBCASE("late") { p.answers(p.page(3, 3, {told::said("bob", 1, 3)})).answers(p.stored(0, 1, 2, 4)); }
        SUBCASE("never") { p.net.questions.clear(); }
        CHECK(p.changes() == "");
        CHECK(p.does() == "");
        CHECK(p.keeps("bob") == "");
        CHECK(p.queue() == "+1.1");
    }

    TEST_CASE("what is marked while another mark is being stored counts as well") {
        phone p;
        p.lives();
        p.on_change = [&](const local_change& c) {
            if (!c.entries.empty()) CHECK(p.client->read(told::in("bob"), {7}));
        };
        {
            phone::engine::turn t{*p.client};
            p.hears(p.push(told::said("bob", 1, 1)));
            CHECK(p.client->read(told::in("bob"), {5}));
        }
        CHECK(p.wishes() == "bob=7");
        CHECK(p.does().find("key=read value=7") != std::string::npos);
    }

    TEST_CASE("a credential that comes in the turn in which the last one was refused is tried") {
        phone p;
        p.starts().opens().does();
        {
            phone::engine::turn t{*p.client};
            p.hears(p.refuses(1, errc::bad_credential));
            p.client->use_credential("another");
        }
        p.comes_back();
        CHECK(p.does().find("connect") != std::string::npos);
    }
}
