#include <tandem/pull/http_api.hpp>

#include "fixture.hpp"

#include <nlohmann/json.hpp>

using namespace pulling;

namespace {

// Answers when the test says so.
struct slow_authenticator {
    slow_authenticator() = default;
    void verify(std::string_view credential, done<identity> then) {
        asked.push_back(credential);  // a view: what was asked about lives as long as the ticket
        waiting.push_back(std::move(then));
    }
    std::vector<std::string_view> asked;
    std::vector<done<identity>> waiting;
};

struct stern_authenticator {
    result<identity> verify(std::string_view credential) const {
        if (credential == "soon") return error{errc::store_failed, "the user table at db.internal:5432 is down"};
        if (credential == "old") return identity{.user = "alice", .expires = instant{1}};
        if (credential == "unknown") return error{errc::not_found, "no such user"};
        if (credential == "forged") return error{errc::bad_credential, "bad signature"};
        if (credential == "junk") return error{errc::malformed, "not a token"};
        return identity{.user = user_id{credential}};
    }
};

constexpr const char* send_path = "/api/messages/send";

std::string said(const json& m) { return m["sender"].get<std::string>() + ": " + m["body"].get<std::string>(); }

}  // namespace

TEST_CASE("a message sent over HTTP is pushed to who is online, and a repeated send is the same message") {
    server<> s;
    recorded_outlet phone;
    const auto opened = s.running->open(phone);
    REQUIRE(opened);
    s.running->receive(opened->session, {"AUTH_REQ 1 credential=bob", true});
    phone.take();
    const json first = json::parse(s.send("alice", "direct:alice:bob", "m1", "hi").body);
    CHECK(first["seq"] == "1");
    CHECK(first["repeated"] == false);
    const auto frames = phone.take();
    REQUIRE(frames.size() == 1);
    CHECK(std::string{frames[0].payload()}.find("PUSH_MSG") != std::string::npos);
    CHECK(std::string{frames[0].payload()}.find("body=hi") != std::string::npos);
    s.clock.advance(seconds(60));
    const json again = json::parse(s.send("alice", "direct:alice:bob", "m1", "hi").body);
    CHECK(again["repeated"] == true);
    CHECK(again["seq"] == first["seq"]);
    CHECK(again["position"] == first["position"]);
    CHECK(again["time"] == first["time"]);
    CHECK(phone.take().empty());
    const pull_answer other = s.send("alice", "direct:alice:bob", "m1", "something else");
    CHECK(s.refusal(other) == "409 send id reused");
    CHECK(s.send("bob", "direct:alice:bob", "m1", "mine").status == 200);  // another user's same id is separate
}

TEST_CASE("S30: the sender is who the credential says") {
    server<> s;
    s.post("alice", send_path, {{"to", "bob"}, {"clientMsgId", "1"}, {"body", "x"}, {"sender", "zoe"}});
    CHECK(said(s.page("bob", "/api/sync")["messages"][0]) == "alice: x");
}

TEST_CASE("revoke and edit are answered like on a connection") {
    server<> s;
    s.send("alice", "direct:alice:bob", "1", "tpyo");
    s.send("alice", "direct:alice:bob", "2", "oops");
    const json edited = json::parse(
        s.post("alice", "/api/messages/edit", {{"to", "bob"}, {"clientMsgId", "3"}, {"target", "1"}, {"body", "typo"}})
            .body);
    CHECK(edited["target"] == "1");
    CHECK(edited["seq"] == "3");
    const json revoke = {{"to", "bob"}, {"clientMsgId", "4"}, {"target", "2"}};
    CHECK(json::parse(s.post("alice", "/api/messages/revoke", revoke).body)["seq"] == "4");
    CHECK(json::parse(s.post("alice", "/api/messages/revoke", revoke).body)["seq"] == "4");
    const json p = s.page("bob", "/api/messages/history?to=alice");
    CHECK(p["messages"][0]["body"] == "typo");
    CHECK(p["messages"][1]["body"] == "");
    CHECK(p["messages"][1]["revoked"] == true);
    const auto refused = [&](std::string_view path, const json& body) {
        return s.refusal(s.post("alice", path, body));
    };
    CHECK(refused("/api/messages/revoke", {{"to", "bob"}, {"clientMsgId", "5"}, {"target", "2"}}) == "410 gone");
    CHECK(refused("/api/messages/revoke", {{"to", "bob"}, {"clientMsgId", "6"}}) == "400 invalid argument: target");
    CHECK(refused("/api/messages/edit", {{"to", "bob"}, {"clientMsgId", "6"}}) == "400 invalid argument: target");
    CHECK(refused("/api/messages/edit", {{"to", "bob"}, {"clientMsgId", "7"}, {"target", "99"}, {"body", "x"}}) ==
          "404 not found");
    s.clock.advance(days(1));
    CHECK(refused("/api/messages/edit", {{"to", "bob"}, {"clientMsgId", "8"}, {"target", "1"}, {"body", "x"}}) ==
          "403 too late");
}

