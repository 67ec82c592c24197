#include <tandem/codec/tiny_pages.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tandem;

namespace {

const conversation_id team = conversation_id::group("team");

entry team_entry(entry_kind kind) {
    entry e;
    e.conversation = team, e.sender = "bob", e.send_id = "7.1", e.kind = kind;
    e.place = {{5}, {50}}, e.number = 4, e.time = {1234}, e.body = "a b";
    return e;
}
mark team_mark() {
    mark m;
    m.conversation = team, m.key = mark_key::read, m.owner = "ann", m.value = 5, m.position = {51};
    return m;
}
const membership ann_in_team{
    .conversation = team, .user = "ann", .role = role::admin, .intervals = {{{2}, {4}}, {{7}, {}}}, .changed = {40}};
constexpr conversation_head team_head{{9}, {90}, 8, {3}};

// As they stand inside another line.
const std::string inner_entry = "PUSH_MSG%200%20conversation%3Dgroup:team%20seq%3D5%20position%3D50%20number%3D4%20"
                                "sender%3Dbob%20send_id%3D7.1%20kind%3Dmessage%20content_type%3D0%20time%3D1234%20"
                                "body%3Da%2520b";
const std::string inner_revoke =
    "REVOKE_MSG_PUSH%200%20conversation%3Dgroup:team%20seq%3D5%20position%3D50%20number%3D4"
    "%20sender%3Dbob%20send_id%3D7.1%20kind%3Drevoke%20content_type%3D0%20time%3D1234%20"
    "body%3Da%2520b";
const std::string inner_mark = "MARK_PUSH%200%20conversation%3Dgroup:team%20key%3Dread%20owner%3Dann%20value%3D5%20"
                               "position%3D51";
const std::string inner_membership = "MEMBERSHIP%200%20conversation%3Dgroup:team%20user%3Dann%20role%3Dadmin%20"
                                     "changed%3D40%20visible_from%3D2%20ended_at%3D4%20visible_from%3D7%20ended_at%3D0"
                                     "%20seq%3D9%20position%3D90%20number%3D8%20first_kept%3D3";

// A line inside a line inside a line.
std::string once_more(std::string_view inner) {
    std::string text;
    for (const char c : inner) text += c == '%' ? std::string{"%25"} : std::string{c};
    return text;
}

}  // namespace

