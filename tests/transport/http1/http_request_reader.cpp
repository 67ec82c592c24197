#include <tandem/transport/http1/http_request_reader.hpp>

#include "transport/http1/fixture.hpp"

#include <array>
#include <type_traits>

using namespace tandem;

namespace {

std::string get(std::string_view more = {}) {
    return std::string{"GET / HTTP/1.1\r\nHost: h\r\n"}.append(more).append("\r\n");
}

std::string post(std::string_view fields, std::string_view body) {
    return std::string{"POST /p HTTP/1.1\r\nHost: h\r\n"}.append(fields).append("\r\n").append(body);
}

// A whole head of so many bytes.
std::string head_of(std::size_t bytes) {
    const std::size_t rest = bytes - get("A: \r\n").size();
    return get(std::string{"A: "}.append(rest, 'v').append("\r\n"));
}

// As many fields, the Host among them.
std::string head_with(std::size_t fields) {
    std::string more;
    for (std::size_t i = 1; i < fields; ++i) more.append("a:\r\n");
    return get(more);
}

}  // namespace

static_assert(!std::is_move_constructible_v<http_request_reader> && !std::is_move_assignable_v<http_request_reader>);

TEST_CASE("requests are read one after the other, however they come") {
    CHECK(asked("") == "");
    CHECK(asked(get()) == "GET /");
    CHECK(asked(post("Content-Length: 3\r\n", "abc")) == "POST /p body=abc");
    CHECK(asked(post("Content-Length: 0\r\n", "")) == "POST /p");
    CHECK(asked(post("", "")) == "POST /p");
    CHECK(asked(get("Content-Length: 2\r\n") + "hi") == "GET / body=hi");
    CHECK(asked(get() + post("content-length:3\r\n", "abc") + get() + "G") ==
          "GET / | POST /p body=abc | GET / | waits");
    CHECK(asked(post("Content-Length: 4\r\n", "abc")) == "waits");
    CHECK(asked(post("Content-Length: 25\r\n", get())) == "POST /p body=" + get().substr(0, 25) + " | waits");
    CHECK(asked(get() + "GET / HTTP/1.1\r\n") == "GET / | waits");
}

TEST_CASE("a body is bytes: what looks like a request in it is none") {
    const std::string inner = get();
    CHECK(asked(post("Content-Length: " + std::to_string(inner.size()) + "\r\n", inner) + get()) ==
          "POST /p body=" + inner + " | GET /");
    CHECK(asked(post("Content-Length: 3\r\n", std::string_view{"\0\n\r", 3})) ==
          "POST /p body=" + std::string{"\0\n\r", 3});
}

TEST_CASE("a request tells its fields, with and without a body, until the next") {
    http_request_reader reader;
    const std::string stream = post("Accept:  a, b \r\nX-Empty:\r\nContent-Length: 2\r\n", "ab") + get();
    const std::size_t taken = reader.feed(stream);
    REQUIRE(reader.whole());
    CHECK(reader.feed(stream) == 0);
    const http_request& r = reader.request();
    CHECK(r.fields.size() == 4);
    CHECK(r.field("accept") == "a, b");
    CHECK(r.field("x-empty").empty());
    CHECK(r.field("host") == "h");
    CHECK(r.body == "ab");
    reader.next();
    CHECK_FALSE(reader.whole());
    CHECK(reader.idle());
    CHECK(reader.feed(std::string_view{stream}.substr(taken)) == stream.size() - taken);
    REQUIRE(reader.whole());
    CHECK(reader.request().method == "GET");
    CHECK(reader.request().body.empty());
    CHECK(reader.request().fields.size() == 1);
}

TEST_CASE("a connection is kept as its version and fields say") {
    CHECK(asked(get("Connection: close\r\n")) == "GET / close");
    CHECK(asked(get("Connection: Upgrade\r\nConnection: x, CLOSE\r\n")) == "GET / close");
    CHECK(asked(get("Connection: closed\r\n")) == "GET /");
    CHECK(asked("GET / HTTP/1.0\r\n\r\n") == "GET / 1.0 close");
    CHECK(asked("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n") == "GET / 1.0");
}

TEST_CASE("one empty line before a request is passed over, not two, and not half a one") {
    CHECK(asked("\r\n" + get()) == "GET /");
    CHECK(asked(get() + "\r\n" + get()) == "GET / | GET /");
    CHECK(asked("\r\n\r\n" + get()) == "refused 400");
    CHECK(asked("\n" + get()) == "refused 400");
    CHECK(asked("\r" + get()) == "refused 400");
    CHECK(asked("\r\n") == "waits");
    CHECK(asked(" " + get()) == "refused 400");
}

