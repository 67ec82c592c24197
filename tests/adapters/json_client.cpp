#include <tandem/adapters/json/json_client.hpp>
#include <tandem/adapters/json/json_pages.hpp>

#include "heard_back.hpp"

#include <doctest/doctest.h>

using namespace tandem;
using nlohmann::json;

namespace {

static_assert(reads_answer<json_client, receipts> && !reads_answer<json_client, sync_answer>);
static_assert(!reads_answer<json_client, failure> && !says_request<json_client, send_reply>);

struct json_ends {
    using client = json_client;
    using dialect = json_dialect;
    using pages = json_pages;
};

result<heard::said> hear_json(std::string_view command, const std::string& body) {
    return heard_back::heard_in<json_ends>(
        std::string{R"({"command":")"}.append(command).append(R"(","body":)").append(body).append("}"));
}
template <class Word>
Word word_in_json(std::string_view command, const std::string& body) {
    const auto heard = hear_json(command, body);
    REQUIRE_MESSAGE(heard, heard.error().detail);
    return std::get<Word>(heard->word);
}
// Why it is not heard: it is malformed, and this is where.
std::string unheard_json(std::string_view command, const std::string& body) {
    const auto heard = hear_json(command, body);
    REQUIRE_FALSE(heard);
    CHECK(heard.error().code == errc::malformed);
    return heard.error().detail;
}
entry entry_in_json(const std::string& body) {
    const auto news = word_in_json<heard::news_of_log>("PUSH_MSG", body);
    REQUIRE(news.entries.size() == 1);
    return news.entries[0];
}

// With a field in every object that nobody knows.
void extend(json& value) {
    if (value.is_array() || value.is_object())
        for (json& inner : value) extend(inner);
    if (value.is_object()) value["later"] = {{"more", {1, nullptr}}};
}

}  // namespace

TEST_CASE("json client: every request arrives as it was said") { heard_back::requests_arrive<json_ends>(); }
TEST_CASE("json client: the body of every POST arrives as it was written") { heard_back::bodies_arrive<json_ends>(); }
TEST_CASE("json client: every reply and event is heard as it was told") { heard_back::frames_arrive<json_ends>(); }
TEST_CASE("json client: every answer of the pull API is read as it was written") {
    heard_back::answers_arrive<json_ends>();
}
TEST_CASE("json client: junk is malformed or it is heard, and never a crash") {
    heard_back::junk_is_survived<json_ends>("\"9\xff");
}

TEST_CASE("json client: a command it does not know is heard as its name and its body") {
    const auto heard = heard_back::heard_in<json_ends>(R"({"command":"DANCE","sequence":7,"body":{"steps":[1,"€"]}})");
    REQUIRE(heard);
    CHECK(heard->sequence == 7);
    const auto& word = std::get<heard::unknown>(heard->word);
    CHECK(word.name == "DANCE");
    CHECK(word.body == R"({"steps":[1,"€"]})");
    CHECK(word_in_json<heard::unknown>("SEND_REQ", "[]").body == "[]");
    const auto numbered = heard_back::heard_in<json_ends>(R"({"command":1234,"body":7})");
    REQUIRE(numbered);
    CHECK(std::get<heard::unknown>(numbered->word).name == "1234");
}

TEST_CASE("json client: a command may come as its number") {
    const auto heard = heard_back::heard_in<json_ends>(R"({"command":24,"body":{"cursor":"7"}})");
    REQUIRE(heard);
    CHECK(std::get<heard::more>(heard->word).cursor == position{7});
    CHECK(std::get<heard::more>(heard_back::heard_in<json_ends>(R"({"command":24})")->word).cursor == position{0});
}

