#include <tandem/core/ascii.hpp>

#include <doctest/doctest.h>

using namespace tandem::detail;

TEST_CASE("words are compared without case, and only letters have one") {
    CHECK(same_word("Keep-Alive", "kEEP-aLIVE"));
    CHECK(same_word("", ""));
    CHECK_FALSE(same_word("close", "closed"));
    CHECK_FALSE(same_word("close", "cl0se"));
    CHECK_FALSE(same_word("@", "`"));  // 0x40 and 0x60: beside the letters
    CHECK_FALSE(same_word("[", "{"));
    CHECK_FALSE(same_word("\xc4", "\xe4"));
    CHECK(lower('A') == 'a');
    CHECK(lower('Z') == 'z');
}

TEST_CASE("blanks are spaces and tabs") {
    CHECK(trimmed(" \t a b\t ") == "a b");
    CHECK(trimmed(" \t ").empty());
    CHECK(trimmed("\na\r") == "\na\r");
}

TEST_CASE("a text is cut at its mark") {
    std::string_view text = " a ;b; ";
    CHECK(cut(text, ';') == "a");
    CHECK(text == "b; ");
    CHECK(cut(text, ';') == "b");
    CHECK(cut(text, ';').empty());
    CHECK(text.empty());
    CHECK(cut(text, ';').empty());
}

TEST_CASE("a token is made of what RFC 9110 lists") {
    const std::string_view allowed = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (int c = 0; c < 256; ++c) {
        const char character = static_cast<char>(c);
        INFO(c);
        CHECK(is_token_character(character) == (allowed.find(character) != allowed.npos));
    }
    CHECK(is_token("GET"));
    CHECK_FALSE(is_token(""));
    CHECK_FALSE(is_token("G ET"));
}
