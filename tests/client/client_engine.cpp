#include <tandem/client/client_engine.hpp>

#include "phone.hpp"

using namespace tandem;
using told::of_ann;
using told::phone;

TEST_SUITE("client_engine: signing in") {
    TEST_CASE("it connects, says who it is, and is live when nothing was missed") {
        client_options o = of_ann();
        o.device = "phone", o.platform = "ios";
        phone p{o};
        CHECK(p.client->state() == client_state::offline);
        p.starts();
        CHECK(p.does() == "connect one");
        CHECK(p.states() == "connecting");
        p.opens();
        CHECK(p.does() == "AUTH_REQ 1 credential=secret device=phone platform=ios");
        CHECK(p.states() == "");
        p.hears("AUTH_RSP 1 user=ann epoch=7 head=0 heartbeat=75000");
        CHECK(p.does() == "HEARTBEAT_REQ 2 cursor=0");
        CHECK(p.states() == "live");
        CHECK(p.changes() == "log=7");
        p.passes(milliseconds(74'999));
        CHECK(p.does() == "");
    }

    TEST_CASE("what a store has is said with the sign-in") {
        phone p;
        p.lives().hears(p.push(told::said("bob", 1, 5)), "HEARTBEAT_RSP 0 checkpoint=5 newest=5");
        CHECK(p.cursor() == 5);
        p.restarts().opens();
        CHECK(p.does() == "connect one | AUTH_REQ 1 credential=secret cursor=5 epoch=7");
        p.hears("AUTH_RSP 1 user=ann epoch=7 head=5");
        CHECK(p.states() == "connecting | live");
        CHECK(p.changes() == "");
    }

    TEST_CASE("nothing happens before it is started") {
        phone p;
        p.passes(days(1));
        p.opens().closes();
        CHECK(p.does() == "");
        CHECK(p.says() == " (store failed)");
        CHECK_FALSE(p.client->read(told::in("bob"), {1}));
        CHECK(p.states() == "");
    }

    TEST_CASE("a start while it runs changes nothing") {
        phone p;
        p.starts().opens().does();
        p.hears(p.push(told::said("bob", 1, 1)));
        CHECK(p.client->start());
        CHECK(p.does() == "");
        p.is_let_in(0);
        CHECK(p.changes() == "log=7 bob1");
        CHECK(p.client->start());
        CHECK(p.client->state() == client_state::live);
    }

    TEST_CASE("how large a frame may be is every connection's own to say") {
        phone p;
        p.starts().signs_in(0, " max_frame_bytes=5").closes().comes_back().forgets();
        p.opens();
        CHECK(p.does().starts_with("AUTH_REQ "));
    }

    TEST_CASE("a report that is due as a heartbeat is said once") {
        phone p;
        p.lives().hears("NEWS 0 cursor=5").forgets().passes(seconds(75));
        p.hears("HEARTBEAT_RSP 3 newest=5").passes(seconds(74)).forgets();
        p.clock.advance(seconds(1));
        p.answers(p.page(5, 5, {told::said("bob", 1, 5)}));
        CHECK(p.does() == "HEARTBEAT_REQ 4 cursor=5");
        p.client->tick();
        CHECK(p.does() == "");
    }

    TEST_CASE("a reply to another sign-in counts nothing") {
        phone p;
        p.starts().opens().hears("AUTH_RSP 9 user=ann epoch=7 head=0");
        CHECK(p.client->state() == client_state::connecting);
        CHECK(p.changes() == "");
    }

    TEST_CASE("and so does a second answer to the same one") {
        phone p;
        p.lives().hears("AUTH_RSP 1 user=ann epoch=8 head=5");
        CHECK(p.changes() == "");
        CHECK(p.does() == "");
        CHECK(p.states() == "");
    }

    TEST_CASE("a sign-in as somebody else is given up, and another credential is wanted") {
        phone p;
        p.starts().opens().forgets().hears("AUTH_RSP 1 user=eve epoch=7 head=0");
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "wants_credential (bad credential)");
        CHECK(p.changes() == "");
        p.passes(days(2));
        CHECK(p.does() == "");
        p.client->use_credential("better");
        CHECK(p.states() == "connecting");
        p.opens();
        CHECK(p.does() == "connect one | AUTH_REQ 2 credential=better");
    }

    TEST_CASE("a refused credential is not tried again, a server that is too busy is, when it says") {
        phone p;
        p.starts().opens().forgets().hears(p.refuses(1, errc::overloaded, " retry_after=60000"));
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "offline");
        CHECK(p.waits() >= 60'000);
        CHECK(p.waits() <= 61'000);
        p.comes_back().opens().forgets().hears(p.refuses(2, errc::bad_credential));
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "wants_credential (bad credential)");
    }

    TEST_CASE("an expired one is not tried again either") {
        phone p;
        p.starts().opens().forgets().hears(p.refuses(1, errc::expired)).passes(days(1));
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "wants_credential (expired)");
    }

    TEST_CASE("another credential is used from the next request on, and changes nothing on a connection") {
        phone p;
        p.lives().client->use_credential("fresh");
        CHECK(p.does() == "");
        CHECK(p.states() == "");
        p.hears("NEWS 0 cursor=3");
        CHECK(p.net.authorization == "Bearer fresh");
        p.closes().comes_back().forgets().opens();
        CHECK(p.does() == "AUTH_REQ 3 credential=fresh cursor=0 epoch=7");
    }

    TEST_CASE("a store that cannot be read is said by the start") {
        phone p;
        p.store.is_unreadable = true;
        CHECK_FALSE(p.client->start());
        p.passes(days(1));
        CHECK(p.does() == "");
        p.store.is_unreadable = false;
        p.starts();
        CHECK(p.does() == "connect one");
    }
}

