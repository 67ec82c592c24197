#include <tandem/adapters/jwt/jwt_key.hpp>

#include "adapters/jwt/tokens.hpp"

#include <doctest/doctest.h>

using namespace jwt_tests;

namespace {

// What is said against a key; empty if it is taken.
std::string against(const result<jwt_key>& key) {
    if (key) return {};
    CHECK(key.error().code == errc::invalid_argument);
    return key.error().detail;
}
bool has(const std::string& text, const char* part) { return text.find(part) != text.npos; }

std::string pem(const char* what, const std::string& der) {
    return "-----BEGIN " + std::string{what} + "-----\n" + base64(der) + "\n-----END " + what + "-----\n";
}

std::string certificate_of(const key_pair&);

}  // namespace

TEST_CASE("each algorithm takes its own kind of key") {
    CHECK(against(jwt_key::from_pem(jwt_algorithm::rs256, rsa_pair().public_pem())).empty());
    CHECK(against(jwt_key::from_pem(jwt_algorithm::es256, ec_pair().public_pem())).empty());
    CHECK(against(jwt_key::from_pem(jwt_algorithm::eddsa, ed_pair().public_pem())).empty());
    CHECK(against(jwt_key::hs256(secret)).empty());
    const auto key = public_key(jwt_algorithm::es256, ec_pair(), "one");
    CHECK(key.algorithm() == jwt_algorithm::es256);
    CHECK(key.kid() == "one");
}

