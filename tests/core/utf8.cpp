#include <tandem/core/utf8.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tandem;
using namespace std::string_view_literals;

// Every code point up to its last; what UTF-8 leaves out are the surrogates.
static std::string encoded(unsigned long point) {
    const auto tail = [&](int shift) { return static_cast<char>(0x80 | ((point >> shift) & 0x3f)); };
    if (point < 0x80) return {static_cast<char>(point)};
    if (point < 0x800) return {static_cast<char>(0xc0 | (point >> 6)), tail(0)};
    if (point < 0x10000) return {static_cast<char>(0xe0 | (point >> 12)), tail(6), tail(0)};
    return {static_cast<char>(0xf0 | (point >> 18)), tail(12), tail(6), tail(0)};
}

TEST_CASE("every code point is text, except surrogates and what lies beyond the last") {
    unsigned long wrong = 0;
    for (unsigned long point = 0; point < 0x120000; ++point) {
        const bool expected = point < 0xd800 || (point > 0xdfff && point < 0x110000);
        if (is_utf8(encoded(point)) != expected) ++wrong;
    }
    CHECK(wrong == 0);
}

TEST_CASE("an overlong or broken spelling is no text") {
    for (const std::string_view text :
         {"\x80"sv, "\xbf"sv, "\xc0\x80"sv, "\xc1\xbf"sv, "\xe0\x80\x80"sv, "\xe0\x9f\xbf"sv, "\xf0\x80\x80\x80"sv,
          "\xf0\x8f\xbf\xbf"sv, "\xf5\x80\x80\x80"sv, "\xfe"sv, "\xff"sv, "\xc3\xc3"sv, "\xe2\x82\x41"sv,
          "\xf0\x9f\x98\x41"sv, "ok\xc3"sv}) {
        CAPTURE(text.size());
        CHECK_FALSE(is_utf8(text));
    }
}

TEST_CASE("text that was cut inside a letter is no text") {
    const std::string text = "é€😀";
    for (const std::size_t whole : {0u, 2u, 5u, 9u}) CHECK(is_utf8(bytes{text}.substr(0, whole)));
    for (const std::size_t cut : {1u, 3u, 4u, 6u, 7u, 8u}) CHECK_FALSE(is_utf8(bytes{text}.substr(0, cut)));
}

TEST_CASE("control characters are found, in both of their ranges") {
    for (unsigned long point = 0; point < 0x200; ++point) {
        CAPTURE(point);
        const bool control = point < 0x20 || (point >= 0x7f && point < 0xa0);
        CHECK(has_control("a" + encoded(point) + "b") == control);
    }
    CHECK_FALSE(has_control(""));
    CHECK_FALSE(has_control("Â é 李 \xc3\x82\xc2\xa0"));
}
