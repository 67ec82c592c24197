#include <tandem/client/client_engine.hpp>

#include "phone.hpp"

using namespace tandem;
using told::phone;
using told::to_bob;

TEST_SUITE("client_engine: a store that fails") {
    TEST_CASE("what cannot be kept is not told; the connection is given up, and the next one brings it again") {
        phone p;
        p.lives().store.fails = 1;
        p.hears(p.push(told::said("bob", 1, 1)));
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "store failed | offline");
        CHECK(p.changes() == "");
        p.hears(p.push(told::said("bob", 2, 2)));  // behind it
        CHECK(p.changes() == "");
        p.comes_back().signs_in(2);
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
        p.answers(p.page(2, 2, {told::said("bob", 1, 1), told::said("bob", 2, 2)}));
        CHECK(p.changes() == "bob1 bob2 @2");
        CHECK(p.keeps("bob") == "bob1 bob2");
    }

    TEST_CASE("a page that cannot be kept is pulled again, and the one that was asked behind it counts nothing") {
        phone p;
        p.starts().signs_in(6).forgets().store.fails = 1;
        p.answers(p.page(3, 6, {told::said("bob", 1, 2)}));
        CHECK(p.does() == "GET /api/sync?lastSeq=3&count=2&epoch=7 | disconnect");
        p.answers(p.page(6, 6, {told::said("bob", 2, 5)}));
        CHECK(p.changes() == "");
        CHECK(p.cursor() == 0);
        p.comes_back().signs_in(6);
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
    }

    TEST_CASE("an acknowledgement that cannot be kept leaves the send where it is") {
        phone p;
        p.lives().says();
        p.forgets().store.fails = 1;
        p.hears(p.stored(3, 1, 1, 4));
        CHECK(p.changes() == "");
        CHECK(p.queue() == "+1.1");
        p.comes_back().signs_in();
        CHECK(p.does() == "HEARTBEAT_REQ 5 cursor=0 | SEND_REQ 6" + to_bob + "1 body=hi");
        CHECK_FALSE(p.client->has_said_everything());
    }

    TEST_CASE("a send that cannot be kept is not said, and is nobody else's failure") {
        phone p;
        p.lives().store.fails = 1;
        CHECK(p.says() == " (store failed)");
        CHECK(p.changes() == "");
        CHECK(p.does() == "");
        CHECK(p.states() == "");
        CHECK(p.client->has_said_everything());
        CHECK(p.says() == "1.2");
    }

    TEST_CASE("what was heard before a send is kept by itself: if that cannot be, the send is not kept either") {
        phone p;
        p.lives();
        {
            phone::engine::turn t{*p.client};
            p.hears(p.push(told::said("bob", 1, 1)));
            CHECK(p.says() == "1.1");
            CHECK(p.changes() == "bob1 | +1.1");
            p.hears(p.push(told::said("bob", 2, 2))).store.fails = 1;
            CHECK(p.says() == " (store failed)");
        }
        CHECK(p.changes() == "");
        CHECK(p.states() == "store failed | offline");
        CHECK(p.queue() == "+1.1");
        CHECK(p.client->conversation(told::in("bob")).next == seq{2});
    }

    TEST_CASE("a mark that cannot be kept is not wished") {
        phone p;
        p.lives().store.fails = 1;
        CHECK_FALSE(p.client->read(told::in("bob"), {1}));
        CHECK(p.does() == "disconnect");
        CHECK(p.client->has_said_everything());
        p.comes_back().signs_in();
        CHECK(p.does() == "HEARTBEAT_REQ 4 cursor=0");
    }

    TEST_CASE("the user's word about what failed can fail, and be said again") {
        phone p;
        p.lives().says();
        p.hears(p.refuses(3, errc::not_allowed)).store.fails = 1;
        CHECK_FALSE(p.client->try_again("1.1"));
        CHECK(p.queue() == "+1.1 (not allowed)");
        CHECK(p.client->has_said_everything());
        p.store.fails = 1;
        CHECK_FALSE(p.client->forget("1.1"));
        CHECK(p.queue() == "+1.1 (not allowed)");
        CHECK(p.client->try_again("1.1"));
        CHECK(p.queue() == "+1.1");
    }

    TEST_CASE("a store that cannot even be read keeps it away, until it can") {
        phone p;
        p.lives().says();
        p.forgets().store.fails = 1;
        p.store.is_unreadable = true;
        p.hears(p.push(told::said("bob", 1, 1)));
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "store failed | offline");
        CHECK(p.says() == " (store failed)");
        CHECK_FALSE(p.client->read(told::in("bob"), {1}));
        CHECK_FALSE(p.client->try_again("1.1"));
        for (int n = 0; n < 10; ++n) p.passes(seconds(30));
        CHECK(p.does() == "");
        CHECK(p.states() == "");
        CHECK(p.waits() > 0);
        p.store.is_unreadable = false;
        p.comes_back().signs_in();
        CHECK(p.does().find("| SEND_REQ") != std::string::npos);
    }

    TEST_CASE("who polls goes on polling from where it is") {
        phone p;
        p.lives().closes().cannot_connect().forgets().store.fails = 1;
        p.answers(p.page(3, 3, {told::said("bob", 1, 3)}));
        CHECK(p.does() == "");
        CHECK(p.states() == "store failed");
        p.passes(seconds(15));
        CHECK(p.does().find("GET /api/sync?lastSeq=0&count=2&epoch=7") != std::string::npos);
        p.answers(p.page(3, 3, {told::said("bob", 1, 3)}));
        CHECK(p.changes() == "bob1 @3");
    }

    TEST_CASE("also while a connection is tried: what was asked behind the page counts nothing") {
        phone p;
        p.polls().comes_back().passes(seconds(15));
        p.forgets().store.fails = 1;
        p.answers(p.page(3, 6, {told::said("bob", 1, 3)}));
        CHECK(p.does().find("GET /api/sync?lastSeq=3&count=2&epoch=7 | disconnect") == 0);
        p.answers(p.page(6, 6, {told::said("dan", 1, 6)}));
        CHECK(p.changes() == "");
        CHECK(p.cursor() == 0);
    }

    TEST_CASE("a heartbeat that was due is not said on the next connection") {
        phone p;
        p.lives().store.fails = 1;
        p.clock.advance(seconds(75));
        p.hears(p.push(told::said("bob", 1, 1)));
        CHECK(p.does() == "disconnect");
        p.comes_back().signs_in();
        CHECK(p.does() == "HEARTBEAT_REQ 4 cursor=0");
        p.passes(milliseconds(0));
        CHECK(p.does() == "");
    }

    TEST_CASE("what it holds, and where it is, can be looked at") {
        phone p;
        p.lives().hears(p.push(told::said("bob", 1, 1)), p.push(told::said("dan", 1, 2)));
        std::string all;
        p.client->each_conversation([&](const kept_conversation& k) {
            all += told::name_of(k.conversation) + std::to_string(k.next.value) + " ";
        });
        CHECK(all == "bob2 dan2 ");
        CHECK(p.client->conversation(told::in("eve")).next == seq{1});
        CHECK(&p.client->store() == &p.store);
        CHECK(p.client->settings().user == told::me);
    }
}
