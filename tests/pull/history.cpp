#include <tandem/pull/history.hpp>

#include "fixture.hpp"

#include <nlohmann/json.hpp>

using namespace pulling;

namespace {

// Left at 5, back from 8 on: bob sees 3 4 5 and 8 9 … of group:g.
template <class Server>
void tell_a_story(Server& s) {
    s.join("g", "owner", role::owner);  // 1
    s.send("owner", "group:g", "a");    // 2
    s.join("g", "bob");                 // 3
    s.send("owner", "group:g", "b");    // 4
    s.leave("g", "bob");                // 5
    s.send("owner", "group:g", "c");    // 6
    s.send("owner", "group:g", "d");    // 7
    s.join("g", "bob");                 // 8
    s.send("owner", "group:g", "e");    // 9
    s.send("owner", "group:g", "f");    // 10
}

constexpr const char* of_g = "/api/messages/history?conversation=group:g";

std::string history_of_g(server<>& s, std::string_view user, std::string_view more) {
    const json p = s.page(user, std::string{of_g} + std::string{more});
    return seqs(p) + " | " + covered(p);
}

std::string wrong_in(std::string_view text) {
    query_string q{text};
    history_question_of(q, {});
    return q.failed() ? std::string{q.wrong()} : "sound";
}

}  // namespace

TEST_CASE("S39: before and after are seqs, one of them at most") {
    CHECK(wrong_in("before=5&after=3") == "after");
    CHECK(wrong_in("before=0") == "before");
    CHECK(wrong_in("before=1") == "sound");
    CHECK(wrong_in("before=-1") == "before");
    CHECK(wrong_in("after=0") == "sound");
    CHECK(wrong_in("after=9223372036854775806") == "sound");
    CHECK(wrong_in("after=9223372036854775807") == "after");
    CHECK(wrong_in("before=9223372036854775807") == "sound");
    CHECK(wrong_in("before=9223372036854775808") == "before");
    CHECK(wrong_in("after=18446744073709551615") == "after");
    CHECK(wrong_in("count=0") == "count");
}

TEST_CASE("without before and after a history is the newest") {
    server<> s;
    for (int i = 1; i <= 10; ++i) s.send("alice", "direct:alice:bob", std::to_string(i));
    const auto history = [&](std::string_view more) {
        const json p = s.page("bob", "/api/messages/history?to=alice" + std::string{more});
        return seqs(p) + " | " + covered(p);
    };
    CHECK(history("&count=3") == "8 9 10 | 8..10 more");
    CHECK(history("&before=8&count=3") == "5 6 7 | 5..7 more");
    CHECK(history("&before=3&count=3") == "1 2 | 1..2");
    CHECK(history("&before=1&count=3") == " | 1..0");
    CHECK(history("&before=9223372036854775807&count=1") == "10 | 10..10 more");
    CHECK(history("&after=0&count=3") == "1 2 3 | 1..3 more");
    CHECK(history("&after=7&count=3") == "8 9 10 | 8..10");
    CHECK(history("&after=8&count=3") == "9 10 | 9..10");
    CHECK(history("&after=10&count=3") == " | 11..10");
    CHECK(history("&after=9223372036854775806&count=3") == " | 9223372036854775807..10");
    CHECK(history("&count=10") == "1 2 3 4 5 6 7 8 9 10 | 1..10");
}

TEST_CASE("a conversation may be named by its other user") {
    server<> s;
    s.send("alice", "direct:alice:bob", "1");
    CHECK(s.page("bob", "/api/messages/history?to=alice") ==
          s.page("bob", "/api/messages/history?conversation=direct:alice:bob"));
    CHECK(s.refused("bob", "/api/messages/history?to=alice&conversation=direct:alice:bob") ==
          "400 invalid argument: to");
    CHECK(s.refused("bob", "/api/messages/history") == "400 invalid argument: conversation");
    CHECK(s.refused("bob", "/api/messages/history?conversation=bob") == "400 invalid argument: conversation");
    CHECK(s.refused("bob", "/api/messages/history?to=" + std::string(48, 'x')) == "400 invalid argument: to");
}

