#include <tandem/transport/http1/http_answer.hpp>

#include <doctest/doctest.h>

using namespace tandem;

TEST_CASE("an answer that owns itself is written as its parts are") {
    std::string out;
    append_http_answer(out, http_answer{}, true);
    CHECK(out == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    const http_answer refusal{.status = 401,
                              .fields = {{"WWW-Authenticate", "Bearer"}, {"X", "a\r\nb"}},
                              .content_type = "text/plain",
                              .body = "no"};
    out = "before ";
    append_http_answer(out, refusal, false);
    CHECK(out == "before HTTP/1.1 401 Unauthorized\r\nContent-Type: text/plain\r\nWWW-Authenticate: Bearer\r\n"
                 "Content-Length: 2\r\nConnection: close\r\n\r\nno");
    out.clear();
    append_http_head(out, refusal, true);
    CHECK(out == "HTTP/1.1 401 Unauthorized\r\nContent-Type: text/plain\r\nWWW-Authenticate: Bearer\r\n"
                 "Content-Length: 2\r\n\r\n");
}
