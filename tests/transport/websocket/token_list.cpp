#include <tandem/transport/websocket/token_list.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tandem::detail;

TEST_CASE("a word is found in a list whatever its case and whatever stands around it") {
    for (const char* list : {"upgrade", "Upgrade", "UPGRADE", "keep-alive, Upgrade", "Upgrade,keep-alive",
                             "keep-alive ,\tupgrade\t, x", " upgrade ", ",upgrade,"}) {
        CAPTURE(list);
        CHECK(lists(list, "upgrade"));
    }
}

TEST_CASE("a part of a word is not the word") {
    for (const char* list : {"", ",", "upgrad", "upgrades", "x-upgrade", "up grade", "keep-alive", "upgrade/2",
                             "upgrade;q=1", "keep-alive; upgrade"}) {
        CAPTURE(list);
        CHECK_FALSE(lists(list, "upgrade"));
    }
}

TEST_CASE("only A to Z have a small letter") {
    CHECK_FALSE(same_word("@", "`"));
    CHECK_FALSE(same_word("[", "{"));
    CHECK(same_word("AZaz-09", "azaz-09"));
    CHECK_FALSE(same_word("upgrades", std::string_view{"upgrades"}.substr(0, 7)));
}

TEST_CASE("a token has the characters HTTP allows in one, and at least one") {
    CHECK_FALSE(is_token(""));
    int allowed = 0;
    for (int c = 0; c < 256; ++c) allowed += is_token(std::string(1, static_cast<char>(c)));
    CHECK(allowed == 26 + 26 + 10 + 15);
    for (const char* word : {"tandem.v1.json", "a!#$%&'*+-.^_`|~9"}) CHECK(is_token(word));
    for (const char* word : {"a b", "a,b", "a/b", "a:b", "a\"", "(a)", "é", "a="}) CHECK_FALSE(is_token(word));
}
