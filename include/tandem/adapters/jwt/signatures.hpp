// Who signed it? One function for each family of algorithms.
#pragma once

#include "openssl_handles.hpp"

#include "../../core/bytes.hpp"

#include <openssl/crypto.h>

#include <string>

namespace tandem::detail::in_jwt {

// A copy of `keyed` does the work, so the key is expanded once, and several threads may have one key.
inline std::string mac_of(const EVP_MAC_CTX* keyed, bytes text) {
    std::string mac(32, '\0');
    std::size_t size = 0;
    const mac_context_ptr one{EVP_MAC_CTX_dup(keyed)};
    const bool done = one && EVP_MAC_update(one.get(), octets(text), text.size()) == 1 &&
                      EVP_MAC_final(one.get(), reinterpret_cast<unsigned char*>(mac.data()), &size, mac.size()) == 1;
    return done && size == mac.size() ? mac : std::string{};
}

// In the same time wherever the two differ.
inline bool is_mac_of(const EVP_MAC_CTX* keyed, bytes text, bytes signature) {
    const std::string right = mac_of(keyed, text);
    return right.size() == 32 && signature.size() == 32 && CRYPTO_memcmp(right.data(), signature.data(), 32) == 0;
}

// `digest` null: the algorithm has one of its own.
inline bool is_signature_of(EVP_PKEY* key, const EVP_MD* digest, bytes text, bytes signature) {
    const digest_context_ptr one{EVP_MD_CTX_new()};
    return one && EVP_DigestVerifyInit(one.get(), nullptr, digest, nullptr, key) == 1 &&
           EVP_DigestVerify(one.get(), octets(signature), signature.size(), octets(text), text.size()) == 1;
}

// A token has r and s side by side, 32 octets each; OpenSSL wants them in DER. It refuses those outside of 1 … n − 1.
inline bool is_ecdsa_signature_of(EVP_PKEY* key, bytes text, bytes signature) {
    if (signature.size() != 64) return false;
    const signature_ptr both{ECDSA_SIG_new()};
    BIGNUM* r = BN_bin2bn(octets(signature), 32, nullptr);
    BIGNUM* s = BN_bin2bn(octets(signature) + 32, 32, nullptr);
    if (!both || !r || !s || ECDSA_SIG_set0(both.get(), r, s) != 1) return BN_free(r), BN_free(s), false;
    unsigned char der[80];  // two integers of at most 33 octets, and what is around them
    unsigned char* end = der;
    const int size = i2d_ECDSA_SIG(both.get(), nullptr);
    if (size <= 0 || size > static_cast<int>(sizeof der) || i2d_ECDSA_SIG(both.get(), &end) != size) return false;
    return is_signature_of(key, EVP_sha256(), text, {reinterpret_cast<char*>(der), static_cast<std::size_t>(size)});
}

}  // namespace tandem::detail::in_jwt
