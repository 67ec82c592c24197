#include <tandem/transport/websocket/mask.hpp>

#include "frames.hpp"

#include <doctest/doctest.h>

using namespace tandem;

TEST_CASE("the mask is laid over byte by byte, whatever the size and wherever the bytes lie") {
    for (std::size_t offset = 0; offset < 9; ++offset) {
        for (std::size_t size = 0; size < 70; ++size) {
            std::string around(offset + size + 9, '.');
            std::string payload;
            for (std::size_t i = 0; i < size; ++i) payload.push_back(static_cast<char>(i * 7 + size));
            around.replace(offset, size, payload);
            detail::mask(around.data() + offset, size, spelled::key.data());
            CAPTURE(offset);
            CAPTURE(size);
            CHECK(around ==
                  std::string(offset, '.') + spelled::masked_with(spelled::key, payload) + std::string(9, '.'));
        }
    }
}

TEST_CASE("laid over twice it is gone") {
    std::string payload = "the quick brown fox jumps over the lazy dog";
    detail::mask(payload.data(), payload.size(), spelled::key.data());
    CHECK(payload != "the quick brown fox jumps over the lazy dog");
    detail::mask(payload.data(), payload.size(), spelled::key.data());
    CHECK(payload == "the quick brown fox jumps over the lazy dog");
}
