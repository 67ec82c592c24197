#include "tandem/adapters/asio/server_url.hpp"

#include <doctest/doctest.h>

using namespace tandem;

namespace {

std::string url_read(std::string_view text) {
    const auto url = server_url::parse(text);
    if (!url) return url.error().detail;
    return std::string{url->is_encrypted ? "tls " : "plain "} + url->host + ' ' + std::to_string(url->port) + ' ' +
           url->folder;
}

}  // namespace

TEST_SUITE("server_url") {
    TEST_CASE("a scheme, a host, a port if it is not the usual one, a folder if there is one") {
        CHECK(url_read("https://chat.example") == "tls chat.example 443 ");
        CHECK(url_read("http://chat.example/") == "plain chat.example 80 ");
        CHECK(url_read("wss://chat.example:444/im/chat") == "tls chat.example 444 /im/chat");
        CHECK(url_read("ws://127.0.0.1:8080/im/") == "plain 127.0.0.1 8080 /im");
        CHECK(url_read("http://[2001:db8::7]") == "plain 2001:db8::7 80 ");
        CHECK(url_read("http://[::1]:65535/a") == "plain ::1 65535 /a");
    }

    TEST_CASE("anything else is none, and says why") {
        for (const char* text : {"", "chat.example", "ftp://chat.example", "HTTP//chat.example", "://chat.example"})
            CHECK(url_read(text) == std::string{text} + " is no server: it begins with no https:// or http://");
        for (const char* text : {"http://", "http:///im", "http://:80", "http://a:0", "http://a:65536", "http://a:8o",
                                 "http://a:", "http://a:99999999999999999999", "http://[::1", "http://[::1]80",
                                 "http://[]:80", "http://a:-1"})
            CHECK(url_read(text) == std::string{text} + " is no server: it has no host, or no port from 1 to 65535");
        for (const char* text : {"http://ann@a", "http://a?b", "http://a/#b", "http://a b"})
            CHECK(url_read(text) == std::string{text} + " is no server: it has more than a host, a port and a folder");
    }
}
