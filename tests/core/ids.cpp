#include <tandem/core/ids.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <type_traits>
#include <vector>

using namespace tandem;
using namespace std::string_view_literals;

TEST_CASE("an id takes 47 bytes and not one more") {
    const std::string fits(47, 'x'), too_long(48, 'x');
    REQUIRE(user_id::parse(fits));
    CHECK(user_id::parse(fits)->view() == fits);
    REQUIRE_FALSE(user_id::parse(too_long));
    CHECK(user_id::parse(too_long).error().code == errc::invalid_argument);
}

TEST_CASE("an id counts bytes, not letters") {
    std::string text(45, 'x');
    CHECK(user_id::parse(text + "é"));
    CHECK_FALSE(user_id::parse(text + "€"));
}

TEST_CASE("an id that a peer sent is refused when it is empty, not UTF-8 or has a control character") {
    for (const std::string_view text :
         {""sv, "a\0b"sv, "\0"sv, "a\nb"sv, "\x1b[2J"sv, "a\x7f"sv, "\xff"sv, "a\xc3"sv, "\xed\xa0\x80"sv,
          "\xc2\x9b"
          "2J"sv}) {
        CAPTURE(text);
        const auto id = user_id::parse(text);
        REQUIRE_FALSE(id);
        CHECK(id.error().code == errc::invalid_argument);
    }
}

TEST_CASE("an id may be any other text") {
    for (const std::string_view text :
         {"a"sv, " "sv, "Zoë"sv, "李小龍"sv, "😀"sv, ":"sv, "%25"sv, "a/b?c=d"sv, "\xc2\xa0"sv}) {
        CAPTURE(text);
        REQUIRE(user_id::parse(text));
        CHECK(user_id::parse(text)->view() == text);
    }
}

TEST_CASE("ids are equal, ordered and hashed by their text alone") {
    const user_id before = "al", alice = "alice", again = *user_id::parse("alice"), other = "bob";
    CHECK(alice == again);
    CHECK(hash(alice) == hash(again));
    CHECK(alice != before);
    CHECK(before < alice);
    CHECK(alice < other);
    CHECK(hash(alice) != hash(other));
    CHECK(hash(alice, 1) != hash(alice, 2));
}

TEST_CASE("ids of one kind are not made from ids of another") {
    CHECK_FALSE(std::is_convertible_v<user_id, device_id>);
    CHECK_FALSE(std::is_constructible_v<device_id, user_id>);
    CHECK_FALSE(std::is_convertible_v<std::string_view, user_id>);  // what a peer sent goes through parse
}

TEST_CASE("a direct conversation is the same from both ends") {
    const auto c = conversation_id::direct("bob", "alice");
    CHECK(c == conversation_id::direct("alice", "bob"));
    CHECK(c.text() == "direct:alice:bob");
    CHECK(c.other("alice") == user_id{"bob"});
    CHECK(c.other("bob") == user_id{"alice"});
}

TEST_CASE("direct and self name their users, group and app name nobody") {
    CHECK(conversation_id::direct("alice", "bob").names("alice"));
    CHECK(conversation_id::direct("alice", "bob").names("bob"));
    CHECK_FALSE(conversation_id::direct("alice", "bob").names("carol"));
    CHECK(conversation_id::self("alice").names("alice"));
    CHECK_FALSE(conversation_id::self("alice").names("bob"));
    CHECK_FALSE(conversation_id::self("alice").names(""));  // the second part of self is empty, not a user
    CHECK_FALSE(conversation_id::group("alice").names("alice"));
    CHECK_FALSE(conversation_id::app("alice", "bob").names("alice"));
    CHECK(conversation_id::self("alice").other("alice") == user_id{"alice"});
}

TEST_CASE("the canonical text leads back to the conversation") {
    const char* parts[] = {"a", "a:b", ":", "%", "%25", "%3A", "%3a", "a%b:c", "李", " "};
    std::vector<conversation_id> all;
    for (const char* x : parts) {
        all.push_back(conversation_id::group(x));
        all.push_back(conversation_id::self(x));
        for (const char* y : parts) {
            all.push_back(conversation_id::direct(x, y));
            all.push_back(conversation_id::app(x, y));
        }
    }
    std::set<std::string> texts;
    std::set<conversation_id> ids;
    for (const auto& c : all) {
        CAPTURE(c.text());
        const auto back = conversation_id::parse(c.text());
        REQUIRE(back);
        CHECK(*back == c);
        CHECK(hash(*back) == hash(c));
        texts.insert(c.text());
        ids.insert(c);
    }
    CHECK(texts.size() == ids.size());        // different conversations, different texts
    CHECK(ids.size() == 10 + 10 + 45 + 100);  // direct with oneself is self
}

TEST_CASE("the longest conversation leads back too") {
    const std::string a(47, ':'), b(47, '%');
    const auto c = conversation_id::app(basic_id<app_kind>{a}, basic_id<app_kind>{b});
    CHECK(c.text().size() == 4 + 3 * 47 + 1 + 3 * 47);
    REQUIRE(conversation_id::parse(c.text()));
    CHECK(*conversation_id::parse(c.text()) == c);
}

TEST_CASE("a conversation has no second text") {
    for (const std::string_view text : {""sv,
                                        "group"sv,
                                        "group:"sv,
                                        ":a"sv,
                                        "direct:a"sv,
                                        "direct:b:a"sv,
                                        "direct:a:"sv,
                                        "direct::a"sv,
                                        "direct:a:b:c"sv,
                                        "group:a:b"sv,
                                        "self:a:b"sv,
                                        "self:"sv,
                                        "app:a"sv,
                                        "none:a"sv,
                                        "Group:a"sv,
                                        " group:a"sv,
                                        "group:a%3a"sv,
                                        "group:%41"sv,
                                        "group:a%"sv,
                                        "group:a%2"sv,
                                        "group:a\n"sv,
                                        "group:\xff"sv,
                                        "group:12345678901234567890123456789012345678901234567x"sv}) {
        CAPTURE(text);
        const auto c = conversation_id::parse(text);
        REQUIRE_FALSE(c);
        CHECK(c.error().code == errc::invalid_argument);
    }
}

TEST_CASE("the same parts in another kind are another conversation") {
    const auto direct = conversation_id::direct("a", "b"), app = conversation_id::app("a", "b");
    CHECK(direct != app);
    CHECK(hash(direct) != hash(app));
    CHECK(conversation_id::group("a") != conversation_id::self("a"));
    CHECK(hash(conversation_id::group("a")) != hash(conversation_id::self("a")));
    CHECK(hash(conversation_id::app("a", "b")) != hash(conversation_id::app("b", "a")));
    CHECK(conversation_id{}.empty());
    CHECK_FALSE(direct.empty());
}

TEST_CASE("a list of users is sound as a whole, or not at all") {
    CHECK(*parse_users({}) == std::vector<user_id>{});
    CHECK(*parse_users({"alice", "bob", "alice"}) == std::vector<user_id>{"alice", "bob", "alice"});
    for (const std::string_view bad : {"", "a\nb", "\xff"})
        CHECK(parse_users({"alice", bad, "bob"}).error().code == errc::invalid_argument);
}
