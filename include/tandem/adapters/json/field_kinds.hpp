// What a table of fields may say about a field beyond its name and type.
#pragma once

#include "../../core/entry.hpp"

#include <concepts>
#include <type_traits>

namespace tandem::detail::in_json {

// One table serves who writes and who reads: `fields(f, is<entry> auto& e)`.
template <class T, class Noun>
concept is = std::same_as<std::remove_const_t<T>, Noun>;

// Octets, where a bare string is text: under `key` when they are UTF-8, else in base64 under `key` + "Base64".
template <class T>
struct opaque {
    T& value;
};
template <class T>
opaque(T&) -> opaque<T>;

// Left out when it is zero: most entries have none of these.
template <class T>
struct rare {
    T& value;
};
template <class T>
rare(T&) -> rare<T>;

// A 64-bit number as JSON's own, where others are strings: for readers who know no other.
struct bare {
    std::uint64_t number;
};

struct any_visitor {
    void operator()(std::string_view, auto&&) const {}
};

}  // namespace tandem::detail::in_json
