#include <tandem/transport/http1/http_answer_reader.hpp>

#include "transport/http1/fixture.hpp"

#include <type_traits>

using namespace tandem;

namespace {

std::string ok(std::string_view fields, std::string_view body = {}) {
    return std::string{"HTTP/1.1 200 OK\r\n"}.append(fields).append("\r\n").append(body);
}

const std::string chunked = "Transfer-Encoding: chunked\r\n", empty = "Content-Length: 0\r\n";

// What a client has when the peer closes behind the stream.
std::string answered_and_closed(std::string_view stream, const http_limits& limits = {}) {
    waiting client{limits, "GET"};
    client.hears(stream);
    client.closed();
    return client.heard();
}

}  // namespace

static_assert(!std::is_move_constructible_v<http_answer_reader> && !std::is_move_assignable_v<http_answer_reader>);

TEST_CASE("an answer is read by its length, and what follows is left alone") {
    CHECK(answered("") == "");
    CHECK(answered(ok("Content-Length: 3\r\n", "abc")) == "200 body=abc");
    CHECK(answered(ok("Content-Length: 3\r\n", "abcHTTP")) == "200 body=abc then 4");
    CHECK(answered(ok(empty) + "X") == "200 then 1");
    CHECK(answered(ok("Content-Length: 4\r\n", "abc")) == "waits");
    CHECK(answered("HTTP/1.1 503\r\nContent-Length: 1\r\n\r\n-") == "503 body=-");
}

TEST_CASE("an answer is read by its chunks") {
    CHECK(answered(ok(chunked, "3\r\nabc\r\n2;x\r\nde\r\n0\r\nT: t\r\n\r\nHTTP")) == "200 body=abcde then 4");
    CHECK(answered(ok("transfer-encoding:  Chunked \r\n", "0\r\n\r\n")) == "200");
    CHECK(answered(ok(chunked, "3\r\nabc\r\n0\r\n")) == "waits");
    CHECK(answered(ok(chunked, "+3\r\nabc\r\n0\r\n\r\n")) == "malformed");
}

TEST_CASE("an answer without either is read until the peer closes, and its connection is not kept") {
    CHECK(answered(ok("", "abc")) == "waits");
    CHECK(answered_and_closed(ok("", "abc")) == "200 close body=abc");
    CHECK(answered_and_closed(ok("")) == "200 close");
    CHECK(answered_and_closed("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nabc") == "200 1.0 close body=abc");
}

TEST_CASE("a peer that closes early has not answered") {
    CHECK(answered_and_closed("") == "malformed");
    CHECK(answered_and_closed("HTTP/1.1 200 OK\r\n") == "malformed");
    CHECK(answered_and_closed(ok("Content-Length: 4\r\n", "abc")) == "malformed");
    CHECK(answered_and_closed(ok(chunked, "3\r\nabc\r\n0\r\n")) == "malformed");
    CHECK(answered_and_closed("HTTP/1.1 100 Continue\r\n\r\n") == "malformed");
    CHECK(answered_and_closed(ok("Content-Length: 3\r\n", "abc")) == "200 body=abc");
    CHECK(answered_and_closed("HTTP/1.1 200 OK\n") == "malformed");
    CHECK(answered_and_closed(ok("Content-Length: 65537\r\n")) == "too large");
}

TEST_CASE("some answers have no body, whatever they say") {
    CHECK(answered("HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc") == "204 then 3");
    CHECK(answered("HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n") == "304");
    CHECK(answered("HTTP/1.1 304 Not Modified\r\n\r\n") == "304");
    CHECK(answered(ok("Content-Length: 99999999\r\n", "HTTP"), {}, "HEAD") == "200 then 4");
    CHECK(answered(ok(chunked), {}, "HEAD") == "200");
    CHECK(answered(ok(""), {}, "HEAD") == "200");
    CHECK(answered(ok("Content-Length: 3\r\n", "abc"), {}, "GET") == "200 body=abc");
}

TEST_CASE("101 ends with its head, and the other protocol's bytes are left alone") {
    CHECK(answered("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81\x01x") ==
          "101 then 3");
    CHECK(answered("HTTP/1.1 101 Switching Protocols\r\nContent-Length: 2\r\n\r\n\x81\x01") == "101 then 2");
}

TEST_CASE("interim answers are passed over, but not for ever") {
    const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n", hint = "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n";
    CHECK(answered(go_on + ok(empty)) == "200");
    CHECK(answered(go_on + hint + "HTTP/1.1 102 Processing\r\n\r\n" + ok("Content-Length: 1\r\n", "a")) ==
          "200 body=a");
    CHECK(answered(go_on) == "waits");
    CHECK(answered(go_on + "HTTP/1.1 101 X\r\n\r\nyz") == "101 then 2");
    std::string many;
    for (int i = 0; i < 16; ++i) many += go_on;
    CHECK(answered(many + ok(empty)) == "200");
    CHECK(answered(many + go_on + ok(empty)) == "malformed");
}

TEST_CASE("a connection is kept as the answer's version and fields say") {
    CHECK(answered(ok(empty + "Connection: close\r\n")) == "200 close");
    CHECK(answered("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n") == "200 1.0 close");
    CHECK(answered("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n") == "200 1.0");
}