TEST_CASE("one's own conversation is there before its first message") {
    server<> s;
    const json p = s.page("bob", "/api/messages/history?to=alice");
    CHECK(p["messages"].empty());
    CHECK(covered(p) == "1..0");
}

TEST_CASE("S28: a history has what the membership allows, and says what it covers") {
    server<> s;
    tell_a_story(s);
    CHECK(history_of_g(s, "bob", "") == "8 9 10 | 6..10 more");
    CHECK(history_of_g(s, "bob", "&count=2") == "9 10 | 9..10 more");
    CHECK(history_of_g(s, "bob", "&before=9") == "8 | 6..8 more");
    CHECK(history_of_g(s, "bob", "&before=8") == "3 4 5 | 1..7");
    CHECK(history_of_g(s, "bob", "&before=6") == "3 4 5 | 1..5");
    CHECK(history_of_g(s, "bob", "&before=5") == "3 4 | 1..4");
    CHECK(history_of_g(s, "bob", "&before=3") == " | 1..2");
    CHECK(history_of_g(s, "bob", "&after=0") == "3 4 5 | 1..7 more");
    CHECK(history_of_g(s, "bob", "&after=0&count=2") == "3 4 | 1..4 more");
    CHECK(history_of_g(s, "bob", "&after=5") == "8 9 10 | 6..10");
    CHECK(history_of_g(s, "bob", "&after=5&count=2") == "8 9 | 6..9 more");
    CHECK(history_of_g(s, "owner", "&after=0") == "1 2 3 4 5 6 7 8 9 10 | 1..10");
}

TEST_CASE("paging by what a page covers meets everything one may see exactly once, either way") {
    server<> s;
    tell_a_story(s);
    std::string backwards, forwards;
    std::string edge = "&before=11";
    for (bool more = true; more;) {
        const json p = s.page("bob", std::string{of_g} + "&count=2" + edge);
        backwards = seqs(p) + " " + backwards;
        edge = "&before=" + p["coveredFrom"].get<std::string>();
        more = p["hasMore"];
    }
    edge = "&after=0";
    for (bool more = true; more;) {
        const json p = s.page("bob", std::string{of_g} + "&count=2" + edge);
        forwards += seqs(p) + " ";
        edge = "&after=" + p["coveredTo"].get<std::string>();
        more = p["hasMore"];
    }
    CHECK(backwards == "3 4 5 8 9 10 ");
    CHECK(forwards == "3 4 5 8 9 10 ");
}

TEST_CASE("S29: who has left sees up to the end, and not how it went on") {
    server<> s;
    tell_a_story(s);
    s.leave("g", "bob");  // 11
    s.send("owner", "group:g", "g");
    s.send("owner", "group:g", "h");
    CHECK(history_of_g(s, "bob", "&count=2") == "10 11 | 10..11 more");
    CHECK(history_of_g(s, "bob", "&before=100&count=2") == "10 11 | 10..11 more");
    CHECK(history_of_g(s, "bob", "&after=10") == "11 | 11..11");
    CHECK(history_of_g(s, "bob", "&after=11") == " | 12..11");
    CHECK(s.page("bob", of_g)["membership"]["head"]["seq"] == "11");
    CHECK(s.page("bob", std::string{of_g} + "&after=11")["membership"]["head"]["seq"] == "11");
}

