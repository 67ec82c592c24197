// Bytes as they came from a peer, and the one hash used for everything.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace tandem {

// Octets, not text: whoever needs text checks it (see utf8.hpp). The view dies with the call it was given to.
using bytes = std::string_view;

namespace detail {

// Little-endian, whatever the machine: hashes are written to disks.
inline std::uint64_t load(const char* from, std::size_t size) {
    std::uint64_t word = 0;
    if (size != 0) std::memcpy(&word, from, size);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    return word;
}

inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    __extension__ using wide = unsigned __int128;
    const wide product = static_cast<wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace detail

namespace detail {

// No UTF-8 has a byte fe, so no id can be odd_b and cancel what was mixed in before it, the seed included.
inline constexpr std::uint64_t odd_a = 0x9e3779b97f4a7c15u, odd_b = 0xd6e8feb86659fd93u;

inline std::uint64_t mix_in(std::uint64_t hash, std::uint64_t low, std::uint64_t high) {
    return mix(low ^ odd_a ^ hash, high ^ odd_b);
}

}  // namespace detail

// Fast and well spread. Peers choose their ids, so a table open to strangers gives each process its own `seed`.
inline std::uint64_t hash_bytes(bytes data, std::uint64_t seed = 0) {
    std::uint64_t hash = detail::mix_in(seed, 0, data.size());
    const char* at = data.data();
    std::size_t left = data.size();
    for (; left > 16; at += 16, left -= 16) hash = detail::mix_in(hash, detail::load(at, 8), detail::load(at + 8, 8));
    const std::uint64_t low = detail::load(at, left < 8 ? left : 8);
    const std::uint64_t high = left > 8 ? detail::load(at + 8, left - 8) : 0;
    return detail::mix_in(hash, low, high);
}

// The same for what is always of one size: no loop, no branch.
template <std::size_t Size>
std::uint64_t hash_block(const void* block, std::uint64_t seed) {
    static_assert(Size % 16 == 0);
    const char* at = static_cast<const char*>(block);
    std::uint64_t hash = seed;
    for (std::size_t i = 0; i < Size; i += 16)
        hash = detail::mix_in(hash, detail::load(at + i, 8), detail::load(at + i + 8, 8));
    return hash;
}

}  // namespace tandem
