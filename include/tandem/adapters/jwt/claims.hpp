// What a genuine token says.
#pragma once

#include "jwt_options.hpp"
#include "signed_token.hpp"

#include "../../policy/authenticator.hpp"

namespace tandem::detail::in_jwt {

struct claims {
    identity who;
    instant expires;
    std::optional<instant> issued;
    std::optional<instant> not_before;
};

// Digits and nothing else: two readers of 1e9, -1 or 1.5 may take it for different moments.
inline std::optional<instant> date_of(const json_value& value) {
    constexpr std::int64_t year_2100 = 4'102'444'800;
    std::int64_t second = 0;
    if (value.kind != json_kind::number || value.text.size() > 10) return std::nullopt;
    for (const char c : value.text) {
        if (c < '0' || c > '9') return std::nullopt;
        second = second * 10 + (c - '0');
    }
    if (second >= year_2100) return std::nullopt;
    return instant{} + seconds(second);
}

// False: it is there, and no date.
inline bool read_date(const json_members& all, std::string_view name, std::optional<instant>& date) {
    const json_value* value = all.find(name);
    if (value) date = date_of(*value);
    return !value || date;
}

inline bool is_issued_by(const json_members& all, const std::string& issuer) {
    const json_value* iss = all.find("iss");
    return iss && iss->kind == json_kind::string && iss->text == issuer;
}

inline bool is_meant_for(const json_members& all, const std::string& audience) {
    const json_value* aud = all.find("aud");
    if (!aud) return false;
    if (aud->kind == json_kind::string) return aud->text == audience;
    const auto several = strings_of(*aud);
    if (several)
        for (const std::string& one : *several)
            if (one == audience) return true;
    return false;
}

// False: it is there, and no id.
template <class Id>
bool read_id(const json_members& all, std::string_view name, Id& id) {
    const json_value* value = name.empty() ? nullptr : all.find(name);
    if (!value) return true;
    const auto parsed = Id::parse(value->text);
    if (parsed) id = *parsed;
    return parsed && value->kind == json_kind::string;
}

inline result<claims> read_claims(std::string_view base64url, const jwt_options& options) {
    std::string text;
    if (!read_base64url(base64url, text)) return refused("a part of the token is not base64url without padding");
    const auto all = json_members::read(text);
    if (!all) return refused("the claims are no JSON object, or have a name twice");
    if (!options.any_issuer && !is_issued_by(*all, options.issuer)) return refused("iss is not the configured issuer");
    if (!options.any_audience && !is_meant_for(*all, options.audience))
        return refused("the configured audience is not in aud");

    claims read;
    std::optional<instant> expires;
    basic_id<struct platform_kind> platform;
    if (!read_date(*all, "exp", expires) || !read_date(*all, "nbf", read.not_before) ||
        !read_date(*all, "iat", read.issued))
        return refused("exp, nbf or iat is not a whole number of seconds before the year 2100");
    if (!expires) return refused("there is no exp");
    if (!read_id(*all, options.user_claim, read.who.user) || read.who.user.empty())
        return refused("the claim of the user is not there, or no id of at most 47 bytes");
    if (!read_id(*all, options.device_claim, read.who.device) || !read_id(*all, options.platform_claim, platform))
        return refused("the claim of the device or of the platform is no id of at most 47 bytes");
    read.expires = *expires;
    read.who.platform = platform.view();
    return read;
}

}  // namespace tandem::detail::in_jwt
