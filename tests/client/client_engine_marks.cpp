#include <tandem/client/client_engine.hpp>

#include "phone.hpp"

using namespace tandem;
using told::of_ann;
using told::phone;

namespace {

std::string of(std::string_view name, std::string_view key, std::uint64_t value) {
    return " conversation=direct:ann:" + std::string{name} + " key=" + std::string{key} +
           " value=" + std::to_string(value);
}

std::size_t times_of(const std::string& text, std::string_view part) {
    std::size_t n = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++n;
    return n;
}

}  // namespace

TEST_SUITE("client_engine: what was wished") {
    TEST_CASE("nobody says that they have received what they do not have") {
        phone p;
        p.lives().hears(p.push(told::said("bob", 1, 1)));
        CHECK(p.client->mark(told::in("bob"), mark_key::received, 2).error().code == errc::invalid_argument);
        CHECK(p.client->mark(told::in("dan"), mark_key::received, 1).error().code == errc::invalid_argument);
        CHECK(p.wishes() == "");
        CHECK(p.client->mark(told::in("bob"), mark_key::received, 1));
        CHECK(p.wishes() == "bob=1");
    }

    TEST_CASE("of two that merge, what says more is said; of two that do not, the later one") {
        phone p;
        p.starts();
        CHECK(p.client->read(told::in("bob"), {10}));
        CHECK(p.client->read(told::in("bob"), {8}));
        CHECK(p.wishes() == "bob=10");
        CHECK(p.client->mark(told::in("dan"), mark_key::pinned, 10));
        CHECK(p.client->mark(told::in("dan"), mark_key::pinned, 8));
        p.restarts().opens().forgets().is_let_in();
        const std::string said = p.does();
        CHECK(said.find(of("bob", "read", 10)) != std::string::npos);
        CHECK(said.find(of("dan", "pinned", 8)) != std::string::npos);
        CHECK(times_of(said, "MARK_REQ") == 2);
    }
}

