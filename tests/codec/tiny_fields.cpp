#include <tandem/codec/tiny_fields.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tandem;
using namespace std::string_view_literals;
using texts = std::vector<std::string_view>;

static tiny_fields parsed(bytes line) {
    auto fields = tiny_fields::parse(line);
    REQUIRE(fields);
    return *std::move(fields);
}

TEST_CASE("a line is a name, a sequence number and fields") {
    const auto f = parsed("SEND_REQ 7 to=bob send_id=a1 body=hello%20world");
    CHECK(f.name() == "SEND_REQ");
    CHECK(f.sequence() == 7);
    CHECK(f.text("to") == "bob");
    CHECK(f.text("body") == "hello world");
    CHECK(f.has("send_id"));
    CHECK_FALSE(f.has("conversation"));
    CHECK(f.text("conversation").empty());
}

TEST_CASE("a line may have no fields, an empty one, and a newline at its end") {
    CHECK(parsed("LOGOUT_REQ 1").name() == "LOGOUT_REQ");
    CHECK(parsed("SEND_REQ 1 body=").has("body"));
    CHECK(parsed("SEND_REQ 1 body=").text("body").empty());
    CHECK(parsed("SEND_REQ 1 body=x\n").text("body") == "x");
    CHECK(parsed("SEND_REQ 4294967295\r\n").sequence() == 4294967295u);
}

TEST_CASE("a value is decoded") {
    CHECK(parsed("A 0 x=%20%25%3D%3d%00%FF%ff").text("x") == " %==\0\xff\xff"sv);
    CHECK(parsed("A 0 x=%2520").text("x") == "%20");
    CHECK(parsed("A 0 x=Zoë,李:/?&+").text("x") == "Zoë,李:/?&+");
}

TEST_CASE("what is no line is malformed") {
    for (const bytes line : {""sv,           "\n"sv,           " "sv,
                             "A"sv,          "A "sv,           " 1"sv,
                             "A x"sv,        "A 1x"sv,         "A -1"sv,
                             "A +1"sv,       "A 4294967296"sv, "A  1"sv,
                             "A 1 "sv,       "A 1  x=1"sv,     "A 1 x"sv,
                             "A 1 =x"sv,     "A 1 x=1 "sv,     "A 1 x=1=2"sv,
                             "A 1 x=%"sv,    "A 1 x=%2"sv,     "A 1 x=%2g"sv,
                             "A 1 x=% 20"sv, "A 1 %20=x"sv,    "A=1 1"sv,
                             "A%20 1"sv,     "A 1 x=a\tb"sv,   "A 1 x=a\nB 2"sv,
                             "A 1\n\n"sv,    "\0"sv,           "A 1 x=\0"sv,
                             "A 1 x=\x7f"sv}) {
        CAPTURE(line);
        const auto f = tiny_fields::parse(line);
        REQUIRE_FALSE(f);
        CHECK(f.error().code == errc::malformed);
    }
}

TEST_CASE("the fields own what they tell, also after they were moved") {
    std::string line = "A 1 x=ab y=a%62";
    auto first = parsed(line);
    line.assign(line.size(), '#');
    const auto second = std::move(first);
    CHECK(second.name() == "A");
    CHECK(second.text("x") == "ab");
    CHECK(second.text("y") == "ab");
}

TEST_CASE("a key that comes several times is all of its values, and the first where one is wanted") {
    const auto f = parsed("A 1 x=1 y=2 x=3");
    CHECK(f.all("x") == texts{"1", "3"});
    CHECK(f.text("x") == "1");
    CHECK(f.all("z").empty());
}

TEST_CASE("a list is separated by commas, those inside its items are encoded") {
    CHECK(parsed("A 1 x=alice,bob").list("x") == texts{"alice", "bob"});
    CHECK(parsed("A 1 x=alice").list("x") == texts{"alice"});
    CHECK(parsed("A 1 x=a%2Cb,%20,c%25").list("x") == texts{"a,b", " ", "c%"});
    CHECK(parsed("A 1 x=,a,").list("x") == texts{"", "a", ""});
    CHECK(parsed("A 1 x=").list("x").empty());
    CHECK(parsed("A 1").list("x").empty());
}

TEST_CASE("a field fills a member of its kind") {
    struct {
        std::string_view text = "before";
        std::uint32_t number = 1;
        bool flag = false;
        seq target{};
        cursor at{};
        duration wait{};
        mark_key key{};
        tandem::watch watch{};
    } r;
    const auto f = parsed("A 1 number=4294967295 flag=1 target=18446744073709551615 at=0 wait=-5 key=read watch=stop");
    const auto filled = f.fill(r, "text", r.text, "number", r.number, "flag", r.flag, "target", r.target, "at", r.at,
                               "wait", r.wait, "key", r.key, "watch", r.watch);
    REQUIRE(filled);
    CHECK(filled->text == "before");  // not in the line: as it was
    CHECK(filled->number == 4294967295u);
    CHECK(filled->flag);
    CHECK(filled->target == seq{18446744073709551615u});
    CHECK(filled->at == position{0});
    CHECK(filled->wait == milliseconds(-5));
    CHECK(filled->key == mark_key::read);
    CHECK(filled->watch == watch::stop);
    CHECK(f.number("number") == 4294967295u);
    CHECK(f.number("key") == 0);
    CHECK(f.number("none") == 0);
}

TEST_CASE("an enum without a name is its number") {
    struct {
        mark_key key{};
    } r;
    const auto f = parsed("A 1 key=1000");
    REQUIRE(f.fill(r, "key", r.key));
    CHECK(r.key == static_cast<mark_key>(1000));
}

TEST_CASE("a field of another kind makes the whole malformed, and is named") {
    struct {
        std::uint32_t number{};
        bool flag{};
        seq target{};
        cursor at{};
        mark_key key{};
        tandem::watch watch{};
    } r;
    const auto filled = [&](bytes line) {
        const auto f = parsed(line);
        return f.fill(r, "number", r.number, "flag", r.flag, "target", r.target, "at", r.at, "key", r.key, "watch",
                      r.watch);
    };
    REQUIRE(filled("A 1 other=x"));
    for (const bytes line : {"number="sv, "number=x"sv, "number=1x"sv, "number=4294967296"sv, "number=-1"sv, "flag=2"sv,
                             "flag=true"sv, "flag="sv, "target=-1"sv, "target=18446744073709551616"sv, "at="sv,
                             "at=x"sv, "key="sv, "key=seen"sv, "key=65536"sv, "watch=256"sv, "watch=Start"sv}) {
        CAPTURE(line);
        const auto f = filled("A 1 " + std::string{line});
        REQUIRE_FALSE(f);
        CHECK(f.error().code == errc::malformed);
        CHECK(f.error().detail.find(line.substr(0, line.find('='))) != std::string::npos);
    }
}