TEST_CASE("S06 where an answer ends can be understood in one way only") {
    for (const std::string_view fields :
         {"Content-Length: 3\r\nContent-Length: 3\r\n", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip, chunked\r\n",
          "Transfer-Encoding: identity\r\n", "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding:\r\n",
          "Content-Length: +3\r\n", "Content-Length: 3,3\r\n", "Content-Length:\r\n", "Content-Length: 0x3\r\n",
          "Content-Length: -3\r\n", "Content-Length: 18446744073709551616\r\n", "Content-Length : 3\r\n",
          " Content-Length: 3\r\n", "A: b\r\n c\r\n", "A: b\n", "A: b\rc\r\n"}) {
        INFO(fields);
        CHECK(answered(ok(fields, "3\r\nabc\r\n0\r\n\r\n")) == "malformed");
    }
    CHECK(answered("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == "malformed");
}

TEST_CASE("what is no answer is refused at its first line") {
    CHECK(answered("HTTP/2.0 200 OK\r\n") == "malformed");
    CHECK(answered("GET / HTTP/1.1\r\n") == "malformed");
    CHECK(answered("\r\nHTTP/1.1 200 OK\r\n") == "malformed");
    CHECK(answered("HTTP/1.1 200 OK\n") == "malformed");
    CHECK(answered("\x15\x03\x01") == "malformed");
}

TEST_CASE("S04 S05 an answer has limits as a request has") {
    const std::string head = ok(empty);
    CHECK(answered(head, {.head_bytes = head.size()}) == "200");
    CHECK(answered(head, {.head_bytes = head.size() - 1}) == "too large");
    CHECK(answered(head, {.head_bytes = 10}) == "too large");
    CHECK(answered(ok(empty + "A: b\r\n"), {.fields = 2}) == "200");
    CHECK(answered(ok(empty + "A: b\r\n"), {.fields = 1}) == "too large");
    CHECK(answered(ok("Content-Length: 3\r\n", "abc"), {.body_bytes = 3}) == "200 body=abc");
    CHECK(answered(ok("Content-Length: 4\r\n"), {.body_bytes = 3}) == "too large");
    CHECK(answered(ok(chunked, "3\r\nabc\r\n0\r\n\r\n"), {.body_bytes = 3}) == "200 body=abc");
    CHECK(answered(ok(chunked, "3\r\nabc\r\n1\r\n"), {.body_bytes = 3}) == "too large");
    CHECK(answered(ok("", "abc"), {.body_bytes = 3}) == "waits");
    CHECK(answered(ok("", "abcd"), {.body_bytes = 3}) == "too large");
    CHECK(answered_and_closed(ok("", "abc"), {.body_bytes = 3}) == "200 close body=abc");
}

TEST_CASE("answers are read one after the other; only HEAD is forgotten, too") {
    http_answer_reader reader;
    const auto read = [&](std::string_view bytes) {
        CHECK(reader.feed(bytes) == bytes.size());
        REQUIRE(reader.whole());
        std::string text = told(reader.answer());
        CHECK(reader.feed("x") == 0);
        reader.next();
        CHECK(reader.idle());
        CHECK_FALSE(reader.whole());
        return text;
    };
    CHECK(read(ok(chunked, "3\r\nabc\r\n0\r\nA:\r\n\r\n")) == "200 body=abc");
    CHECK(read("HTTP/1.1 100 X\r\n\r\n" + ok(chunked, "1\r\na\r\n0\r\n\r\n")) == "200 body=a");
    reader.answers_to("HEAD");
    CHECK(read(ok("Content-Length: 3\r\n")) == "200");
    CHECK(read(ok("Content-Length: 3\r\n", "abc")) == "200 body=abc");
    CHECK(read(ok(empty)) == "200");
    CHECK(read("HTTP/1.0 204 X\r\n\r\n") == "204 1.0 close");
    CHECK(read(ok("Content-Length: 1\r\n", "a")) == "200 body=a");
}

TEST_CASE("next() forgets whatever there was") {
    http_answer_reader reader;
    for (const std::string& before :
         {std::string{"HTTP/1.1 2"}, std::string{"x\n"}, ok(chunked, "5\r\nab"), ok(chunked, "0\r\nA: b"),
          ok(chunked, "z"), ok("Content-Length: 5\r\n", "ab"), ok("", "ab"), std::string{"HTTP/1.1 100 X\r\n\r\n"}}) {
        INFO(before);
        reader.feed(before);
        CHECK_FALSE(reader.idle());
        reader.next();
        CHECK(reader.idle());
        CHECK(reader.failed() == errc{});
        reader.feed(ok(chunked, "1\r\na\r\n0\r\n\r\n"));
        REQUIRE(reader.whole());
        CHECK(told(reader.answer()) == "200 body=a");
        reader.next();
    }
}

TEST_CASE("an answer tells its fields") {
    http_answer_reader reader;
    reader.feed("HTTP/1.1 103 X\r\nA: hint\r\n\r\n" + ok("Retry-After: 7\r\nContent-Length: 1\r\n", "b"));
    REQUIRE(reader.whole());
    CHECK(reader.answer().field("retry-after") == "7");
    CHECK(reader.answer().field("a").empty());  // that was the interim one's
    CHECK(reader.answer().fields.size() == 2);
    CHECK(reader.answer().body == "b");
}

TEST_CASE("S05 an answer's memory follows what came, and an idle reader holds 4 KiB at most") {
    http_answer_reader reader{{.body_bytes = std::size_t{1} << 40}};
    reader.feed(ok("Content-Length: 1099511627776\r\n", "abc"));
    CHECK(reader.failed() == errc{});
    CHECK(reader.held_bytes() < 1024);
    reader.next();
    reader.feed(ok(chunked, "ffffffffff\r\nabc"));
    CHECK(reader.failed() == errc{});
    CHECK(reader.held_bytes() < 1024);
    reader.next();
    reader.feed(ok("", std::string(100'000, 'x')));
    CHECK(reader.held_bytes() >= 100'000);
    CHECK(reader.held_bytes() < 201'000);
    reader.next();
    CHECK(reader.held_bytes() <= http_answer_reader::most_idle_bytes);
    CHECK(http_answer_reader::most_idle_bytes == 4096);
}
