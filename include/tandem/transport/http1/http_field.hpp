// One field of an HTTP message's head, and how fields are found.
#pragma once

#include "../../core/ascii.hpp"

#include <span>

namespace tandem {

// Views. The value has no blanks around it.
struct http_field {
    std::string_view name, value;
};

namespace detail::in_http {

inline std::size_t count_of(std::span<const http_field> fields, std::string_view name) {
    std::size_t count = 0;
    for (const http_field& f : fields) count += same_word(f.name, name);
    return count;
}

// The first one's value; empty when there is none.
inline std::string_view value_of(std::span<const http_field> fields, std::string_view name) {
    for (const http_field& f : fields)
        if (same_word(f.name, name)) return f.value;
    return {};
}

// Is `token` an item of the comma-separated list that all fields of this name are together?
inline bool has_token(std::span<const http_field> fields, std::string_view name, std::string_view token) {
    for (const http_field& f : fields) {
        if (!same_word(f.name, name)) continue;
        for (std::string_view rest = f.value; !rest.empty();)
            if (same_word(cut(rest, ','), token)) return true;
    }
    return false;
}

// May the connection carry another message after this one?
inline bool keeps_alive(std::span<const http_field> fields, int minor_version) {
    if (has_token(fields, "connection", "close")) return false;
    return minor_version >= 1 || has_token(fields, "connection", "keep-alive");
}

}  // namespace detail::in_http

}  // namespace tandem
