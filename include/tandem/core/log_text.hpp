// Text that a peer sent, as a log may show it.
#pragma once

#include "utf8.hpp"

#include <string>

namespace tandem {

namespace detail {

// The first character of `text`; size 0 if it does not begin with one. (`text` is not empty.)
struct decoded {
    char32_t code = 0;
    std::size_t size = 0;
};

inline decoded first_character(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (!is_utf8(text.substr(0, size))) return {};
    char32_t code = size == 1 ? lead : lead & (0x7fu >> size);
    for (std::size_t i = 1; i < size; ++i) code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3fu);
    return {code, size};
}

constexpr bool is_among(char32_t code, char32_t first, char32_t last) { return first <= code && code <= last; }

// What ends a line, moves a terminal's cursor, or turns the order of what is read around.
constexpr bool is_odd_in_a_log(char32_t code) {
    return code < 0x20 || is_among(code, 0x7f, 0x9f) || code == 0x061c || is_among(code, 0x200e, 0x200f) ||
           is_among(code, 0x2028, 0x202e) || is_among(code, 0x2066, 0x2069);
}

inline void append_escaped(std::string& out, char kind, std::uint32_t code, int digits) {
    out += '\\';
    out += kind;
    while (digits-- > 0) out += "0123456789abcdef"[code >> 4 * digits & 15];
}

}  // namespace detail

// One line of at most `most` bytes (no fewer than 3). Control characters become \x0d or \u0085, bidi controls and line
// separators \u202e, bytes that are no UTF-8 \xff; what is cut ends with "…". Of its own result it makes the same again,
// so it does not matter who on the way to the log calls it.
inline std::string log_text(std::string_view text, std::size_t most = 200) {
    static constexpr std::string_view ellipsis = "\xe2\x80\xa6";
    std::string line;
    std::size_t fits = 0;  // so much of it leaves room for the ellipsis
    while (!text.empty()) {
        const detail::decoded next = detail::first_character(text);
        if (next.size == 0 || next.code < 0x80) {
            if (next.size == 1 && !detail::is_odd_in_a_log(next.code)) line += text[0];
            else detail::append_escaped(line, 'x', static_cast<unsigned char>(text[0]), 2);
        } else if (detail::is_odd_in_a_log(next.code)) {
            detail::append_escaped(line, 'u', static_cast<std::uint32_t>(next.code), 4);
        } else {
            line += text.substr(0, next.size);
        }
        if (line.size() > most) return line.substr(0, fits).append(ellipsis);
        if (line.size() + ellipsis.size() <= most) fits = line.size();
        text.remove_prefix(next.size == 0 ? 1 : next.size);
    }
    return line;
}

}  // namespace tandem
