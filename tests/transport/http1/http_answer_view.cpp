#include <tandem/transport/http1/http_answer_view.hpp>

#include <doctest/doctest.h>

using namespace tandem;
using namespace tandem::detail::in_http;

TEST_CASE("a status line is a version, a status and perhaps words") {
    http_answer_view a;
    CHECK(read_status_line("HTTP/1.1 200 OK", a));
    CHECK(a.status == 200);
    CHECK(a.minor_version == 1);
    CHECK(read_status_line("HTTP/1.0 404 Not \xc3\xa4 Found", a));
    CHECK(a.status == 404);
    CHECK(a.minor_version == 0);
    CHECK(read_status_line("HTTP/1.1 100 ", a));
    CHECK(a.status == 100);
    CHECK(read_status_line("HTTP/1.1 599", a));
    CHECK(a.status == 599);
}

TEST_CASE("what is no status line is none") {
    for (const std::string_view line :
         {"", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 20", "HTTP/1.1 2000", "HTTP/1.1 200OK", "HTTP/1.1  200 OK",
          "HTTP/1.2 200 OK", "HTTP/2.0 200 OK", "HTTP/2 200 OK now", "http/1.1 200 OK", "HTTP/1.1\t200 OK",
          "HTTP/1.1 +20 OK", "HTTP/1.1 099 X", "HTTP/1.1 600 X", "HTTP/1.1 2x0 X", " HTTP/1.1 200 OK",
          "HTTP/1.x 200 OK", "ICY 200 OK sure"}) {
        INFO(line);
        http_answer_view a;
        CHECK_FALSE(read_status_line(line, a));
    }
}

TEST_CASE("an answer's fields are found without case") {
    const http_field fields[] = {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}};
    const http_answer_view a{.fields = fields};
    CHECK(a.field("UPGRADE") == "websocket");
    CHECK(a.field("x").empty());
    CHECK(a.has_token("connection", "upgrade"));
    CHECK_FALSE(a.has_token("connection", "close"));
}
