#include <tandem/client/client_engine.hpp>

#include "phone.hpp"

using namespace tandem;
using told::of_ann;
using told::phone;
using told::to_bob;

TEST_SUITE("client_engine: another log") {
    TEST_CASE(
        "a sign-in that tells of another log begins it anew: what was kept can be read, what was said is said again") {
        phone p;
        p.lives().hears(p.push(told::said("bob", 1, 3)), "HEARTBEAT_RSP 0 checkpoint=3 newest=3");
        p.says("hi");
        CHECK(p.client->edit(told::in("bob"), {1}, "better"));
        CHECK(p.client->read(told::in("bob"), {1}));
        p.closes().comes_back().opens().forgets().is_let_in(2, "", 8);
        CHECK(p.changes() == "log=8 -2");
        CHECK(p.states() == "catching_up");
        CHECK(p.queue() == "+1.1");
        CHECK(p.wishes() == "");
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=8 | SEND_REQ 7" + to_bob + "1 body=hi");
        p.answers(p.page(2, 2, {told::said("bob", 1, 2)}, 8));
        CHECK(p.changes() == "bob1 @2");
        CHECK(p.does() == "HEARTBEAT_REQ 8 cursor=2");
        CHECK(p.keeps("bob", {7}) == "bob1");
        CHECK(p.keeps("bob", {8}) == "bob1");
        CHECK(p.restarts().opens().does() == "connect one | AUTH_REQ 1 credential=secret cursor=2 epoch=8");
    }

    TEST_CASE("the first log is no other: what was wished before it is for it") {
        phone p;
        p.starts();
        CHECK(p.client->read(told::in("bob"), {1}));
        CHECK(p.client->edit(told::in("bob"), {1}, "better"));
        const std::string before = p.wishes();
        CHECK(before != "");
        p.opens().forgets().is_let_in();
        CHECK(p.wishes() == before);
        CHECK(p.queue() == "+1.1");
        CHECK(p.does().ends_with("MARK_REQ 4 conversation=direct:ann:bob key=read value=1"));
        p.hears("MARK_RSP 4 conversation=direct:ann:bob key=read value=1");
        CHECK(p.wishes() == "");
        CHECK(p.client->read(told::in("bob"), {2}));
        p.closes().comes_back().opens().forgets().is_let_in(0, "", 8);
        CHECK(p.wishes() == "");
        CHECK(p.queue() == "");
    }

    TEST_CASE("what was posted before there was a log may have its place in another one") {
        phone p;
        p.starts();
        for (int n = 0; n < 3; ++n) p.comes_back().forgets().closes();
        CHECK(p.states().ends_with("polling"));
        p.says("hi");
        REQUIRE(p.net.questions.size() == 2);  // a poll, and the post
        p.net.questions.pop_front();
        p.answers("SEND_RSP 0 send_id=1.1 conversation=direct:ann:bob seq=1 position=4 number=1 time=9");
        CHECK(p.changes().find("bob1") == std::string::npos);  // of which log it is, nobody has said
        p.comes_back().opens().forgets().is_let_in(6, "", 8);
        while (p.net.questions.size() > 1) p.net.questions.pop_front();
        p.answers(p.page(6, 6, {told::said("dan", 1, 5)}, 8));
        CHECK(p.cursor() == 6);
        CHECK(p.queue() == "+1.1");
        CHECK(p.does().find("SEND_REQ") != std::string::npos);
    }

    TEST_CASE("a server that does not trust the cursor says reset, and the same log is begun anew") {
        phone p;
        p.lives().hears(p.push(told::said("bob", 1, 3)), "HEARTBEAT_RSP 0 checkpoint=3 newest=3");
        p.closes().comes_back().opens().forgets().is_let_in(0, " reset=1");
        CHECK(p.changes() == "log=7");
        CHECK(p.cursor() == 0);
        CHECK(p.states() == "live");
        p.hears(p.push(told::said("bob", 1, 1)));
        CHECK(p.changes() == "bob1");
    }

    TEST_CASE("what was pushed before the answer to the sign-in is of the log that it tells of, and is acknowledged") {
        phone p;
        p.lives().closes().comes_back().opens().forgets();
        p.hears(p.push(told::said("bob", 1, 1)));
        CHECK(p.changes() == "");
        p.is_let_in(0, "", 8);
        CHECK(p.changes() == "log=8 bob1");
        CHECK(p.states() == "live");
        p.forgets().passes(seconds(1));
        CHECK(p.does() == "MARK_REQ 5 conversation=direct:ann:bob key=received value=1");
    }

    TEST_CASE("what the old log was owed is owed no more") {
        phone p;
        p.lives().hears(p.push(told::said("bob", 1, 3))).closes().comes_back().opens().is_let_in(0, "", 8);
        p.forgets().passes(seconds(1));
        CHECK(p.does() == "");
        CHECK(p.client->has_said_everything());
    }

    TEST_CASE("a page of another log ends the connection, which was about the one before") {
        phone p;
        p.lives().says();
        p.hears("NEWS 0 cursor=3").forgets();
        SUBCASE("it says of which") { p.answers(p.page(2, 2, {told::said("bob", 1, 2)}, 8)); }
        SUBCASE("it says no more than that") { p.answers(p.reset(2, 8)); }
        CHECK(p.changes() == "log=8");
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "offline");
        CHECK(p.queue() == "+1.1");
        p.hears(p.push(told::said("bob", 1, 4)));  // behind it
        CHECK(p.changes() == "");
        p.comes_back().opens();
        CHECK(p.does() == "connect one | AUTH_REQ 4 credential=secret cursor=0 epoch=8");
        p.is_let_in(2, "", 8);
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=8 | SEND_REQ 5" + to_bob + "1 body=hi");
        p.answers(p.page(2, 2, {told::said("bob", 1, 2)}, 8));
        CHECK(p.changes() == "bob1 @2");
    }

    TEST_CASE("what was acknowledged and had not come is said again to another log") {
        phone p;
        p.lives().says();
        p.closes().comes_back().signs_in().hears(p.stored(6, 1, 1, 4, " repeated=1"));
        CHECK(p.queue() == "+1.1");
        p.closes().comes_back().opens().forgets().is_let_in(0, "", 8);
        CHECK(p.does() == "HEARTBEAT_REQ 8 cursor=0 | SEND_REQ 9" + to_bob + "1 body=hi");
    }

    TEST_CASE("an amendment that has failed cannot be tried again at another log, a message can") {
        phone p;
        p.lives().says();
        CHECK(p.client->edit(told::in("bob"), {1}, "better"));
        p.hears(p.refuses(3, errc::not_allowed), p.refuses(4, errc::not_allowed));
        p.closes().comes_back().opens().forgets();
        {
            phone::engine::turn t{*p.client};
            p.is_let_in(0, "", 8);
            CHECK_FALSE(p.client->try_again("1.2"));
        }
        CHECK(p.changes() == "log=8 -2");
        CHECK(p.client->try_again("1.1"));
        CHECK(p.queue() == "+1.1");
    }
}

