#include <tandem/adapters/json/json_dialect.hpp>
#include <tandem/adapters/json/json_pages.hpp>

#include <tandem/adapters/protobuf/protobuf_dialect.hpp>
#include <tandem/adapters/protobuf/protobuf_pages.hpp>

#include "spelled.hpp"
#include "spoken.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/util/json_util.h>

using namespace tandem;
using nlohmann::json;

namespace dice {

result<roll_request> read_json(const json& body, as<roll_request>) {
    return roll_request{body.at("sides").get<std::uint32_t>()};  // throws when it is not there
}
void write_json(const rolled& r, json& body) { body["eyes"] = r.eyes; }

}  // namespace dice

namespace {

static_assert(reads<json_dialect, dice::roll_request> && !reads<json_dialect, dice::unspoken>);
static_assert(writes<json_dialect, dice::rolled> && !writes<json_dialect, dice::unspoken>);
static_assert(answers_with<json_dialect, dice::rolled> && !answers_with<json_dialect, dice::unspoken>);
static_assert(!writes<json_dialect, sync_answer> && !writes<json_dialect, send_request> && !reads<json_dialect, int>);

struct peer {
    json_dialect dialect{};
    json_dialect::state state{};
    json_dialect::envelope opened{};

    result<> open(std::string_view text, bool is_text = true) {
        return dialect.open({text, is_text}, state, [&](const json_dialect::envelope& e) { opened = e; });
    }

    template <class Request>
    result<Request> read(const std::string& body) {
        if (const auto answer = open("{\"command\":0,\"body\":" + body + "}"); !answer) return answer.error();
        return dialect.read<Request>(opened);
    }
    template <class Request>
    errc refused(const std::string& body) {
        const auto answer = read<Request>(body);
        return answer ? errc{} : answer.error().code;
    }
};

std::string payload(const frames& made) {
    std::string out;
    made.each([&](const frame& f) { out += f.payload(); });
    return out;
}

json only(const frames& made) {
    made.each([](const frame& f) { CHECK(f.text()); });
    return json::parse(payload(made));
}

std::string base64(std::string_view octets) {
    std::string out;
    detail::in_json::append_base64(out, octets);
    return out;
}

// Our JSON as proto3 JSON has it: there, octets are always base64, under the plain key.
void to_proto3(json& value) {
    if (value.is_array() || value.is_object())
        for (json& inner : value) to_proto3(inner);
    for (const std::string key : {"body", "changed"}) {
        if (!value.is_object()) continue;
        if (value.contains(key)) value[key] = base64(value[key].get<std::string>());
        if (!value.contains(key + "Base64")) continue;
        value[key] = value[key + "Base64"];
        value.erase(key + "Base64");
    }
}

// Parsed by protobuf's own reader of JSON, which knows every key and type that the .proto has, and no other.
template <class Message>
std::string through_proto3(json ours) {
    to_proto3(ours);
    Message message;
    const auto answer = google::protobuf::util::JsonStringToMessage(ours.dump(), &message);
    CHECK_MESSAGE(answer.ok(), answer.ToString() << " in " << ours.dump());
    return message.SerializeAsString();
}

std::string body_of(const frames& made) {
    v1::Envelope out;
    CHECK(out.ParseFromString(payload(made)));
    return out.body();
}

// What a request holds, as text.
template <class Request>
std::string content(const result<Request>& request) {
    REQUIRE(request);
    std::string out = "{";
    detail::in_json::json_writer writer{out};
    detail::in_json::request_fields(writer, *request);
    return out + "}";
}

template <class Request, class Message>
void same_request(const Message& sent) {
    google::protobuf::util::JsonPrintOptions options;
    options.always_print_enums_as_ints = true;
    std::string text;
    REQUIRE(google::protobuf::util::MessageToJsonString(sent, &text, options).ok());
    json body = json::parse(text);
    if (body.contains("body")) body["bodyBase64"] = body["body"], body.erase("body");

    peer p;
    protobuf_pages binary;
    const std::string wire = sent.SerializeAsString();
    CHECK(content(p.read<Request>(body.dump())) == content(binary.read_body<Request>(wire)));
}

}  // namespace

