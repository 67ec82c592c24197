#include <tandem/pull/query_string.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tandem;

namespace {

std::string wrong_in(std::string_view text) {
    const query_string q{text};
    return q.failed() ? "wrong: " + std::string{q.wrong()} : "sound";
}

std::string number_in(std::string_view text) {
    query_string q{"n=" + std::string{text}};
    const auto n = q.number("n");
    if (q.failed()) return "wrong: " + std::string{q.wrong()};
    return n ? std::to_string(*n) : "absent";
}

}  // namespace

TEST_CASE("a query is names and values") {
    const query_string q{"lastSeq=1000&count=500&to=b%C3%A4r&conversation=direct:a:b&empty="};
    CHECK(!q.failed());
    CHECK(q.text("lastSeq") == "1000");
    CHECK(q.text("count") == "500");
    CHECK(q.text("to") == "bär");
    CHECK(q.text("conversation") == "direct:a:b");
    CHECK(q.has("empty"));
    CHECK(q.text("empty").empty());
    CHECK(!q.has("other"));
    CHECK(q.text("other").empty());
    CHECK(!query_string{""}.failed());
}

TEST_CASE("names are unescaped before they are compared") {
    const query_string q{"l%61stSeq=7"};
    CHECK(q.text("lastSeq") == "7");
    CHECK(wrong_in("count=1&c%6Funt=2") == "wrong: count");
}

TEST_CASE("S40: what could be understood in two ways is refused, and named") {
    CHECK(wrong_in("a=%") == "wrong: a");
    CHECK(wrong_in("a=%4") == "wrong: a");
    CHECK(wrong_in("a=%4g") == "wrong: a");
    CHECK(wrong_in("a=%g4") == "wrong: a");
    CHECK(wrong_in("a=%%41") == "wrong: a");
    CHECK(wrong_in("a=%u0041") == "wrong: a");
    CHECK(wrong_in("a=1+2") == "wrong: a");
    CHECK(wrong_in("a=1%2B2") == "sound");
    CHECK(wrong_in("a=%00") == "wrong: a");
    CHECK(wrong_in(std::string_view{"a=\0", 3}) == "wrong: a");
    CHECK(wrong_in("a=%0d%0aSet-Cookie:x") == "wrong: a");
    CHECK(wrong_in("a=%1b[2J") == "wrong: a");
    CHECK(wrong_in("a=%ff") == "wrong: a");
    CHECK(wrong_in("a=%c0%af") == "wrong: a");
    CHECK(wrong_in("a=1&a=1") == "wrong: a");
    CHECK(wrong_in("b=1&a=1&b=2") == "wrong: b");
    CHECK(wrong_in("count") == "wrong: count");
    CHECK(wrong_in("=1") == "wrong: ");
    CHECK(wrong_in("a=1&") == "wrong: ");
    CHECK(wrong_in("a=1&&b=2") == "wrong: ");
    CHECK(wrong_in("&") == "wrong: ");
    CHECK(wrong_in("a=b=c") == "sound");
}

TEST_CASE("S40: a name that cannot be told is not told") {
    CHECK(wrong_in("a%zz=1") == "wrong: a%zz");
    CHECK(wrong_in("\xff=1") == "wrong: ");
    CHECK(wrong_in("a\n=1") == "wrong: ");
    CHECK(wrong_in(std::string(64, 'x') + "=1") == "sound");
    CHECK(wrong_in(std::string(65, 'x') + "=1") == "wrong: ");
}

TEST_CASE("S40: ten thousand parameters are too many, and so are the bytes of one") {
    std::string many = "p0=1", alike = "p=1";
    for (int i = 1; i < 10'000; ++i) many += "&p" + std::to_string(i) + "=1", alike += "&p=1";
    CHECK(wrong_in(many) == "wrong: p32");
    CHECK(wrong_in(alike) == "wrong: p");
    CHECK(wrong_in("a=" + std::string(query_string::most_bytes - 2, 'x')) == "sound");
    CHECK(wrong_in("a=" + std::string(query_string::most_bytes - 1, 'x')) == "wrong: a");
}

TEST_CASE("the first that is wrong is the one that is named") {
    query_string q{"a=%&b=%"};
    q.refuse("c");
    CHECK(q.wrong() == "a");
}

TEST_CASE("S39: a number has one spelling and fits a signed column") {
    CHECK(number_in("0") == "0");
    CHECK(number_in("1000") == "1000");
    CHECK(number_in("9223372036854775807") == "9223372036854775807");
    CHECK(number_in("9223372036854775808") == "wrong: n");   // 2^63
    CHECK(number_in("18446744073709551615") == "wrong: n");  // 2^64 - 1
    CHECK(number_in("18446744073709551616") == "wrong: n");
    CHECK(number_in("18446744073709552615") == "wrong: n");  // 999 after it wraps
    CHECK(number_in("99999999999999999999999999") == "wrong: n");
    for (const char* bad :
         {"", "-1", "-0", "%2B1", "01", "00", "1.0", "1e3", "0x10", "%201", "1%20", "1,000", "١", "NaN"})
        CHECK_MESSAGE(number_in(bad) == "wrong: n", bad);
    query_string absent{"m=1"};
    CHECK(!absent.number("n"));
    CHECK(!absent.failed());
    query_string whole{"n=18446744073709551615"};
    CHECK(whole.number("n", ~std::uint64_t{0}) == ~std::uint64_t{0});
    query_string over{"n=18446744073709551616"};
    CHECK(!over.number("n", ~std::uint64_t{0}));
    CHECK(over.wrong() == "n");
}

TEST_CASE("a list is split before it is unescaped") {
    const query_string q{"ids=alice,b%2Cob,,carol&one=x&none="};
    CHECK(q.list("ids") == std::vector<std::string>{"alice", "b,ob", "", "carol"});
    CHECK(q.list("one") == std::vector<std::string>{"x"});
    CHECK(q.list("none").empty());
    CHECK(q.list("absent").empty());
}
