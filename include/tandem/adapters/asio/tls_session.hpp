// TLS of one connection, without its socket: encrypted bytes in, plain bytes out, and back.
#pragma once

#include "outbox.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <string>

namespace tandem::detail {

// Reads straight from what the socket gave and writes into a string of its own; between two calls it holds nothing but
// OpenSSL's own state. Feed, then read until there is no more.
class tls_session {
public:
    static constexpr int over = -1;

    explicit tls_session(SSL_CTX* context) : ssl_{make(context)} { SSL_set_accept_state(ssl_.get()); }
    tls_session(SSL_CTX* context, const std::string& host) : ssl_{make(context)} {
        SSL_set_connect_state(ssl_.get());
        SSL_set_tlsext_host_name(ssl_.get(), host.c_str());
        SSL_set1_host(ssl_.get(), host.c_str());
    }
    tls_session(const tls_session&) = delete;

    // The bytes are read by the calls of `read` that follow.
    void feed(std::span<const char> encrypted) { in_ = encrypted; }

    // How many plain bytes; 0: more must come first; `over`: the peer has ended it, or it is no TLS.
    int read(std::span<char> room) {
        ERR_clear_error();
        const int size = SSL_read(ssl_.get(), room.data(), static_cast<int>(room.size()));
        if (size > 0) return size;
        if (SSL_get_error(ssl_.get(), size) == SSL_ERROR_WANT_READ) return 0;
        over_ = true;
        return over;
    }

    // Begins a handshake of ours, as clients do.
    void begin() {
        ERR_clear_error();
        SSL_do_handshake(ssl_.get());
    }
    bool is_established() const { return SSL_is_init_finished(ssl_.get()) && !over_; }

    // SHA-256 of the peer's certificate, as bytes; empty if it showed none.
    std::string peer_fingerprint() const {
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned int size = 0;
        X509* const shown = SSL_get1_peer_certificate(ssl_.get());
        if (!shown || X509_digest(shown, EVP_sha256(), digest, &size) != 1) size = 0;
        X509_free(shown);
        return {reinterpret_cast<const char*>(digest), size};
    }

    // What the socket is to write next, from TLS itself or from `out`.
    bytes next_piece(outbox& out, std::span<char> room, outbox::spare_queues& spare) {
        if (out_.empty() && is_established() && !out.empty()) {
            const bytes plain = out.next(room.first(most_in_a_record)).substr(0, most_in_a_record);
            ERR_clear_error();
            if (SSL_write(ssl_.get(), plain.data(), static_cast<int>(plain.size())) <= 0) over_ = true;
            else out.written(plain.size(), spare);
        }
        return bytes{out_}.substr(written_);
    }
    void written(std::size_t size) {
        written_ += size;
        if (written_ < out_.size()) return;
        std::string{}.swap(out_);
        written_ = 0;
    }

    // True: there is a last word to be written.
    bool say_goodbye() {
        if (!is_established()) return false;
        ERR_clear_error();
        SSL_shutdown(ssl_.get());
        over_ = true;
        return !out_.empty();
    }

private:
    static constexpr std::size_t most_in_a_record = 16 * 1024;

    struct free_ssl {
        void operator()(SSL* s) const { SSL_free(s); }
    };

    SSL* make(SSL_CTX* context) {
        SSL* const made = SSL_new(context);
        BIO* const both = BIO_new(method());
        if (!made || !both) throw std::bad_alloc{};
        BIO_set_data(both, this);
        BIO_set_init(both, 1);
        SSL_set_bio(made, both, both);
        return made;
    }

    // --- what OpenSSL takes for a socket
    static const BIO_METHOD* method() {
        static BIO_METHOD* const made = [] {
            BIO_METHOD* const m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "tandem");
            BIO_meth_set_read(m, [](BIO* b, char* to, int size) { return self(b).give(b, to, size); });
            BIO_meth_set_write(m, [](BIO* b, const char* from, int size) { return self(b).keep(b, from, size); });
            BIO_meth_set_ctrl(m, [](BIO*, int command, long, void*) -> long { return command == BIO_CTRL_FLUSH; });
            return m;
        }();
        return made;
    }
    static tls_session& self(BIO* b) { return *static_cast<tls_session*>(BIO_get_data(b)); }

    int give(BIO* b, char* to, int most) {
        BIO_clear_retry_flags(b);
        if (in_.empty()) return BIO_set_retry_read(b), -1;
        const std::size_t size =
            in_.size() < static_cast<std::size_t>(most) ? in_.size() : static_cast<std::size_t>(most);
        std::memcpy(to, in_.data(), size);
        in_ = in_.subspan(size);
        return static_cast<int>(size);
    }
    int keep(BIO* b, const char* from, int size) {
        BIO_clear_retry_flags(b);
        out_.append(from, static_cast<std::size_t>(size));
        return size;
    }

    std::span<const char> in_;
    std::string out_;
    std::size_t written_ = 0;
    bool over_ = false;
    std::unique_ptr<SSL, free_ssl> ssl_;
};

}  // namespace tandem::detail
