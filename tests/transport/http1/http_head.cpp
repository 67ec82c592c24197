#include <tandem/transport/http1/http_head.hpp>

#include <doctest/doctest.h>

#include <cstdint>

#if __has_include(<sys/mman.h>)
#include <sys/mman.h>
#include <unistd.h>
#endif

using namespace tandem;
using namespace tandem::detail::in_http;

namespace {

constexpr auto taken = http_head::leading_line::taken;

}  // namespace

TEST_CASE("a head is taken up to its first line's end, then up to its own") {
    http_head head{{}, taken};
    const std::string_view text = "one two\r\na: b\r\nC:\t d e \r\n\r\nbody";
    CHECK(head.idle());
    CHECK(head.feed(text) == 9);
    CHECK_FALSE(head.idle());
    CHECK(head.has_first_line());
    CHECK(head.first_line() == "one two");
    CHECK_FALSE(head.whole());
    CHECK(head.feed(text.substr(9)) == 18);
    CHECK(head.whole());
    std::vector<http_field> fields{{"old", "x"}};
    head.list_fields(fields);
    REQUIRE(fields.size() == 2);
    CHECK(fields[0].name == "a");
    CHECK(fields[0].value == "b");
    CHECK(fields[1].name == "C");
    CHECK(fields[1].value == "d e");
}

TEST_CASE("a cleared head is as good as a fresh one") {
    http_head head{{.head_bytes = 12, .fields = 1}, taken};
    for (const std::string_view before : {"\r\na\r\n", "\r\n\r", "b\r\nc:d", "b\r\nc:d\r\nx", "\n", "a\r"}) {
        INFO(before);
        for (std::string_view rest = before; !rest.empty() && head.refused() == 0;) rest.remove_prefix(head.feed(rest));
        head.clear();
        CHECK(head.idle());
        CHECK(head.feed("\r\nx\r\n") == 5);
        CHECK(head.feed("y:z\r\n\r\n") == 7);
        CHECK(head.whole());
        CHECK(head.first_line() == "x");
        head.clear();
    }
}

TEST_CASE("one empty line may come first, if the owner likes") {
    http_head head{{}, taken};
    CHECK(head.feed("\r\na\r\n") == 5);
    CHECK(head.first_line() == "a");
    CHECK(head.feed("b:c\r\n\r\n") == 7);
    std::vector<http_field> fields;
    head.list_fields(fields);
    REQUIRE(fields.size() == 1);
    CHECK(fields[0].name == "b");
    head.clear();
    CHECK(head.feed("\r\n\r\na\r\n") == 4);
    CHECK(head.refused() == 400);
    http_head strict{{}, http_head::leading_line::refused};
    CHECK(strict.feed("\r\na\r\n") == 2);
    CHECK(strict.refused() == 400);
}

TEST_CASE("a first line has no control characters and a line end of two") {
    for (const std::string_view text : {"a\n", "a\rb", "a\r\r\n", "a\tb", "\n", "a\x7f", "\x16\x03\x01"}) {
        INFO(text);
        http_head head{{}, taken};
        head.feed(text);
        CHECK(head.refused() == 400);
    }
    http_head head{{}, taken};
    CHECK(head.feed(std::string_view{"a\0b", 3}) == 2);  // known at that character
    CHECK(head.refused() == 400);
}

TEST_CASE("S04 a head of exactly the limit is read, one byte more is refused") {
    const std::string_view text = "first\r\nab: c\r\n\r\n";
    http_head exact{{.head_bytes = text.size()}, taken};
    CHECK(exact.feed(text) == 7);
    CHECK(exact.feed(text.substr(7)) == text.size() - 7);
    CHECK(exact.whole());
    http_head small{{.head_bytes = text.size() - 1}, taken};
    CHECK(small.feed(text) == 7);
    CHECK(small.feed(text.substr(7)) == text.size() - 7 - 1);
    CHECK(small.refused() == 431);
    http_head line{{.head_bytes = 6}, taken};
    CHECK(line.feed("first\r") == 6);
    CHECK(line.refused() == 0);
    CHECK(line.feed("\n") == 0);
    CHECK(line.refused() == 414);
}

TEST_CASE("S04 as many fields as allowed are read, the next is refused when it begins") {
    http_head head{{.fields = 2}, taken};
    head.feed("x\r\n");
    CHECK(head.feed("a:\r\nb:\r\n\r\n") == 10);
    CHECK(head.whole());
    head.clear();
    head.feed("x\r\n");
    CHECK(head.feed("a:\r\nb:\r\nc:\r\n") == 9);
    CHECK(head.refused() == 431);
}

#if __has_include(<sys/mman.h>)
// What has come lies where it can neither be read nor written while more comes: who looks back at it falls.
TEST_CASE("S03 a byte of a long head costs the same as a byte of a short one") {
    constexpr std::size_t limit = 1 << 20, early = limit / 8 * 5;
    http_head head{{.head_bytes = limit}, taken};
    CHECK(head.feed("first\r\n") == 7);
    CHECK(head.feed("name: ") == 6);
    CHECK(head.feed(std::string(early, 'v')) == early);
    CHECK(head.feed("v") == 1);
    const std::size_t held = head.held_bytes();
    REQUIRE(held >= limit);  // it need not move any more
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto text = reinterpret_cast<std::uintptr_t>(head.first_line().data());
    const std::uintptr_t from = (text + page - 1) / page * page, to = (text + early) / page * page;
    void* const old = reinterpret_cast<void*>(from);
    REQUIRE(mprotect(old, to - from, PROT_NONE) == 0);
    std::size_t came = 0;
    while (came < limit - early - 100 && head.feed("v") == 1) ++came;
    const std::size_t still_held = head.held_bytes();
    REQUIRE(mprotect(old, to - from, PROT_READ | PROT_WRITE) == 0);
    CHECK(came == limit - early - 100);
    CHECK(still_held == held);
    CHECK(head.feed("\r\n\r\n") == 4);
    CHECK(head.whole());
}
#endif
