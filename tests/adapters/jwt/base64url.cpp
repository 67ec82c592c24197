#include <tandem/adapters/jwt/base64url.hpp>

#include "adapters/jwt/tokens.hpp"

#include <doctest/doctest.h>

using namespace tandem;

namespace {

bool is_read(std::string_view text) {
    std::string out;
    return detail::in_jwt::read_base64url(text, out);
}

std::string written(bytes octets) {
    std::string out;
    detail::in_jwt::append_base64url(out, octets);
    return out;
}

}  // namespace

TEST_CASE("every run of octets has the base64url that OpenSSL gives it, and comes back from it") {
    std::string octets;
    for (int size = 0; size < 300; ++size) {
        std::string back;
        CHECK(written(octets) == jwt_tests::base64url(octets));
        CHECK(detail::in_jwt::read_base64url(written(octets), back));
        CHECK(back == octets);
        octets += static_cast<char>(size * 7 + 250);
    }
    CHECK(written("\xfb\xff\xfe") == "-__-");
}

TEST_CASE("S23 base64url is strict: no padding, no space, no other alphabet, no lone digit, no bits left over") {
    CHECK(is_read(""));
    CHECK(is_read("QQ"));
    CHECK(is_read("QUI"));
    for (const char* wrong :
         {"QQ==", "QUI=", "A", "QUJDA", "QQ\n", " QQ", "Q Q", "+_++", "A/AA", "Q\xc3", "QQ=", "=", "Q.QQ"})
        CHECK_MESSAGE(!is_read(wrong), wrong);
    CHECK_FALSE(is_read(std::string_view{"QQ\0Q", 4}));
    for (const char* hidden : {"QR", "QX", "Qf", "QUJ", "QUK", "QUL"}) CHECK_MESSAGE(!is_read(hidden), hidden);
}

TEST_CASE("S23 each octet has one text: of all pairs of digits 256 are read") {
    int read = 0;
    for (int a = 0; a < 256; ++a)
        for (int b = 0; b < 256; ++b) {
            const char pair[] = {static_cast<char>(a), static_cast<char>(b)};
            read += is_read({pair, 2});
        }
    CHECK(read == 256);
}
