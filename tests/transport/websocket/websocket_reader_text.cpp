#include <tandem/transport/websocket/websocket_reader.hpp>

#include "frames.hpp"
#include "script.hpp"

using namespace tandem;
using namespace spelled;
using scripts::check, scripts::script, scripts::shown;

namespace {

struct spelling {
    const char* name;
    std::string_view bytes;
};

const std::vector<spelling> good = {
    {"the last of one byte", "\x7f"},
    {"the first of two bytes", "\xc2\x80"},
    {"the last of two bytes", "\xdf\xbf"},
    {"the first of three bytes", "\xe0\xa0\x80"},
    {"the last before surrogates", "\xed\x9f\xbf"},
    {"the first after surrogates", "\xee\x80\x80"},
    {"the last of three bytes", "\xef\xbf\xbf"},
    {"the first of four bytes", "\xf0\x90\x80\x80"},
    {"U+10FFFF, the very last", "\xf4\x8f\xbf\xbf"},
    {"a letter, a euro, a smile", "é€😀"},
};

const std::vector<spelling> bad = {
    {"a tail without a head", "\x80"},
    {"a slash in two bytes", "\xc0\xaf"},
    {"an overlong DEL", "\xc1\xbf"},
    {"an overlong slash in three bytes", "\xe0\x80\xaf"},
    {"an overlong U+07FF", "\xe0\x9f\xbf"},
    {"an overlong U+FFFF", "\xf0\x8f\xbf\xbf"},
    {"the first surrogate", "\xed\xa0\x80"},
    {"the last surrogate", "\xed\xbf\xbf"},
    {"a pair of surrogates", "\xed\xa0\xbd\xed\xb8\x80"},
    {"U+110000, one beyond the last", "\xf4\x90\x80\x80"},
    {"a head of five bytes", "\xf8\x88\x80\x80\x80"},
    {"a byte that never occurs", "\xff"},
    {"a head followed by a letter", "\xc3\x28"},
    {"three bytes broken off by a letter", "\xe2\x82\x41"},
};

const std::string_view cut_off[] = {"\xc3", "\xe2", "\xe2\x82", "\xf0", "\xf0\x9f", "\xf0\x9f\x98"};

}  // namespace

TEST_CASE("text is UTF-8, in one frame") {
    std::vector<script> all;
    for (const auto& [name, bytes] : good) {
        const std::string body{bytes};
        all.push_back({name, sent(last_text, body), "text " + shown(body)});
        all.push_back({std::string{name} + ", after much else", sent(last_text, std::string(200, 'a') + body),
                       "text " + shown(std::string(200, 'a') + body)});
    }
    for (const auto& [name, bytes] : bad) {
        const std::string body{bytes};
        all.push_back({name, sent(last_text, body), "fails 1007"});
        all.push_back({std::string{name} + ", after much else", sent(last_text, std::string(200, 'a') + body + "b"),
                       "fails 1007"});
        all.push_back({std::string{name} + ", in binary", sent(last_binary, body), "binary " + shown(body)});
        all.push_back(
            {std::string{name} + ", from a server", served(last_text, body), "fails 1007", websocket_role::client});
    }
    for (const std::string_view half : cut_off) {
        all.push_back({"text that ends inside a letter", sent(last_text, "ok " + std::string{half}), "fails 1007"});
        all.push_back({"binary may end as it likes", sent(last_binary, half), "binary " + shown(half)});
    }
    check(all);
}

TEST_CASE("letters may be divided between fragments, at every byte") {
    std::vector<script> all;
    for (const auto& [name, bytes] : good) {
        const std::string body = "a" + std::string{bytes} + "z";
        for (std::size_t at = 0; at <= body.size(); ++at) {
            const std::string first = sent(first_text, body.substr(0, at)), second = sent(last, body.substr(at));
            all.push_back({name, first + second, "text " + shown(body)});
            all.push_back({name, first + sent(a_ping, "\xe2\x82") + sent(middle) + second,
                           "ping '\xe2\x82' | text " + shown(body)});
        }
    }
    check(all);
}

TEST_CASE("broken text is refused wherever the fragments part it") {
    std::vector<script> all;
    for (const auto& [name, bytes] : bad) {
        const std::string body = "a" + std::string{bytes} + "z";
        for (std::size_t at = 0; at <= body.size(); ++at) {
            const std::string first = body.substr(0, at), second = body.substr(at);
            all.push_back({name, sent(first_text, first) + sent(last, second), "fails 1007"});
            all.push_back({name, sent(first_binary, first) + sent(last, second), "binary " + shown(body)});
        }
    }
    check(all);
}

TEST_CASE("a fragmented text does not end inside a letter, either") {
    std::vector<script> all;
    for (const std::string_view half : cut_off) {
        const std::string whole = "ok" + std::string{half};
        all.push_back({"the last fragment ends inside", sent(first_text, "ok") + sent(last, half), "fails 1007"});
        all.push_back({"the last fragment is empty", sent(first_text, whole) + sent(last), "fails 1007"});
        all.push_back({"with a ping before the end", sent(first_text, whole) + sent(a_ping) + sent(last),
                       "ping '' | fails 1007"});
        all.push_back(
            {"from a server", served(first_text, whole) + served(last), "fails 1007", websocket_role::client});
        all.push_back({"binary may", sent(first_binary, whole) + sent(last), "binary " + shown(whole)});
    }
    check(all);
}

TEST_CASE("broken text is refused as soon as it is seen") {
    check({
        {"in a frame that has not ended", sent(last_text, std::string{"a\xff"} + "bcdef").substr(0, 8), "fails 1007"},
        {"in a message that has not ended", sent(first_text, "a\xff"), "fails 1007"},
        {"half a letter may yet become one", sent(first_text, "a\xe2\x82"), "unfinished"},
    });
}

TEST_CASE("what one text leaves unsaid is not held against the next one") {
    check({
        {"binary that looks like half a letter, then text",
         sent(first_binary, "\xe2") + sent(last, "\x82") + sent(last_text, "a"), "binary '\xe2\x82' | text 'a'"},
        {"text in fragments twice",
         sent(first_text, "\xe2") + sent(last, "\x82\xac") + sent(first_text, "\xe2\x82") + sent(last, "\xac"),
         "text '€' | text '€'"},
    });
    std::string unfinished = sent(first_text, "a\xe2"), after = sent(first_text, "b") + sent(last, "c"),
                wrong = served(a_ping);
    websocket_reader reader{websocket_role::server};
    std::string told;
    const auto hear = [&](const websocket_message& m) { return told += shown(m), true; };
    CHECK(reader.feed(unfinished.data(), unfinished.size(), hear) == websocket_close_code::none);
    CHECK(reader.feed(wrong.data(), wrong.size(), hear) == websocket_close_code::protocol_error);
    CHECK(reader.feed(after.data(), after.size(), hear) == websocket_close_code::none);  // another connection
    CHECK(told == "text 'bc'");
}
