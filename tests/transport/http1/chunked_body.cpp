#include <tandem/transport/http1/chunked_body.hpp>

#include <doctest/doctest.h>

using namespace tandem;
using namespace tandem::detail::in_http;

namespace {

struct outcome {
    std::string body;
    std::size_t taken = 0;
    errc failed{};
    bool whole = false;

    friend bool operator==(const outcome&, const outcome&) = default;
};

outcome decoded_in_parts(std::string_view chunks, const http_limits& limits, std::size_t part) {
    chunked_body decoder{limits};
    outcome o;
    while (!chunks.empty()) {
        const std::size_t taken = decoder.feed(chunks.substr(0, part), o.body);
        o.taken += taken;
        if (taken == 0) break;
        chunks.remove_prefix(taken);
    }
    o.failed = decoder.failed(), o.whole = decoder.whole();
    return o;
}

// "abc then 2" when it was whole and 2 bytes were left; else why not, or "waits".
std::string decoded(std::string_view chunks, const http_limits& limits = {}) {
    const outcome o = decoded_in_parts(chunks, limits, chunks.size());
    for (std::size_t part = 1; part < chunks.size() && part < 40; ++part)
        CHECK(decoded_in_parts(chunks, limits, part) == o);
    if (o.failed != errc{}) return text(o.failed);
    if (!o.whole) return "waits";
    return o.taken == chunks.size() ? o.body : o.body + " then " + std::to_string(chunks.size() - o.taken);
}

}  // namespace

TEST_CASE("chunks are joined, up to the end of the trailers") {
    CHECK(decoded("0\r\n\r\n") == "");
    CHECK(decoded("3\r\nabc\r\n0\r\n\r\n") == "abc");
    CHECK(decoded("3\r\nabc\r\n00A\r\n0123456789\r\n0\r\n\r\nHT") == "abc0123456789 then 2");
    CHECK(decoded("1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n") == "abcdefghijklmnopqrstuvwxyz");
    CHECK(decoded("4\r\n\r\n\r\n\r\n0\r\n\r\n") == "\r\n\r\n");
    CHECK(decoded("3\r\nabc\r\n0\r\n") == "waits");
    CHECK(decoded("3\r\nab") == "waits");
}

TEST_CASE("extensions and trailers are passed over") {
    CHECK(decoded("3;a=b;c=\"d\"\r\nabc\r\n0;x\r\n\r\n") == "abc");
    CHECK(decoded("3;\r\nabc\r\n0\r\nA: b\r\nC:d\r\n\r\nz") == "abc then 1");
}

TEST_CASE("S06 a chunk's size is hexadecimal digits and nothing else") {
    for (const std::string_view size : {"+3", "-3", " 3", "3 ", "0x3", "3h", "x", "", ";a", "3,3", "3\t", "3 ;a", "\n",
                                        "3\n", "3\rx", "3;a\n", "3;a\rx", "3;\x01", "3;\x7f"}) {
        INFO(size);
        CHECK(decoded(std::string{size}.append("\r\nabc\r\n0\r\n\r\n")) == "malformed");
    }
    CHECK(decoded("\r\n\r\n") == "malformed");
    CHECK(decoded(";a\r\n\r\n") == "malformed");
    CHECK(decoded("0000000000000003\r\nabc\r\n0\r\n\r\n") == "abc");
    CHECK(decoded("00000000000000003\r\nabc\r\n0\r\n\r\n") == "malformed");  // 17 digits
    CHECK(decoded("10000000000000000") == "too large");
    CHECK(decoded("ffffffffffffffff\r\n") == "too large");
    CHECK(decoded("8000000000000003\r\nabc") == "too large");
}

TEST_CASE("S06 a chunk ends where its size says") {
    CHECK(decoded("3\r\nabcd\r\n0\r\n\r\n") == "malformed");
    CHECK(decoded("3\r\nab\r\n0\r\n\r\n") == "malformed");
    CHECK(decoded("3\r\nabc\n0\r\n\r\n") == "malformed");
    CHECK(decoded("3\r\nabc\rx0\r\n\r\n") == "malformed");
    CHECK(decoded("3\r\nabc0\r\n\r\n") == "malformed");
    CHECK(decoded("3\r\nabc\r\n\r\n0\r\n\r\n") == "malformed");
}

TEST_CASE("S06 trailers are as strict as fields") {
    for (const std::string_view trailers :
         {"a : b\r\n\r\n", " a:b\r\n\r\n", "a:b\n\r\n", "a\r\n\r\n", "\n", "\rx", "a:\rb\r\n"}) {
        INFO(trailers);
        CHECK(decoded(std::string{"0\r\n"}.append(trailers)) == "malformed");
    }
}

TEST_CASE("S05 chunks have room for the body, together") {
    const http_limits limits{.body_bytes = 5};
    CHECK(decoded("5\r\nabcde\r\n0\r\n\r\n", limits) == "abcde");
    CHECK(decoded("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", limits) == "abcde");
    CHECK(decoded("6\r\n", limits) == "too large");
    CHECK(decoded("3\r\nabc\r\n3\r\n", limits) == "too large");
    CHECK(decoded("3\r\nabc\r\n10\r\n", limits) == "too large");
    CHECK(decoded("0\r\n\r\n", {.body_bytes = 0}) == "");
    CHECK(decoded("1\r\n", {.body_bytes = 0}) == "too large");
    CHECK(decoded("11\r\n0123456789abcdefg\r\n0\r\n\r\n", {.body_bytes = 17}) == "0123456789abcdefg");
    CHECK(decoded("12\r\n", {.body_bytes = 17}) == "too large");
    CHECK(decoded("ffffffffffffffff\r\nab", {.body_bytes = SIZE_MAX}) == "waits");
}

TEST_CASE("S04 extensions and trailers have room as a head has, together") {
    const http_limits limits{.head_bytes = 10, .fields = 2};
    CHECK(decoded("1;12345678\r\n", limits) == "waits");  // nine: the CR counts, too
    CHECK(decoded("1;1234567\r\na\r\n0\r\n\r\n", limits) == "a");
    CHECK(decoded("1;12345678\r\na\r\n0\r\n\r\n", limits) == "too large");
    CHECK(decoded("1;1\r\na\r\n1;1\r\nb\r\n0;1\r\n\r\n", limits) == "ab");
    CHECK(decoded("1;1\r\na\r\n1;1\r\nb\r\n0;1234\r\n\r\n", limits) == "too large");
    CHECK(decoded("0\r\nab:cd\r\n\r\n", limits) == "");
    CHECK(decoded("0\r\nab:cde\r\n\r\n", limits) == "");
    CHECK(decoded("0\r\nab:cdef\r\n\r\n", limits) == "too large");
    CHECK(decoded("0\r\na:\r\nb:\r\n\r\n", limits) == "");
    CHECK(decoded("0\r\na:\r\nb:\r\nc", {.head_bytes = 100, .fields = 2}) == "too large");
    CHECK(decoded("0\r\n" + std::string(9000, 'a')) == "too large");
    CHECK(decoded("5;" + std::string(9000, 'a')) == "too large");
}
