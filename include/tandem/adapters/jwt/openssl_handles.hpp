// OpenSSL's objects, freed by their owner, and its queue of errors, left as it is found.
#pragma once

#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string_view>

namespace tandem::detail::in_jwt {

template <auto Free>
struct freed_by {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};

using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free>>;
using pkey_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using pkey_context_ptr = std::unique_ptr<EVP_PKEY_CTX, freed_by<EVP_PKEY_CTX_free>>;
using digest_context_ptr = std::unique_ptr<EVP_MD_CTX, freed_by<EVP_MD_CTX_free>>;
using mac_ptr = std::unique_ptr<EVP_MAC, freed_by<EVP_MAC_free>>;
using mac_context_ptr = std::unique_ptr<EVP_MAC_CTX, freed_by<EVP_MAC_CTX_free>>;
using signature_ptr = std::unique_ptr<ECDSA_SIG, freed_by<ECDSA_SIG_free>>;
using certificate_ptr = std::unique_ptr<X509, freed_by<X509_free>>;

// While it lives, what goes wrong in OpenSSL leaves nothing behind: a bad signature must not look like a failure of the TLS
// connection that the same thread serves next.
class quiet_openssl {
public:
    quiet_openssl() { ERR_set_mark(); }
    quiet_openssl(const quiet_openssl&) = delete;
    quiet_openssl& operator=(const quiet_openssl&) = delete;
    ~quiet_openssl() { ERR_pop_to_mark(); }
};

inline const unsigned char* octets(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace tandem::detail::in_jwt