TEST_SUITE("client_engine: the line") {
    TEST_CASE("who does not open, or does not answer the sign-in, is given up for the next server") {
        phone p;
        p.starts().passes(milliseconds(19'999));
        CHECK(p.does() == "connect one");
        p.passes(milliseconds(1));
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "connecting | offline");
        CHECK(p.waits() <= 1000);
        p.comes_back();
        CHECK(p.does() == "connect two");
        p.opens().passes(seconds(21));
        CHECK(p.does() == "AUTH_REQ 1 credential=secret | disconnect");
        CHECK(p.waits() <= 2000);
        p.comes_back();
        CHECK(p.does() == "connect one");
    }

    TEST_CASE("a connection that was live is tried again at the same server") {
        phone p;
        p.lives().closes();
        CHECK(p.states() == "offline");
        CHECK(p.does() == "");  // it is known to be closed
        CHECK(p.waits() <= 1000);
        p.comes_back();
        CHECK(p.does() == "connect one");
    }

    TEST_CASE("who cannot be had and says when to come back is believed") {
        phone p;
        p.starts().closes(error{errc::overloaded, "503", seconds(60)});
        CHECK(p.states() == "connecting | offline");
        CHECK(p.waits() >= 60'000);
        CHECK(p.waits() <= 61'000);
    }

    TEST_CASE("a connection that closes twice closes once") {
        phone p;
        p.lives().hears("NEWS 0 cursor=3").closes().comes_back().closes().forgets();
        const auto waits = p.waits();
        p.closes(errc::expired);
        CHECK(p.waits() == waits);
        CHECK(p.states() == "");
    }

    TEST_CASE("heartbeats go when nothing else does, as often as the server asks") {
        phone p;
        p.starts().opens().hears("AUTH_RSP 1 user=ann epoch=7 head=0 heartbeat=30000").forgets();
        p.hears("HEARTBEAT_RSP 2 checkpoint=0 newest=0").passes(seconds(20));
        CHECK(p.client->typing(told::in("bob")));
        CHECK(p.does() == "TYPING_REQ 3 conversation=direct:ann:bob typing=1");
        p.passes(milliseconds(29'999));
        CHECK(p.does() == "");
        p.passes(milliseconds(1));
        CHECK(p.does() == "HEARTBEAT_REQ 4 cursor=0");
        p.hears("HEARTBEAT_RSP 4 checkpoint=0 newest=0").passes(seconds(29));
        CHECK(p.does() == "");
        CHECK(p.client->state() == client_state::live);
    }

    TEST_CASE("silence after a heartbeat ends the connection, anything heard does not") {
        phone p;
        p.lives().passes(seconds(75));
        CHECK(p.does() == "HEARTBEAT_REQ 3 cursor=0");
        CHECK(p.waits() == 10'000);
        p.hears("TYPING_STATUS_PUSH 0 conversation=direct:ann:bob user=bob typing=1").passes(seconds(75));
        CHECK(p.tells() == "typing bob");
        CHECK(p.does() == "HEARTBEAT_REQ 4 cursor=0");
        p.passes(seconds(10));
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "offline");
        p.comes_back();
        CHECK(p.does() == "connect one");
    }

    TEST_CASE("another network asks at once whether the server is there, and does not wait to connect") {
        phone p;
        p.lives().client->network_changed();
        CHECK(p.does() == "HEARTBEAT_REQ 3 cursor=0");
        CHECK(p.waits() == 10'000);
        p.hears(p.kicks(errc::shutting_down, " come_back=60000")).forgets();
        CHECK(p.waits() >= 60'000);
        p.client->network_changed();
        CHECK(p.does() == "connect one");
    }

    TEST_CASE("what cannot be read ends the connection") {
        phone p;
        p.lives().hears("nonsense");
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "offline");
        p.hears(p.push(told::said("bob", 1, 1)));  // what was behind it on the same connection
        CHECK(p.changes() == "");
    }

    TEST_CASE("a server that says farewell says when to come back") {
        phone p;
        p.lives().hears(p.kicks(errc::shutting_down, " come_back=60000"));
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "offline");
        CHECK(p.waits() >= 60'000);
        CHECK(p.waits() <= 61'000);
        p.comes_back();
        CHECK(p.does() == "connect one");
    }

    TEST_CASE("an operator's kick is the end, until it is started again") {
        phone p;
        p.lives().hears(p.kicks(errc::kicked));
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "ended (kicked)");
        p.passes(days(1));
        p.client->network_changed();
        p.client->use_credential("other");
        CHECK(p.does() == "");
        p.starts();
        CHECK(p.does() == "connect one");
        CHECK(p.states() == "connecting");
    }

    TEST_CASE("an expired session wants a credential") {
        phone p;
        p.lives().hears(p.kicks(errc::expired));
        CHECK(p.states() == "wants_credential (expired)");
        p.client->use_credential("fresh");
        p.opens();
        CHECK(p.does() == "disconnect | connect one | AUTH_REQ 3 credential=fresh cursor=0 epoch=7");
    }

    TEST_CASE(
        "a sign-in that replaces it may be one of its own that it gave up: the first is forgiven, the next is not") {
        phone p;
        p.lives().hears(p.kicks(errc::replaced));
        CHECK(p.states() == "offline");
        p.comes_back().signs_in().forgets();
        p.hears(p.kicks(errc::replaced));
        CHECK(p.states() == "ended (replaced)");
        p.passes(days(1));
        CHECK(p.does() == "disconnect");
    }

    TEST_CASE("without a connection there is none to give up") {
        phone p;
        p.lives().hears(p.kicks(errc::replaced)).client->log_out();
        p.starts().comes_back().signs_in().forgets();
        p.hears(p.kicks(errc::replaced));
        CHECK(p.states() == "ended (replaced)");
    }

    TEST_CASE("each connection given up makes one more that is forgiven, three at most") {
        phone p;
        p.lives();
        for (int n = 0; n < 5; ++n) p.closes().comes_back().signs_in().forgets();
        for (int n = 0; n < 3; ++n) {
            p.hears(p.kicks(errc::replaced));
            CHECK(p.states() == "offline");
            p.comes_back().signs_in().forgets();
        }
        p.hears(p.kicks(errc::replaced));
        CHECK(p.states() == "ended (replaced)");
    }

    TEST_CASE("who logs out says so, and stays away") {
        phone p;
        p.lives().client->log_out();
        CHECK(p.does() == "LOGOUT_REQ 3 | disconnect");
        CHECK(p.states() == "ended (logged out)");
        p.passes(days(1));
        CHECK(p.does() == "");
    }

    TEST_CASE("who logs out while it signs in just goes") {
        phone p;
        p.starts().opens().forgets().client->log_out();
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "ended (logged out)");
        p.is_let_in();
        CHECK(p.states() == "");
        CHECK(p.changes() == "");
    }

    TEST_CASE("who logs out without a connection says nothing") {
        phone p;
        p.lives().closes().forgets().client->log_out();
        CHECK(p.does() == "");
        CHECK(p.states() == "ended (logged out)");
        p.passes(days(1));
        CHECK(p.does() == "");
    }
}
