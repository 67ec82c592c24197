// One key that tokens may be signed with, and the only algorithm it is good for.
#pragma once

#include "public_key.hpp"
#include "secret_material.hpp"
#include "signatures.hpp"

namespace tandem {

enum class jwt_algorithm : unsigned char { hs256, rs256, es256, eddsa };

// As a token's header spells it.
constexpr std::string_view name_of(jwt_algorithm algorithm) {
    switch (algorithm) {
        case jwt_algorithm::hs256: return "HS256";
        case jwt_algorithm::rs256: return "RS256";
        case jwt_algorithm::es256: return "ES256";
        case jwt_algorithm::eddsa: return "EdDSA";
    }
    return {};
}

// Looked at when it is loaded, not when the first token comes. The key's algorithm is configured here and never taken from
// a token. A copy is the same key; it may be used on any thread.
class jwt_key {
public:
    // `secret` is octets, not a text that stands for them: at least 32, by chance, and nobody else's.
    static result<jwt_key> hs256(std::string_view secret, std::string kid = {}) {
        if (secret.size() < 32)
            return wrong("an hs256 secret has fewer than 32 bytes: take 32 by chance, as openssl rand 32 writes them");
        if (detail::in_jwt::looks_public(secret))
            return wrong(
                "this hs256 secret is a key or a certificate of another kind, of which anybody may have the public "
                "part: give that to jwt_key::from_pem, with its own algorithm");
        auto keyed = keyed_mac(secret);
        if (!keyed) return wrong("OpenSSL has no HMAC with SHA-256");
        return jwt_key{jwt_algorithm::hs256, std::move(kid), {}, std::move(keyed)};
    }

    // RSA of 2048 bits or more for rs256, P-256 for es256, Ed25519 for eddsa.
    static result<jwt_key> from_pem(jwt_algorithm algorithm, std::string_view public_key, std::string kid = {}) {
        if (algorithm == jwt_algorithm::hs256)
            return wrong("hs256 has a secret, not a public key: jwt_key::hs256(secret)");
        auto key = detail::in_jwt::read_public_pem(public_key);
        if (!key) return key.error();
        const detail::in_jwt::quiet_openssl quiet;
        if (const char* why = unfit(algorithm, key->get())) return wrong(why);
        return jwt_key{algorithm, std::move(kid), std::move(*key), {}};
    }

    // `signature` is this key's, of this text.
    bool verifies(std::string_view text, std::string_view signature) const {
        const detail::in_jwt::quiet_openssl quiet;
        EVP_PKEY* key = public_key_.get();
        switch (algorithm_) {
            case jwt_algorithm::hs256: return detail::in_jwt::is_mac_of(secret_.get(), text, signature);
            case jwt_algorithm::rs256: return detail::in_jwt::is_signature_of(key, EVP_sha256(), text, signature);
            case jwt_algorithm::es256: return detail::in_jwt::is_ecdsa_signature_of(key, text, signature);
            case jwt_algorithm::eddsa:
                return signature.size() == 64 && detail::in_jwt::is_signature_of(key, nullptr, text, signature);
        }
        return false;
    }

    // Empty: this key can only verify.
    std::string sign(std::string_view text) const {
        const detail::in_jwt::quiet_openssl quiet;
        return secret_ ? detail::in_jwt::mac_of(secret_.get(), text) : std::string{};
    }

    jwt_algorithm algorithm() const { return algorithm_; }
    const std::string& kid() const { return kid_; }

private:
    jwt_key(jwt_algorithm algorithm, std::string kid, detail::in_jwt::pkey_ptr key, detail::in_jwt::mac_context_ptr mac)
        : algorithm_{algorithm}, kid_{std::move(kid)}, public_key_{std::move(key)}, secret_{std::move(mac)} {}

    static error wrong(const char* why) { return {errc::invalid_argument, why}; }

    static detail::in_jwt::mac_context_ptr keyed_mac(std::string_view secret) {
        const detail::in_jwt::quiet_openssl quiet;
        const detail::in_jwt::mac_ptr hmac{EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
        detail::in_jwt::mac_context_ptr keyed{hmac ? EVP_MAC_CTX_new(hmac.get()) : nullptr};
        char digest[] = "SHA256";
        const OSSL_PARAM how[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0), OSSL_PARAM_construct_end()};
        const bool ready = keyed && EVP_MAC_init(keyed.get(), detail::in_jwt::octets(secret), secret.size(), how) == 1;
        return ready ? std::move(keyed) : nullptr;
    }

    // Null: it is what the algorithm takes, and a sound one.
    static const char* unfit(jwt_algorithm algorithm, EVP_PKEY* key) {
        const char* why = nullptr;
        switch (algorithm) {
            case jwt_algorithm::hs256: return "a public key is no secret";
            case jwt_algorithm::rs256: why = detail::in_jwt::unfit_as_rsa(key); break;
            case jwt_algorithm::es256: why = detail::in_jwt::unfit_as_p256(key); break;
            case jwt_algorithm::eddsa: why = detail::in_jwt::unfit_as_ed25519(key); break;
        }
        if (!why && !detail::in_jwt::is_sound(key)) why = "this key is damaged: OpenSSL's check refuses it";
        return why;
    }

    jwt_algorithm algorithm_;
    std::string kid_;
    std::shared_ptr<EVP_PKEY> public_key_;
    std::shared_ptr<const EVP_MAC_CTX> secret_;
};

}  // namespace tandem