TEST_SUITE("client_engine: what was received") {
    TEST_CASE("it is told when it has been gathered for a while, one mark for each conversation") {
        phone p;
        p.lives().hears(p.push(told::said("bob", 1, 1)), p.push(told::said("bob", 2, 2)));
        CHECK_FALSE(p.client->has_said_everything());
        CHECK(p.waits() == 1000);
        p.passes(milliseconds(600)).hears(p.push(told::said("dan", 1, 3)));
        CHECK(p.waits() == 400);
        p.passes(milliseconds(399));
        CHECK(p.does() == "");
        p.passes(milliseconds(1));
        CHECK(p.does() == "MARK_REQ 3" + of("bob", "received", 2) + " | MARK_REQ 4" + of("dan", "received", 1));
        p.hears("MARK_RSP 3" + of("bob", "received", 2), "MARK_RSP 4" + of("dan", "received", 1));
        CHECK(p.received("bob") == 2);
        CHECK(p.received("dan") == 1);
        CHECK(p.client->has_said_everything());
        p.restarts().signs_in().forgets().passes(seconds(10));
        CHECK(p.does() == "");
    }

    TEST_CASE("what comes behind is told behind") {
        phone p;
        p.lives().hears(p.push(told::said("bob", 1, 1))).passes(seconds(1)).hears(p.push(told::said("bob", 2, 2)));
        p.forgets().hears("MARK_RSP 3" + of("bob", "received", 1)).passes(milliseconds(999));
        CHECK(p.received("bob") == 1);
        CHECK(p.does() == "");
        p.passes(milliseconds(1));
        CHECK(p.does() == "MARK_REQ 4" + of("bob", "received", 2));
    }

    TEST_CASE("what this user said is not received") {
        phone p;
        p.lives().hears(p.push(told::said("bob", 1, 1, told::me))).passes(seconds(10));
        CHECK(p.does() == "");
        CHECK(p.client->has_said_everything());
    }

    TEST_CASE("what was not confirmed is told again at once on the next connection") {
        phone p;
        p.lives().hears(p.push(told::said("bob", 1, 1))).passes(seconds(1));
        CHECK(p.does() == "MARK_REQ 3" + of("bob", "received", 1));
        p.passes(seconds(20));
        CHECK(p.does() == "");
        p.closes().comes_back().signs_in();
        CHECK(p.does() == "HEARTBEAT_REQ 5 cursor=0 | MARK_REQ 6" + of("bob", "received", 1));
        p.hears("MARK_RSP 3" + of("bob", "received", 1));  // of the connection before
        CHECK(p.received("bob") == 0);
    }

    TEST_CASE("and after a restart") {
        phone p;
        p.lives().hears(p.push(told::said("bob", 1, 1))).passes(seconds(1));
        p.restarts().signs_in();
        CHECK(p.does() == "HEARTBEAT_REQ 2 cursor=0");
        p.passes(seconds(1));
        CHECK(p.does() == "MARK_REQ 3" + of("bob", "received", 1));
    }

    TEST_CASE("nothing is told by who does not want to tell") {
        client_options o = of_ann();
        o.receipts = false;
        phone p{o};
        p.lives().hears(p.push(told::said("bob", 1, 1))).passes(seconds(10));
        CHECK(p.does() == "");
        CHECK(p.client->has_said_everything());
        p.restarts().signs_in().forgets().passes(seconds(10));
        CHECK(p.does() == "");
    }

    TEST_CASE("a conversation in which it may not be told is told of no more") {
        phone p;
        p.lives().hears(p.push(told::said("bob", 1, 1))).passes(seconds(1));
        p.forgets().hears(p.refuses(3, errc::not_member)).passes(seconds(60));
        CHECK(p.does() == "");
        CHECK(p.received("bob") == 1);
        CHECK(p.client->has_said_everything());
    }

    TEST_CASE("more than the window holds are told one after another") {
        client_options o = of_ann();
        o.window = 2;
        phone p{o};
        p.lives();
        for (const char* name : {"bob", "dan", "eve"}) p.hears(p.push(told::said(name, 1, 1)));
        p.passes(seconds(1));
        CHECK(p.does() == "MARK_REQ 3" + of("bob", "received", 1) + " | MARK_REQ 4" + of("dan", "received", 1));
        p.hears("MARK_RSP 4" + of("dan", "received", 1));
        CHECK(p.does() == "MARK_REQ 5" + of("eve", "received", 1));
    }
}

