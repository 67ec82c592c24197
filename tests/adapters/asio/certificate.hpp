// A certificate that signs itself, made on the spot, and its key: two files in PEM.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

struct certificate_files {
    std::filesystem::path folder, certificate, key;

    explicit certificate_files(const std::string& host = "localhost") {
        static int number = 0;
        folder = std::filesystem::temp_directory_path() /
                 ("tandem_tls_" + std::to_string(::getpid()) + "_" + std::to_string(++number));
        std::filesystem::create_directories(folder);
        certificate = folder / "certificate.pem";
        key = folder / "key.pem";
        renew(host);
    }
    certificate_files(const certificate_files&) = delete;
    ~certificate_files() { std::filesystem::remove_all(folder); }

    // Another key, another certificate, in the same files.
    void renew(const std::string& host = "localhost") const {
        EVP_PKEY* const made = EVP_EC_gen("P-256");
        X509* const c = X509_new();
        X509_set_version(c, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(c), ++serial());
        X509_gmtime_adj(X509_getm_notBefore(c), -60);
        X509_gmtime_adj(X509_getm_notAfter(c), 3600);
        X509_set_pubkey(c, made);
        X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>(host.c_str()), -1, -1, 0);
        X509_set_issuer_name(c, X509_get_subject_name(c));
        X509_EXTENSION* const names =
            X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + host).c_str());
        X509_add_ext(c, names, -1);
        X509_sign(c, made, EVP_sha256());
        if (std::FILE* const f = std::fopen(certificate.c_str(), "w")) PEM_write_X509(f, c), std::fclose(f);
        if (std::FILE* const f = std::fopen(key.c_str(), "w"))
            PEM_write_PrivateKey(f, made, nullptr, nullptr, 0, nullptr, nullptr), std::fclose(f);
        X509_EXTENSION_free(names);
        X509_free(c);
        EVP_PKEY_free(made);
    }
    // A key that is not the certificate's, nor of its kind.
    void write_rsa_key() const {
        EVP_PKEY* const made = EVP_RSA_gen(2048);
        if (std::FILE* const f = std::fopen(key.c_str(), "w"))
            PEM_write_PrivateKey(f, made, nullptr, nullptr, 0, nullptr, nullptr), std::fclose(f);
        EVP_PKEY_free(made);
    }
    static void write(const std::filesystem::path& to, const std::string& text) {
        if (std::FILE* const f = std::fopen(to.c_str(), "w")) std::fputs(text.c_str(), f), std::fclose(f);
    }

private:
    static int& serial() {
        static int last = 0;
        return last;
    }
};
