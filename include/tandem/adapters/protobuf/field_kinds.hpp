// What a table of fields may say about a field beyond its number and type.
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

namespace tandem::detail::in_protobuf {

// One table serves who writes and who reads: `fields(f, is<entry> auto& e)`.
template <class T, class Noun>
concept is = std::same_as<std::remove_const_t<T>, Noun>;

// Octets, where a bare string_view is text.
template <class T>
struct opaque {
    T& value;
};
template <class T>
opaque(T&) -> opaque<T>;

// Written even when it is zero, because absent means something else.
template <class T>
struct stated {
    T& value;
};
template <class T>
stated(T&) -> stated<T>;

// Left out when it is zero, where others of its type are written.
template <class T>
struct rare {
    T& value;
};
template <class T>
rare(T&) -> rare<T>;

struct any_visitor {
    void operator()(std::uint32_t, auto&&) const {}
};

}  // namespace tandem::detail::in_protobuf
