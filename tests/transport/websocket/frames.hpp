// Frames spelled byte by byte, also wrong ones; nothing of the library's writers is used.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace spelled {

inline constexpr unsigned fin = 0x80, middle = 0, first_text = 1, first_binary = 2, close = 8, ping = 9, pong = 10;
inline constexpr unsigned last_text = fin | first_text, last_binary = fin | first_binary, last = fin | middle;
inline constexpr unsigned a_close = fin | close, a_ping = fin | ping, a_pong = fin | pong;

inline std::string raw(std::initializer_list<unsigned> bytes) {
    std::string all;
    for (const unsigned byte : bytes) all.push_back(static_cast<char>(byte));
    return all;
}

// How the length is written: in the second byte itself, or in 2 or 8 bytes behind it.
enum class length_in { one_byte = 0, two_bytes = 2, eight_bytes = 8 };

inline length_in shortest(std::uint64_t size) {
    if (size < 126) return length_in::one_byte;
    return size < 65536 ? length_in::two_bytes : length_in::eight_bytes;
}

inline std::string head(unsigned first, std::uint64_t declared, length_in form, bool masked) {
    const unsigned mask_bit = masked ? 0x80 : 0;
    std::string all = raw({first});
    if (form == length_in::one_byte) all += raw({mask_bit | static_cast<unsigned>(declared)});
    if (form == length_in::two_bytes) all += raw({mask_bit | 126});
    if (form == length_in::eight_bytes) all += raw({mask_bit | 127});
    for (int i = static_cast<int>(form) - 1; i >= 0; --i)
        all += raw({static_cast<unsigned>(declared >> (8 * i)) & 0xff});
    return all;
}
inline std::string head(unsigned first, std::uint64_t declared, bool masked = true) {
    return head(first, declared, shortest(declared), masked);
}

inline std::string masked_with(std::string_view key, std::string_view payload) {
    std::string all{payload};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<char>(all[i] ^ key[i % 4]);
    return all;
}

inline constexpr std::string_view key = "\x37\xfa\x21\x3d";

// What a client sends, and what a server sends.
inline std::string sent(unsigned first, std::string_view payload, length_in form) {
    return head(first, payload.size(), form, true).append(key) + masked_with(key, payload);
}
inline std::string sent(unsigned first, std::string_view payload = {}) {
    return sent(first, payload, shortest(payload.size()));
}
inline std::string served(unsigned first, std::string_view payload, length_in form) {
    return head(first, payload.size(), form, false).append(payload);
}
inline std::string served(unsigned first, std::string_view payload = {}) {
    return served(first, payload, shortest(payload.size()));
}

inline std::string code(unsigned number, std::string_view reason = {}) {
    return raw({number >> 8, number & 0xff}).append(reason);
}

inline std::string times(std::size_t count, std::string_view what) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) all += what;
    return all;
}

}  // namespace spelled
