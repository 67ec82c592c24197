// Which tokens count, beside their signature.
#pragma once

#include "../../core/result.hpp"

#include <string>

namespace tandem {

// A token without exp is refused. Dates are whole seconds up to the year 2100; any other way to write one is refused.
struct jwt_options {
    // What iss has to be, to the letter, and what aud has to be or to have among others. Either is required, unless one
    // says below that it shall not be looked at; nothing else makes an empty one pass.
    std::string issuer{};
    std::string audience{};
    bool any_issuer = false;    // whoever has one of the keys may sign
    bool any_audience = false;  // tokens that were made for other services open this one, too

    // How far the issuer's clock may be from ours, at exp, nbf and iat.
    duration leeway = seconds(60);
    // From iat, which is then required, to exp. 0: no limit, and nothing can be invalidated.
    duration longest_life = days(30);

    // Who it is. Of the other two, empty: not looked for; not in the token: the client names its own.
    std::string user_claim = "sub";
    std::string device_claim = "device";
    std::string platform_claim = "platform";

    // Users whose tokens are invalidated at one time, about 100 bytes each.
    std::size_t most_invalidated = 100'000;
};

namespace detail::in_jwt {

// Why nothing good can come of these options.
inline result<> check(const jwt_options& o) {
    const auto wrong = [](const char* why) { return error{errc::invalid_argument, why}; };
    if (o.issuer.empty() != o.any_issuer)
        return wrong("jwt_options: name the issuer whose tokens count, or set any_issuer; not both");
    if (o.audience.empty() != o.any_audience)
        return wrong("jwt_options: name the audience tokens must be for, or set any_audience; not both");
    if (o.leeway < duration{} || o.leeway > minutes(10))
        return wrong("jwt_options: leeway is for clocks that differ, from 0 to 10 minutes");
    if (o.longest_life < duration{} || o.longest_life > days(3660))
        return wrong("jwt_options: longest_life is 0 for no limit, or up to ten years");
    if (o.user_claim.empty()) return wrong("jwt_options: user_claim names the claim that says who it is, usually sub");
    return success();
}

}  // namespace detail::in_jwt

}  // namespace tandem