TEST_CASE("read is answered when it is stored, moves the mark and the unread figure") {
    server<> s;
    for (int i = 1; i <= 5; ++i) s.send("alice", "direct:alice:bob", std::to_string(i));
    const auto unread = [&] { return s.page("bob", "/api/conversations")["conversations"][0]["unread"]; };
    CHECK(unread() == "5");
    const json r = json::parse(s.post("bob", "/api/messages/read", {{"to", "alice"}, {"value", "3"}}).body);
    CHECK(r["key"] == 2);
    CHECK(r["value"] == "3");
    CHECK(unread() == "2");
    const auto later = s.ask_post("bob", "/api/messages/read", {{"to", "alice"}, {"value", "5"}});
    CHECK(later->times == 0);  // marks are stored once a second
    s.clock.advance(seconds(2));
    s.running->tick();
    CHECK(s.have(later).status == 200);
    CHECK(unread() == "0");
    s.clock.advance(seconds(2));
    CHECK(json::parse(s.post("bob", "/api/messages/read", {{"to", "alice"}, {"value", "1"}}).body)["value"] == "5");
    s.clock.advance(seconds(2));
    CHECK(s.refusal(s.post("bob", "/api/messages/read", {{"to", "alice"}, {"value", "6"}})) == "400 invalid argument");
    CHECK(s.refusal(s.post("bob", "/api/messages/read", {{"to", "alice"}, {"key", 8}})) == "400 invalid argument: key");
    s.clock.advance(seconds(2));
    CHECK(s.refusal(s.post("bob", "/api/messages/read", {{"to", "carol"}, {"value", "0"}})) == "403 not a member");
}

TEST_CASE("S28: who has left a group marks nothing there") {
    server<> s;
    s.join("g", "owner", role::owner);
    s.join("g", "bob");
    CHECK(s.post("bob", "/api/messages/read", {{"conversation", "group:g"}, {"value", "1"}}).status == 200);
    s.leave("g", "bob");
    s.clock.advance(seconds(2));
    CHECK(s.refusal(s.post("bob", "/api/messages/read", {{"conversation", "group:g"}, {"value", "2"}})) ==
          "403 not a member");
    CHECK(s.refusal(s.send("bob", "group:g", "1")) == "403 not a member");
}

TEST_CASE("users are told who is online, and nothing else") {
    server<> s;
    recorded_outlet phone;
    const auto opened = s.running->open(phone);
    s.running->receive(opened->session, {"AUTH_REQ 1 credential=b%2Cob device=phone7", true});
    const json p = s.page("alice", "/api/users?ids=b%2Cob,carol");
    CHECK(p.dump() == R"({"users":[{"online":true,"user":"b,ob"},{"online":false,"user":"carol"}]})");  // S33
    CHECK(s.refused("alice", "/api/users") == "400 invalid argument: ids");
    CHECK(s.refused("alice", "/api/users?ids=") == "400 invalid argument: ids");
    CHECK(s.refused("alice", "/api/users?ids=a,,b") == "400 invalid argument: ids");
    CHECK(s.refused("alice", "/api/users?ids=" + std::string(48, 'x')) == "400 invalid argument: ids");
    std::string many = "a";
    for (int i = 0; i < 500; ++i) many += ",a";
    CHECK(s.refused("alice", "/api/users?ids=" + many) == "400 invalid argument: ids");
}

