#include <tandem/client/client_engine.hpp>

#include "phone.hpp"

using namespace tandem;
using told::of_ann;
using told::phone;

TEST_SUITE("client_engine: what is live") {
    TEST_CASE("a turn joins many pushes into one change") {
        phone p;
        p.lives();
        {
            phone::engine::turn t{*p.client};
            for (std::uint64_t n = 1; n <= 4; ++n) p.hears(p.push(told::said("bob", n, n)));
            p.hears("HEARTBEAT_RSP 0 checkpoint=4 newest=4");
            CHECK(p.changes() == "");
        }
        CHECK(p.changes() == "bob1 bob2 bob3 bob4 @4");
        p.hears(p.push(told::said("bob", 5, 5)), p.push(told::said("bob", 6, 6)));
        CHECK(p.changes() == "bob5 | bob6");
    }

    TEST_CASE("what is missing before a push is pulled after a while") {
        phone p;
        p.lives().hears(p.push(told::said("bob", 2, 2)));
        CHECK(p.changes() == "");
        CHECK(p.waits() == 200);
        p.passes(milliseconds(199));
        CHECK(p.does() == "");
        p.passes(milliseconds(1));
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
        CHECK(p.waits() > 0);
        p.answers(p.page(2, 2, {told::said("bob", 1, 1), told::said("bob", 2, 2)}));
        CHECK(p.changes() == "bob1 bob2 @2");  // the page's, and the one that waited: they are the same
        CHECK(p.client->state() == client_state::live);
    }

    TEST_CASE("what comes in time needs no pull, and the next one that is missing has its own time") {
        phone p;
        p.lives().hears(p.push(told::said("bob", 2, 2))).passes(milliseconds(150));
        p.hears(p.push(told::said("bob", 1, 1)));
        CHECK(p.changes() == "bob1 bob2");
        p.hears(p.push(told::said("bob", 4, 4))).passes(milliseconds(150));
        CHECK(p.does() == "");
        p.passes(milliseconds(50));
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
    }

    TEST_CASE("who waits for what is missing asks nothing when the connection has gone") {
        phone p;
        p.lives().hears(p.push(told::said("bob", 2, 2))).closes().passes(milliseconds(200));
        CHECK(p.does().find("GET") == std::string::npos);
    }

    TEST_CASE("what was trimmed is not missing") {
        phone p;
        p.lives().hears(p.push(told::said("bob", 3, 3)));
        CHECK(p.changes() == "");
        p.hears("TRIMMED_PUSH 0 conversation=direct:ann:bob first_kept=3");
        CHECK(p.changes() == "bob3");
        CHECK(p.client->conversation(told::in("bob")).first_kept == seq{3});
        p.passes(seconds(1));
        CHECK(p.does().find("GET") == std::string::npos);
    }

    TEST_CASE("answers that say nothing are heard without a word") {
        phone p;
        p.lives().hears("LOGOUT_RSP 3", "BACKGROUND_RSP 4", "PRESENCE_RSP 5 online=bob");
        CHECK(p.tells() == "bob is here");
        CHECK(p.changes() == "");
        CHECK(p.does() == "");
    }

    TEST_CASE("one who sets no events hears nothing, and keeps all the same") {
        phone p;
        p.client.emplace(
            client_parts<told::phone_parts>{.store = p.store, .network = p.net, .codec = {}, .clock = p.clock},
            p.options);
        p.starts().signs_in().hears(p.push(told::said("bob", 1, 1)), "PRESENCE_PUSH 0 online=bob",
                                    "PRESENCE_RSP 5 online=bob", "RELAY_PUSH 0 from=bob body=ring",
                                    "TYPING_STATUS_PUSH 0 conversation=direct:ann:bob user=bob typing=1",
                                    "DANCE 9 with=me");
        p.says();
        CHECK(p.keeps("bob") == "bob1");
        p.store.fails = 1;
        p.hears(p.push(told::said("bob", 2, 2)));
        CHECK(p.client->state() == client_state::offline);
    }

    TEST_CASE("presence, typing, what others relay and what nobody knows are told") {
        phone p;
        p.lives().hears("PRESENCE_PUSH 0 online=bob offline=eve", "RELAY_PUSH 0 from=bob body=ring",
                        "TYPING_STATUS_PUSH 0 conversation=direct:ann:bob user=bob typing=1", "DANCE 9 with=me",
                        "RELAY_RSP 8 reached=2", p.refuses(4, errc::unsupported));
        CHECK(p.tells() == "bob is here | eve is not | relayed ring | typing bob | 9 is answered | 8 is answered | "
                           "4 (unsupported)");
        CHECK(p.client->state() == client_state::live);
    }

    TEST_CASE("who is watched is watched again after a reconnect") {
        phone p;
        p.starts();
        p.client->watch({"bob", "eve"});
        CHECK(p.does() == "connect one");
        p.signs_in();
        CHECK(p.does() == "PRESENCE_REQ 2 users=bob,eve watch=start | HEARTBEAT_REQ 3 cursor=0");
        p.client->unwatch({"eve"});
        p.client->watch({"dan"});
        CHECK(p.does() == "PRESENCE_REQ 4 users=eve watch=stop | PRESENCE_REQ 5 users=dan watch=start");
        p.closes().comes_back().signs_in();
        CHECK(p.does() == "PRESENCE_REQ 7 users=bob,dan watch=start | HEARTBEAT_REQ 8 cursor=0");
    }

    TEST_CASE("what is worth nothing later is not said without a connection") {
        phone p;
        p.starts().opens().forgets();
        CHECK_FALSE(p.client->typing(told::in("bob")));
        CHECK(p.client->say_now(relay_request{.to = "bob", .body = "ring"}) == 0);
        CHECK(p.does() == "");
        p.hears("AUTH_RSP 1 user=ann epoch=7 head=0").forgets();
        CHECK(p.client->typing(told::in("bob"), false));
        CHECK(p.client->say_now(relay_request{.to = "bob", .body = "ring"}) == 4);
        CHECK(p.does() == "TYPING_REQ 3 conversation=direct:ann:bob typing=0 | RELAY_REQ 4 to=bob body=ring");
    }

    TEST_CASE("who is in the background says so, on every connection") {
        phone p;
        p.lives().client->background(true);
        CHECK(p.does() == "BACKGROUND_REQ 3 background=1");
        p.closes().comes_back().signs_in();
        CHECK(p.does() == "BACKGROUND_REQ 5 background=1 | HEARTBEAT_REQ 6 cursor=0");
        p.client->background(false);
        CHECK(p.does() == "BACKGROUND_REQ 7 background=0");
        p.closes().client->background(true);
        CHECK(p.does() == "");
        p.client->background(false);
        p.comes_back().signs_in();
        CHECK(p.does() == "HEARTBEAT_REQ 9 cursor=0");
        p.restarts();
        p.client->background(true);
        p.signs_in();
        CHECK(p.does() == "BACKGROUND_REQ 2 background=1 | HEARTBEAT_REQ 3 cursor=0");
    }
}
