#include <tandem/core/log_text.hpp>

#include <doctest/doctest.h>

using namespace tandem;
using namespace std::string_view_literals;

TEST_CASE("log_text leaves what can be read as it is") {
    CHECK(log_text("") == "");
    CHECK(log_text("alice said: 100 %, \\o/") == "alice said: 100 %, \\o/");
    CHECK(log_text("Grüße, 你好, 😀") == "Grüße, 你好, 😀");
}

TEST_CASE("log_text: one line, whatever the peer sent") {
    CHECK(log_text("a\r\nroot signed in") == "a\\x0d\\x0aroot signed in");
    CHECK(log_text("\x1b[2J") == "\\x1b[2J");
    CHECK(log_text("\0\t\x1f\x7f ~"sv) == "\\x00\\x09\\x1f\\x7f ~");
    CHECK(log_text("\xc2\x80 \xc2\x85 \xc2\x9f \xc2\xa0") == "\\u0080 \\u0085 \\u009f \xc2\xa0");
    CHECK(log_text("\xe2\x80\xa8 \xe2\x80\xa9") == "\\u2028 \\u2029");
}

TEST_CASE("log_text: nothing turns the order of what is read around") {
    CHECK(log_text("\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad\xe2\x80\xae") ==
          "\\u202a\\u202b\\u202c\\u202d\\u202e");
    CHECK(log_text("\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9") == "\\u2066\\u2067\\u2068\\u2069");
    CHECK(log_text("\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c") == "\\u200e\\u200f\\u061c");
    CHECK(log_text("\xe2\x80\x8d \xe2\x80\x90 \xe2\x80\xaf \xe2\x81\xa5 \xe2\x81\xaa \xd8\x9b") ==
          "\xe2\x80\x8d \xe2\x80\x90 \xe2\x80\xaf \xe2\x81\xa5 \xe2\x81\xaa \xd8\x9b");
    CHECK(log_text("שלום") == "שלום");
}

TEST_CASE("log_text: bytes that are no UTF-8 are told one by one") {
    CHECK(log_text("\xff") == "\\xff");
    CHECK(log_text("a\xc3") == "a\\xc3");
    CHECK(log_text("\xc3\n") == "\\xc3\\x0a");
    CHECK(log_text("\xc0\xaf") == "\\xc0\\xaf");
    CHECK(log_text("\xed\xa0\x80") == "\\xed\\xa0\\x80");
    CHECK(log_text("\xe2\x80") == "\\xe2\\x80");
    CHECK(log_text("\xf0\x9f\x98") == "\\xf0\\x9f\\x98");
}

TEST_CASE("log_text: a line is capped, and says so") {
    CHECK(log_text(std::string(200, 'x')) == std::string(200, 'x'));
    CHECK(log_text(std::string(201, 'x')) == std::string(197, 'x') + "…");
    CHECK(log_text("abcdefgh", 8) == "abcdefgh");
    CHECK(log_text("abcdefghi", 8) == "abcde…");
    CHECK(log_text("abcdé", 8) == "abcdé");
    CHECK(log_text("abc\n\n", 8) == "abc…");  // never within an escape
    CHECK(log_text("abc😀😀", 8) == "abc…");  // nor within a letter
    CHECK(log_text(std::string(1'000'000, '\n')).size() <= 200);
}

TEST_CASE("log_text makes the same of what it made") {
    for (const std::string_view text :
         {"plain"sv, "a\r\n"sv, "\xff\xfe"sv, "\xe2\x80\xae"sv, "a\\b"sv, "0123456789\n0123456789"sv}) {
        CAPTURE(text.size());
        CHECK(log_text(log_text(text, 16), 16) == log_text(text, 16));
        CHECK(log_text(log_text(text)) == log_text(text));
    }
}
