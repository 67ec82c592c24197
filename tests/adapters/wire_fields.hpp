// Protobuf written by hand, field by field.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

inline std::string varint(std::uint64_t value) {
    std::string out;
    for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
    return out += static_cast<char>(value);
}
inline std::string varint_field(std::uint64_t tag, std::uint64_t value) { return varint(tag << 3) + varint(value); }
inline std::string octets_field(std::uint64_t tag, std::string_view value) {
    return varint(tag << 3 | 2).append(varint(value.size())).append(value);
}
