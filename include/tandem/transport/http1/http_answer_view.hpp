// An HTTP answer as a client reads it.
#pragma once

#include "http_field.hpp"

namespace tandem {

// Views: they die with the next() of the reader that gave it.
struct http_answer_view {
    int status = 0;
    std::span<const http_field> fields{};
    std::string_view body{};
    int minor_version = 1;  // 0 or 1
    bool keep_alive = true;

    // Without case, the first of that name; empty when there is none.
    std::string_view field(std::string_view name) const { return detail::in_http::value_of(fields, name); }
    // In a comma-separated list, without case.
    bool has_token(std::string_view name, std::string_view token) const {
        return detail::in_http::has_token(fields, name, token);
    }
};

namespace detail::in_http {

// Reads "HTTP/1.1 200 OK"; of the reason nothing is kept, and it may be missing.
inline bool read_status_line(std::string_view line, http_answer_view& to) {
    constexpr std::string_view version = "HTTP/1.";
    if (line.size() < 12 || line.substr(0, version.size()) != version || line[8] != ' ') return false;
    if (line[7] != '0' && line[7] != '1') return false;
    if (line.size() > 12 && line[12] != ' ') return false;
    to.minor_version = line[7] - '0';
    to.status = 0;
    for (const char c : line.substr(9, 3)) {
        if (c < '0' || c > '9') return false;
        to.status = to.status * 10 + (c - '0');
    }
    return to.status >= 100 && to.status <= 599;
}

}  // namespace detail::in_http

}  // namespace tandem
