#include <tandem/transport/http1/http_request.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tandem;
using namespace tandem::detail::in_http;

namespace {

int verdict(std::string_view line) {
    http_request r;
    return read_request_line(line, r);
}

}  // namespace

TEST_CASE("a request line is a method, a target and a version") {
    http_request r;
    CHECK(read_request_line("GET /a/b?c=d&e HTTP/1.1", r) == 0);
    CHECK(r.method == "GET");
    CHECK(r.target == "/a/b?c=d&e");
    CHECK(r.path() == "/a/b");
    CHECK(r.query() == "c=d&e");
    CHECK(r.minor_version == 1);
    CHECK(read_request_line("m / HTTP/1.0", r) == 0);
    CHECK(r.path() == "/");
    CHECK(r.query().empty());
    CHECK(r.minor_version == 0);
    r.target = "/?a?b";
    CHECK(r.path() == "/");
    CHECK(r.query() == "a?b");
}

TEST_CASE("S03 a request line has single spaces, a token and a known version") {
    for (const std::string_view line : {"",
                                        "GET",
                                        "GET /",
                                        "GET HTTP/1.1",
                                        "GET  HTTP/1.1",
                                        "GET  / HTTP/1.1",
                                        "GET /  HTTP/1.1",
                                        " GET / HTTP/1.1",
                                        "GET / HTTP/1.1 ",
                                        "GET /a b HTTP/1.1",
                                        "G(T / HTTP/1.1",
                                        "G\xc3\xa4T / HTTP/1.1",
                                        "GET / http/1.1",
                                        "GET / HTTP/1",
                                        "GET / HTTP/1.",
                                        "GET / HTTP/1.10",
                                        "GET / HTTP/01.1",
                                        "GET / HTTP/1,1",
                                        "GET / HTTP/a.1",
                                        "GET / HTTP/1.x",
                                        "GET / HTTPS/1.1",
                                        "GET / HTTP/+1.1",
                                        " / HTTP/1.1"}) {
        INFO(line);
        CHECK(verdict(line) == 400);
    }
    for (const std::string_view line : {"GET / HTTP/2.0", "PRI * HTTP/2.0", "GET / HTTP/0.9", "GET / HTTP/1.2",
                                        "GET / HTTP/1.9", "GET / HTTP/9.1", "GET / HTTP/3.0"}) {
        INFO(line);
        CHECK(verdict(line) == 505);
    }
}

TEST_CASE("S40 a target is a path in visible ASCII; the forms for proxies are refused") {
    for (const std::string_view target : {"*", "http://a/", "a:443", "a", "?a", "/a#b", "/\xc3\xa4", "/\x7f", "/\t"}) {
        INFO(target);
        CHECK(verdict(std::string{"GET "}.append(target).append(" HTTP/1.1")) == 400);
    }
    CHECK(verdict("CONNECT a:443 HTTP/1.1") == 400);
    CHECK(verdict("OPTIONS * HTTP/1.1") == 400);
    for (const std::string_view target : {"/", "//a", "/%00", "/!~", "/a?b#"}) {
        INFO(target);
        CHECK(verdict(std::string{"GET "}.append(target).append(" HTTP/1.1")) == (target.back() == '#' ? 400 : 0));
    }
}

TEST_CASE("a host is a name or an address") {
    for (const std::string_view host : {"", "a", "a.b:80", "[::1]:80", "127.0.0.1", "a_b-c", "%41"}) {
        INFO(host);
        CHECK(is_host(host));
    }
    for (const std::string_view host :
         {"a b", "a,b", "a/b", "a@b", "a?b", "a#b", "a\\b", "<a>", "a\"", "\xc3\xa4", "a\t", "{a}", "a|b", "^", "`"}) {
        INFO(host);
        CHECK_FALSE(is_host(host));
    }
}

TEST_CASE("a request's fields are found without case") {
    const http_field fields[] = {{"Upgrade", "websocket"}, {"Connection", "keep-alive, Upgrade"}};
    const http_request r{.fields = fields};
    CHECK(r.field("upgrade") == "websocket");
    CHECK(r.field("host").empty());
    CHECK(r.has_token("connection", "upgrade"));
    CHECK_FALSE(r.has_token("connection", "close"));
}

TEST_CASE("what is said in several fields of one name is read as one list") {
    const http_field fields[] = {{"Via", "a"}, {"Host", "h"}, {"via", ""}, {"VIA", "b, c"}};
    const http_request r{.fields = fields};
    CHECK(r.joined("via") == "a, , b, c");
    CHECK(r.joined("host") == "h");
    CHECK(r.joined("other").empty());
}
