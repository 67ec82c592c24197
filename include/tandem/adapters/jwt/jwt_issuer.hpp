// Gives out tokens: for services that issue their own, for demonstrations and tests.
#pragma once

#include "base64url.hpp"
#include "jwt_key.hpp"
#include "jwt_options.hpp"
#include "signed_token.hpp"

#include "../../core/clock.hpp"
#include "../../policy/authenticator.hpp"

#include <type_traits>

namespace tandem {

// Signs with HS256 what a jwt_authenticator of the same options and secret takes. Who can verify such a token can make one:
// between parties that do not trust each other, take another issuer and a public key. `Clock` may be a reference.
template <class Clock = system_clock>
    requires time_source<std::remove_reference_t<Clock>>
class basic_jwt_issuer {
public:
    static result<basic_jwt_issuer> make(std::string_view secret, jwt_options options, std::string kid = {})
        requires std::default_initializable<Clock>
    {
        return make(secret, std::move(options), std::move(kid), Clock{});
    }
    static result<basic_jwt_issuer> make(std::string_view secret, jwt_options options, std::string kid, Clock clock) {
        if (auto sound = detail::in_jwt::check(options); !sound) return sound.error();
        auto key = jwt_key::hs256(secret, std::move(kid));
        if (!key) return key.error();
        return basic_jwt_issuer{std::move(options), std::move(*key), static_cast<Clock&&>(clock)};
    }

    // `who.expires` is not looked at: the token lives for `life`, in whole seconds.
    result<std::string> issue(const identity& who, duration life) {
        const auto wrong = [](const char* why) { return error{errc::invalid_argument, why}; };
        if (life < seconds(1)) return wrong("a token lives for a second at least");
        if (life > (options_.longest_life == duration{} ? days(3660) : options_.longest_life))
            return wrong("no token may live longer than jwt_options::longest_life, or ten years");
        const auto is_id = [](std::string_view text) { return static_cast<bool>(user_id::parse(text)); };
        if (!is_id(who.user.view())) return wrong("the user is no id of at most 47 bytes");
        if ((!who.device.empty() && !is_id(who.device.view())) || (!who.platform.empty() && !is_id(who.platform)))
            return wrong("the device or the platform is no id of at most 47 bytes");
        const std::string header = this->header(), claims = claims_of(who, clock_.now(), life);
        if (!detail::in_jwt::json_members::read(header) || !detail::in_jwt::json_members::read(claims))
            return wrong("two claims have one name, or a text in the options or the kid is not UTF-8");
        std::string token;
        detail::in_jwt::append_base64url(token, header);
        detail::in_jwt::append_base64url(token += '.', claims);
        const std::string signature = key_.sign(token);
        detail::in_jwt::append_base64url(token += '.', signature);
        if (token.size() > detail::in_jwt::signed_token::longest) return wrong("the token is longer than 4096 bytes");
        return token;
    }

private:
    basic_jwt_issuer(jwt_options options, jwt_key key, Clock clock)
        : options_{std::move(options)}, key_{std::move(key)}, clock_{static_cast<Clock&&>(clock)} {}

    std::string header() const {
        std::string header;
        add(header, "alg", quoted(name_of(key_.algorithm())));
        add(header, "typ", quoted("JWT"));
        if (!key_.kid().empty()) add(header, "kid", quoted(key_.kid()));
        return header + '}';
    }

    std::string claims_of(const identity& who, instant now, duration life) const {
        std::string claims;
        if (!options_.any_issuer) add(claims, "iss", quoted(options_.issuer));
        if (!options_.any_audience) add(claims, "aud", quoted(options_.audience));
        add(claims, options_.user_claim, quoted(who.user.view()));
        if (!who.device.empty()) add(claims, options_.device_claim, quoted(who.device.view()));
        if (!who.platform.empty()) add(claims, options_.platform_claim, quoted(who.platform));
        add(claims, "iat", std::to_string(now.milliseconds / 1000));
        add(claims, "exp", std::to_string((now + life).milliseconds / 1000));
        return claims + '}';
    }

    // A claim without a name is one that is not used.
    static void add(std::string& object, std::string_view name, const std::string& value) {
        if (!name.empty()) object += (object.empty() ? '{' : ',') + quoted(name) + ':' + value;
    }

    static std::string quoted(std::string_view text) {
        std::string out = "\"";
        for (const char c : text) {
            const auto byte = static_cast<unsigned char>(c);
            if (byte < 0x20)
                out += std::string{"\\u00"} + "0123456789abcdef"[byte >> 4] + "0123456789abcdef"[byte & 15];
            else if (c == '"' || c == '\\') out += {'\\', c};
            else out += c;
        }
        return out + '"';
    }

    jwt_options options_;
    jwt_key key_;
    Clock clock_;
};

using jwt_issuer = basic_jwt_issuer<>;

}  // namespace tandem
