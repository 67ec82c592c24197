// The four bytes a client lays over its payloads.
#pragma once

#include "../../core/bytes.hpp"

namespace tandem::detail {

// Laid over twice it is gone. `key` is four bytes as they stand in the frame.
inline void mask(char* data, std::size_t size, const char* key) {
    std::uint64_t twice;
    std::memcpy(&twice, key, 4);
    std::memcpy(reinterpret_cast<char*>(&twice) + 4, key, 4);
    std::size_t i = 0;
    for (; i + 8 <= size; i += 8) {
        std::uint64_t word;
        std::memcpy(&word, data + i, 8);
        word ^= twice;
        std::memcpy(data + i, &word, 8);
    }
    for (; i < size; ++i) data[i] = static_cast<char>(data[i] ^ key[i & 3]);
}

}  // namespace tandem::detail
