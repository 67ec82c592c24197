// A public key from its PEM, and whether it is the kind an algorithm takes.
#pragma once

#include "openssl_handles.hpp"

#include "../../core/result.hpp"

#include <openssl/pem.h>

#include <cstring>

namespace tandem::detail::in_jwt {

// Exactly one public key in PEM, as `openssl pkey -pubout` writes it.
inline result<pkey_ptr> read_public_pem(std::string_view pem) {
    const auto wrong = [](const char* why) { return error{errc::invalid_argument, why}; };
    const auto has = [&](std::string_view part) { return pem.find(part) != pem.npos; };
    if (has("PRIVATE KEY-----"))
        return wrong("this is a private key, which only the issuer should have: give its public half, as openssl pkey "
                     "-pubout writes it");
    if (has("-----BEGIN CERTIFICATE"))
        return wrong("this is a certificate: give the key in it, as openssl x509 -noout -pubkey writes it");
    if (has("-----BEGIN RSA PUBLIC KEY"))
        return wrong("this is a key of PKCS #1: convert it with openssl rsa -RSAPublicKey_in -pubout");
    constexpr std::string_view begin = "-----BEGIN";
    const auto first = pem.find(begin);
    if (first == pem.npos || pem.size() > 64 * 1024)
        return wrong("this is not PEM: it should begin with -----BEGIN PUBLIC KEY-----");
    if (pem.find(begin, first + 1) != pem.npos)
        return wrong("there is more than one key in this PEM: give each its own");

    const quiet_openssl quiet;
    const bio_ptr text{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    const auto no_password = [](char*, int, int, void*) { return -1; };  // OpenSSL would ask at the terminal
    pkey_ptr key{text ? PEM_read_bio_PUBKEY(text.get(), nullptr, no_password, nullptr) : nullptr};
    if (!key) return wrong("this PEM holds no public key that OpenSSL can read");
    return key;
}

// Of the points that an Ed25519 key may be, a few have an order so small that anybody finds signatures for them; all zeros,
// as a key that was never filled in, is one. Their second coordinates, the sign not counted:
inline bool is_of_small_order(const unsigned char (&point)[32]) {
    constexpr unsigned char few[][32] = {
        {0},
        {1},
        {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
         0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
        {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
         0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
    };
    unsigned char y[32];
    std::memcpy(y, point, sizeof y);
    y[31] &= 0x7f;
    for (const auto& one : few)
        if (std::memcmp(y, one, sizeof y) == 0) return true;
    // p - 1, and what is not reduced: p and p + 1, where p is 2^255 - 19.
    for (int i = 1; i < 31; ++i)
        if (y[i] != 0xff) return false;
    return y[31] == 0x7f && y[0] >= 0xec && y[0] <= 0xee;
}

// Each of these: null, if the key is of that kind; otherwise what is wrong with it.
inline const char* unfit_as_rsa(EVP_PKEY* key) {
    if (!EVP_PKEY_is_a(key, "RSA")) return "this is not an RSA key, and rs256 takes no other";
    if (EVP_PKEY_get_bits(key) < 2048) return "this RSA key has fewer than 2048 bits: make a longer one";
    return nullptr;
}

inline const char* unfit_as_p256(EVP_PKEY* key) {
    char curve[32] = {};
    std::size_t size = 0;
    const bool is_p256 = EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, curve, sizeof curve, &size) == 1 &&
                         std::string_view{curve, size} == "prime256v1";
    return is_p256 ? nullptr : "this is not a key on the curve P-256, and es256 takes no other";
}

inline const char* unfit_as_ed25519(EVP_PKEY* key) {
    unsigned char point[32] = {};
    std::size_t size = sizeof point;
    if (!EVP_PKEY_is_a(key, "ED25519")) return "this is not an Ed25519 key, and eddsa takes no other";
    if (EVP_PKEY_get_raw_public_key(key, point, &size) != 1 || is_of_small_order(point))
        return "this Ed25519 key is none that anybody made: signatures for it can be had without a private key";
    return nullptr;
}

inline bool is_sound(EVP_PKEY* key) {
    const pkey_context_ptr check{EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr)};
    return check && EVP_PKEY_public_check(check.get()) == 1;
}

}  // namespace tandem::detail::in_jwt
