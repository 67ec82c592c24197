// Certificates, keys and the rules of TLS, for servers and for clients.
#pragma once

#include "tls_session.hpp"

#include "../../core/result.hpp"

#include <memory>
#include <mutex>
#include <string>

namespace tandem {

// Shared by all who have a copy, on whichever thread: what is reloaded holds for whoever connects from then on.
class tls_context {
public:
    // Files in PEM; the certificate is followed by those that signed it.
    static result<tls_context> for_servers(std::string certificate_file, std::string key_file) {
        tls_context made;
        made.of_->certificate = std::move(certificate_file);
        made.of_->key = std::move(key_file);
        if (auto loaded = made.reload(); !loaded) return loaded.error();
        return made;
    }

    // Trusts whom the system trusts, or only who is signed by this file's certificates.
    static result<tls_context> for_clients(const std::string& trusted_file = {}) {
        tls_context made;
        context fresh = context_for(TLS_client_method());
        SSL_CTX_set_verify(fresh.get(), SSL_VERIFY_PEER, nullptr);
        const int loaded = trusted_file.empty()
                               ? SSL_CTX_set_default_verify_paths(fresh.get())
                               : SSL_CTX_load_verify_locations(fresh.get(), trusted_file.c_str(), nullptr);
        if (loaded != 1) return wrong("no certificates to trust could be read from " + trusted_file);
        made.replace(std::move(fresh));
        return made;
    }

    // Reads the files again. If they are no good everything stays as it is.
    result<> reload() const {
        context fresh = context_for(TLS_server_method());
        SSL_CTX_set_session_cache_mode(fresh.get(), SSL_SESS_CACHE_OFF);
        if (SSL_CTX_use_certificate_chain_file(fresh.get(), of_->certificate.c_str()) != 1)
            return wrong(of_->certificate + ": no certificate in PEM could be read");
        if (SSL_CTX_use_PrivateKey_file(fresh.get(), of_->key.c_str(), SSL_FILETYPE_PEM) != 1)
            return wrong(of_->key + ": no private key in PEM could be read, or it is not this certificate's");
        if (SSL_CTX_check_private_key(fresh.get()) != 1)
            return wrong(of_->key + ": the private key is not that of " + of_->certificate);
        replace(std::move(fresh));
        return success();
    }

    std::unique_ptr<detail::tls_session> accept() const { return std::make_unique<detail::tls_session>(now().get()); }
    std::unique_ptr<detail::tls_session> connect(const std::string& host) const {
        return std::make_unique<detail::tls_session>(now().get(), host);
    }

private:
    struct free_context {
        void operator()(SSL_CTX* c) const { SSL_CTX_free(c); }
    };
    using context = std::unique_ptr<SSL_CTX, free_context>;
    struct shared {
        std::string certificate, key;
        std::mutex mutex;
        std::shared_ptr<SSL_CTX> now;
    };

    std::shared_ptr<SSL_CTX> now() const {
        const std::lock_guard lock{of_->mutex};
        return of_->now;
    }
    void replace(std::shared_ptr<SSL_CTX> fresh) const {
        const std::lock_guard lock{of_->mutex};
        std::swap(of_->now, fresh);
    }

    static context context_for(const SSL_METHOD* method) {
        context fresh{SSL_CTX_new(method)};
        if (!fresh) throw std::bad_alloc{};
        SSL_CTX_set_min_proto_version(fresh.get(), TLS1_2_VERSION);
        SSL_CTX_set_options(fresh.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
        SSL_CTX_set_mode(fresh.get(), SSL_MODE_RELEASE_BUFFERS);
        return fresh;
    }

    static error wrong(std::string what) {
        ERR_clear_error();
        return {errc::invalid_argument, std::move(what)};
    }

    std::shared_ptr<shared> of_ = std::make_shared<shared>();
};

}  // namespace tandem
