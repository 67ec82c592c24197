#include <tandem/pull/http_api.hpp>

#include <tandem/adapters/protobuf/protobuf_pages.hpp>

#include "fixture.hpp"

#include <nlohmann/json.hpp>

#include "tandem/v1/answers.pb.h"
#include "tandem/v1/requests.pb.h"

using namespace pulling;

namespace {

using bilingual = server<memory_store, trust_everyone, page_codecs<json_pages, protobuf_pages>>;
constexpr const char* protobuf = "application/x-protobuf";

template <class Message>
Message read(const pull_answer& a) {
    CHECK(a.content_type == protobuf);
    Message m;
    REQUIRE(m.ParseFromString(a.body));
    return m;
}

template <class Message>
Message get(bilingual& s, std::string_view target) {
    return read<Message>(
        s.have(s.ask({.method = "GET", .target = target, .accept = protobuf, .authorization = "Bearer bob"})));
}

template <class Message>
Message post(bilingual& s, std::string_view target, const google::protobuf::MessageLite& body) {
    const std::string bytes = body.SerializeAsString();
    return read<Message>(s.have(s.ask(
        {.method = "POST", .target = target, .content_type = protobuf, .authorization = "Bearer bob", .body = bytes})));
}

}  // namespace

TEST_CASE("every route is spoken in protobuf too") {
    bilingual s;
    v1::SendRequest hello;
    hello.set_to("alice"), hello.set_client_msg_id("1"), hello.set_body("hi");
    CHECK(post<v1::SendReply>(s, "/api/messages/send", hello).seq() == 1);
    v1::EditRequest edit;
    edit.set_to("alice"), edit.set_client_msg_id("2"), edit.set_target(1), edit.set_body("hey");
    CHECK(post<v1::EditReply>(s, "/api/messages/edit", edit).seq() == 2);
    CHECK(get<v1::SyncAnswer>(s, "/api/sync?lastSeq=0").messages(0).body() == "hey");
    v1::RevokeRequest revoke;
    revoke.set_to("alice"), revoke.set_client_msg_id("3"), revoke.set_target(1);
    CHECK(post<v1::RevokeReply>(s, "/api/messages/revoke", revoke).target() == 1);
    v1::MarkRequest mark;
    mark.set_to("alice"), mark.set_value(3);
    CHECK(post<v1::MarkReply>(s, "/api/messages/read", mark).value() == 3);
    CHECK(get<v1::HistoryAnswer>(s, "/api/messages/history?to=alice").covered_to() == 3);
    CHECK(get<v1::Receipts>(s, "/api/messages/receipts?to=alice&seq=1").members() == 1);
    CHECK(get<v1::ConversationsAnswer>(s, "/api/conversations").conversations_size() == 1);
    CHECK(get<v1::UsersAnswer>(s, "/api/users?ids=alice").users(0).user() == "alice");
    const auto wrong = get<v1::Failure>(s, "/api/sync?count=0");
    CHECK(wrong.parameter() == "count");
    CHECK(static_cast<int>(wrong.code()) == 2);
}

TEST_CASE("question and answer may be in two languages, and the first is spoken with who says nothing") {
    bilingual s;
    v1::SendRequest hello;
    hello.set_to("alice"), hello.set_client_msg_id("1");
    const std::string body = hello.SerializeAsString();
    const pull_answer a = s.have(s.ask({.method = "POST",
                                        .target = "/api/messages/send",
                                        .content_type = protobuf,
                                        .accept = "application/json",
                                        .authorization = "Bearer bob",
                                        .body = body}));
    CHECK(a.content_type == "application/json");
    CHECK(json::parse(a.body)["seq"] == "1");
    CHECK(s.get("bob", "/api/sync").content_type == "application/json");
    const pull_answer junk = s.have(s.ask({.method = "POST",
                                           .target = "/api/messages/send",
                                           .content_type = protobuf,
                                           .authorization = "Bearer bob",
                                           .body = "\xff\xff\xff"}));
    CHECK(junk.status == 400);
    CHECK(read<v1::Failure>(junk).code() == v1::ERROR_CODE_MALFORMED);
}
