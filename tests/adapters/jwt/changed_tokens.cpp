// Whatever one changes in a token, it is no token any more.
#include "adapters/jwt/tokens.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace jwt_tests;

namespace {

std::vector<jwt_key> all_keys() {
    return {secret_key(), public_key(jwt_algorithm::rs256, rsa_pair()), public_key(jwt_algorithm::es256, ec_pair()),
            public_key(jwt_algorithm::eddsa, ed_pair())};
}

// How many changed tokens are taken; `others` says what a byte is changed into.
template <class Others>
int taken(const std::string& token, Others others) {
    gate gate{all_keys()};
    REQUIRE(gate.users.verify(token));
    int taken = 0;
    std::string changed = token;
    for (std::size_t at = 0; at < token.size(); ++at, changed = token)
        for (const char other : others(token[at])) {
            changed[at] = other;
            if (other != token[at]) taken += static_cast<bool>(gate.users.verify(changed));
        }
    return taken;
}

std::string every_byte(char) {
    std::string all;
    for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
    return all;
}

// One neighbour, the other case, and a dot.
std::string a_few(char c) { return {static_cast<char>(c ^ 1), static_cast<char>(c ^ 0x20), '.'}; }

}  // namespace

TEST_CASE("every byte of an HS256 token, changed into every other") {
    const std::string token = hs256(claims(R"(,"device":"phone")"));
    CHECK(taken(token, every_byte) == 0);
}

TEST_CASE("every byte of an RS256, ES256 and EdDSA token, changed") {
    CHECK(taken(signed_by(rsa_pair(), "RS256"), a_few) == 0);
    CHECK(taken(signed_by(ec_pair(), "ES256"), a_few) == 0);
    CHECK(taken(signed_by(ed_pair(), "EdDSA"), a_few) == 0);
}

TEST_CASE("every byte of a token, left out, doubled, or the last that is there") {
    for (const std::string& token : {hs256(claims()), signed_by(ec_pair(), "ES256"), signed_by(ed_pair(), "EdDSA")}) {
        gate gate{all_keys()};
        REQUIRE(gate.users.verify(token));
        for (std::size_t at = 0; at < token.size(); ++at) {
            CHECK_FALSE(gate.users.verify(std::string{token}.erase(at, 1)));
            CHECK_FALSE(gate.users.verify(std::string{token}.insert(at, 1, token[at])));
            CHECK_FALSE(gate.users.verify(token.substr(0, at)));
        }
    }
}

TEST_CASE("the parts of two good tokens make no third") {
    const std::string bobs =
        R"({"iss":"https://id.example","aud":"chat","sub":"bob","iat":1700000000,"exp":1700003600})";
    const std::string tokens[] = {hs256(claims()), hs256(bobs), signed_by(ed_pair(), "EdDSA"),
                                  signed_by(ec_pair(), "ES256", bobs)};
    gate gate{all_keys()};
    const auto part = [](const std::string& token, int which) {
        const auto first = token.find('.'), last = token.rfind('.');
        return which == 0   ? token.substr(0, first)
               : which == 1 ? token.substr(first, last - first)
                            : token.substr(last);
    };
    std::set<std::string> taken;
    for (const std::string& a : tokens)
        for (const std::string& b : tokens)
            for (const std::string& c : tokens) {
                const std::string made = part(a, 0) + part(b, 1) + part(c, 2);
                if (gate.users.verify(made)) taken.insert(made);
            }
    CHECK(taken == std::set<std::string>(std::begin(tokens), std::end(tokens)));
}
