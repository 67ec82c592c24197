// The examples of RFC 7515 (appendix A) and RFC 8037 (appendix A.4): tokens that others have made.
#include "adapters/jwt/tokens.hpp"

#include <doctest/doctest.h>

using namespace jwt_tests;

namespace {

std::string octets(std::string_view base64url) {
    std::string out;
    REQUIRE(detail::in_jwt::read_base64url(base64url, out));
    return out;
}

std::string public_pem(const std::string& der) {
    return "-----BEGIN PUBLIC KEY-----\n" + base64(der) + "\n-----END PUBLIC KEY-----\n";
}

// {"iss":"joe", "exp":1300819380, "http://example.com/is_root":true}, with line ends and spaces between.
const std::string payload =
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.";

// Joe's tokens name no audience, no user and no iat.
struct joes_gate : gate {
    explicit joes_gate(const jwt_key& key)
        : gate{{key}, {.issuer = "joe", .any_audience = true, .leeway = {}, .longest_life = {}, .user_claim = "iss"}} {
        clock.set(instant{} + seconds(1'300'819'379));
    }

    void takes(const std::string& token) {
        CHECK(says(token) == "joe");
        CHECK(users.verify(token)->expires == instant{} + seconds(1'300'819'380));
        clock.advance(seconds(1));
        CHECK(says(token) == "expired");
        std::string wrong = token;
        wrong[wrong.size() - 5] = wrong[wrong.size() - 5] == 'A' ? 'B' : 'A';
        CHECK(says(wrong) == "bad credential");
    }
};

}  // namespace

TEST_CASE("RFC 7515 A.1: HS256") {
    joes_gate gate{*jwt_key::hs256(
        octets("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"))};
    gate.takes("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9" + payload + "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

TEST_CASE("RFC 7515 A.2: RS256") {
    const std::string modulus = octets(
        "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-"
        "pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2Ca"
        "pHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb5"
        "4h4FRWyuXpoQ");
    const std::string der = octets("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA") + modulus + "\x02\x03\x01" +
                            std::string(1, '\0') + "\x01";
    joes_gate gate{*jwt_key::from_pem(jwt_algorithm::rs256, public_pem(der))};
    gate.takes(
        "eyJhbGciOiJSUzI1NiJ9" + payload +
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr"
        "7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--x"
        "i12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_Ioy"
        "pGlUPQGe77Rw");
}

TEST_CASE("RFC 7515 A.3: ES256") {
    const std::string der = octets("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE") +
                            octets("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU") +
                            octets("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
    joes_gate gate{*jwt_key::from_pem(jwt_algorithm::es256, public_pem(der))};
    gate.takes("eyJhbGciOiJFUzI1NiJ9" + payload +
               "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
}

TEST_CASE("RFC 8037 A.4: Ed25519, of a text that is no claims") {
    const std::string der = octets("MCowBQYDK2VwAyEA") + octets("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    const jwt_key key = *jwt_key::from_pem(jwt_algorithm::eddsa, public_pem(der));
    const std::string text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    const std::string signature =
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    CHECK(key.verifies(text, octets(signature)));
    CHECK_FALSE(key.verifies(text + "c", octets(signature)));
    gate gate{{key}};
    const auto refused = gate.users.verify(text + '.' + signature);
    CHECK(refused.error().code == errc::bad_credential);
    CHECK(refused.error().detail == "the claims are no JSON object, or have a name twice");
}

TEST_CASE("RFC 7515 A.5: a token without a signature is refused") {
    joes_gate gate{secret_key()};
    CHECK(gate.says("eyJhbGciOiJub25lIn0" + payload) == "bad credential");
}
