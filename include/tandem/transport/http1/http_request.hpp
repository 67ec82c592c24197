// An HTTP request as a server reads it.
#pragma once

#include "field_syntax.hpp"
#include "http_field.hpp"

#include <string>
#include <utility>

namespace tandem {

// Views: they die with the next() of the reader that gave it.
struct http_request {
    std::string_view method{};
    std::string_view target{};  // path?query, escaped as it came; it begins with '/' and has no '#'
    std::span<const http_field> fields{};
    std::string_view body{};
    int minor_version = 1;  // 0 or 1
    bool keep_alive = true;

    std::string_view path() const { return target.substr(0, target.find('?')); }
    std::string_view query() const {
        const std::size_t mark = target.find('?');
        return mark == target.npos ? std::string_view{} : target.substr(mark + 1);
    }

    // Without case, the first of that name; empty when there is none.
    std::string_view field(std::string_view name) const { return detail::in_http::value_of(fields, name); }

    // All of that name, one after the other, with commas between: what the sender could as well have said in one.
    std::string joined(std::string_view name) const {
        std::string all;
        bool several = false;
        for (const http_field& f : fields) {
            if (!detail::same_word(f.name, name)) continue;
            if (std::exchange(several, true)) all += ", ";
            all += f.value;
        }
        return all;
    }

    // In a comma-separated list, without case: has_token("Connection", "upgrade").
    bool has_token(std::string_view name, std::string_view token) const {
        return detail::in_http::has_token(fields, name, token);
    }
};

namespace detail::in_http {

// Visible ASCII from a '/' on. The other forms ("*", "http://…", "host:port") are for proxies and for OPTIONS.
constexpr bool is_origin_form(std::string_view target) {
    for (const char c : target)
        if (c <= ' ' || c > '~' || c == '#') return false;
    return !target.empty() && target[0] == '/';
}

// A name or an address with a port, perhaps none at all; nothing that could end it earlier for somebody else.
constexpr bool is_host(std::string_view host) {
    for (const char c : host)
        if (c <= ' ' || c > '~' || std::string_view{"\"#,/<>?@\\^`{|}"}.find(c) != std::string_view::npos) return false;
    return true;
}

// Reads "GET /path HTTP/1.1" and returns the status to refuse it with, or 0.
inline int read_request_line(std::string_view line, http_request& to) {
    const std::size_t first = line.find(' '), last = line.rfind(' ');
    if (first == line.npos || first == last) return 400;
    to.method = line.substr(0, first);
    to.target = line.substr(first + 1, last - first - 1);
    const std::string_view version = line.substr(last + 1);
    const auto digit = [&](std::size_t i) { return version[i] >= '0' && version[i] <= '9'; };
    if (version.size() != 8 || version.substr(0, 5) != "HTTP/" || !digit(5) || version[6] != '.' || !digit(7))
        return 400;
    if (!is_token(to.method)) return 400;
    if (version[5] != '1' || version[7] > '1') return 505;
    to.minor_version = version[7] - '0';
    return is_origin_form(to.target) ? 0 : 400;
}

}  // namespace detail::in_http

}  // namespace tandem