TEST_CASE("S39, S40: what is wrong with a target is a 400 that names it") {
    server<> s;
    const auto refused = [&](std::string_view query) { return s.refused("bob", "/api/sync?" + std::string{query}); };
    CHECK(refused("lastSeq=%zz") == "400 invalid argument: lastSeq");
    CHECK(refused("lastSeq=1&lastSeq=1") == "400 invalid argument: lastSeq");
    CHECK(refused("lastSeq=-1") == "400 invalid argument: lastSeq");
    CHECK(refused("lastSeq=9223372036854775808") == "400 invalid argument: lastSeq");
    CHECK(refused("fromSeq=18446744073709551615") == "400 invalid argument: fromSeq");
    CHECK(refused("lastSeq=1&fromSeq=2") == "400 invalid argument: fromSeq");
    CHECK(refused("count=0") == "400 invalid argument: count");
    CHECK(refused("count=01") == "400 invalid argument: count");
    CHECK(refused("epoch=") == "400 invalid argument: epoch");
    CHECK(s.page("bob", "/api/sync?lastSeq=0&_=1699999999")["messages"].empty());  // others' parameters do not matter
}

TEST_CASE("what is not there, not allowed there, or not spoken here says so before anybody is asked") {
    server<memory_store, slow_authenticator> s;
    const auto refused = [&](const pull_request& r) { return s.refusal(s.have(s.ask(r))); };
    CHECK(refused({.method = "GET", .target = "/api/nowhere"}) == "404 not found");
    CHECK(refused({.method = "GET", .target = ""}) == "404 not found");
    CHECK(refused({.method = "POST", .target = "/api/sync"}) == "405 unsupported");
    CHECK(refused({.method = "get", .target = "/api/sync"}) == "405 unsupported");
    CHECK(s.have(s.ask({.method = "GET", .target = send_path})).allow == "POST");
    CHECK(refused({.method = "GET", .target = "/api/sync", .accept = "text/html"}) == "406 unsupported: Accept");
    CHECK(refused({.method = "POST", .target = send_path, .content_type = "text/xml"}) ==
          "415 unsupported: Content-Type");
    CHECK(refused({.method = "GET", .target = "/api/sync?a=+"}) == "400 invalid argument: a");
    const std::string large(64 * 1024 + 1, ' ');
    CHECK(refused({.method = "POST", .target = send_path, .authorization = "Bearer alice", .body = large}) ==
          "413 too large");
    CHECK(refused({.method = "GET", .target = "/api/sync"}) == "401 not signed in");
    CHECK(refused({.method = "GET", .target = "/api/sync", .authorization = "Basic YTpi"}) == "401 bad credential");
    CHECK(s.authenticator.asked.empty());
}

TEST_CASE("a message sent over HTTP may name users") {
    server<> s;
    const auto send = [&](const json& mentions) {
        return s.post("alice", send_path, {{"to", "bob"}, {"clientMsgId", "1"}, {"body", "x"}, {"mentions", mentions}});
    };
    CHECK(s.refusal(send({"bob", ""})) == "400 invalid argument: mentions");
    CHECK(s.refusal(send(std::vector<std::string>(51, "bob"))) == "413 too large");
    CHECK(send({"bob", "zoe"}).status == 200);
    CHECK(s.page("bob", "/api/sync")["messages"][0]["mentions"] == json{"bob", "zoe"});
    CHECK(s.send("alice", "direct:alice:bob", "2").status == 200);
    CHECK_FALSE(s.page("bob", "/api/sync")["messages"][1].contains("mentions"));
}

