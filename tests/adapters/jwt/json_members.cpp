#include <tandem/adapters/jwt/json_members.hpp>

#include <doctest/doctest.h>

using tandem::detail::in_jwt::json_cursor, tandem::detail::in_jwt::json_kind, tandem::detail::in_jwt::json_members;

namespace {

bool is_sound(std::string_view text) { return json_members::read(text).has_value(); }

// What {"a": <value>} has under a.
std::string value_of(const std::string& value) {
    const auto all = json_members::read("{\"a\":" + value + "}");
    return all ? all->find("a")->text : "refused";
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("members are found by their names, with the kind of their values") {
    const auto all =
        json_members::read(" {\r\n \"s\" : \"x\" ,\t\"n\":-1.5e+3,\"w\":true,\"a\":[1, {}],\"o\":{\"s\":null}} ");
    REQUIRE(all);
    CHECK(all->find("s")->kind == json_kind::string);
    CHECK(all->find("s")->text == "x");
    CHECK(all->find("n")->kind == json_kind::number);
    CHECK(all->find("n")->text == "-1.5e+3");
    CHECK(all->find("w")->kind == json_kind::word);
    CHECK(all->find("w")->text == "true");
    CHECK(all->find("a")->kind == json_kind::array);
    CHECK(all->find("a")->text == "[1, {}]");
    CHECK(all->find("o")->kind == json_kind::object);
    CHECK(all->find("o")->text == "{\"s\":null}");
    CHECK(all->find("null") == nullptr);
    CHECK(is_sound("{}"));
    CHECK(json_members::read("{}")->find("") == nullptr);
}

TEST_CASE("strings are decoded, surrogate pairs too") {
    CHECK(value_of(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
    CHECK(value_of(R"("\u0041\u00e9\u20AC\ud83d\uDE00")") == "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    CHECK(value_of(R"("\u007f\u0080\u07ff\u0800\uffff\ud800\udc00\udbff\udfff")") ==
          "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
    CHECK(value_of(R"("\u0000")") == std::string(1, '\0'));
    CHECK(value_of("\"\xe2\x82\xac\x7f\"") == "\xe2\x82\xac\x7f");
}

TEST_CASE("what is no JSON string is refused") {
    for (const char* wrong : {R"("\x")", R"("\u12")", R"("\u12g4")", R"("\ud83d")", R"("\ude00")", R"("\ud83dx")",
                              R"("\ud83d\n")", R"("\ud83d\u0041")", R"("\ud83d\ud83d")", R"("\ud83d\ue000")", "\"\n\"",
                              "\"\x1f\"", "\"a", "\"\\", "'a'", "\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\""})
        CHECK_MESSAGE(value_of(wrong) == "refused", wrong);
    CHECK_FALSE(is_sound(std::string_view{"{\"a\":\"\0\"}", 9}));
}

TEST_CASE("what is no JSON number or word is refused") {
    for (const char* right : {"0", "-0", "10", "0.5", "1e9", "1E-9", "-1.5e+3", "true", "false", "null"})
        CHECK_MESSAGE(value_of(right) == right, right);
    for (const char* wrong : {"01", "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "1_0", "--1", "Infinity", "NaN", "True",
                              "nul", "nullx", "", "undefined", "1 2"})
        CHECK_MESSAGE(value_of(wrong) == "refused", wrong);
}

TEST_CASE("what is not one object is refused") {
    for (const char* wrong : {"",
                              " ",
                              "[]",
                              "\"a\"",
                              "1",
                              "null",
                              "{",
                              "}",
                              "{}{}",
                              "{} x",
                              "{\"a\":1",
                              "{\"a\":1,}",
                              "{,}",
                              "{\"a\"}",
                              "{\"a\":}",
                              "{a:1}",
                              "{\"a\" 1}",
                              "{\"a\":1 \"b\":2}",
                              "{\"a\":[1,]}",
                              "{\"a\":[1 2]}",
                              "{\"a\":{\"b\"}}",
                              "{\"a\":{1:2}}",
                              "{\"a\":[}",
                              "{\"a\":[1}}",
                              "\xef\xbb\xbf{}",
                              "/**/{}",
                              "{\"a\":{\"b\":1,}}"})
        CHECK_MESSAGE(!is_sound(wrong), wrong);
}

TEST_CASE("S23 a name that comes twice is refused, however it is spelled; deeper down nobody looks") {
    CHECK_FALSE(is_sound(R"({"alg":1,"alg":1})"));
    CHECK_FALSE(is_sound(R"({"alg":1,"b":2,"\u0061lg":3})"));
    CHECK_FALSE(is_sound(R"({"":1,"":2})"));
    CHECK(is_sound(R"({"alg":1,"Alg":2})"));
    CHECK(is_sound(R"({"a":{"b":1,"b":2},"b":3})"));
}

TEST_CASE("nesting and the number of members are bounded") {
    CHECK(value_of(nested(json_cursor::deepest)) == nested(json_cursor::deepest));
    CHECK(value_of(nested(json_cursor::deepest + 1)) == "refused");
    CHECK(value_of(nested(3000)) == "refused");
    std::string many = "{";
    for (std::size_t i = 0; i < json_members::most; ++i) many += "\"" + std::to_string(i) + "\":0,";
    CHECK_FALSE(is_sound(many + "\"x\":0}"));
    many.back() = '}';
    CHECK(is_sound(many));
}

TEST_CASE("the strings of an array") {
    const auto strings = [](const char* array) {
        const auto all = json_members::read("{\"a\":" + std::string{array} + "}");
        return strings_of(*all->find("a"));
    };
    CHECK(strings("[ \"a\" , \"\\u0062\"]") == std::vector<std::string>{"a", "b"});
    CHECK(strings("[]") == std::vector<std::string>{});
    for (const char* wrong : {"[1]", "[\"a\",1]", "[[\"a\"]]", "[null]", "{\"a\":1}", "\"a\"", "\"[\"", "1"})
        CHECK_MESSAGE(!strings(wrong), wrong);
}