TEST_CASE("S03 what is no HTTP/1 request is refused at its first line") {
    CHECK(asked("GET /\r\n") == "refused 400");
    CHECK(asked("GET / HTTP/1.1 \r\n") == "refused 400");
    CHECK(asked("GET  / HTTP/1.1\r\n") == "refused 400");
    CHECK(asked("GET\t/ HTTP/1.1\r\n") == "refused 400");
    CHECK(asked("GET / HTTP/1.1\n") == "refused 400");
    CHECK(asked("GET / HTTP/2.0\r\n") == "refused 505");
    CHECK(asked("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == "refused 505");
    CHECK(asked("\x16\x03\x01\x02") == "refused 400");
    CHECK(asked(std::string_view{"GET /\0 HTTP/1.1\r\n", 17}) == "refused 400");
    CHECK(asked("GET http://h/ HTTP/1.1\r\n") == "refused 400");
    CHECK(asked("CONNECT h:1 HTTP/1.1\r\n") == "refused 400");
    CHECK(asked("OPTIONS * HTTP/1.1\r\n") == "refused 400");
}

TEST_CASE("a request of 1.1 names its host, once; one of 1.0 at most once") {
    CHECK(asked("GET / HTTP/1.1\r\n\r\n") == "refused 400");
    CHECK(asked(get("Host: h\r\n")) == "refused 400");
    CHECK(asked(get("HOST: other\r\n")) == "refused 400");
    CHECK(asked("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n") == "refused 400");
    CHECK(asked("GET / HTTP/1.0\r\nHost: a\r\n\r\n") == "GET / 1.0 close");
    CHECK(asked("GET / HTTP/1.1\r\nHost:\r\n\r\n") == "GET /");
    CHECK(asked("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n") == "refused 400");
    CHECK(asked("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n") == "refused 400");
}

TEST_CASE("S06 a length is digits, said once") {
    for (const std::string_view value : {"+5", "-5", "5 5", "5,5", "5, 5", "0x5", "5x", "", "5;", "05", "five", "5.",
                                         "18446744073709551616", "99999999999999999999999"}) {
        INFO(value);
        CHECK(asked(post(std::string{"Content-Length: "}.append(value).append("\r\n"), "abcde")) == "refused 400");
    }
    CHECK(asked(post("Content-Length:  5 \r\n", "abcde")) ==
          "POST /p body=abcde");  // blanks around it are no part of it
    CHECK(asked(post("Content-Length: 5\r\nContent-Length: 5\r\n", "abcde")) == "refused 400");
    CHECK(asked(post("Content-Length: 5\r\ncontent-length: 6\r\n", "abcde")) == "refused 400");
    CHECK(asked(post("Content-Length: 5\r\nX: y\r\nCONTENT-LENGTH: 0\r\n", "abcde")) == "refused 400");
}

TEST_CASE("S06 a transfer coding beside a length is refused, and every other is not done here") {
    const std::string chunks = "5\r\nabcde\r\n0\r\n\r\n";
    CHECK(asked(post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", chunks)) == "refused 400");
    CHECK(asked(post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", chunks)) == "refused 400");
    CHECK(asked(post("Content-Length: +5\r\nTransfer-Encoding: identity\r\n", chunks)) == "refused 400");
    for (const std::string_view value : {"chunked", "Chunked", "identity", "xchunked", "chunked, chunked",
                                         "gzip, chunked", "chunked;q=1", "\"chunked\"", "", "x"}) {
        INFO(value);
        CHECK(asked(post(std::string{"Transfer-Encoding: "}.append(value).append("\r\n"), chunks)) == "refused 501");
    }
    CHECK(asked(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", chunks)) == "refused 501");
    CHECK(asked(post("TRANSFER-ENCODING:\tchunked\r\n", chunks)) == "refused 501");
    CHECK(asked("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == "refused 501");
}

TEST_CASE("S06 a field that hides from somebody is refused") {
    const std::string chunks = "5\r\nabcde\r\n0\r\n\r\n";
    for (const std::string_view field : {"Transfer-Encoding : chunked\r\n",
                                         "Transfer-Encoding\t: chunked\r\n",
                                         " Transfer-Encoding: chunked\r\n",
                                         "X: y\r\n Transfer-Encoding: chunked\r\n",
                                         "Transfer-Encoding:\r\n chunked\r\n",
                                         "X: y\nTransfer-Encoding: chunked\r\n",
                                         "X: y\rTransfer-Encoding: chunked\r\n",
                                         "Transfer-Encoding: chunked\n",
                                         "Transfer-Encoding: \x0b"
                                         "chunked\r\n",
                                         "Transfer-Encoding: chunked\x0c\r\n",
                                         "Transfer\x01-Encoding: chunked\r\n",
                                         "Transfer-Encoding\r\n: chunked\r\n",
                                         "Content-Length : 5\r\n",
                                         " Content-Length: 5\r\n",
                                         "Content-Length: 5\r\n\t0\r\n",
                                         "Content-Length\xa0: 5\r\n",
                                         "Content Length: 5\r\n",
                                         ": 5\r\n",
                                         "Content-Length\r\n",
                                         "Content-Length: 5\r\r\n",
                                         "\x7f: 5\r\n"}) {
        INFO(field);
        CHECK(asked(post(field, chunks)) == "refused 400");
    }
    const std::array<std::string_view, 3> with_nul{{{"X: a\0b\r\n", 8}, {"X\0: a\r\n", 7}, {"\0X: a\r\n", 7}}};
    for (const std::string_view field : with_nul) CHECK(asked(post(field, chunks)) == "refused 400");
    CHECK(asked(post("Content_Length: 5\r\nTransfer_Encoding: chunked\r\n", "")) == "POST /p");  // other names, tokens
}

TEST_CASE("S06 an end of the head that is half an end is none") {
    CHECK(asked("GET / HTTP/1.1\r\nHost: h\r\n\n" + get()) == "refused 400");
    CHECK(asked("GET / HTTP/1.1\r\nHost: h\n\r\n" + get()) == "refused 400");
    CHECK(asked("GET / HTTP/1.1\r\nHost: h\r\n\rX" + get()) == "refused 400");
    CHECK(asked("GET / HTTP/1.1\nHost: h\n\n") == "refused 400");
}

TEST_CASE("S04 a head of 8 KiB is read, a byte more is refused") {
    CHECK(asked(head_of(8192)) == "GET /");
    CHECK(asked(head_of(8193)) == "refused 431");
    CHECK(asked("\r\n" + head_of(8190)) == "GET /");
    CHECK(asked("\r\n" + head_of(8191)) == "refused 431");
    CHECK(asked(head_of(8192) + head_of(8192)) == "GET / | GET /");
    CHECK(asked(head_of(100), {.head_bytes = 100}) == "GET /");
    CHECK(asked(head_of(101), {.head_bytes = 100}) == "refused 431");
    CHECK(asked(head_of(9000), {.head_bytes = 9000}) == "GET /");
}

TEST_CASE("S04 a target that fills the head is refused as such") {
    CHECK(asked("GET /" + std::string(8192 - 5, 'a')) == "waits");
    CHECK(asked("GET /" + std::string(8192 - 4, 'a')) == "refused 414");
    CHECK(asked(std::string(8193, 'G')) == "refused 414");
    CHECK(asked("GET / HTTP/1.1\r\nHost:" + std::string(8192, ' ')) == "refused 431");
}

TEST_CASE("S04 64 fields are read, one more is refused") {
    CHECK(asked(head_with(64)) == "GET /");
    CHECK(asked(head_with(65)) == "refused 431");
    CHECK(asked(head_with(3), {.fields = 3}) == "GET /");
    CHECK(asked(head_with(4), {.fields = 3}) == "refused 431");
    CHECK(asked(head_with(64) + head_with(64)) == "GET / | GET /");
}

TEST_CASE("S05 a body of 64 KiB is read, one declared longer is refused before it comes") {
    const std::string full(65536, 'b');
    CHECK(asked(post("Content-Length: 65536\r\n", full)) == "POST /p body=" + full);
    CHECK(asked(post("Content-Length: 65537\r\n", "")) == "refused 413");
    CHECK(asked(post("Content-Length: 18446744073709551615\r\n", "")) == "refused 413");
    CHECK(asked(post("Content-Length: 3\r\n", "abc"), {.body_bytes = 3}) == "POST /p body=abc");
    CHECK(asked(post("Content-Length: 4\r\n", "abcd"), {.body_bytes = 3}) == "refused 413");
    CHECK(asked(post("Content-Length: 1\r\n", "a"), {.body_bytes = 0}) == "refused 413");
    CHECK(asked(post("Content-Length: 0\r\n", ""), {.body_bytes = 0}) == "POST /p");
}

TEST_CASE("an expectation other than 100-continue is refused") {
    CHECK(asked(post("Expect: 200-ok\r\nContent-Length: 1\r\n", "a")) == "refused 417");
    CHECK(asked(post("Expect: 100-continue, x\r\nContent-Length: 1\r\n", "a")) == "refused 417");
    CHECK(asked(post("Expect: 100-continue\r\nExpect: x\r\nContent-Length: 1\r\n", "a")) == "refused 417");
    CHECK(asked(post("Expect: 100-Continue\r\nContent-Length: 1\r\n", "a")) == "POST /p body=a");
    CHECK(asked(post("Expect: x\r\nContent-Length: 65537\r\n", "")) == "refused 413");
}

TEST_CASE("who waits for 100 Continue is told of once, while the body is still to come") {
    http_request_reader reader;
    const std::string head = post("Expect: 100-continue\r\nContent-Length: 2\r\n", "");
    for (int i = 0; i < 2; ++i) {
        CHECK_FALSE(reader.wants_continue());
        reader.feed(std::string_view{head}.substr(0, head.size() - 1));
        CHECK_FALSE(reader.wants_continue());
        reader.feed("\n");
        CHECK(reader.wants_continue());
        CHECK_FALSE(reader.wants_continue());
        reader.feed("ab");
        CHECK(reader.whole());
        CHECK_FALSE(reader.wants_continue());
        reader.next();
    }
    reader.feed(head + "a");  // it did not wait
    CHECK_FALSE(reader.wants_continue());
    reader.next();
    reader.feed(head);
    reader.next();
    CHECK_FALSE(reader.wants_continue());
    reader.feed(post("Expect: 100-continue\r\nContent-Length: 0\r\n", ""));
    CHECK(reader.whole());
    CHECK_FALSE(reader.wants_continue());
    reader.next();
    reader.feed("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    CHECK_FALSE(reader.wants_continue());  // 1.0 knows no such answer
    reader.next();
    reader.feed(post("Content-Length: 2\r\n", ""));
    CHECK_FALSE(reader.wants_continue());
}

TEST_CASE("what is refused takes nothing more, and is forgotten with next()") {
    http_request_reader reader;
    CHECK(reader.feed("GET /\r\nHost") == 7);
    CHECK(reader.refused() == 400);
    CHECK_FALSE(reader.whole());
    CHECK_FALSE(reader.idle());
    CHECK(reader.feed(get()) == 0);
    reader.next();
    CHECK(reader.refused() == 0);
    CHECK(reader.idle());
    CHECK(reader.feed(get()) == get().size());
    CHECK(reader.whole());
}

TEST_CASE("a reader is idle until something of a request has come") {
    http_request_reader reader;
    CHECK(reader.idle());
    CHECK(reader.feed("") == 0);
    CHECK(reader.idle());
    reader.feed("\r");
    CHECK_FALSE(reader.idle());
    reader.feed("\n" + get());
    CHECK_FALSE(reader.idle());
    reader.next();
    CHECK(reader.idle());
}

TEST_CASE("S05 memory follows what came, not what was declared") {
    http_request_reader reader{{.body_bytes = std::size_t{1} << 40}};
    reader.feed(post("Content-Length: 1099511627776\r\n", "abc"));
    CHECK(reader.refused() == 0);
    CHECK(reader.held_bytes() < 1024);
    reader.feed(std::string(10'000, 'x'));
    CHECK(reader.held_bytes() < 2 * 10'000 + 1024);
}

TEST_CASE("S04 an idle reader holds 4 KiB at most, whatever it has read") {
    http_request_reader reader;
    const std::size_t fresh = reader.held_bytes();
    CHECK(fresh < 100);
    for (const std::string& request :
         {head_of(8192), head_with(64), post("Content-Length: 65536\r\n", std::string(65536, 'b')), head_of(3000),
          get()}) {
        REQUIRE(reader.feed(request) == request.size());
        REQUIRE(reader.whole());
        CHECK(reader.held_bytes() >= request.size());
        CHECK(reader.held_bytes() <
              2 * request.size() + 64 * sizeof(http_field) + http_request_reader::most_idle_bytes);
        reader.next();
        CHECK(reader.held_bytes() <= http_request_reader::most_idle_bytes);
    }
    CHECK(http_request_reader::most_idle_bytes == 4096);
    CHECK(reader.held_bytes() > fresh);  // what is small is kept: the next request allocates nothing
}

TEST_CASE("S03 a long request sent byte by byte is moved a few times only") {
    constexpr std::size_t size = 1 << 20;
    http_request_reader reader{{.head_bytes = size, .body_bytes = size}};
    std::string request = head_of(size / 2);
    request.insert(request.size() - 2, "Content-Length: " + std::to_string(size) + "\r\n");
    request.append(size, 'b');
    int moves = 0;
    std::size_t held = reader.held_bytes(), taken = 0;
    for (const char c : request) {
        taken += reader.feed({&c, 1});
        moves += reader.held_bytes() != held;
        held = reader.held_bytes();
    }
    CHECK(taken == request.size());
    CHECK(reader.whole());
    CHECK(moves < 50);
}
