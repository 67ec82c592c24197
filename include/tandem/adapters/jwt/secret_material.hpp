// What somebody gave as a secret, looked at before it is one.
#pragma once

#include "openssl_handles.hpp"

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

}  // namespace tandem::detail::in_jwt
