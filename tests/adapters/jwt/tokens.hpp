// Tokens made with OpenSSL alone: nothing that is tried here has a hand in them.
#pragma once

#include <tandem/adapters/jwt/jwt_authenticator.hpp>
#include <tandem/testing/manual_clock.hpp>

#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace jwt_tests {

using namespace tandem;

inline constexpr std::int64_t now = 1'700'000'000;  // where manual_clock begins, in seconds
inline const std::string secret = "a secret of thirty-two bytes, ok";

inline std::string base64(std::string_view octets) {
    std::string out(octets.size() / 3 * 4 + 5, '\0');
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<const unsigned char*>(octets.data()), static_cast<int>(octets.size()));
    out.resize(static_cast<std::size_t>(size));
    return out;
}

inline std::string base64url(std::string_view octets) {
    std::string out;
    for (const char c : base64(octets))
        if (c != '=') out += c == '+' ? '-' : c == '/' ? '_' : c;
    return out;
}

inline std::string hmac(std::string_view text, std::string_view with = secret) {
    unsigned char mac[32];
    HMAC(EVP_sha256(), with.data(), static_cast<int>(with.size()), reinterpret_cast<const unsigned char*>(text.data()),
         text.size(), mac, nullptr);
    return {reinterpret_cast<char*>(mac), sizeof mac};
}

// An issuer's pair of keys.
class key_pair {
public:
    explicit key_pair(EVP_PKEY* made) : key_{made, EVP_PKEY_free} {}
    static key_pair rsa(unsigned bits = 2048) { return key_pair{EVP_RSA_gen(bits)}; }
    static key_pair ec(const char* curve = "P-256") { return key_pair{EVP_EC_gen(curve)}; }
    static key_pair ed25519() { return key_pair{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")}; }

    std::string public_pem() const {
        return written([this](BIO* out) { PEM_write_bio_PUBKEY(out, key_.get()); });
    }
    std::string private_pem() const {
        return written(
            [this](BIO* out) { PEM_write_bio_PrivateKey(out, key_.get(), nullptr, nullptr, 0, nullptr, nullptr); });
    }
    std::string public_der() const {
        return written([this](BIO* out) { i2d_PUBKEY_bio(out, key_.get()); });
    }
    // As PKCS #1 has it.
    std::string plain_der() const {
        unsigned char* der = nullptr;
        const int size = i2d_PublicKey(key_.get(), &der);
        const std::string out{reinterpret_cast<char*>(der), static_cast<std::size_t>(size)};
        OPENSSL_free(der);
        return out;
    }

    std::string sign(std::string_view text) const {
        const bool own_digest = EVP_PKEY_is_a(key_.get(), "ED25519") == 1;
        EVP_MD_CTX* one = EVP_MD_CTX_new();
        EVP_DigestSignInit(one, nullptr, own_digest ? nullptr : EVP_sha256(), nullptr, key_.get());
        unsigned char signature[512];
        std::size_t size = sizeof signature;
        EVP_DigestSign(one, signature, &size, reinterpret_cast<const unsigned char*>(text.data()), text.size());
        EVP_MD_CTX_free(one);
        const std::string out{reinterpret_cast<char*>(signature), size};
        return EVP_PKEY_is_a(key_.get(), "EC") == 1 ? side_by_side(out) : out;
    }

private:
    template <class Write>
    static std::string written(Write write) {
        BIO* out = BIO_new(BIO_s_mem());
        write(out);
        char* data = nullptr;
        const long size = BIO_get_mem_data(out, &data);
        const std::string text{data, static_cast<std::size_t>(size)};
        BIO_free(out);
        return text;
    }

    // r and s, 32 octets each.
    static std::string side_by_side(const std::string& der) {
        auto at = reinterpret_cast<const unsigned char*>(der.data());
        ECDSA_SIG* both = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
        unsigned char out[64];
        BN_bn2binpad(ECDSA_SIG_get0_r(both), out, 32);
        BN_bn2binpad(ECDSA_SIG_get0_s(both), out + 32, 32);
        ECDSA_SIG_free(both);
        return {reinterpret_cast<char*>(out), sizeof out};
    }

    std::shared_ptr<EVP_PKEY> key_;
};

// Made once: an RSA pair takes a while.
inline const key_pair& rsa_pair() {
    static const key_pair pair = key_pair::rsa();
    return pair;
}
inline const key_pair& ec_pair() {
    static const key_pair pair = key_pair::ec();
    return pair;
}
inline const key_pair& ed_pair() {
    static const key_pair pair = key_pair::ed25519();
    return pair;
}

inline std::string header(std::string_view alg, std::string_view more = {}) {
    return R"({"alg":")" + std::string{alg} + '"' + std::string{more} + '}';
}

// Of alice, for an hour, with these in between.
inline std::string claims(std::string_view more = {}) {
    return R"({"iss":"https://id.example","aud":"chat","sub":"alice","iat":)" + std::to_string(now) + R"(,"exp":)" +
           std::to_string(now + 3600) + std::string{more} + '}';
}

template <class Sign>
std::string token(const std::string& header, const std::string& claims, Sign sign) {
    const std::string text = base64url(header) + '.' + base64url(claims);
    return text + '.' + base64url(sign(text));
}
inline std::string hs256(const std::string& claims, const std::string& header = jwt_tests::header("HS256")) {
    return token(header, claims, [](const std::string& text) { return hmac(text); });
}
inline std::string signed_by(const key_pair& pair, std::string_view alg,
                             const std::string& claims = jwt_tests::claims()) {
    return token(header(alg), claims, [&](const std::string& text) { return pair.sign(text); });
}

inline jwt_key secret_key(std::string kid = {}) { return *jwt_key::hs256(secret, std::move(kid)); }
inline jwt_key public_key(jwt_algorithm algorithm, const key_pair& pair, std::string kid = {}) {
    return *jwt_key::from_pem(algorithm, pair.public_pem(), std::move(kid));
}

inline jwt_options expected() { return {.issuer = "https://id.example", .audience = "chat"}; }

// Six characters in a row of `text` are in `told`.
inline bool has_a_part_of(std::string_view told, std::string_view text) {
    for (std::size_t at = 0; at + 6 <= text.size(); ++at)
        if (told.find(text.substr(at, 6)) != told.npos) return true;
    return false;
}

// An authenticator and the time it reads.
struct gate {
    explicit gate(std::vector<jwt_key> keys = {secret_key()}, jwt_options options = expected())
        : users{*basic_jwt_authenticator<manual_clock&>::make(std::move(options), std::move(keys), clock)} {}

    // "alice", or "bad credential". S15: whatever is wrong with a token, it is not in what is said of it.
    std::string says(std::string_view token) {
        const auto who = users.verify(token);
        if (who) return std::string{who->user.view()};
        CHECK_FALSE(has_a_part_of(who.error().detail, token));
        return text(who.error().code);
    }

    manual_clock clock;
    basic_jwt_authenticator<manual_clock&> users;
};

}  // namespace jwt_tests
