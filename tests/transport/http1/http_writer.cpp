#include <tandem/transport/http1/http_writer.hpp>

#include "transport/http1/fixture.hpp"

#include <vector>

using namespace tandem;

namespace {

using fields = std::initializer_list<http_field>;

std::string answer(int status, fields f, std::string_view body, bool keep_alive) {
    std::string out = "before ";
    append_http_answer(out, status, f, body, keep_alive);
    return out.substr(7);
}

// Empty when it was refused.
std::string request(std::string_view method, std::string_view target, std::string_view host, fields f = {},
                    std::string_view body = {}) {
    std::string out = "before ";
    const bool said = append_http_request(out, method, target, host, f, body);
    CHECK(said == (out.size() > 7));
    return out.substr(7);
}

}  // namespace

TEST_CASE("an answer says its status, its fields and its length") {
    CHECK(answer(200, {{"Content-Type", "text/plain"}, {"X", ""}}, "hello", true) ==
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX: \r\nContent-Length: 5\r\n\r\nhello");
    CHECK(answer(404, {}, "", true) == "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    CHECK(answer(299, {}, "", true) == "HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n");
    CHECK(answer(400, {}, "no", false) ==
          "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
}

TEST_CASE("fields are given as they are at hand") {
    const std::vector<http_field> some{{"A", "b"}};
    std::string out;
    append_http_answer(out, 200, some, "", true);
    append_http_answer(out, 200, {{"C", "d"}, {"E", "f"}}, "", true);
    append_http_answer(out, 200, {}, "", true);
    append_http_request(out, "GET", "/", "h", some, "");
    append_http_request(out, "GET", "/", "h", {}, "");
    CHECK(out == "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 0\r\n\r\n"
                 "HTTP/1.1 200 OK\r\nC: d\r\nE: f\r\nContent-Length: 0\r\n\r\n"
                 "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                 "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n"
                 "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
}

TEST_CASE("answers without a body say no length and bring none") {
    CHECK(answer(100, {}, "x", true) == "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(answer(101, {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}}, "x", false) ==
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    CHECK(answer(204, {}, "x", true) == "HTTP/1.1 204 No Content\r\n\r\n");
    CHECK(answer(204, {}, "", false) == "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    CHECK(answer(304, {}, "x", true) == "HTTP/1.1 304 Not Modified\r\n\r\n");
}

TEST_CASE("what is no status goes out as 500") {
    for (const int status : {0, -1, 42, 99, 600, 1000})
        CHECK(answer(status, {}, "x", true) == "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 1\r\n\r\nx");
    CHECK(answer(599, {}, "", true) == "HTTP/1.1 599 \r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("S06 nothing in a field splits an answer or says another length") {
    const std::string bare = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx";
    for (const std::string_view value :
         {"a\r\nSet-Cookie: b", "a\r\n\r\nHTTP/1.1 200 OK", "a\nb", "a\rb", "\n", "a\x01", "\x7f"})
        CHECK(answer(200, {{"X", value}}, "x", true) == bare);
    CHECK(answer(200, {{"X", std::string_view{"a\0b", 3}}}, "x", true) == bare);
    for (const std::string_view name :
         {"", "a b", "a:", "a\r\nb", "a\r\nb: c", "\xc3\xa4", "content-length", "Content-Length", "TRANSFER-ENCODING"})
        CHECK(answer(200, {{name, "7"}}, "x", true) == bare);
    CHECK(answer(200, {{"X", "a\tb \xc3\xa4"}}, "x", true) ==
          "HTTP/1.1 200 OK\r\nX: a\tb \xc3\xa4\r\nContent-Length: 1\r\n\r\nx");
}

TEST_CASE("the head for a HEAD tells the length of what it does not bring") {
    std::string out;
    append_http_head(out, 200, {}, 1234, true);
    CHECK(out == "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n");
    CHECK(answered(out, {}, "HEAD") == "200");
    out.clear();
    append_http_head(out, 7, {}, 0, false);
    CHECK(out == "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST_CASE("a request says its target, its host and, with a body, its length") {
    CHECK(request("GET", "/a?b", "h:80", {{"Accept", "*/*"}}) ==
          "GET /a?b HTTP/1.1\r\nHost: h:80\r\nAccept: */*\r\n\r\n");
    CHECK(request("POST", "/", "h", {}, "hi") == "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
    CHECK(request("GET", "/", "h", {}, "hi") == "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
    for (const std::string_view method : {"POST", "PUT", "PATCH"})
        CHECK(request(method, "/", "h") ==
              std::string{method}.append(" / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"));
    CHECK(request("DELETE", "/", "h") == "DELETE / HTTP/1.1\r\nHost: h\r\n\r\n");
}

TEST_CASE("S06 what would split a request is not said") {
    CHECK(request("GET /", "/", "h").empty());
    CHECK(request("", "/", "h").empty());
    CHECK(request("GET", "", "h").empty());
    CHECK(request("GET", "http://h/", "h").empty());
    CHECK(request("GET", "/ HTTP/1.1\r\nX: y\r\n\r\n", "h").empty());
    CHECK(request("GET", "/a b", "h").empty());
    CHECK(request("GET", "/", "h\r\nX: y").empty());
    CHECK(request("GET", "/", "h i").empty());
    CHECK(request("GET", "/", "h", {{"host", "i"}, {"X", "a\r\nb"}, {"Content-Length", "9"}, {"Y", "z"}}) ==
          "GET / HTTP/1.1\r\nHost: h\r\nY: z\r\n\r\n");
}

TEST_CASE("what is written is read again") {
    CHECK(asked(request("POST", "/a?b=c", "[::1]:80", {{"Connection", "close"}}, "body") + request("GET", "/", "")) ==
          "POST /a?b=c close body=body | GET /");
    CHECK(answered(answer(503, {{"Retry-After", "1"}}, "later", false)) == "503 close body=later");
    CHECK(answered(answer(204, {}, "x", true)) == "204");
    CHECK(answered(answer(100, {}, "", true) + answer(200, {}, "a", true)) == "200 body=a");
}