TEST_CASE("json client: what is no envelope, or has no command, is malformed") {
    json_client client;
    CHECK(client.hear({R"({"command":"NEWS"})", false}).error().code == errc::malformed);
    std::string deep = R"({"command":"NEWS","later":)" + std::string(16, '[') + std::string(16, ']') + "}";
    for (const std::string& text :
         {std::string{}, std::string{"{}"}, std::string{"[]"}, std::string{R"({"command":0})"},
          std::string{R"({"command":""})"}, std::string{R"({"command":{}})"},
          std::string{R"({"command":"NEWS","command":"NEWS"})"}, std::string{R"({"command":"NEWS","sequence":-1})"},
          deep, std::string(100'000, '[')}) {
        const auto heard = heard_back::heard_in<json_ends>(text);
        REQUIRE_FALSE(heard);
        CHECK(heard.error().code == errc::malformed);
    }
    CHECK(unheard_json("NEWS", "[]") == "NEWS: no object");
    CHECK(unheard_json("LOGOUT_RSP", "7") == "LOGOUT_RSP: no object");
    CHECK(client.read_answer<heard::history>("{").error().code == errc::malformed);
    CHECK(client.read_answer<heard::history>("[]").error().detail == "the answer: no object");
    CHECK(client.read_answer<heard::history>(std::string(100'000, '[')).error().detail == "nested deeper than 16");
}

TEST_CASE("json client: fields it does not know are passed over, in every object") {
    heard_back::frames_of<json_ends> frames;
    const auto extended = [&]<class Word>(const std::string& frame, std::uint32_t, const Word& told) {
        json document = json::parse(frame);
        extend(document);
        const auto heard = heard_back::heard_in<json_ends>(document.dump());
        REQUIRE(heard);
        CHECK(heard_back::all_of(std::get<Word>(heard->word)) == heard_back::all_of(told));
    };
    spoken::each_reply(frames.replies(extended));
    spoken::each_event(frames.events(extended));
    json_client client;
    json_pages pages;
    spoken::each_answer([&]<class Answer>(const Answer& answer) {
        if constexpr (!heard_back::unheard<Answer>) {
            const auto told = heard_back::heard_of(answer);
            json document = json::parse(pages.write_answer(answer));
            extend(document);
            const auto heard = client.read_answer<std::decay_t<decltype(told)>>(document.dump());
            REQUIRE(heard);
            CHECK(heard_back::all_of(*heard) == heard_back::all_of(told));
        }
    });
}

TEST_CASE("json client: an entry has what it was told, and what was left out, or is null, is zero") {
    const entry e =
        entry_in_json(R"({"conversation":"direct:alice:bob%3A%25","sender":"alice","kind":1234,"bodyBase64":"/wD+",)"
                      R"("position":"18446744073709551615","time":"-7","mentions":["bob","carol"],"seq":"3"})");
    CHECK(e.conversation == conversation_id::direct("alice", "bob:%"));
    CHECK(e.sender == user_id{"alice"});
    CHECK(e.kind == static_cast<entry_kind>(1234));
    CHECK(e.body == spoken::not_utf8);
    CHECK(e.place == place{{3}, {~0ull}});
    CHECK(e.time == instant{-7});
    CHECK(e.mentions == rare_list<user_id>{"bob", "carol"});
    const entry none = entry_in_json(R"({"conversation":null,"sender":null,"kind":null,"body":null,"seq":null})");
    CHECK(none.conversation.empty());
    CHECK(none.kind == entry_kind{});
    CHECK(entry_in_json(R"({"conversation":"none:"})").conversation.empty());
    const auto page =
        json_client{}.read_answer<heard::sync_page>(R"({"memberships":[{"conversation":"group:a","head":{"seq":"9"}},)"
                                                    R"({"conversation":"group:b","head":{"firstKept":"5"}}]})");
    REQUIRE(page);
    REQUIRE(page->page.memberships.size() == 2);
    REQUIRE(page->page.heads.size() == 2);
    CHECK(page->page.memberships[1].conversation == conversation_id::group("b"));
    CHECK(page->page.heads[0].seq == seq{9});
    CHECK(page->page.heads[0].first_kept == seq{0});
    CHECK(page->page.heads[1].first_kept == seq{5});
}

TEST_CASE("json client: what a later server has more of is kept as its number") {
    CHECK(entry_in_json(R"({"kind":65535})").kind == static_cast<entry_kind>(0xffff));
    CHECK(entry_in_json(R"({"role":200})").role == static_cast<role>(200));
    CHECK(word_in_json<heard::refused>("ERROR", R"({"code":999})").why == static_cast<errc>(999));
    CHECK(word_in_json<mark_reply>("MARK_RSP", R"({"key":1000})").key == static_cast<mark_key>(1000));
    CHECK(unheard_json("PUSH_MSG", R"({"kind":65536})") == R"(PUSH_MSG has a bad "kind": invalid argument)");
    CHECK_FALSE(hear_json("PUSH_MSG", R"({"role":256})"));
    CHECK_FALSE(hear_json("ERROR", R"({"code":65536})"));
    CHECK_FALSE(hear_json("MARK_RSP", R"({"key":65536})"));
    CHECK_FALSE(hear_json("RELAY_RSP", R"({"reached":4294967296})"));
}

TEST_CASE("json client: ids are texts of at most 47 bytes") {
    const std::string longest(47, 'x'), longer(48, 'x');
    CHECK(entry_in_json(R"({"sender":")" + longest + R"("})").sender.view() == longest);
    CHECK(unheard_json("PUSH_MSG", R"({"sender":")" + longer + R"("})") ==
          R"(PUSH_MSG has a bad "sender": invalid argument)");
    for (const std::string id : {"sender", "clientMsgId", "subject"}) {
        CHECK_FALSE(hear_json("PUSH_MSG", "{\"" + id + "\":\"" + longer + "\"}"));
        CHECK_FALSE(hear_json("PUSH_MSG", "{\"" + id + "\":\"a\\nb\"}"));
        CHECK_FALSE(hear_json("PUSH_MSG", "{\"" + id + "\":1}"));
    }
    CHECK_FALSE(hear_json("AUTH_RSP", R"({"user":")" + longer + R"("})"));
    CHECK_FALSE(hear_json("AUTH_RSP", R"({"device":")" + longer + R"("})"));
    CHECK_FALSE(hear_json("PUSH_MSG", R"({"conversation":"group:)" + longer + R"("})"));
    CHECK_FALSE(hear_json("PUSH_MSG", R"({"conversation":"direct:bob:alice"})"));
    CHECK_FALSE(hear_json("PUSH_MSG", R"({"conversation":7})"));
    CHECK(unheard_json("PUSH_MSG", R"({"mentions":["bob",")" + longer + R"("]})") ==
          R"(PUSH_MSG has a bad "mentions.1": invalid argument)");
}

TEST_CASE("json client: a time is the digits of 64 bits with a sign, in one spelling") {
    const auto time_of = [](const char* time) {
        const auto heard = hear_json("HEARTBEAT_RSP", std::string{"{\"time\":"} + time + "}");
        return heard ? std::optional{std::get<heartbeat_reply>(heard->word).time.milliseconds} : std::nullopt;
    };
    CHECK(time_of("\"0\"") == 0);
    CHECK(time_of("\"9223372036854775807\"") == heard_back::latest);
    CHECK(time_of("\"-9223372036854775808\"") == heard_back::earliest);
    CHECK(time_of("\"-1\"") == -1);
    CHECK(time_of("9007199254740992") == std::int64_t{1} << 53);
    for (const char* bad : {"\"\"", "\"-\"", "\"-0\"", "\"--1\"", "\"-01\"", "\"+1\"", "\"9223372036854775808\"",
                            "\"-9223372036854775809\"", "\"18446744073709551616\"", "1.0", "true", "{}"})
        CHECK_FALSE(time_of(bad));
}

TEST_CASE("json client: a field of another type is malformed, and the error says which") {
    CHECK(unheard_json("PUSH_MSG", R"({"seq":true})") == R"(PUSH_MSG has a bad "seq": malformed)");
    CHECK(unheard_json("PUSH_MSG", R"({"seq":"01"})") == R"(PUSH_MSG has a bad "seq": invalid argument)");
    CHECK(unheard_json("PUSH_MSG", R"({"body":1})") == R"(PUSH_MSG has a bad "body": malformed)");
    CHECK(unheard_json("PUSH_MSG", R"({"bodyBase64":1})") == R"(PUSH_MSG has a bad "bodyBase64": malformed)");
    CHECK(unheard_json("PUSH_MSG", R"({"bodyBase64":"/w"})") == R"(PUSH_MSG has a bad "bodyBase64": invalid argument)");
    CHECK(unheard_json("PUSH_MSG", R"({"body":"x","bodyBase64":"/wD+"})") ==
          R"(PUSH_MSG has a bad "bodyBase64": invalid argument)");
    CHECK(unheard_json("SEND_RSP", R"({"changed":[]})") == R"(SEND_RSP has a bad "changed": malformed)");
    CHECK(unheard_json("BATCH_MSG", R"({"messages":{}})") == R"(BATCH_MSG has a bad "messages": malformed)");
    CHECK(unheard_json("BATCH_MSG", R"({"messages":[{},null]})") == R"(BATCH_MSG has a bad "messages.1": malformed)");
    CHECK(unheard_json("BATCH_MSG", R"({"messages":[{},{"seq":-1}]})") ==
          R"(BATCH_MSG has a bad "messages.1.seq": invalid argument)");
    const auto page = json_client{}.read_answer<heard::sync_page>(R"({"memberships":[{"head":{"position":"none"}}]})");
    REQUIRE_FALSE(page);
    CHECK(page.error().detail == R"(the answer has a bad "memberships.0.head.position": invalid argument)");
}

TEST_CASE("json client: the words for people are passed over") {
    for (const std::string words : {R"("in words")", "1", "null", "{}"}) {
        const auto out =
            word_in_json<heard::farewell>("KICK_OUT", R"({"code":21,"text":)" + words + R"(,"comeBack":"1000"})");
        CHECK(out.why == errc::replaced);
        CHECK(out.come_back == seconds(1));
        const auto refused = json_client{}.read_answer<heard::refused>(R"({"code":14,"text":)" + words +
                                                                       R"(,"parameter":"count","retryAfter":"2000"})");
        REQUIRE(refused);
        CHECK(refused->why == errc::rate_limited);
        CHECK(refused->retry_after == seconds(2));
    }
}
