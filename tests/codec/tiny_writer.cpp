#include <tandem/codec/tiny_writer.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string>

using namespace tandem;

TEST_CASE("a line is written as it is read") {
    CHECK(tiny_writer{"SEND_REQ", 7}.put("to", "bob").put("body", "hello world").line() ==
          "SEND_REQ 7 to=bob body=hello%20world");
    CHECK(tiny_writer{"NEWS"}.line() == "NEWS 0");
}

TEST_CASE("each kind of value has its spelling") {
    tiny_writer w{"A"};
    w.put("text", std::string{"x=1"}).put("id", user_id{"a b"}).put("where", conversation_id::direct("bob", "a:"));
    w.put("number", 18446744073709551615u).put("flag", true).put("seq", seq{3}).put("time", instant{-1});
    w.put("wait", seconds(2)).put("kind", entry_kind::joined).put("own", static_cast<entry_kind>(1000));
    w.put("code", errc::gone);
    CHECK(w.line() ==
          "A 0 text=x%3D1 id=a%20b where=direct:a%253A:bob number=18446744073709551615 flag=1 seq=3 time=-1 "
          "wait=2000 kind=joined own=1000 code=12");
}

TEST_CASE("put_if leaves out what says nothing") {
    tiny_writer w{"A"};
    w.put_if("a", std::string{}).put_if("b", seq{}).put_if("c", false).put_if("d", duration{}).put_if("e", user_id{});
    w.put_if("f", std::optional<position>{}).put_if("g", role::none).put_if("h", std::optional<std::string>{});
    CHECK(w.line() == "A 0");
    w.put_if("a", std::string{"x"}).put_if("b", seq{1}).put_if("c", true).put_if("d", seconds(1));
    w.put_if("f", std::optional<position>{position{0}})
        .put_if("g", role::admin)
        .put_if("h", std::optional{std::string{}});
    CHECK(w.line() == "A 0 a=x b=1 c=1 d=1000 f=0 g=admin h=");
}

TEST_CASE("items of one key are one list") {
    tiny_writer w{"A"};
    w.item("x", user_id{"a"}).item("x", user_id{"b,c"}).item("y", user_id{"d"}).put("z", 1).item("y", user_id{"e"});
    CHECK(w.line() == "A 0 x=a,b%2Cc y=d z=1 y=e");
}

TEST_CASE("text stays legible, bytes that are no text are encoded") {
    CHECK(tiny_writer{"A"}.put("x", "Zoë, 李!").line() == "A 0 x=Zoë,%20李!");
    CHECK(tiny_writer{"A"}.put("x", "\xc3\xab\xff").line() == "A 0 x=%C3%AB%FF");
    CHECK(tiny_writer{"A"}.put("x", std::string_view{"a\0\n\x7f%", 5}).line() == "A 0 x=a%00%0A%7F%25");
}

TEST_CASE("every byte comes back") {
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    for (const std::string& text : {all, all.substr(0, 128), std::string{"李 = 50%,\n"}, std::string{}}) {
        const auto back = tiny_fields::parse(tiny_writer{"A"}.put("x", text).line());
        REQUIRE(back);
        CHECK(back->text("x") == text);
    }
}