TEST_CASE("S31: a conversation one is not in and one that does not exist are answered alike") {
    server<> s;
    tell_a_story(s);
    s.send("alice", "direct:alice:zoe", "1");
    const auto answer = [&](std::string_view c) {
        const pull_answer a = s.get("carol", "/api/messages/history?conversation=" + std::string{c});
        return std::to_string(a.status) + a.body;
    };
    CHECK(answer("group:g") == answer("group:nowhere"));
    CHECK(answer("direct:alice:zoe") == answer("direct:alice:yan"));
    CHECK(answer("group:g") == answer("direct:alice:zoe"));
    CHECK(answer("group:g").substr(0, 3) == "403");
    const auto post = [&](std::string_view path, std::string_view c) {
        json body{{"conversation", c}, {"clientMsgId", "1"}, {"target", "2"}, {"value", "1"}, {"body", "x"}};
        if (path == "/api/messages/read") body.erase("target");  // a read mark is of no message
        const pull_answer a = s.post("carol", path, body);
        return std::to_string(a.status) + a.body;
    };
    for (const char* path :
         {"/api/messages/send", "/api/messages/read", "/api/messages/revoke", "/api/messages/edit"}) {
        CHECK_MESSAGE(post(path, "group:g") == post(path, "group:nowhere"), path);
        CHECK_MESSAGE(post(path, "direct:alice:zoe") == post(path, "direct:alice:yan"), path);
        CHECK_MESSAGE(post(path, "group:g").substr(0, 3) == "403", path);
    }
}

TEST_CASE("what is trimmed is covered, forwards and backwards") {
    server<> s;
    for (int i = 1; i <= 10; ++i) s.send("alice", "direct:alice:bob", std::to_string(i));
    REQUIRE(s.store.trim(conversation_id::direct("alice", "bob"), seq{7}));
    const auto history = [&](std::string_view more) {
        const json p = s.page("bob", "/api/messages/history?to=alice" + std::string{more});
        CHECK(p["membership"]["head"]["firstKept"] == "7");
        return seqs(p) + " | " + covered(p);
    };
    CHECK(history("&after=0&count=2") == "7 8 | 1..8 more");
    CHECK(history("&after=0&count=100") == "7 8 9 10 | 1..10");
    CHECK(history("&after=5&count=3") == "7 8 | 6..8 more");
    CHECK(history("&before=9&count=5") == "7 8 | 1..8");
    CHECK(history("&before=5") == " | 1..4");
}

TEST_CASE("an interval that is trimmed is no reason to go on") {
    server<> s;
    tell_a_story(s);
    REQUIRE(s.store.trim(conversation_id::group("g"), seq{7}));
    CHECK(history_of_g(s, "bob", "") == "8 9 10 | 1..10");
    CHECK(history_of_g(s, "bob", "&after=0") == "8 9 10 | 1..10");
}

TEST_CASE("forwards a page that is cut by bytes begins where it was asked to") {
    server<> s{{.pull_page = {.entries = 100, .bytes = 1000}}};
    for (int i = 1; i <= 40; ++i)
        s.send("alice", "direct:alice:bob", std::to_string(i), std::string(i % 7 == 0 ? 900 : 90, 'x'));
    std::string edge = "0", all, whole;
    for (bool more = true; more;) {
        const json p = s.page("bob", "/api/messages/history?to=alice&after=" + edge);
        REQUIRE(!p["messages"].empty());
        CHECK(p["coveredFrom"] == std::to_string(std::stoi(edge) + 1));
        std::size_t bytes = 0;
        for (const json& m : p["messages"]) bytes += m["body"].get<std::string>().size();
        CHECK((bytes <= 1000 || p["messages"].size() == 1));
        all += seqs(p) + " ";
        edge = p["coveredTo"];
        more = p["hasMore"];
    }
    for (int i = 1; i <= 40; ++i) whole += std::to_string(i) + " ";
    CHECK(all == whole);
}

TEST_CASE("S29: who leaves while a history is read sees nothing beyond") {
    server<slow_store> s;
    tell_a_story(s);
    const auto asked = s.ask_get("bob", of_g);
    REQUIRE(s.store.step());  // the membership: still open
    s.store.answer_at_once();
    std::vector<draft> then(3);
    for (draft& d : then) d.conversation = conversation_id::group("g"), d.sender = user_id{"owner"}, d.body = "secret";
    then[0].kind = entry_kind::left, then[0].subject = user_id{"bob"}, then[0].trusted = true;
    REQUIRE(s.store.inner().append(then));  // 11: gone
    const json p = json::parse(s.have(asked).body);
    CHECK(seqs(p) == "8 9 10 11");
    CHECK(covered(p) == "6..11 more");
    CHECK(p["membership"]["intervals"].size() == 2);
    CHECK(p["membership"]["intervals"][1]["endedAt"] == "11");
}

