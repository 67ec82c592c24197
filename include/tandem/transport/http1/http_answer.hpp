// An HTTP answer as a server gives it.
#pragma once

#include "http_writer.hpp"

#include <utility>
#include <vector>

namespace tandem {

// Owns what it holds, so it can be given later than the request lives.
struct http_answer {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> fields{};
    std::string content_type{};  // empty: none is said
    std::string body{};
};

namespace detail::in_http {

inline std::vector<http_field> fields_of(const http_answer& answer) {
    std::vector<http_field> fields;
    fields.reserve(answer.fields.size() + 1);
    if (!answer.content_type.empty()) fields.push_back({"Content-Type", answer.content_type});
    for (const auto& [name, value] : answer.fields) fields.push_back({name, value});
    return fields;
}

}  // namespace detail::in_http

inline void append_http_answer(std::string& out, const http_answer& answer, bool keep_alive) {
    append_http_answer(out, answer.status, detail::in_http::fields_of(answer), answer.body, keep_alive);
}

// To a HEAD, whatever the status.
inline void append_http_head(std::string& out, const http_answer& answer, bool keep_alive) {
    append_http_head(out, answer.status, detail::in_http::fields_of(answer), answer.body.size(), keep_alive);
}

}  // namespace tandem