TEST_CASE("json: an envelope has a command by name or number, a sequence and a body") {
    peer p;
    REQUIRE(p.open(R"({"command":"SEND_REQ","sequence":4000000000,"body":{"to":"bob"}})"));
    CHECK(p.opened.name == "SEND_REQ");
    CHECK(p.opened.number == command::none);
    CHECK(p.opened.correlation.as<std::uint32_t>() == 4'000'000'000);
    CHECK(p.dialect.read<send_request>(p.opened)->to == "bob");

    REQUIRE(p.open(R"({"command":20})"));
    CHECK(p.opened.name.empty());
    CHECK(p.opened.number == command::send_req);
    CHECK(p.opened.correlation.as<std::uint32_t>() == 0);
    CHECK(p.dialect.read<send_request>(p.opened)->to.empty());

    REQUIRE(p.open(R"({"command":"NO_SUCH_THING","more":[1]})"));
    CHECK(p.opened.name == "NO_SUCH_THING");
}

TEST_CASE("json: it greets its subprotocol and nobody else") {
    peer p;
    const std::string_view mine[] = {"tandem.v1.json"};
    CHECK(p.dialect.greet({.subprotocols = mine}, p.state).what == greeting::verdict::accept);
    CHECK(p.dialect.greet({}, p.state).what == greeting::verdict::decline);
}

TEST_CASE("S38 json: what is no envelope ends the session") {
    const std::string deep(100'000, '['), objects = R"({"a":)";
    std::string nested = R"({"command":1,"body":)";
    for (int i = 0; i < 16; ++i) nested += "[";
    const std::string junk[] = {"",
                                " ",
                                "{",
                                "null",
                                "7",
                                "[]",
                                "\"x\"",
                                "{}",
                                R"({"command":null})",
                                R"({"command":1.5})",
                                R"({"command":-1})",
                                R"({"command":4294967296})",
                                R"({"command":{}})",
                                R"({"command":1,"sequence":-1})",
                                R"({"command":1,"sequence":4294967296})",
                                R"({"command":1,"sequence":true})",
                                R"({"command":1} x)",
                                R"({"command":1,})",
                                R"({"command":1e999})",
                                "{\"command\":\"\xff\"}",
                                R"({"command":"\ud800"})",
                                deep,
                                nested,
                                R"({"command":1,"command":2})",
                                R"({"command":1,"body":{"to":"a","to":"b"}})",
                                R"({"command":1,"body":{"to":"a","\u0074o":"b"}})"};
    for (const std::string& text : junk) {
        peer p;
        const auto answer = p.open(text);
        CAPTURE(text.substr(0, 80));
        REQUIRE_FALSE(answer);
        CHECK(answer.error().code == errc::malformed);
    }
    peer p;
    CHECK_FALSE(p.open(R"({"command":1})", false));
}

TEST_CASE("json: sixteen levels are not too deep, and every prefix of them is refused") {
    std::string text = R"({"command":1,"body":)";
    for (int i = 0; i < 15; ++i) text += "[";
    for (int i = 0; i < 15; ++i) text += "]";
    text += "}";
    peer p;
    CHECK(p.open(text));
    for (std::size_t n = 0; n < text.size(); ++n) CHECK_FALSE(p.open(std::string{text, 0, n}));
}

TEST_CASE("json: a field of another type is malformed, and the error says which") {
    peer p;
    for (const char* body : {R"({"to":1})", R"({"to":{}})", R"({"contentType":true})", R"({"contentType":1.0})",
                             R"({"body":1})", R"({"bodyBase64":1})", "[]", "7", R"("x")"})
        CHECK(p.refused<send_request>(body) == errc::malformed);
    CHECK(p.refused<background_request>(R"({"background":1})") == errc::malformed);
    CHECK(p.refused<presence_request>(R"({"users":"bob"})") == errc::malformed);
    CHECK(p.refused<presence_request>(R"({"users":["bob",null]})") == errc::malformed);
    CHECK(p.refused<mark_request>(R"({"key":65536})") == errc::invalid_argument);
    CHECK(p.refused<presence_request>(R"({"watch":3})") == errc::invalid_argument);
    CHECK(p.read<send_request>(R"({"contentType":-1})").error().detail ==
          "SEND_REQ has a bad \"contentType\": invalid argument");
    CHECK(p.refused<send_request>(R"({"to":null,"contentType":"7","unknown":[]})") == errc{});
}

TEST_CASE("S38 json: at most 1000 users are asked about at once") {
    peer p;
    json body{{"users", std::vector<std::string>(1000, "bob")}};
    CHECK(p.read<presence_request>(body.dump())->users.size() == 1000);
    body["users"].push_back("bob");
    CHECK(p.refused<presence_request>(body.dump()) == errc::too_large);
}

TEST_CASE("S39 json: a cursor is digits in their one spelling, or a safe number") {
    const auto cursor_of = [](const std::string& value) {
        peer p;
        const auto answer = p.read<heartbeat_request>("{\"cursor\":" + value + "}");
        if (!answer) CHECK(answer.error().code == errc::invalid_argument);
        return answer ? answer->cursor : cursor{};
    };
    CHECK(cursor_of("\"0\"") == position{0});
    CHECK(cursor_of("\"9223372036854775808\"") == position{1ull << 63});
    CHECK(cursor_of("\"18446744073709551615\"") == position{~0ull});
    CHECK(cursor_of("9007199254740992") == position{1ull << 53});
    for (const char* bad : {"\"\"", "\"-1\"", "\"+1\"", "\"18446744073709551616\"", "\"01\"", "\" 1\"", "\"1 \"",
                            "\"1.0\"", "\"1e3\"", "\"x\"", "-1", "9007199254740993", "9223372036854775808"})
        CHECK_FALSE(cursor_of(bad));
    peer p;
    CHECK(p.refused<heartbeat_request>(R"({"cursor":1.0})") == errc::malformed);
    CHECK(p.refused<heartbeat_request>(R"({"cursor":18446744073709551616})") == errc::malformed);
    CHECK_FALSE(p.read<heartbeat_request>(R"({"cursor":null})")->cursor);
    CHECK_FALSE(p.read<heartbeat_request>("{}")->cursor);
}

TEST_CASE("json: octets that are no text come and go as base64") {
    peer p;
    CHECK(p.read<send_request>(R"({"bodyBase64":"/wD+"})")->body == spoken::not_utf8);
    CHECK(p.read<send_request>(R"({"body":"a\u0000b"})")->body == std::string_view("a\0b", 3));
    CHECK(p.refused<send_request>(R"({"body":"x","bodyBase64":"/wD+"})") == errc::invalid_argument);
    for (const char* bad : {"/wD", "/wD=", "====", "/w=+", "_wD-", "/x==", " /wD", "/wD+\\n"})
        CHECK(p.refused<send_request>("{\"bodyBase64\":\"" + std::string{bad} + "\"}") == errc::invalid_argument);

    entry e = spoken::a_message(7, spoken::not_utf8);
    const json told = only(p.dialect.write(push_message{e}, 0))["body"];
    CHECK(told["bodyBase64"] == "/wD+");
    CHECK_FALSE(told.contains("body"));
    for (const char* octets : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) {
        std::string back;
        CHECK(detail::in_json::read_base64(base64(octets), back));
        CHECK(back == octets);
    }
    CHECK(base64("foob") == "Zm9vYg==");
}

TEST_CASE("json: control characters and quotes are escaped") {
    peer p;
    std::string all;
    for (char c = 0; c < 127; ++c) all += c;
    const entry e = spoken::a_message(7, all + "€");
    CHECK(only(p.dialect.write(push_message{e}, 0))["body"]["body"] == e.body);
}

TEST_CASE("json: every reply repeats its sequence, every push carries 0, both are named") {
    peer p;
    spoken::each_reply([&]<class Reply>(const Reply& reply) {
        const json sent = only(p.dialect.answer(p.state, reply, correlation::of(std::uint32_t{300})));
        CHECK(sent["command"] == Reply::is.name);
        CHECK(sent["sequence"] == 300);
    });
    spoken::each_event([&]<class Event>(const Event& event) {
        const json sent = only(p.dialect.write(event, 0));
        CHECK(sent["command"] == Event::is.name);
        CHECK(sent["sequence"] == 0);
    });
}

TEST_CASE("json: a push reads like this") {
    peer p;
    entry e;
    e.conversation = conversation_id::group("team");
    e.sender = "alice";
    e.send_id = "6a1f";
    e.body = "hi";
    e.place = {{1}, {2}};
    e.number = 1;
    CHECK(
        payload(p.dialect.write(push_message{e}, 0)) ==
        R"({"command":"PUSH_MSG","sequence":0,"body":{"conversation":"group:team","sender":"alice","clientMsgId":"6a1f",)"
        R"("kind":1,"contentType":0,"body":"hi","seq":"1","position":"2","number":"1","time":"0"}})");
}

TEST_CASE("json and protobuf say the same: replies and events") {
    peer text;
    protobuf_dialect binary;
    protobuf_dialect::state state;
    spoken::each_reply([&](const auto& reply) {
        using spelling = decltype(spoken::spelled(reply));
        CHECK(through_proto3<spelling>(only(text.dialect.answer(text.state, reply, {}))["body"]) ==
              body_of(binary.answer(state, reply, {})));
    });
    spoken::each_event([&](const auto& event) {
        using spelling = decltype(spoken::spelled(event));
        CHECK(through_proto3<spelling>(only(text.dialect.write(event, 0))["body"]) == body_of(binary.write(event, 0)));
    });
}

TEST_CASE("json and protobuf say the same: answers of the pull API") {
    json_pages text;
    protobuf_pages binary;
    spoken::each_answer([&](const auto& answer) {
        using spelling = decltype(spoken::spelled(answer));
        CHECK(through_proto3<spelling>(json::parse(text.write_answer(answer))) == binary.write_answer(answer));
    });
}

TEST_CASE("json and protobuf hear the same: every request") {
    v1::AuthRequest auth;
    same_request<auth_request>(auth);
    auth.set_credential("token");
    auth.set_device("phone");
    auth.set_platform("ios");
    auth.set_cursor("0");
    auth.set_epoch("3");
    same_request<auth_request>(auth);

    v1::HeartbeatRequest heartbeat;
    heartbeat.set_cursor("18446744073709551615");
    same_request<heartbeat_request>(heartbeat);
    same_request<logout_request>(v1::LogoutRequest{});
    v1::BackgroundRequest background;
    background.set_background(true);
    same_request<background_request>(background);

    v1::SendRequest send;
    send.set_conversation("group:team");
    send.set_to("b€b");
    send.set_client_msg_id("6a1f");
    send.set_content_type(4'000'000'000);
    send.set_body(spoken::not_utf8);
    send.add_mentions("b€b");
    send.add_mentions("carol");
    same_request<send_request>(send);

    v1::RevokeRequest revoke;
    revoke.set_conversation("group:team");
    revoke.set_to("bob");
    revoke.set_client_msg_id("6a20");
    revoke.set_target(~0ull);
    same_request<revoke_request>(revoke);

    v1::EditRequest edit;
    edit.set_conversation("group:team");
    edit.set_to("bob");
    edit.set_client_msg_id("6a21");
    edit.set_target(3);
    edit.set_content_type(4);
    edit.set_body("x");
    same_request<edit_request>(edit);

    v1::MarkRequest mark;
    mark.set_conversation("group:team");
    mark.set_to("bob");
    mark.set_key(static_cast<v1::MarkKey>(1234));
    mark.set_value(1ull << 63);
    mark.set_target(12);
    same_request<mark_request>(mark);

    v1::TypingRequest typing;
    same_request<typing_request>(typing);
    typing.set_typing(false);
    same_request<typing_request>(typing);

    v1::PresenceRequest presence;
    presence.add_users("alice");
    presence.add_users("bob");
    presence.set_watch(v1::WATCH_START);
    same_request<presence_request>(presence);

    v1::RelayRequest relay;
    relay.set_to("bob");
    relay.set_content_type(8);
    relay.set_body("y");
    same_request<relay_request>(relay);
}

TEST_CASE("json: an application's own command is read and told, and its exceptions stay inside") {
    peer p;
    CHECK(p.read<dice::roll_request>(R"({"sides":6})")->sides == 6);
    CHECK(p.refused<dice::roll_request>("{}") == errc::malformed);
    CHECK(p.refused<dice::roll_request>(R"({"sides":"six"})") == errc::malformed);
    CHECK(payload(p.dialect.answer(p.state, dice::rolled{4}, correlation::of(std::uint32_t{9}))) ==
          R"({"command":"ROLLED","sequence":9,"body":{"eyes":4}})");
}

TEST_CASE("json pages: the answer to a sync has the keys clients know") {
    json_pages pages;
    const page full{
        {{3}, {99}},       {5}, {42}, true, {spoken::a_message()}, {spoken::a_mark()}, {spoken::a_membership()},
        {spoken::a_head()}};
    const json told = json::parse(pages.write_answer(sync_answer{full}));
    CHECK(told["nextSeq"] == "42");
    CHECK(told["serverMaxSeq"] == "99");
    CHECK(told["hasMore"] == true);
    CHECK(told["epoch"] == "3");
    CHECK(told["reset"] == false);
    CHECK(told["messages"][0]["seq"] == "7");
    CHECK(told["marks"][0]["owner"] == "bob");
    CHECK(told["memberships"][0]["head"]["firstKept"] == "3");
    CHECK(json::parse(pages.write_answer(sync_answer{full, true}))["nextSeq"] == "0");
}

TEST_CASE("json pages: the bodies of POSTs are the same requests") {
    json_pages pages;
    CHECK(pages.read_body<send_request>(R"({"to":"bob","bodyBase64":"/wD+"})")->body == spoken::not_utf8);
    CHECK(pages.read_body<send_request>("[]").error().code == errc::malformed);
    CHECK(pages.read_body<edit_request>("{").error().code == errc::malformed);
}
