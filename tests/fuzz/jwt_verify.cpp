// Any text as a token, as a well-signed token's header or claims, and as a key: whoever is let in is somebody, for a while.
#include <tandem/adapters/jwt/jwt_authenticator.hpp>
#include <tandem/testing/manual_clock.hpp>

#include <cstdlib>

using namespace tandem;

namespace {

const std::string secret = "a secret of thirty-two bytes, ok";

jwt_options expected(bool any) {
    if (any) return {.any_issuer = true, .any_audience = true, .longest_life = {}};
    return {.issuer = "i", .audience = "a"};
}

struct gate {
    explicit gate(bool any) : is_open{any} {}

    void tries(std::string_view token) {
        const auto who = users.verify(token);
        if (!who) {
            if (who.error().code != errc::bad_credential && who.error().code != errc::expired) std::abort();
            return;
        }
        if (!user_id::parse(who->user.view()) || (!who->device.empty() && !device_id::parse(who->device.view())) ||
            who->platform.size() > 47 || who->expires <= clock.now())
            std::abort();
        if (!is_open && who->expires > clock.now() + days(30) + minutes(2)) std::abort();
    }

    void tries_signed(std::string_view header, std::string_view claims) {
        std::string token;
        detail::in_jwt::append_base64url(token, header);
        detail::in_jwt::append_base64url(token += '.', claims);
        const std::string signature = jwt_key::hs256(secret)->sign(token);
        detail::in_jwt::append_base64url(token += '.', signature);
        tries(token);
    }

    bool is_open;
    manual_clock clock{};
    basic_jwt_authenticator<manual_clock&> users =
        *basic_jwt_authenticator<manual_clock&>::make(expected(is_open), {*jwt_key::hs256(secret)}, clock);
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static gate strict{false}, open{true};
    gate& gate = (data[0] & 1) != 0 ? open : strict;
    const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
    const std::string usual = R"({"iss":"i","aud":"a","sub":"u","iat":1700000000,"exp":1700003600)";
    switch (data[0] >> 1 & 7) {
        case 0: gate.tries(text); break;
        case 1: gate.tries_signed(R"({"alg":"HS256"})", text); break;
        case 2: gate.tries_signed(R"({"alg":"HS256"})", usual + ',' + std::string{text} + '}'); break;
        case 3: gate.tries_signed(R"({"alg":"HS256"})", R"({"iss":"i","aud":"a",)" + std::string{text} + '}'); break;
        case 4: gate.tries_signed(text, usual + '}'); break;
        case 5: gate.tries_signed(R"({"alg":"HS256",)" + std::string{text} + '}', usual + '}'); break;
        case 6: (void)jwt_key::hs256(text); break;
        case 7: (void)jwt_key::from_pem(jwt_algorithm(data[0] >> 4 & 3), text); break;
    }
    return 0;
}
