#include <tandem/transport/websocket/websocket_answer.hpp>

#include <doctest/doctest.h>

using namespace tandem;

namespace {

constexpr std::string_view our_key = "dGhlIHNhbXBsZSBub25jZQ==";
const websocket_subprotocols offered = *websocket_subprotocols::parse("tandem.v1.protobuf, tandem.v1.json");

websocket_answer good() {
    return {.status = 101,
            .upgrade = "websocket",
            .connection = "Upgrade",
            .accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            .subprotocol = "tandem.v1.json"};
}

// "" or what is wrong.
template <class Change>
std::string wrong_with(Change change) {
    websocket_answer answer = good();
    change(answer);
    const result<> checked = check_websocket_answer(answer, our_key, offered);
    return checked ? "" : checked.error().detail;
}

}  // namespace

TEST_CASE("a key is base64 of the sixteen bytes") {
    std::array<unsigned char, 16> bytes{};
    CHECK(websocket_key(bytes) == "AAAAAAAAAAAAAAAAAAAAAA==");
    const std::string_view nonce = "the sample nonce";
    for (std::size_t i = 0; i < 16; ++i) bytes[i] = static_cast<unsigned char>(nonce[i]);
    CHECK(websocket_key(bytes) == our_key);
    bytes.fill(0xff);
    CHECK(websocket_key(bytes) == "/////////////////////w==");
    CHECK(detail::is_websocket_key(websocket_key(bytes)));
}

TEST_CASE("an answer as it should be makes the connection a WebSocket") {
    CHECK(wrong_with([](auto&) {}) == "");
    CHECK(wrong_with([](auto& a) { a.subprotocol = "tandem.v1.protobuf"; }) == "");
    CHECK(wrong_with([](auto& a) { a.subprotocol = ""; }) == "");
    CHECK(wrong_with([](auto& a) { a.upgrade = "WebSocket", a.connection = "keep-alive, upgrade"; }) == "");
}

TEST_CASE("an answer that says anything else does not") {
    for (const int status : {0, 100, 200, 302, 401, 426, 503})
        CHECK(wrong_with([&](auto& a) { a.status = status; }) == "the server refused the WebSocket");
    for (const char* upgrade : {"", "h2c", "websockets"})
        CHECK(wrong_with([&](auto& a) { a.upgrade = upgrade; }) == "101 without Upgrade: websocket");
    for (const char* connection : {"", "close", "keep-alive"})
        CHECK(wrong_with([&](auto& a) { a.connection = connection; }) == "101 without Connection: Upgrade");
    for (const char* accept :
         {"", "S3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo", "dGhlIHNhbXBsZSBub25jZQ=="})
        CHECK(wrong_with([&](auto& a) { a.accept = accept; }) == "Sec-WebSocket-Accept does not answer our key");
    for (const char* subprotocol : {"tandem.v2", "TANDEM.V1.JSON", "tandem.v1.protobuf, tandem.v1.json"})
        CHECK(wrong_with([&](auto& a) { a.subprotocol = subprotocol; }) ==
              "the server chose a subprotocol that was not offered");
    CHECK(wrong_with([](auto& a) { a.extensions = "permessage-deflate"; }) ==
          "the server chose an extension, but none was offered");
}

TEST_CASE("an answer to another key is no answer") {
    CHECK_FALSE(check_websocket_answer(good(), "x3JJHMbDL1EzLkh9GBhXDw==", offered));
    CHECK_FALSE(check_websocket_answer(good(), our_key, *websocket_subprotocols::parse("")));
}
