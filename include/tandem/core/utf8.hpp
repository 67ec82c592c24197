// Is it text? Strict UTF-8: no overlong form, no surrogate, nothing above U+10FFFF.
#pragma once

#include "bytes.hpp"

namespace tandem {

inline bool is_utf8(bytes text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto follows = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xc0) == 0x80; };
    for (std::size_t i = 0; i < text.size();) {
        if (text.size() - i >= 8 && (detail::load(text.data() + i, 8) & 0x8080808080808080u) == 0) {
            i += 8;  // nearly all text is ASCII
            continue;
        }
        const unsigned lead = byte(i);
        if (lead < 0x80) {
            i += 1;
        } else if (lead >= 0xc2 && lead <= 0xdf && follows(i + 1)) {
            i += 2;
        } else if (lead >= 0xe0 && lead <= 0xef && follows(i + 1) && follows(i + 2)) {
            if ((lead == 0xe0 && byte(i + 1) < 0xa0) || (lead == 0xed && byte(i + 1) > 0x9f)) return false;
            i += 3;
        } else if (lead >= 0xf0 && lead <= 0xf4 && follows(i + 1) && follows(i + 2) && follows(i + 3)) {
            if ((lead == 0xf0 && byte(i + 1) < 0x90) || (lead == 0xf4 && byte(i + 1) > 0x8f)) return false;
            i += 4;
        } else {
            return false;
        }
    }
    return true;
}

// Control characters have no place in an id: they would travel into logs, keys and other people's terminals.
inline bool has_control(bytes text) {
    unsigned char before = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) return true;
        if (before == 0xc2 && byte >= 0x80 && byte < 0xa0) return true;  // U+0080 … U+009F: terminals obey them too
        before = byte;
    }
    return false;
}

}  // namespace tandem