TEST_SUITE("tiny_pages") {
    TEST_CASE("a page of the log is one line, with a line in it for each thing") {
        page p;
        p.head = {{3}, {90}}, p.examined = {70};
        const tiny_pages pages;
        CHECK(pages.write_answer(sync_answer{p}) == "SYNC 0 next=70 head=90 epoch=3");
        p.more = true;
        p.entries = {team_entry(entry_kind::message), team_entry(entry_kind::revoke)};
        p.marks = {team_mark()};
        p.memberships = {ann_in_team}, p.heads = {team_head};
        CHECK(pages.write_answer(sync_answer{p}) == "SYNC 0 next=70 head=90 epoch=3 more=1 entry=" + inner_entry +
                                                        " entry=" + inner_revoke + " mark=" + inner_mark +
                                                        " membership=" + inner_membership);
    }

    TEST_CASE("a reset begins at nothing") {
        page p;
        p.head = {{3}, {90}}, p.examined = {70};
        CHECK(tiny_pages{}.write_answer(sync_answer{p, true}) == "SYNC 0 next=0 head=90 epoch=3 reset=1");
    }

    TEST_CASE("a history says what it covers, and for whom") {
        history_page p{team_head, {{2}, {8}}, false, {}};
        const tiny_pages pages;
        CHECK(pages.write_answer(history_answer{p, ann_in_team}) ==
              "HISTORY 0 first=2 last=8 membership=" + inner_membership);
        p.more = true, p.entries = {team_entry(entry_kind::message)};
        const mark marks[] = {team_mark()};
        CHECK(pages.write_answer(history_answer{p, ann_in_team, marks, true}) ==
              "HISTORY 0 first=2 last=8 more=1 membership=" + inner_membership + " entry=" + inner_entry +
                  " mark=" + inner_mark + " more_marks=1");
    }

    TEST_CASE("a list of conversations has a line for each") {
        overview_page p{{{3}, {90}}, {}, false};
        const tiny_pages pages;
        CHECK(pages.write_answer(conversations_answer{p}) == "CONVERSATIONS 0 head=90 epoch=3");
        p.more = true;
        p.conversations = {{ann_in_team, team_head, {4}, {6}, 2, {team_mark()}, team_entry(entry_kind::message)},
                           {ann_in_team, team_head, {}, {}, 0, {}, std::nullopt}};
        const std::string membership = "OVERVIEW%200%20membership%3D" + once_more(inner_membership);
        CHECK(pages.write_answer(conversations_answer{p}) ==
              "CONVERSATIONS 0 head=90 epoch=3 more=1 overview=" + membership +
                  "%20read%3D4%20received%3D6%20unread%3D2%20mark%3D" + once_more(inner_mark) + "%20entry%3D" +
                  once_more(inner_entry) + " overview=" + membership + "%20read%3D0%20received%3D0%20unread%3D0");
    }

    TEST_CASE("users, receipts, failures") {
        const tiny_pages pages;
        const presence users[] = {{"ann", true}, {"bob", false}};
        CHECK(pages.write_answer(users_answer{users}) == "USERS 0 online=ann offline=bob");
        CHECK(pages.write_answer(receipts{7, 5, 3}) == "RECEIPTS 0 members=7 delivered=5 read=3");
        CHECK(pages.write_answer(failure{errc::not_member}) == "FAILURE 0 code=9 why=not%20a%20member");
        CHECK(pages.write_answer(failure{errc::rate_limited, "count", seconds(4)}) ==
              "FAILURE 0 code=14 why=rate%20limited parameter=count retry_after=4000");
    }

    TEST_CASE("what is posted is answered as it would be on a connection") {
        const tiny_pages pages;
        CHECK(
            pages.write_answer(send_reply{"7.1", team, {{5}, {50}}, 4, {1234}, true, "b"}) ==
            "SEND_RSP 0 send_id=7.1 conversation=group:team seq=5 position=50 number=4 time=1234 repeated=1 changed=b");
        CHECK(pages.write_answer(revoke_reply{"7.1", team, {2}, {{5}, {50}}, {1234}}) ==
              "REVOKE_RSP 0 send_id=7.1 conversation=group:team target=2 seq=5 position=50 number=0 time=1234");
        CHECK(pages.write_answer(edit_reply{"7.1", team, {2}, {{5}, {50}}, {1234}, {}}) ==
              "EDIT_RSP 0 send_id=7.1 conversation=group:team target=2 seq=5 position=50 number=0 time=1234");
        CHECK(pages.write_answer(mark_reply{team, mark_key::read, 5, {}, {51}}) ==
              "MARK_RSP 0 conversation=group:team key=read value=5 position=51");
    }

    TEST_CASE("a body is read like the same request on a connection") {
        tiny_pages pages;
        const auto send = pages.read_body<send_request>("SEND_REQ 0 to=bob send_id=7.1 body=a%20b mentions=c,d");
        REQUIRE(send);
        CHECK(send->to == "bob");
        CHECK(send->send_id == "7.1");
        CHECK(send->body == "a b");
        CHECK(send->mentions.size() == 2);
        const auto revoke =
            pages.read_body<revoke_request>("REVOKE_REQ 0 conversation=group:team send_id=7.2 target=5");
        REQUIRE(revoke);
        CHECK(revoke->conversation == "group:team");
        CHECK(revoke->target == seq{5});
        const auto edit = pages.read_body<edit_request>("EDIT_REQ 0 send_id=7.3 target=5 content_type=3 body=c\n");
        REQUIRE(edit);
        CHECK(edit->content_type == 3);
        CHECK(edit->body == "c");
        const auto mark = pages.read_body<mark_request>("MARK_REQ 0 to=bob key=read value=5");
        REQUIRE(mark);
        CHECK(mark->key == mark_key::read);
        CHECK(mark->value == 5);
    }

    TEST_CASE("a request is read from the codec's own memory, not from the body") {
        tiny_pages pages;
        std::string body = "SEND_REQ 0 to=bob body=hello";
        const auto send = pages.read_body<send_request>(body);
        body.assign(body.size(), '#');
        REQUIRE(send);
        CHECK(send->to == "bob");
        CHECK(send->body == "hello");
    }

    TEST_CASE("a body of another request, or of none, is malformed") {
        tiny_pages pages;
        for (const char* body : {"", "SEND_REQ", "EDIT_REQ 0 body=a", "SEND_REQ 0 content_type=x", "SEND_REQ 0 body",
                                 "{\"to\": \"bob\"}"}) {
            CAPTURE(body);
            const auto read = pages.read_body<send_request>(body);
            REQUIRE_FALSE(read);
            CHECK(read.error().code == errc::malformed);
        }
    }
}
