// Base64 for URLs, without padding (RFC 7515, section 2): one text for one run of octets.
#pragma once

#include "../../core/bytes.hpp"

#include <cstdint>
#include <string>

namespace tandem::detail::in_jwt {

inline void append_base64url(std::string& out, bytes data) {
    constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::uint32_t group = 0;
    int bits = 0;
    for (const char c : data) {
        group = group << 8 | static_cast<unsigned char>(c);
        for (bits += 8; bits >= 6;) out += alphabet[group >> (bits -= 6) & 63];
    }
    if (bits > 0) out += alphabet[group << (6 - bits) & 63];
}

// The six bits of a digit, or 64.
inline std::uint32_t base64url_digit(char c) {
    if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
    if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a' + 26);
    if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0' + 52);
    return c == '-' ? 62 : c == '_' ? 63 : 64;
}

// False for anything append_base64url would not have written: padding, white space, another alphabet, a digit that stands
// alone, or bits behind the last octet.
inline bool read_base64url(std::string_view text, std::string& out) {
    out.clear();
    if (text.size() % 4 == 1) return false;
    std::uint32_t group = 0;
    int bits = 0;
    for (const char c : text) {
        const std::uint32_t digit = base64url_digit(c);
        if (digit == 64) return false;
        group = group << 6 | digit;
        bits += 6;
        if (bits >= 8) out += static_cast<char>(group >> (bits -= 8) & 0xff);
    }
    return (group & ((1u << bits) - 1)) == 0;
}

}  // namespace tandem::detail::in_jwt
