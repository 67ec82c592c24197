// A token taken apart, before anybody knows whether it is genuine.
#pragma once

#include "base64url.hpp"
#include "json_members.hpp"

#include "../../core/result.hpp"

namespace tandem::detail::in_jwt {

// For the log. It never has a part of the token in it: a log is read by more people than may sign in.
inline error refused(const char* why) { return {errc::bad_credential, why}; }

// The views die with the token.
struct signed_token {
    static constexpr std::size_t longest = 4096;

    std::string algorithm;           // as the header spells it; only compared with what a key is configured for
    std::optional<std::string> kid;  // only compared with the kid of configured keys
    std::string_view text;           // what the signature is of
    std::string_view claims;         // still in base64url
    std::string signature;

    // What else the header has (jku, jwk, x5u, x5c, typ …) is not looked at.
    static result<signed_token> read(std::string_view token) {
        if (token.size() > longest) return refused("the token is longer than 4096 bytes");
        const auto first = token.find('.'), last = token.rfind('.');
        if (first == token.npos || first == last || token.find('.', first + 1) != last)
            return refused("the token has not exactly three parts");
        signed_token read{.algorithm = {},
                          .kid = {},
                          .text = token.substr(0, last),
                          .claims = token.substr(first + 1, last - first - 1),
                          .signature = {}};
        std::string text;
        if (!read_base64url(token.substr(0, first), text) || !read_base64url(token.substr(last + 1), read.signature))
            return refused("a part of the token is not base64url without padding");
        const auto header = json_members::read(text);
        if (!header) return refused("the token's header is no JSON object, or has a name twice");
        if (header->find("crit")) return refused("the token's header has crit, and no extension is understood");
        const json_value* algorithm = header->find("alg");
        if (!algorithm || algorithm->kind != json_kind::string) return refused("the token's header names no alg");
        read.algorithm = algorithm->text;
        const json_value* kid = header->find("kid");
        if (kid && kid->kind != json_kind::string) return refused("the token's kid is no string");
        if (kid) read.kid = kid->text;
        return read;
    }
};

}  // namespace tandem::detail::in_jwt
