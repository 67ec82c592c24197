#include <tandem/transport/websocket/whole_frame.hpp>

#include "frames.hpp"

#include <doctest/doctest.h>

using namespace tandem;
using namespace spelled;

namespace {

// The frame's size and payload, or "" if it is left to the processor, and then the bytes are untouched.
std::string read(std::string data, websocket_role role = websocket_role::server, std::uint32_t limit = 70'000) {
    const std::string before = data;
    const detail::whole_frame found = detail::read_whole_frame(data.data(), data.size(), role, limit);
    if (found.size == 0) CHECK(data == before);
    return found.size == 0 ? "" : std::to_string(found.size) + " " + std::string{found.payload};
}

}  // namespace

TEST_CASE("a message in one frame is found, with what follows it left alone") {
    CHECK(read(sent(last_text, "Hello")) == "11 Hello");
    CHECK(read(sent(last_binary, "Hello") + sent(last_text, "next")) == "11 Hello");
    CHECK(read(sent(last_text)) == "6 ");
    const std::string most(65535, 'm'), least(126, 'l');
    CHECK(read(sent(last_text, least)) == "134 " + least);
    CHECK(read(sent(last_text, most)) == "65543 " + most);
    CHECK(read(served(last_text, "Hello"), websocket_role::client) == "7 Hello");
    CHECK(read(served(last_binary, least), websocket_role::client) == "130 " + least);
}

TEST_CASE("everything else is left to the processor, untouched") {
    const std::string whole = sent(last_text, "Hello"), longer = sent(last_text, std::string(126, 'l'));
    for (std::size_t size = 0; size < whole.size(); ++size) CHECK(read(whole.substr(0, size)) == "");
    for (std::size_t size = 0; size < longer.size(); ++size) CHECK(read(longer.substr(0, size)) == "");
    for (unsigned first = 0; first < 256; ++first)
        if (first != last_text && first != last_binary) CHECK(read(sent(first, "a")) == "");
    CHECK(read(served(last_text, "a message without a mask")) == "");
    CHECK(read(sent(last_text, "a message with one"), websocket_role::client) == "");
    CHECK(read(sent(last_text, "Hello", length_in::two_bytes)) == "");
    CHECK(read(sent(last_text, "Hello", length_in::eight_bytes)) == "");
    CHECK(read(sent(last_text, std::string(65536, 'm'))) == "");
    CHECK(read(whole, websocket_role::server, 4) == "");
    CHECK(read(whole, websocket_role::server, 5) == "11 Hello");
}