TEST_SUITE("client_engine: more than it holds") {
    TEST_CASE("what is pushed while it pulls, beyond what it holds, is pulled as well") {
        client_options o = of_ann();
        o.held = 2;
        phone p{o};
        p.starts().signs_in(3).forgets();
        for (std::uint64_t n = 2; n <= 4; ++n) p.hears(p.push(told::said("bob", n, n + 2)));
        p.answers(p.page(3, 6, {told::said("bob", 1, 3)}));
        CHECK(p.changes() == "bob1 @3");
        CHECK(p.does() == "GET /api/sync?lastSeq=3&count=2&epoch=7");
        p.hears(p.push(told::said("bob", 5, 7)));
        p.answers(p.page(5, 7, {told::said("bob", 2, 4), told::said("bob", 3, 5)}));
        p.answers(p.page(6, 7, {told::said("bob", 4, 6)}));
        CHECK(p.changes() == "bob2 bob3 @5 | bob4 bob5 @6");
        CHECK(p.states() == "live");
    }

    TEST_CASE("so is what waits behind something missing, without waiting longer") {
        client_options o = of_ann();
        o.held = 2;
        phone p{o};
        p.lives();
        for (std::uint64_t n = 2; n <= 3; ++n) p.hears(p.push(told::said("bob", n, n)));
        CHECK(p.does() == "");
        p.hears(p.push(told::said("bob", 4, 4)));
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
        CHECK(p.states() == "catching_up");
    }
}
