#include <tandem/client/client_engine.hpp>

#include "phone.hpp"

using namespace tandem;
using told::of_ann;
using told::phone;
using told::to_bob;

TEST_SUITE("client_engine: sends") {
    TEST_CASE("what is said before there is a connection is kept, and said after the sign-in") {
        phone p;
        p.starts();
        CHECK(p.says("hi") == "1.1");
        CHECK(p.changes() == "+1.1");
        CHECK(p.queue() == "+1.1");
        CHECK(p.store.memory_local_store::state()->queue.front().said == p.clock.now());
        CHECK_FALSE(p.client->has_said_everything());
        p.opens();
        CHECK(p.does() == "connect one | AUTH_REQ 1 credential=secret");
        p.hears("AUTH_RSP 1 user=ann epoch=7 head=0");
        CHECK(p.does() == "HEARTBEAT_REQ 2 cursor=0 | SEND_REQ 3" + to_bob + "1 body=hi");
    }

    TEST_CASE("its place puts the entry and strikes the queue, in one change") {
        phone p;
        p.lives();
        CHECK(p.says("hi") == "1.1");
        CHECK(p.does() == "SEND_REQ 3" + to_bob + "1 body=hi");
        CHECK(p.changes() == "+1.1");
        p.hears(p.stored(3, 1, 1, 4));
        CHECK(p.changes() == "bob1 -1");
        CHECK(p.queue() == "");
        CHECK(p.client->has_said_everything());
        const auto kept = p.store.entries(told::in("bob"), {{1}, {1}}, 1);
        REQUIRE(kept->size() == 1);
        CHECK(kept->front().body == "hi");
        CHECK(kept->front().sender == told::me);
        CHECK(kept->front().place.position == position{4});
        CHECK(kept->front().send_id.view() == "1.1");
    }

    TEST_CASE("all that was said is in the entry") {
        phone p;
        p.lives();
        CHECK(p.client->send(told::in("bob"), "you", 2, {"bob", "eve"}));
        CHECK(p.client->edit(told::in("eve"), {3}, "better", 5));
        p.hears("SEND_RSP 3 send_id=1.1 conversation=direct:ann:bob seq=1 position=4 number=9 time=77");
        p.hears("EDIT_RSP 4 send_id=1.2 conversation=direct:ann:eve target=3 seq=1 position=5 number=8 changed=best");
        const auto sends = p.store.entries(told::in("bob"), {{1}, {1}}, 1);
        REQUIRE(sends->size() == 1);
        CHECK(sends->front().kind == entry_kind::message);
        CHECK(sends->front().content_type == 2);
        CHECK(sends->front().mentions == std::vector<user_id>{"bob", "eve"});
        CHECK(sends->front().number == 9);
        CHECK(sends->front().time.milliseconds == 77);
        const auto edits = p.store.entries(told::in("eve"), {{1}, {1}}, 1);
        REQUIRE(edits->size() == 1);
        CHECK(edits->front().kind == entry_kind::edit);
        CHECK(edits->front().target == seq{3});
        CHECK(edits->front().content_type == 5);
        CHECK(edits->front().body == "best");
    }

    TEST_CASE("what a rule of the server made of it is what is kept") {
        phone p;
        p.lives().says("damn");
        p.hears(p.stored(3, 1, 1, 4, " changed=d***"));
        CHECK(p.store.entries(told::in("bob"), {{1}, {1}}, 1)->front().body == "d***");
    }

    TEST_CASE("edits, revokes and mentions are said as such") {
        phone p;
        p.lives();
        CHECK(p.client->edit(told::in("bob"), {3}, "better", 5));
        CHECK(p.client->revoke(told::in("bob"), {4}));
        CHECK(p.client->send(told::in("g"), "you", 2, {"bob", "eve"}));
        CHECK(p.does() == "EDIT_REQ 3" + to_bob + "1 target=3 content_type=5 body=better | REVOKE_REQ 4" + to_bob +
                              "2 target=4 | SEND_REQ 5 conversation=group:g send_id=1.3 content_type=2 body=you "
                              "mentions=bob,eve");
        CHECK(p.queue() == "+1.1 +1.2 +1.3");
    }

    TEST_CASE("an acknowledged edit amends its target and is struck") {
        phone p;
        p.lives().hears(p.push(told::said("bob", 1, 1, told::me))).forgets();
        CHECK(p.client->edit(told::in("bob"), {1}, "better"));
        p.hears("EDIT_RSP 3 send_id=1.1 conversation=direct:ann:bob target=1 seq=2 position=2 number=1");
        CHECK(p.changes() == "+1.1 | bob2 bob1~2 -1");
        CHECK(p.client->revoke(told::in("bob"), {1}));
        p.hears("REVOKE_RSP 4 send_id=1.2 conversation=direct:ann:bob target=1 seq=3 position=3 number=1");
        CHECK(p.changes() == "+1.2 | bob3 bob1x3 -2");
    }

    TEST_CASE("a repeated acknowledgement of what is here strikes the queue, and puts nothing") {
        phone p;
        p.lives().says();
        p.closes().comes_back().signs_in(4);
        p.answers(p.page(4, 4)).forgets();  // of another conversation
        CHECK(p.queue() == "+1.1");
        p.hears(p.stored(5, 1, 1, 4, " repeated=1"));
        CHECK(p.changes() == "-1");
        CHECK(p.client->has_said_everything());
    }

    TEST_CASE("a repeated acknowledgement of what is still to come strikes the queue when it has come") {
        phone p;
        p.lives().says();
        p.closes().comes_back().signs_in().forgets();
        p.hears(p.stored(6, 1, 1, 4, " repeated=1"));
        CHECK(p.changes() == "");
        CHECK(p.queue() == "+1.1");
        entry own = told::said("bob", 1, 4, told::me);
        own.send_id = "1.1";
        p.hears(p.push(own));
        CHECK(p.changes() == "bob1 -1");
    }

    TEST_CASE("or when everything up to it was examined, and it did not come") {
        phone p;
        p.lives().says();
        p.forgets().hears(p.stored(3, 1, 1, 4, " repeated=1"));
        CHECK(p.changes() == "");
        p.hears("HEARTBEAT_RSP 0 checkpoint=4 newest=4");
        CHECK(p.changes() == "@4 -1");
    }

    TEST_CASE("an entry of one's own that comes before its acknowledgement strikes the queue") {
        phone p;
        p.lives().says();
        entry own = told::said("bob", 1, 4, told::me);
        own.send_id = "1.1";
        p.forgets().hears(p.push(own));
        CHECK(p.changes() == "bob1 -1");
        CHECK(p.queue() == "");
        CHECK_FALSE(p.client->has_said_everything());  // the server may still want it again
        p.hears(p.stored(3, 1, 1, 4));
        CHECK(p.changes() == "");
        CHECK(p.client->has_said_everything());
    }

    TEST_CASE("nobody else's does, whatever it is called") {
        phone p;
        p.lives().says();
        entry other = told::said("bob", 1, 4);
        other.send_id = "1.1";
        p.forgets().hears(p.push(other));
        CHECK(p.changes() == "bob1");
        CHECK(p.queue() == "+1.1");
    }

    TEST_CASE("one that was refused for good, and comes all the same, is struck") {
        phone p;
        p.lives().says();
        p.hears(p.refuses(3, errc::not_allowed)).forgets();
        entry own = told::said("bob", 1, 4, told::me);
        own.send_id = "1.1";
        p.hears(p.push(own));
        CHECK(p.changes() == "bob1 -1");
        CHECK(p.queue() == "");
    }

    TEST_CASE("what was not confirmed is said again on the next connection") {
        phone p;
        p.lives().says();
        p.closes().comes_back().signs_in();
        CHECK(p.does() == "HEARTBEAT_REQ 5 cursor=0 | SEND_REQ 6" + to_bob + "1 body=hi");
        p.hears(p.stored(3, 1, 1, 4));  // of the connection before
        CHECK(p.queue() == "+1.1");
    }

    TEST_CASE("and after a restart, under its old id, and the next one has another") {
        phone p;
        p.lives().says();
        p.restarts().signs_in();
        CHECK(p.does() == "HEARTBEAT_REQ 2 cursor=0 | SEND_REQ 3" + to_bob + "1 body=hi");
        CHECK(p.says("ho") == "1.2");
    }

    TEST_CASE("what is refused for good is kept with its reason, and not said again") {
        phone p;
        p.lives().says();
        p.hears(p.refuses(3, errc::not_allowed));
        CHECK(p.changes() == "+1.1 | +1.1 (not allowed)");
        CHECK(p.queue() == "+1.1 (not allowed)");
        CHECK(p.client->has_said_everything());
        p.restarts().signs_in();
        CHECK(p.does() == "HEARTBEAT_REQ 2 cursor=0");
    }

    TEST_CASE("it is tried again when the user says so") {
        phone p;
        p.lives().says();
        CHECK_FALSE(p.client->try_again("1.1"));
        p.hears(p.refuses(3, errc::not_allowed)).forgets();
        CHECK(p.client->try_again("1.1"));
        CHECK(p.changes() == "+1.1");
        CHECK(p.queue() == "+1.1");
        CHECK(p.does() == "SEND_REQ 4" + to_bob + "1 body=hi");
        CHECK_FALSE(p.client->forget("1.1"));
        p.hears(p.stored(4, 1, 1, 1));
        CHECK(p.queue() == "");
    }

    TEST_CASE("or forgotten") {
        phone p;
        p.lives().says();
        CHECK_FALSE(p.client->forget("1.1"));
        p.hears(p.refuses(3, errc::not_allowed)).forgets();
        CHECK(p.client->forget("1.1"));
        CHECK(p.changes() == "-1");
        CHECK(p.queue() == "");
        CHECK(p.does() == "");
        CHECK_FALSE(p.client->try_again("1.1"));
    }

    TEST_CASE("what is refused for a while is said again, with all behind it") {
        phone p;
        p.lives().says("one");
        p.says("two");
        p.forgets().hears(p.refuses(3, errc::overloaded, " retry_after=40000"), p.refuses(4, errc::lane_closed));
        CHECK(p.does() == "");
        CHECK(p.changes() == "");
        CHECK(p.waits() == 40'000);
        p.passes(seconds(40));
        CHECK(p.does() == "SEND_REQ 5" + to_bob + "1 body=one | SEND_REQ 6" + to_bob + "2 body=two");
    }

    TEST_CASE("an acknowledgement of what is to be said again counts nothing: that one is acknowledged, too") {
        phone p;
        p.lives().says("one");
        p.says("two");
        p.forgets().hears(p.refuses(3, errc::overloaded), p.stored(4, 2, 1, 4));
        CHECK(p.changes() == "");
        CHECK(p.queue() == "+1.1 +1.2");
        p.passes(seconds(1));
        CHECK(p.does() == "SEND_REQ 5" + to_bob + "1 body=one | SEND_REQ 6" + to_bob + "2 body=two");
    }

    TEST_CASE("a closed lane that nothing here would open needs another connection") {
        phone p;
        p.lives().says();
        p.forgets().hears(p.refuses(3, errc::lane_closed));
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "offline");
    }

    TEST_CASE("a frame larger than the server takes is not sent: it fails") {
        phone p;
        p.starts().signs_in(0, " max_frame_bytes=100").forgets();
        CHECK(p.says(std::string(60, 'x')) == "1.1");
        CHECK(p.says("hi") == "1.2");
        CHECK(p.does() == "SEND_REQ 4" + to_bob + "2 body=hi");
        CHECK(p.changes() == "+1.1 | +1.1 (too large) | +1.2");
        CHECK(p.queue() == "+1.1 (too large) +1.2");
    }

    TEST_CASE("a frame just as large is sent; what else is too large is refused to whoever said it") {
        phone p;
        const std::string frame = "SEND_REQ 3" + to_bob + "1 body=hi";
        p.starts().signs_in(0, " max_frame_bytes=" + std::to_string(frame.size())).forgets();
        p.says("hi");
        CHECK(p.does() == frame);
        CHECK(p.client->say_now(relay_request{.to = "bob", .body = std::string(100, 'x')}) == 4);
        CHECK(p.does() == "");
        CHECK(p.tells() == "4 (too large)");
    }

    TEST_CASE("no more of one conversation are on their way than the window holds") {
        client_options o = of_ann();
        o.window = 2;
        phone p{o};
        p.lives().says();
        p.says();
        p.says();
        p.says("other", "eve");
        CHECK(p.does() == "SEND_REQ 3" + to_bob + "1 body=hi | SEND_REQ 4" + to_bob +
                              "2 body=hi | SEND_REQ 5 conversation=direct:ann:eve send_id=1.4 body=other");
        p.hears(p.stored(3, 1, 1, 1));
        CHECK(p.does() == "SEND_REQ 6" + to_bob + "3 body=hi");
    }
}