namespace {

// "2:5 of bob": what is said of which message.
std::string said_in(const json& page) {
    std::string all;
    for (const json& m : page["marks"])
        all += (all.empty() ? "" : ", ") + m["target"].get<std::string>() + ":" + m["value"].get<std::string>() +
               " of " + m["owner"].get<std::string>();
    return all + (page["hasMoreMarks"].get<bool>() ? " more" : "");
}

template <class Server>
void react(Server& s, const user_id& who, const conversation_id& c, std::uint64_t target, std::uint64_t value,
           mark_key key = mark_key::reaction) {
    const mark_change change{c, key, who, value, key == mark_key::reaction, seq{target}};
    REQUIRE(s.store.put({&change, 1})->front().became == mark_outcome::what::changed);
}

}  // namespace

TEST_CASE("a history tells what is said of its messages") {
    server<> s;
    const auto c = conversation_id::direct("alice", "bob");
    for (int i = 1; i <= 4; ++i) s.send("alice", "direct:alice:bob", std::to_string(i));
    CHECK(s.page("bob", "/api/messages/history?to=alice")["marks"].empty());
    react(s, "bob", c, 2, 5);
    react(s, "bob", c, 3, 6);
    react(s, "alice", c, 2, 7);
    react(s, "bob", c, 2, 1, mark_key::deleted);
    const auto history = [&](std::string_view more) {
        return said_in(s.page("alice", "/api/messages/history?to=bob" + std::string{more}));
    };
    CHECK(history("") == "2:5 of bob, 3:6 of bob, 2:7 of alice");
    CHECK(history("&before=3") == "2:5 of bob, 2:7 of alice");
    CHECK(history("&count=2") == "3:6 of bob");
    CHECK(history("&count=1") == "");
    CHECK(history("&after=4") == "");
}

TEST_CASE("a history tells as many marks as fit, and that there are more") {
    server<> s{{.pull_page = {.entries = 2}}};
    const auto c = conversation_id::direct("alice", "bob");
    for (int i = 1; i <= 2; ++i) s.send("alice", "direct:alice:bob", std::to_string(i));
    react(s, "bob", c, 2, 5);
    react(s, "bob", c, 1, 6);
    react(s, "alice", c, 1, 7);
    CHECK(said_in(s.page("bob", "/api/messages/history?to=alice")) == "2:5 of bob, 1:6 of bob more");
    CHECK(said_in(s.page("bob", "/api/messages/history?to=alice&before=2")) == "1:6 of bob, 1:7 of alice");
}

TEST_CASE("who has left reads the messages of their time, and no marks of others") {
    server<> s;
    tell_a_story(s);
    react(s, "owner", conversation_id::group("g"), 9, 5);
    react(s, "owner", conversation_id::group("g"), 4, 6);
    react(s, "owner", conversation_id::group("g"), 6, 7);
    CHECK(said_in(s.page("bob", of_g)) == "9:5 of owner");
    CHECK(said_in(s.page("bob", std::string{of_g} + "&before=8")) == "4:6 of owner");
    s.leave("g", "bob");
    CHECK(said_in(s.page("bob", of_g)) == "");
}

TEST_CASE("while the marks cannot be read there is no history") {
    server<slow_store> s;
    s.send("alice", "direct:alice:bob", "1");
    s.store.plan(store_fault::failed, 1, store_verb::marks);
    CHECK(s.get("bob", "/api/messages/history?to=alice").status == 503);
    CHECK(s.get("bob", "/api/messages/history?to=alice").status == 200);
}