TEST_CASE("a mark set over HTTP may be of one message") {
    server<> s;
    s.send("alice", "direct:alice:bob", "1");
    const auto mark = [&](int key, int target, int value) {
        return s.post("bob", "/api/messages/read",
                      {{"to", "alice"}, {"key", key}, {"target", target}, {"value", value}});
    };
    CHECK(s.refusal(mark(8, 0, 1)) == "400 invalid argument: key");
    CHECK(s.refusal(mark(0, 1, 1)) == "400 invalid argument: target");
    CHECK(s.refusal(mark(6, 0, 1)) == "400 invalid argument: target");
    CHECK(s.refusal(mark(6, 2, 1)) == "400 invalid argument");
    s.clock.advance(seconds(1));
    s.running->tick();
    CHECK(json::parse(mark(6, 1, 128512).body)["target"] == "1");
    const json told = s.page("alice", "/api/sync")["marks"];
    REQUIRE(told.size() == 1);
    CHECK(told[0]["key"] == 6);
    CHECK(told[0]["target"] == "1");
    CHECK(told[0]["shared"] == true);
}

TEST_CASE("a reaction over its group's rate is a 429") {
    server<> s{{.conversation_rate = {.per_second = 1, .burst = 2}}};
    s.join("g", "bob");
    const auto react = [&](const char* user) {
        const auto asked = s.ask_post(user, "/api/messages/read",
                                      {{"conversation", "group:g"}, {"key", 6}, {"target", 1}, {"value", 1}});
        s.clock.advance(milliseconds(1));
        return asked;
    };
    const auto first = react("bob"), second = react("bob"), third = react("bob");
    CHECK(s.have(third).status == 429);
    CHECK(s.have(third).retry_after > duration{});
    CHECK(s.have(first).status == 200);
}

TEST_CASE("bodies are read strictly") {
    server<> s;
    const auto refused = [&](std::string_view body) {
        return s.refusal(
            s.have(s.ask({.method = "POST", .target = send_path, .authorization = "Bearer alice", .body = body})));
    };
    CHECK(refused("") == "400 malformed");
    CHECK(refused("[]") == "400 malformed");
    CHECK(refused(R"({"to":"bob","to":"zoe","clientMsgId":"1"})") == "400 malformed");
    CHECK(refused(R"({"to":"bob"})") == "400 invalid argument: clientMsgId");
    CHECK(refused(R"({"to":"","clientMsgId":"1"})") == "400 invalid argument: conversation");
    CHECK(refused(R"({"to":"a\nb","clientMsgId":"1"})") == "400 invalid argument: to");
    CHECK(refused(R"({"conversation":"bob","clientMsgId":"1"})") == "400 invalid argument: conversation");
    const std::string body = R"({"to":"bob","clientMsgId":"1","body":")" + std::string(32 * 1024 + 1, 'x') + R"("})";
    CHECK(refused(body) == "413 too large");
}

TEST_CASE("S26, S42: whatever is wrong with a credential, the answer is the same, and tells nothing of the inside") {
    server<memory_store, stern_authenticator> s;
    const pull_answer forged = s.get("forged", "/api/sync");
    CHECK(s.refusal(forged) == "401 bad credential");
    for (const char* other : {"unknown", "junk"}) {
        CHECK(s.get(other, "/api/sync").status == 401);
        CHECK(s.get(other, "/api/sync").body == forged.body);
    }
    CHECK(s.refused("old", "/api/sync") == "401 expired");
    const pull_answer soon = s.get("soon", "/api/sync");
    CHECK(soon.status == 503);
    CHECK(soon.retry_after == seconds(1));
    CHECK(soon.body.find("db.internal") == std::string::npos);
}

TEST_CASE("S43: a rate over its limit is a 429 that says when to come back") {
    server<> s{{.user_rate = {.per_second = 1, .burst = 2}}};
    CHECK(s.send("alice", "direct:alice:bob", "1").status == 200);
    CHECK(s.send("alice", "direct:alice:bob", "2").status == 200);
    const pull_answer third = s.send("alice", "direct:alice:bob", "3");
    CHECK(third.status == 429);
    CHECK(third.retry_after > duration{});
    s.clock.advance(third.retry_after);
    CHECK(s.send("alice", "direct:alice:bob", "3").status == 200);
}
