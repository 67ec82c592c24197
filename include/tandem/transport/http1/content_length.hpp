// The number in a Content-Length field.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tandem::detail::in_http {

// Digits only and one spelling for one number: no sign, no space, no list, no leading zero, nothing above 2^64 - 1.
constexpr std::optional<std::uint64_t> content_length(std::string_view digits) {
    if (digits.empty() || (digits.size() > 1 && digits[0] == '0')) return std::nullopt;
    std::uint64_t length = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9') return std::nullopt;
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (length > (UINT64_MAX - digit) / 10) return std::nullopt;
        length = length * 10 + digit;
    }
    return length;
}

}  // namespace tandem::detail::in_http