TEST_CASE("S16 a key of another kind is refused when it is loaded") {
    const key_pair* pairs[] = {&rsa_pair(), &ec_pair(), &ed_pair()};
    const jwt_algorithm theirs[] = {jwt_algorithm::rs256, jwt_algorithm::es256, jwt_algorithm::eddsa};
    const char* sentences[] = {"not an RSA key", "not a key on the curve P-256", "not an Ed25519 key"};
    for (int key = 0; key < 3; ++key)
        for (int algorithm = 0; algorithm < 3; ++algorithm) {
            const std::string why = against(jwt_key::from_pem(theirs[algorithm], pairs[key]->public_pem()));
            CHECK((key == algorithm ? why.empty() : has(why, sentences[algorithm])));
        }
    CHECK(has(against(jwt_key::from_pem(jwt_algorithm::hs256, rsa_pair().public_pem())), "jwt_key::hs256"));
    CHECK(has(against(jwt_key::from_pem(jwt_algorithm::es256, key_pair::ec("P-384").public_pem())), "P-256"));
    CHECK(has(against(jwt_key::from_pem(jwt_algorithm::es256, key_pair::ec("secp256k1").public_pem())), "P-256"));
    CHECK(has(against(jwt_key::from_pem(jwt_algorithm::rs256, key_pair::rsa(1024).public_pem())), "2048"));
    const key_pair x25519{EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519")};
    CHECK(has(against(jwt_key::from_pem(jwt_algorithm::eddsa, x25519.public_pem())), "Ed25519"));
}

TEST_CASE("a PEM that is something else is refused with what to do") {
    const auto why = [](const std::string& text) { return against(jwt_key::from_pem(jwt_algorithm::rs256, text)); };
    CHECK(has(why(rsa_pair().private_pem()), "private key"));
    CHECK(has(why(pem("RSA PUBLIC KEY", rsa_pair().plain_der())), "-RSAPublicKey_in"));
    CHECK(has(why(pem("CERTIFICATE", "any")), "x509"));
    CHECK(has(why(""), "not PEM"));
    CHECK(has(why(rsa_pair().public_der()), "not PEM"));
    CHECK(has(why(std::string(100'000, ' ') + rsa_pair().public_pem()), "not PEM"));
    CHECK(has(why(rsa_pair().public_pem() + ec_pair().public_pem()), "more than one"));
    CHECK(has(why(pem("PUBLIC KEY", "no der")), "OpenSSL"));
    std::string cut = rsa_pair().public_pem();
    cut.resize(cut.size() / 2);
    CHECK(has(why(cut), "OpenSSL"));
}

TEST_CASE("a PEM with a password is refused, and nobody is asked for one") {
    const std::string locked = "-----BEGIN PUBLIC KEY-----\nProc-Type: 4,ENCRYPTED\n"
                               "DEK-Info: AES-128-CBC,00000000000000000000000000000000\n\n" +
                               base64(std::string(32, 'x')) + "\n-----END PUBLIC KEY-----\n";
    CHECK(has(against(jwt_key::from_pem(jwt_algorithm::rs256, locked)), "OpenSSL"));
}

TEST_CASE("an RSA key with the exponent 1, for which every text is its own signature, is refused") {
    std::string der = rsa_pair().public_der();
    der[der.size() - 3] = 0, der[der.size() - 2] = 0, der[der.size() - 1] = 1;  // the exponent, 65537, is the end of it
    CHECK_FALSE(against(jwt_key::from_pem(jwt_algorithm::rs256, pem("PUBLIC KEY", der))).empty());
}

TEST_CASE("a point that is not on the curve is refused") {
    std::string der = ec_pair().public_der();
    der.back() = static_cast<char>(der.back() ^ 1);
    CHECK_FALSE(against(jwt_key::from_pem(jwt_algorithm::es256, pem("PUBLIC KEY", der))).empty());
}

TEST_CASE("an Ed25519 key for which anybody finds signatures is refused") {
    const std::string prefix = ed_pair().public_der().substr(0, 12), zero(32, '\0'), full(30, '\xff');
    const auto refused = [&](const std::string& point) {
        return has(against(jwt_key::from_pem(jwt_algorithm::eddsa, pem("PUBLIC KEY", prefix + point))), "private key");
    };
    const auto with_sign = [](std::string point) {
        point[31] = static_cast<char>(point[31] | 0x80);
        return point;
    };
    const std::string order_8 = "\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0"
                                "\xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05";
    std::string minus_order_8;  // p less the other
    int borrow = 0;
    for (std::size_t i = 0; i < 32; ++i) {
        const int p = i == 0    ? 0xed
                      : i == 31 ? 0x7f
                                : 0xff,
                  digit = p - static_cast<unsigned char>(order_8[i]) - borrow;
        minus_order_8 += static_cast<char>(digit);
        borrow = digit < 0;
    }
    for (const std::string& point : {zero, '\1' + zero.substr(1), order_8, minus_order_8, '\xec' + full + '\x7f',
                                     '\xed' + full + '\x7f', '\xee' + full + '\x7f'}) {
        REQUIRE(point.size() == 32);
        CHECK(refused(point));
        CHECK(refused(with_sign(point)));
    }
    // OpenSSL itself takes them: a signature of zeros, tried on a few texts.
    EVP_PKEY* key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                                reinterpret_cast<const unsigned char*>(zero.data()), zero.size());
    REQUIRE(key);
    int forged = 0;
    for (int i = 0; i < 100; ++i)
        forged += detail::in_jwt::is_signature_of(key, nullptr, std::to_string(i), '\1' + std::string(63, '\0'));
    CHECK(forged > 0);
    EVP_PKEY_free(key);
}

TEST_CASE("S21 a secret of fewer than 32 bytes is refused") {
    CHECK(has(against(jwt_key::hs256("")), "32"));
    CHECK(has(against(jwt_key::hs256(secret.substr(1))), "32"));
    CHECK(against(jwt_key::hs256(secret)).empty());
    CHECK(against(jwt_key::hs256(std::string(32, '\0'))).empty());  // octets; the length is all that can be looked at
    CHECK(against(jwt_key::hs256("\x30\x82\x01\x22" + std::string(300, 'x'))).empty());  // begins like DER, and is none
}

TEST_CASE("S17 a public key, however it is written, is no secret") {
    const std::string openssh = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJxZ2lhcm5hbmRvbWtleWhlcmU= somebody@example";
    for (const key_pair* pair : {&rsa_pair(), &ec_pair(), &ed_pair()})
        for (const std::string& form :
             {pair->public_pem(), "\n\n" + pair->public_pem(), pair->private_pem(), pair->public_der(),
              base64(pair->public_der()), base64(pair->public_der()).insert(40, "\n")})
            CHECK(has(against(jwt_key::hs256(form)), "from_pem"));
    CHECK(has(against(jwt_key::hs256(rsa_pair().plain_der())), "from_pem"));
    CHECK(has(against(jwt_key::hs256(base64(rsa_pair().plain_der()))), "from_pem"));
    CHECK(has(against(jwt_key::hs256(certificate_of(rsa_pair()))), "from_pem"));
    CHECK(has(against(jwt_key::hs256(openssh)), "from_pem"));
    CHECK(has(
        against(jwt_key::hs256(R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})")),
        "from_pem"));
}

TEST_CASE("S22 a signature that differs anywhere, or in its length, is none") {
    const jwt_key key = secret_key();
    const std::string right = hmac("text");
    CHECK(key.verifies("text", right));
    CHECK(key.sign("text") == right);
    for (std::size_t i = 0; i < right.size(); ++i) {
        std::string wrong = right;
        wrong[i] = static_cast<char>(wrong[i] ^ 0x80);
        CHECK_FALSE(key.verifies("text", wrong));
    }
    CHECK_FALSE(key.verifies("text", right.substr(0, 31)));
    CHECK_FALSE(key.verifies("text", right + '\0'));
    CHECK_FALSE(key.verifies("text", ""));
    CHECK_FALSE(key.verifies("texts", right));
}

TEST_CASE("an ES256 signature is r and s, 32 octets each and from 1 to n - 1") {
    const jwt_key key = public_key(jwt_algorithm::es256, ec_pair());
    const std::string right = ec_pair().sign("text"), r = right.substr(0, 32), s = right.substr(32);
    const std::string zero(32, '\0');
    const std::string n =
        "\xff\xff\xff\xff" + std::string(4, '\0') +
        "\xff\xff\xff\xff\xff\xff\xff\xff\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51";
    REQUIRE(n.size() == 32);
    CHECK(key.verifies("text", right));
    for (const std::string& wrong : {r, right + '\0', '\0' + right, right.substr(1), zero + zero, zero + s, r + zero,
                                     n + s, r + n, std::string(64, '\xff'), s + r, std::string{}})
        CHECK_FALSE(key.verifies("text", wrong));
    // The same in DER is another text for the same signature.
    const std::string der = "\x30\x44\x02\x20" + r + "\x02\x20" + s;
    CHECK_FALSE(key.verifies("text", der));
}

TEST_CASE("an EdDSA signature is 64 octets, an RS256 signature as long as its key") {
    const jwt_key ed = public_key(jwt_algorithm::eddsa, ed_pair()), rsa = public_key(jwt_algorithm::rs256, rsa_pair());
    const std::string eds = ed_pair().sign("text"), rsas = rsa_pair().sign("text");
    CHECK(ed.verifies("text", eds));
    CHECK(rsa.verifies("text", rsas));
    for (const std::string& wrong : {eds.substr(1), eds.substr(0, 63), eds + '\0', '\0' + eds, std::string{}})
        CHECK_FALSE(ed.verifies("text", wrong));
    for (const std::string& wrong : {rsas.substr(1), rsas + '\0', '\0' + rsas, std::string(256, '\0'), std::string{}})
        CHECK_FALSE(rsa.verifies("text", wrong));
}

TEST_CASE("a key that only verifies signs nothing") {
    CHECK(public_key(jwt_algorithm::eddsa, ed_pair()).sign("text").empty());
}

TEST_CASE("nothing is left in OpenSSL's queue of errors, and nothing taken out of it") {
    const jwt_key ed = public_key(jwt_algorithm::eddsa, ed_pair()), rsa = public_key(jwt_algorithm::rs256, rsa_pair()),
                  ec = public_key(jwt_algorithm::es256, ec_pair());
    const auto go_wrong = [&] {
        CHECK_FALSE(ed.verifies("text", std::string(64, 'x')));
        CHECK_FALSE(rsa.verifies("text", std::string(256, 'x')));
        CHECK_FALSE(rsa.verifies("text", "x"));
        CHECK_FALSE(ec.verifies("text", std::string(64, '\xff')));
        CHECK_FALSE(against(jwt_key::from_pem(jwt_algorithm::rs256, pem("PUBLIC KEY", "no der"))).empty());
        CHECK(against(jwt_key::hs256(std::string(40, '0'))).empty());  // it was tried as a public key
    };
    ERR_clear_error();
    go_wrong();
    CHECK(ERR_peek_error() == 0);
    ERR_raise(ERR_LIB_USER, 7);
    go_wrong();
    CHECK(ERR_GET_REASON(ERR_get_error()) == 7);
    CHECK(ERR_peek_error() == 0);
}

namespace {

std::string certificate_of(const key_pair& pair) {
    const std::string pem = pair.private_pem();
    BIO* text = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(text, nullptr, nullptr, nullptr);
    X509* made = X509_new();
    X509_gmtime_adj(X509_getm_notBefore(made), 0);
    X509_gmtime_adj(X509_getm_notAfter(made), 3600);
    X509_set_pubkey(made, key);
    X509_sign(made, key, EVP_sha256());
    unsigned char* der = nullptr;
    const int size = i2d_X509(made, &der);
    const std::string out{reinterpret_cast<char*>(der), static_cast<std::size_t>(size)};
    OPENSSL_free(der), X509_free(made), EVP_PKEY_free(key), BIO_free(text);
    return out;
}

}  // namespace
