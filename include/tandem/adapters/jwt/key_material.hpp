// What somebody gave as a key, looked at before it is one.
#pragma once

#include "openssl_handles.hpp"

#include "../../core/result.hpp"

#include <openssl/pem.h>

#include <cstring>
#include <string>

namespace tandem::detail::in_jwt {

// The whole of `der` is a public key, or a certificate around one.
inline bool is_public_der(std::string_view der) {
    const quiet_openssl quiet;
    const auto whole = [&](auto read) {
        const unsigned char* at = octets(der);
        return read(&at) && at == octets(der) + der.size();
    };
    const auto size = static_cast<long>(der.size());
    return whole([&](auto at) { return pkey_ptr{d2i_PUBKEY(nullptr, at, size)} != nullptr; }) ||
           whole([&](auto at) { return pkey_ptr{d2i_PublicKey(EVP_PKEY_RSA, nullptr, at, size)} != nullptr; }) ||
           whole([&](auto at) { return certificate_ptr{d2i_X509(nullptr, at, size)} != nullptr; });
}

// The octets a text is the base64 of, with or without line ends; empty if it is not base64.
inline std::string from_base64(std::string_view text) {
    std::string digits, octets_of;
    for (const char c : text)
        if (c != '\n' && c != '\r' && c != ' ' && c != '\t') digits += c;
    if (digits.empty() || digits.size() % 4 != 0) return {};
    octets_of.resize(digits.size() / 4 * 3);
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(octets_of.data()), octets(digits),
                                     static_cast<int>(digits.size()));
    if (size < 0) return {};
    const std::size_t padding = digits.ends_with("==") ? 2 : digits.ends_with('=') ? 1 : 0;
    octets_of.resize(static_cast<std::size_t>(size) - padding);
    return octets_of;
}

// A secret that everybody may know is none: with it a stranger signs what he likes.
inline bool looks_public(std::string_view secret) {
    const auto has = [&](std::string_view part) { return secret.find(part) != secret.npos; };
    return has("-----BEGIN") || has("\"kty\"") || secret.starts_with("ssh-") || secret.starts_with("ecdsa-sha2-") ||
           is_public_der(secret) || is_public_der(from_base64(secret));
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

}  // namespace tandem::detail::in_jwt
