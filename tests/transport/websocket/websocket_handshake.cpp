#include <tandem/transport/websocket/websocket_handshake.hpp>

#include <doctest/doctest.h>

using namespace tandem;

namespace {

// RFC 6455, 1.3.
constexpr std::string_view their_key = "dGhlIHNhbXBsZSBub25jZQ==";

websocket_upgrade sound_upgrade() {
    return {.method = "GET",
            .version = "HTTP/1.1",
            .upgrade = "websocket",
            .connection = "Upgrade",
            .key = their_key,
            .websocket_version = "13"};
}

template <class Change>
int refusal_with(Change change) {
    websocket_upgrade request = sound_upgrade();
    change(request);
    return websocket_refusal(request);
}

}  // namespace

TEST_CASE("the answer to a key is RFC 6455's own example") {
    CHECK(websocket_accept(their_key) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    CHECK(websocket_accept("x3JJHMbDL1EzLkh9GBhXDw==") == "HSmrc0sMlYUkAGmm5OPpG2HaGWk=");
}

TEST_CASE("an upgrade as browsers send it is one") {
    CHECK(websocket_refusal(sound_upgrade()) == 0);
    CHECK(refusal_with([](auto& r) { r.connection = "keep-alive, Upgrade"; }) == 0);
    CHECK(refusal_with([](auto& r) { r.upgrade = "WebSocket", r.connection = "upgrade"; }) == 0);
    CHECK(refusal_with([](auto& r) { r.upgrade = "h2c, websocket"; }) == 0);
    CHECK(asks_for_websocket(sound_upgrade()));
}

TEST_CASE("S02 only version 13 is spoken, and the refusal names it") {
    for (const char* version :
         {"", "0", "7", "8", "12", "14", "013", "13.0", "13, 8", "8, 13", "13 ", "thirteen", "-13"}) {
        CAPTURE(version);
        CHECK(refusal_with([&](auto& r) { r.websocket_version = version; }) == 426);
    }
    CHECK(websocket_version_field == "Sec-WebSocket-Version: 13\r\n");
}

TEST_CASE("what is no upgrade is refused as what it is") {
    for (const char* method : {"POST", "HEAD", "get", "CONNECT", ""})
        CHECK(refusal_with([&](auto& r) { r.method = method; }) == 405);
    for (const char* version : {"HTTP/1.0", "HTTP/2", "HTTP/1.10", ""})
        CHECK(refusal_with([&](auto& r) { r.version = version; }) == 400);
    for (const char* upgrade : {"", "h2c", "websockets", "websocket/13"}) {
        CHECK(refusal_with([&](auto& r) { r.upgrade = upgrade; }) == 400);
        websocket_upgrade request = sound_upgrade();
        request.upgrade = upgrade;
        CHECK_FALSE(asks_for_websocket(request));
    }
    for (const char* connection : {"", "keep-alive", "close", "upgrades"})
        CHECK(refusal_with([&](auto& r) { r.connection = connection; }) == 400);
    CHECK(refusal_with([](auto& r) { r.has_body = true; }) == 400);
}

TEST_CASE("a key is 16 bytes in base64, and nothing else") {
    for (const char* key : {"AAAAAAAAAAAAAAAAAAAAAA==", "/////////////////////w==", "+0aZ9/AAAAAAAAAAAAAAAQ=="})
        CHECK(refusal_with([&](auto& r) { r.key = key; }) == 0);
    for (const char* key :
         {"", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ",
          "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZTE=", "dGhlIHNhbXBsZSBub25jZTEy",
          "dGhlIHNhbXBsZSBub25jZR==", "dGhlIHNhbXBsZSBub25jZg=", "dGhl-HNhbXBsZSBub25jZQ==", "dGhl HNhbXBsZSBub25jZQ==",
          "dGhlIHNhbXBsZSBub2=jZQ==", "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==", " dGhlIHNhbXBsZSBub25jZQ=",
          "dGhlIHNhbXBsZSBub25jZQ=A"}) {
        CAPTURE(key);
        CHECK(refusal_with([&](auto& r) { r.key = key; }) == 400);
    }
}
