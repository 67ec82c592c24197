// Base64 with padding (RFC 4648), one text for one run of octets.
#pragma once

#include "../../core/bytes.hpp"

#include <cstdint>
#include <string>

namespace tandem::detail::in_json {

inline void append_base64(std::string& out, bytes data) {
    constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const auto octet = [&](std::size_t i) { return i < data.size() ? static_cast<unsigned char>(data[i]) : 0u; };
    for (std::size_t i = 0; i < data.size(); i += 3) {
        const std::uint32_t group = octet(i) << 16 | octet(i + 1) << 8 | octet(i + 2);
        out += alphabet[group >> 18];
        out += alphabet[group >> 12 & 63];
        out += i + 1 < data.size() ? alphabet[group >> 6 & 63] : '=';
        out += i + 2 < data.size() ? alphabet[group & 63] : '=';
    }
}

// The six bits of a digit, or 64.
inline std::uint32_t base64_digit(char c) {
    if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
    if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a' + 26);
    if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0' + 52);
    return c == '+' ? 62 : c == '/' ? 63 : 64;
}

// False for anything append_base64 would not have written.
inline bool read_base64(std::string_view text, std::string& out) {
    out.clear();
    if (text.size() % 4 != 0) return false;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    const std::string_view digits = text.substr(0, text.size() - padding);
    std::uint32_t group = 0, bits = 0;
    for (const char c : digits) {
        const std::uint32_t digit = base64_digit(c);
        if (digit == 64) return false;
        group = group << 6 | digit;
        bits += 6;
        if (bits >= 8) out += static_cast<char>(group >> (bits -= 8) & 0xff);
    }
    return (group & ((1u << bits) - 1)) == 0;  // nothing hides behind the last octet
}

}  // namespace tandem::detail::in_json
