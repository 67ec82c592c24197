// Writes HTTP/1.1 messages; nothing a peer said can split one.
#pragma once

#include "http_reason.hpp"
#include "http_request.hpp"

#include <initializer_list>
#include <string>

namespace tandem {

namespace detail::in_http {

// Not a status at all: the program's own mistake, which goes out as 500.
constexpr int as_status(int number) { return number < 100 || number > 599 ? 500 : number; }

constexpr bool has_no_body(int status) { return status < 200 || status == 204 || status == 304; }

constexpr bool is_field_value(std::string_view value) {
    for (const char c : value)
        if (c != '\t' && is_control(c)) return false;
    return true;
}

// A field that would end its line early, or would say where the message ends, is left out.
inline void append_field(std::string& out, std::string_view name, std::string_view value) {
    if (!is_token(name) || !is_field_value(value)) return;
    if (same_word(name, "content-length") || same_word(name, "transfer-encoding")) return;
    out.append(name).append(": ").append(value).append("\r\n");
}

inline void append_length(std::string& out, std::size_t length) {
    out.append("Content-Length: ").append(std::to_string(length)).append("\r\n");
}

inline void append_status_line(std::string& out, int status) {
    out.append("HTTP/1.1 ").append(std::to_string(status)).append(" ").append(http_reason(status)).append("\r\n");
}

}  // namespace detail::in_http

// The head alone: for the answer to a HEAD, which tells the length of a body it does not bring.
inline void append_http_head(std::string& out, int status, std::span<const http_field> fields, std::size_t body_bytes,
                             bool keep_alive) {
    status = detail::in_http::as_status(status);
    detail::in_http::append_status_line(out, status);
    for (const http_field& f : fields) detail::in_http::append_field(out, f.name, f.value);
    if (!detail::in_http::has_no_body(status)) detail::in_http::append_length(out, body_bytes);
    if (!keep_alive && status >= 200) out.append("Connection: close\r\n");
    out.append("\r\n");
}

// Where the message ends is said here alone: a Content-Length or Transfer-Encoding among the fields is left out, and so
// is a field with a line end in it. 1xx, 204 and 304 have no body. To a client of HTTP/1.0 that keeps its connection,
// add "Connection: keep-alive".
inline void append_http_answer(std::string& out, int status, std::span<const http_field> fields, std::string_view body,
                               bool keep_alive) {
    append_http_head(out, status, fields, body.size(), keep_alive);
    if (!detail::in_http::has_no_body(detail::in_http::as_status(status))) out.append(body);
}
inline void append_http_answer(std::string& out, int status, std::initializer_list<http_field> fields,
                               std::string_view body, bool keep_alive) {
    append_http_answer(out, status, std::span{fields.begin(), fields.size()}, body, keep_alive);
}

// False, and nothing is written, when the method, the target or the host cannot be said in a request. A length is told
// with every body, and with none where a server would wait for one (POST, PUT, PATCH).
inline bool append_http_request(std::string& out, std::string_view method, std::string_view target,
                                std::string_view host, std::span<const http_field> fields, std::string_view body) {
    if (!detail::is_token(method) || !detail::in_http::is_origin_form(target) || !detail::in_http::is_host(host))
        return false;
    out.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: ").append(host).append("\r\n");
    for (const http_field& f : fields)
        if (!detail::same_word(f.name, "host")) detail::in_http::append_field(out, f.name, f.value);
    if (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH")
        detail::in_http::append_length(out, body.size());
    out.append("\r\n").append(body);
    return true;
}
inline bool append_http_request(std::string& out, std::string_view method, std::string_view target,
                                std::string_view host, std::initializer_list<http_field> fields,
                                std::string_view body) {
    return append_http_request(out, method, target, host, std::span{fields.begin(), fields.size()}, body);
}

}  // namespace tandem