TEST_SUITE("client_engine: marks of one's own") {
    TEST_CASE("a wish is kept and said at once; it is fulfilled when the reply shows it, as the server has it") {
        phone p;
        p.lives();
        CHECK(p.client->read(told::in("bob"), {3}));
        CHECK(p.does() == "MARK_REQ 3" + of("bob", "read", 3));
        CHECK(p.changes() == "?bob=3");
        CHECK(p.wishes() == "bob=3");
        CHECK_FALSE(p.client->has_said_everything());
        p.hears("MARK_RSP 3" + of("bob", "read", 5) + " position=9");
        CHECK(p.changes() == "bob=5 !bob=3");
        CHECK(p.wishes() == "");
        CHECK(p.client->has_said_everything());
        const auto kept = p.store.marks(told::in("bob"));
        REQUIRE(kept->size() == 1);
        CHECK(kept->front().owner == told::me);
        CHECK(kept->front().key == mark_key::read);
        CHECK(kept->front().position == position{9});
        CHECK(p.received("bob") == 0);
    }

    TEST_CASE("marks of one entry are kept beside each other") {
        phone p;
        p.lives();
        CHECK(p.client->mark(told::in("bob"), mark_key::reaction, 128, {4}));
        CHECK(p.client->mark(told::in("bob"), mark_key::reaction, 129, {5}));
        CHECK(p.does() == "MARK_REQ 3" + of("bob", "reaction", 128) + " target=4 | MARK_REQ 4" +
                              of("bob", "reaction", 129) + " target=5");
        p.forgets().hears("MARK_RSP 4" + of("bob", "reaction", 129) + " target=5 position=9");
        CHECK(p.changes() == "bob5=129 !bob5=129");
        CHECK(p.wishes() == "bob4=128");
        CHECK(p.store.marks(told::in("bob"))->front().target == seq{5});
    }

    TEST_CASE("what stood like that already is fulfilled without a change of the mark") {
        phone p;
        p.lives();
        CHECK(p.client->read(told::in("bob"), {3}));
        p.forgets().hears("MARK_RSP 3" + of("bob", "read", 3));
        CHECK(p.changes() == "!bob=3");
        CHECK(p.store.marks(told::in("bob"))->empty());
    }

    TEST_CASE("a later wish takes the place of an earlier one, whose reply does not fulfil it") {
        phone p;
        p.lives();
        CHECK(p.client->read(told::in("bob"), {3}));
        CHECK(p.client->read(told::in("bob"), {4}));
        CHECK(p.does() == "MARK_REQ 3" + of("bob", "read", 3) + " | MARK_REQ 4" + of("bob", "read", 4));
        p.forgets().hears("MARK_RSP 3" + of("bob", "read", 3) + " position=8");
        CHECK(p.changes() == "bob=3");
        CHECK(p.wishes() == "bob=4");
        p.hears("MARK_RSP 4" + of("bob", "read", 4) + " position=9");
        CHECK(p.changes() == "bob=4 !bob=4");
    }

    TEST_CASE("a reply that nobody asked for counts nothing") {
        phone p;
        p.lives().hears("MARK_RSP 9" + of("bob", "received", 5) + " position=9");
        CHECK(p.changes() == "");
        CHECK(p.received("bob") == 0);
    }

    TEST_CASE("what was not confirmed is said again on the next connection, and after a restart") {
        phone p;
        p.lives().closes();
        CHECK(p.client->read(told::in("bob"), {3}));
        p.comes_back().signs_in();
        CHECK(p.does() == "HEARTBEAT_REQ 4 cursor=0 | MARK_REQ 5" + of("bob", "read", 3));
        p.closes().comes_back().signs_in();
        CHECK(p.does() == "HEARTBEAT_REQ 7 cursor=0 | MARK_REQ 8" + of("bob", "read", 3));
        p.restarts().signs_in();
        CHECK(p.does() == "HEARTBEAT_REQ 2 cursor=0 | MARK_REQ 3" + of("bob", "read", 3));
    }

    TEST_CASE("what is refused for a while is said again, for good never") {
        phone p;
        p.lives();
        CHECK(p.client->read(told::in("bob"), {3}));
        p.forgets().hears(p.refuses(3, errc::rate_limited, " retry_after=40000"));
        CHECK(p.changes() == "");
        CHECK(p.waits() == 40'000);
        p.passes(seconds(40));
        CHECK(p.does() == "MARK_REQ 4" + of("bob", "read", 3));
        p.hears(p.refuses(4, errc::not_member)).passes(seconds(60));
        CHECK(p.changes() == "!bob=3");
        CHECK(p.wishes() == "");
        CHECK(p.does() == "");
        CHECK(p.received("bob") == 0);
    }
}

TEST_SUITE("client_engine: marks of others") {
    TEST_CASE("they are told as they come, in their kinds") {
        phone p;
        p.lives();
        mark bobs = told::marked("bob", 3, 4);
        bobs.owner = "bob", bobs.key = mark_key::received;
        p.hears(detail::tiny_line(push_received{bobs}).line());
        bobs.key = mark_key::read, bobs.position = {5};
        p.hears(detail::tiny_line(push_read_receipt{bobs}).line());
        bobs.key = mark_key::reaction, bobs.value = 128, bobs.target = {2}, bobs.position = {6};
        p.hears(p.push(bobs));
        CHECK(p.changes() == "bob=3 | bob=3 | bob2=128");
        CHECK(p.store.marks(told::in("bob"))->size() == 3);
        CHECK(p.client->has_said_everything());
    }

    TEST_CASE("while it pulls they wait for the pages") {
        phone p;
        p.starts().signs_in(3).forgets();
        p.hears(p.push(told::marked("bob", 1, 4)));
        CHECK(p.changes() == "");
        p.answers(p.page(3, 3, {told::said("bob", 1, 3)}));
        CHECK(p.changes() == "bob1 bob=1 @3");
    }
}
