#include <tandem/transport/websocket/close_payload.hpp>

#include "frames.hpp"

#include <doctest/doctest.h>

using namespace tandem;

TEST_CASE("a close says its code in two bytes, then its reason") {
    CHECK(websocket_close_payload(websocket_close_code::normal) == spelled::raw({0x03, 0xe8}));
    CHECK(websocket_close_payload(websocket_close_code::too_large, "too much") ==
          spelled::raw({0x03, 0xf1}) + "too much");
    CHECK(websocket_close_payload(close_code_of(errc::replaced), "replaced") ==
          spelled::raw({0x0f, 0xb5}) + "replaced");
}

TEST_CASE("without a code there is nothing to say") {
    CHECK(websocket_close_payload(websocket_close_code::no_code).empty());
    CHECK(websocket_close_payload(websocket_close_code::no_code, "why").empty());
}

TEST_CASE("a reason of 123 bytes goes whole, a longer one ends between two letters") {
    const std::string fits(123, 'r');
    CHECK(websocket_close_payload(websocket_close_code::normal, fits) == spelled::code(1000, fits));
    CHECK(websocket_close_payload(websocket_close_code::normal, fits + "s") == spelled::code(1000, fits));
    for (const std::string_view letter : {"é", "€", "😀"}) {
        for (std::size_t before = 0; before < 4; ++before) {
            std::string reason(before, 'a');
            while (reason.size() < 300) reason += letter;
            const std::string payload = websocket_close_payload(websocket_close_code::normal, reason);
            CAPTURE(letter);
            CAPTURE(before);
            const std::string kept = payload.substr(2);
            CHECK(is_utf8(kept));
            CHECK(reason.compare(0, kept.size(), kept) == 0);
            CHECK(kept.size() <= 123);
            CHECK(kept.size() + letter.size() > 123);
        }
    }
}

TEST_CASE("what was written is read again") {
    websocket_message message;
    const std::string payload = websocket_close_payload(close_code_of(errc::kicked), "kicked out, señor");
    CHECK(detail::read_close(payload, message) == websocket_close_code::none);
    CHECK(message.opcode == websocket_opcode::close);
    CHECK(static_cast<int>(message.code) == 4022);
    CHECK(message.payload == "kicked out, señor");
}
