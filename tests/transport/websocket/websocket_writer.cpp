#include <tandem/transport/websocket/websocket_writer.hpp>

#include <tandem/core/frame.hpp>
#include <tandem/transport/websocket/websocket_reader.hpp>

#include "frames.hpp"

#include <doctest/doctest.h>

using namespace tandem;
using spelled::raw;

namespace {

std::string head_of(std::size_t size, websocket_opcode opcode) {
    std::string room(16, '?');
    const std::size_t written = write_websocket_head(room.data() + 12, size, opcode);
    CHECK(room.substr(0, 12 - written) == std::string(12 - written, '?'));
    CHECK(room.substr(12) == "????");
    return room.substr(12 - written, written);
}

}  // namespace

TEST_CASE("a header has 2, 4 or 10 bytes and ends where the payload begins") {
    CHECK(head_of(0, websocket_opcode::binary) == raw({0x82, 0}));
    CHECK(head_of(5, websocket_opcode::text) == raw({0x81, 5}));
    CHECK(head_of(125, websocket_opcode::binary) == raw({0x82, 125}));
    CHECK(head_of(126, websocket_opcode::binary) == raw({0x82, 126, 0, 126}));
    CHECK(head_of(256, websocket_opcode::binary) == raw({0x82, 126, 1, 0}));
    CHECK(head_of(65535, websocket_opcode::text) == raw({0x81, 126, 0xff, 0xff}));
    CHECK(head_of(65536, websocket_opcode::text) == raw({0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0}));
    CHECK(head_of(0xfedcba98, websocket_opcode::binary) == raw({0x82, 127, 0, 0, 0, 0, 0xfe, 0xdc, 0xba, 0x98}));
    CHECK(head_of(0, websocket_opcode::ping) == raw({0x89, 0}));
}

TEST_CASE("a shared frame gets its header in front, once") {
    for (const std::size_t size : {0u, 1u, 125u, 126u, 65535u, 65536u}) {
        const frame shared{std::string(size, 'm')};
        const auto write = [](char* end, std::size_t payload) {
            return write_websocket_head(end, payload, websocket_opcode::binary);
        };
        CAPTURE(size);
        CHECK(shared.with_head(write) == spelled::served(spelled::last_binary, std::string(size, 'm')));
        CHECK(shared.payload() == std::string(size, 'm'));
    }
}

TEST_CASE("a client's frame is RFC 6455's own example") {
    std::string out = "before ";
    append_masked(out, websocket_opcode::text, "Hello", 0x37fa213d);
    CHECK(out == "before " + raw({0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}));
}

TEST_CASE("a client's frame is masked in every size") {
    for (const std::size_t size : {0u, 1u, 3u, 8u, 125u, 126u, 300u, 65535u, 65536u}) {
        std::string out;
        append_masked(out, websocket_opcode::binary, std::string(size, 'm'), 0x37fa213d);
        CAPTURE(size);
        CHECK(out == spelled::sent(spelled::last_binary, std::string(size, 'm')));
    }
}

TEST_CASE("a server's control frames stand one behind the other") {
    std::string out;
    append_control(out, websocket_opcode::pong, "echo");
    append_control(out, websocket_opcode::ping, {});
    append_control(out, websocket_opcode::close, websocket_close_payload(websocket_close_code::going_away));
    CHECK(out == raw({0x8a, 4}) + "echo" + raw({0x89, 0}) + raw({0x88, 2, 0x03, 0xe9}));
    out.clear();
    append_control(out, websocket_opcode::ping, std::string(125, 'p'));
    CHECK(out == spelled::served(spelled::a_ping, std::string(125, 'p')));
}

TEST_CASE("what one end writes the other end reads") {
    std::string to_server, to_client(16, ' ');
    append_masked(to_server, websocket_opcode::close, websocket_close_payload(close_code_of(errc::kicked), "so long"),
                  0xffffffff);
    const std::size_t head = write_websocket_head(to_client.data() + 16, 5, websocket_opcode::text);
    to_client = to_client.substr(16 - head) + "Hello";

    websocket_reader server{websocket_role::server}, client{websocket_role::client};
    int heard = 0;
    CHECK(server.feed(to_server.data(), to_server.size(), [&](const websocket_message& m) {
        CHECK(m.opcode == websocket_opcode::close);
        CHECK(reason_of_close(m.code) == errc::kicked);
        CHECK(m.payload == "so long");
        return ++heard;
    }) == websocket_close_code::none);
    CHECK(client.feed(to_client.data(), to_client.size(), [&](const websocket_message& m) {
        CHECK(m.opcode == websocket_opcode::text);
        CHECK(m.payload == "Hello");
        return ++heard;
    }) == websocket_close_code::none);
    CHECK(heard == 2);
}
