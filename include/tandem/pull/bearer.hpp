// The credential in an Authorization header.
#pragma once

#include "media.hpp"

namespace tandem {

// "Bearer", one space, and a token of the characters RFC 6750 allows. Everything else has no credential: it is nowhere
// else looked for, never in the query, where it would end up in logs.
constexpr std::optional<std::string_view> bearer_credential(std::string_view authorization) {
    constexpr std::string_view scheme = "Bearer ";
    constexpr std::size_t longest = 4096;
    if (!detail::same_word(authorization.substr(0, scheme.size()), scheme)) return std::nullopt;
    const std::string_view token = authorization.substr(scheme.size());
    if (token.empty() || token.size() > longest || token[0] == '=') return std::nullopt;
    bool padding = false;
    for (const char c : token) {
        const char l = detail::lower(c);
        const bool plain = (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') ||
                           std::string_view{"-._~+/"}.find(c) != std::string_view::npos;
        if (c != '=' && (!plain || padding)) return std::nullopt;
        padding = c == '=';
    }
    return token;
}

}  // namespace tandem
