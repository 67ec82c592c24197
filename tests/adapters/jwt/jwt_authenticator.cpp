#include <tandem/adapters/jwt/jwt_authenticator.hpp>

#include "adapters/jwt/tokens.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

using namespace jwt_tests;

static_assert(invalidating_authenticator<jwt_authenticator>);
static_assert(invalidating_authenticator<basic_jwt_authenticator<manual_clock&>>);

namespace {

const char* const refused = "bad credential";

// Claims of alice with one of them written anew: {"exp", "1e9"}; "" takes it out.
std::string claims_with(std::string_view name, const std::string& value) {
    std::string all = "{";
    const std::pair<std::string_view, std::string> usual[] = {{"iss", "\"https://id.example\""},
                                                              {"aud", "\"chat\""},
                                                              {"sub", "\"alice\""},
                                                              {"iat", std::to_string(now)},
                                                              {"exp", std::to_string(now + 3600)}};
    const auto add = [&](std::string_view n, const std::string& v) {
        if (!v.empty()) all += (all.size() > 1 ? ",\"" : "\"") + std::string{n} + "\":" + v;
    };
    bool known = false;
    for (const auto& [n, v] : usual) add(n, n == name ? value : v), known |= n == name;
    if (!known) add(name, value);
    return all + '}';
}
std::string at(std::int64_t second) { return std::to_string(second); }

}  // namespace

TEST_CASE("a token says who it is, on which device, and until when") {
    gate gate;
    const auto who =
        gate.users.verify(hs256(claims(R"(,"device":"phone","platform":"ios","role":["admin",{"of":"x"}])")));
    REQUIRE(who);
    CHECK(who->user == user_id{"alice"});
    CHECK(who->device == device_id{"phone"});
    CHECK(who->platform == "ios");
    CHECK(who->expires == instant{} + seconds(now + 3600 + 60));
    const auto bare = gate.users.verify(hs256(claims()));
    REQUIRE(bare);
    CHECK(bare->device.empty());
    CHECK(bare->platform.empty());
}

TEST_CASE("every algorithm, each by a key of its own") {
    gate gate{{secret_key(), public_key(jwt_algorithm::rs256, rsa_pair()), public_key(jwt_algorithm::es256, ec_pair()),
               public_key(jwt_algorithm::eddsa, ed_pair())}};
    CHECK(gate.says(hs256(claims())) == "alice");
    CHECK(gate.says(signed_by(rsa_pair(), "RS256")) == "alice");
    CHECK(gate.says(signed_by(ec_pair(), "ES256")) == "alice");
    CHECK(gate.says(signed_by(ed_pair(), "EdDSA")) == "alice");
    CHECK(gate.says(signed_by(key_pair::rsa(), "RS256")) == refused);
    CHECK(gate.says(signed_by(key_pair::ec(), "ES256")) == refused);
    CHECK(gate.says(signed_by(key_pair::ed25519(), "EdDSA")) == refused);
    CHECK(gate.says(hs256(claims(), header("RS256"))) == refused);
    CHECK(gate.says(signed_by(ed_pair(), "ES256")) == refused);
}

TEST_CASE("S15 what is said against a token has nothing of what is in it") {
    gate gate;
    const std::string odd = "\"zanzibar\"";
    std::vector<std::string> tokens{"zanzibar",
                                    "zanzibar.zanzibar.zanzibar",
                                    hs256("{" + odd),
                                    hs256(claims(), "{" + odd),
                                    hs256(claims(), header("zanzibar")),
                                    hs256(claims(), header("HS256", ",\"kid\":[" + odd)),
                                    hs256(claims(), header("HS256", ",\"crit\":[" + odd + "]"))};
    for (const char* name : {"iss", "aud", "exp", "nbf", "iat", "device", "platform", "sub"}) {
        const std::string value = name == std::string_view{"sub"} ? "\"zanzibar\\n\"" : "[" + odd + ",1]";
        tokens.push_back(hs256(claims_with(name, value)));
    }
    for (const std::string& token : tokens) {
        const auto answer = gate.users.verify(token);
        REQUIRE_FALSE(answer);
        CHECK_FALSE(answer.error().detail.empty());
        CHECK_FALSE(has_a_part_of(answer.error().detail, "zanzibar"));
        CHECK_FALSE(has_a_part_of(answer.error().detail, token));
    }
}

TEST_CASE("S16 the algorithm is the key's: a token that names another is refused, however well it is signed") {
    gate gate;
    REQUIRE(gate.says(hs256(claims(), header("HS256"))) == "alice");
    for (const char* alg :
         {"none", "None", "NONE", "nOnE", "", "hs256", "HS384", "HS512", "RS256", "HS256 ", "HS256\\u0000"})
        CHECK_MESSAGE(gate.says(hs256(claims(), header(alg))) == refused, alg);
    for (const char* whole : {"{}", R"({"alg":null})", R"({"alg":["HS256"]})", R"({"alg":{"HS256":1}})",
                              R"({"typ":"JWT"})", R"({"Alg":"HS256"})", R"({"alg":256})"})
        CHECK_MESSAGE(gate.says(hs256(claims(), whole)) == refused, whole);
    CHECK(gate.says(hs256(claims(), R"({"alg":"\u0048S256"})")) == "alice");  // the same name
}

TEST_CASE("S16 none, in any case, is refused without and with a signature, whatever the keys are") {
    gate gate{{secret_key(), public_key(jwt_algorithm::rs256, rsa_pair()), public_key(jwt_algorithm::es256, ec_pair()),
               public_key(jwt_algorithm::eddsa, ed_pair())}};
    for (const char* none : {"none", "None", "NONE", "nOnE"}) {
        CHECK(gate.says(token(header(none), claims(), [](auto&&) { return std::string{}; })) == refused);
        CHECK(gate.says(hs256(claims(), header(none))) == refused);
        CHECK(gate.says(signed_by(rsa_pair(), none)) == refused);
    }
}

TEST_CASE("S17 a token signed with the public key as if it were a secret is refused") {
    gate gate{{public_key(jwt_algorithm::rs256, rsa_pair()), public_key(jwt_algorithm::es256, ec_pair()),
               public_key(jwt_algorithm::eddsa, ed_pair())}};
    for (const key_pair* pair : {&rsa_pair(), &ec_pair(), &ed_pair()})
        for (const std::string& known : {pair->public_pem(), pair->public_der(), base64(pair->public_der())})
            for (const char* alg : {"HS256", "RS256", "ES256", "EdDSA"})
                CHECK(gate.says(token(header(alg), claims(),
                                      [&](const std::string& text) { return hmac(text, known); })) == refused);
}

TEST_CASE("S18 kid selects among the configured keys: one that has a kid is asked only about tokens that name it") {
    const std::string other = "another secret of 32 bytes, or more";
    gate gate{{secret_key("a"), *jwt_key::hs256(other, "b")}};
    const auto says = [&](const std::string& with, const char* kid) {
        return gate.says(token(header("HS256", kid), claims(), [&](const std::string& t) { return hmac(t, with); }));
    };
    CHECK(says(secret, R"(,"kid":"a")") == "alice");
    CHECK(says(other, R"(,"kid":"b")") == "alice");
    CHECK(says(secret, R"(,"kid":"b")") == refused);
    CHECK(says(secret, R"(,"kid":"c")") == refused);
    CHECK(says(secret, R"(,"kid":"")") == refused);
    CHECK(says(secret, "") == refused);
    for (const char* wrong : {R"(,"kid":1)", R"(,"kid":null)", R"(,"kid":["a"])", R"(,"kid":"a","kid":"a")"})
        CHECK_MESSAGE(says(secret, wrong) == refused, wrong);
}

TEST_CASE("S18 a key without a kid is asked about every token") {
    gate gate{{secret_key()}};
    CHECK(gate.says(hs256(claims())) == "alice");
    CHECK(gate.says(hs256(claims(), header("HS256", R"(,"kid":"any")"))) == "alice");
    CHECK(gate.says(hs256(claims(), header("HS256", R"(,"kid":7)"))) == refused);
}

TEST_CASE("S18 a key that comes with the token counts for nothing") {
    const key_pair mallory = key_pair::ed25519();
    const std::string der = mallory.public_der();
    const std::string jwk = R"({"kty":"OKP","crv":"Ed25519","x":")" + base64url(der.substr(der.size() - 32)) + "\"}";
    gate gate{{public_key(jwt_algorithm::eddsa, ed_pair())}};
    const std::string offers[] = {R"(,"jwk":)" + jwk, R"(,"jku":"https://mallory.example/jwks")",
                                  R"(,"x5c":[")" + base64(der) + "\"]", R"(,"x5u":"https://mallory.example/x")"};
    for (const std::string& more : offers) {
        const auto says = [&](const key_pair& pair) {
            return gate.says(
                token(header("EdDSA", more), claims(), [&](const std::string& text) { return pair.sign(text); }));
        };
        CHECK(says(mallory) == refused);
        CHECK(says(ed_pair()) == "alice");
    }
}

TEST_CASE("S18 a token that says it must be understood in another way is refused") {
    gate gate;
    for (const char* more :
         {R"(,"crit":["b64"],"b64":false)", R"(,"crit":["exp"])", R"(,"crit":[])", R"(,"crit":null)"})
        CHECK_MESSAGE(gate.says(hs256(claims(), header("HS256", more))) == refused, more);
}

TEST_CASE("S19 exp is required, and counts for the leeway longer") {
    gate gate;
    CHECK(gate.says(hs256(claims_with("exp", ""))) == refused);
    const std::string token = hs256(claims());
    gate.clock.set(instant{} + seconds(now + 3600 + 60) - milliseconds(1));
    CHECK(gate.says(token) == "alice");
    CHECK(gate.users.verify(token)->expires > gate.clock.now());
    gate.clock.advance(milliseconds(1));
    CHECK(gate.says(token) == "expired");
}

TEST_CASE("S19 nbf and iat may be as far ahead as the leeway") {
    for (const char* name : {"nbf", "iat"}) {
        gate gate;
        CHECK(gate.says(hs256(claims_with(name, at(now + 60)))) == "alice");
        CHECK(gate.says(hs256(claims_with(name, at(now + 61)))) == refused);
        gate.clock.advance(milliseconds(999));
        CHECK(gate.says(hs256(claims_with(name, at(now + 61)))) == refused);
        gate.clock.advance(milliseconds(1));
        CHECK(gate.says(hs256(claims_with(name, at(now + 61)))) == "alice");
    }
}

TEST_CASE("S19 a date that is not whole seconds of this century is refused") {
    jwt_options any_life = expected();
    any_life.longest_life = {};
    gate gate{{secret_key()}, any_life};
    CHECK(gate.says(hs256(claims_with("exp", "4102444799"))) == "alice");
    for (const char* wrong : {"4102444800",
                              "9999999999",
                              "17000000000",
                              "1700003600000",
                              "9223372036854775807",
                              "9223372036854775808",
                              "18446744073709551615",
                              "18446744073709551616",
                              "99999999999999999999999999999999",
                              "-1",
                              "-0",
                              "1700003600.0",
                              "1700003600.5",
                              "1.7e9",
                              "17E8",
                              "1e400",
                              "\"1700003600\"",
                              "null",
                              "true",
                              "[1700003600]",
                              "{}"})
        for (const char* name : {"exp", "nbf", "iat"})
            CHECK_MESSAGE(gate.says(hs256(claims_with(name, wrong))) == refused, name << ' ' << wrong);
    CHECK(gate.says(hs256(claims_with("exp", "0"))) == "expired");
    CHECK(gate.says(hs256(claims_with("nbf", "0"))) == "alice");
}

TEST_CASE("S19 from iat to exp is at most the longest life, and iat is required for that") {
    jwt_options options = expected();
    options.longest_life = minutes(60);
    gate gate{{secret_key()}, options};
    CHECK(gate.says(hs256(claims())) == "alice");
    CHECK(gate.says(hs256(claims_with("exp", at(now + 3601)))) == refused);
    CHECK(gate.says(hs256(claims_with("iat", at(now - 1)))) == refused);
    CHECK(gate.says(hs256(claims_with("iat", ""))) == refused);
    options.longest_life = {};
    jwt_tests::gate patient{{secret_key()}, options};
    CHECK(patient.says(hs256(claims_with("exp", at(now + 1'000'000'000)))) == "alice");
    CHECK(patient.says(hs256(claims_with("iat", ""))) == "alice");
}

TEST_CASE("S20 iss is the configured issuer, to the letter") {
    gate gate;
    CHECK(gate.says(hs256(claims_with("iss", R"("https:\/\/id.example")"))) == "alice");
    for (const char* wrong : {"", "\"\"", "\"https://id.example/\"", "\"https://ID.example\"", "\"https://id.exampl\"",
                              "null", "[\"https://id.example\"]", "\"https://id.example\\u0000\""})
        CHECK_MESSAGE(gate.says(hs256(claims_with("iss", wrong))) == refused, wrong);
    jwt_options number = expected();
    number.issuer = "7", number.audience = "8";
    jwt_tests::gate numbered{{secret_key()}, number};
    CHECK(numbered.says(hs256(R"({"iss":"7","aud":"8","sub":"alice","iat":1700000000,"exp":1700003600})")) == "alice");
    CHECK(numbered.says(hs256(R"({"iss":7,"aud":"8","sub":"alice","iat":1700000000,"exp":1700003600})")) == refused);
    CHECK(numbered.says(hs256(R"({"iss":"7","aud":8,"sub":"alice","iat":1700000000,"exp":1700003600})")) == refused);
    jwt_options any = expected();
    any.issuer = "", any.any_issuer = true;
    jwt_tests::gate open{{secret_key()}, any};
    CHECK(open.says(hs256(claims_with("iss", "\"https://else.example\""))) == "alice");
    CHECK(open.says(hs256(claims_with("iss", ""))) == "alice");
}

TEST_CASE("S20 the configured audience is aud, or among the strings in it") {
    gate gate;
    for (const char* right : {"\"chat\"", "[\"chat\"]", "[\"mail\",\"chat\"]", "[ \"ch\\u0061t\" ]"})
        CHECK_MESSAGE(gate.says(hs256(claims_with("aud", right))) == "alice", right);
    for (const char* wrong : {"", "\"mail\"", "\"Chat\"", "\"chat \"", "\"\"", "[]", "[\"mail\"]", "[[\"chat\"]]",
                              "[\"chat\",1]", "{\"chat\":\"chat\"}", "null", "\"[\\\"chat\\\"]\""})
        CHECK_MESSAGE(gate.says(hs256(claims_with("aud", wrong))) == refused, wrong);
    jwt_options any = expected();
    any.audience = "", any.any_audience = true;
    jwt_tests::gate open{{secret_key()}, any};
    CHECK(open.says(hs256(claims_with("aud", "\"mail\""))) == "alice");
    CHECK(open.says(hs256(claims_with("aud", ""))) == "alice");
}

TEST_CASE("the user is a proper id") {
    gate gate;
    const std::string longest(47, 'x');
    CHECK(gate.says(hs256(claims_with("sub", '"' + longest + '"'))) == longest);
    CHECK(gate.says(hs256(claims_with("sub", "\"Zo\\u00eb\""))) == "Zo\xc3\xab");
    for (const std::string& wrong : {std::string{}, std::string{"\"\""}, '"' + longest + "x\"",
                                     std::string{"\"a\\u0000\""}, std::string{"\"a\\n\""}, std::string{"7"},
                                     std::string{"null"}, std::string{"[\"alice\"]"}, std::string{"true"}})
        CHECK_MESSAGE(gate.says(hs256(claims_with("sub", wrong))) == refused, wrong);
}

TEST_CASE("device and platform are proper ids, if they are there") {
    gate gate;
    for (const char* name : {"device", "platform"})
        for (const std::string& wrong :
             {std::string{"\"\""}, '"' + std::string(48, 'x') + '"', std::string{"\"a\\u001b\""}, std::string{"7"},
              std::string{"null"}, std::string{"{}"}})
            CHECK_MESSAGE(gate.says(hs256(claims_with(name, wrong))) == refused, name << ' ' << wrong);
}

TEST_CASE("claims may have other names") {
    jwt_options options = expected();
    options.user_claim = "uid", options.device_claim = "", options.platform_claim = "os";
    gate gate{{secret_key()}, options};
    const auto who = gate.users.verify(hs256(claims(R"(,"uid":"bob","device":7,"os":"linux","platform":7)")));
    REQUIRE(who);
    CHECK(who->user == user_id{"bob"});
    CHECK(who->device.empty());
    CHECK(who->platform == "linux");
    CHECK(gate.says(hs256(claims())) == refused);
}

TEST_CASE("S23 a token has exactly three parts in strict base64url, and at most 4096 bytes") {
    gate gate;
    const std::string token = hs256(claims());
    const auto first = token.find('.'), last = token.rfind('.');
    for (const std::string& wrong : {std::string{},
                                     std::string{"."},
                                     std::string{".."},
                                     std::string{"..."},
                                     token + '.',
                                     '.' + token,
                                     token + ".AA",
                                     token.substr(0, last),
                                     token.substr(0, last + 1),
                                     token.substr(first),
                                     token.substr(first + 1),
                                     token + '=',
                                     token + '\n',
                                     ' ' + token,
                                     token + ' ',
                                     "Bearer " + token,
                                     std::string{token}.insert(first, "="),
                                     std::string{token}.insert(last, "="),
                                     std::string{token}.insert(last, "\n"),
                                     token + '\0',
                                     token + 'A',
                                     std::string{token}.insert(last, ".")})
        CHECK(gate.says(wrong) == refused);
    CHECK(gate.users.verify("a.b.c.d").error().detail == "the token has not exactly three parts");
    for (std::size_t padding = 0; padding < 40;
         ++padding)  // the signature is right: it is of the text with its white space
        for (const char* odd : {"=", "==", " ", "\n"}) {
            const std::string text =
                base64url(header("HS256")) + '.' + base64url(claims(std::string(padding, ' '))) + odd;
            CHECK(gate.says(text + '.' + base64url(hmac(text))) == refused);
        }
    const auto sized = [&](std::size_t size) {
        std::string made;
        for (std::size_t spaces = 2800; made.size() < size; ++spaces) made = hs256(claims(std::string(spaces, ' ')));
        return made;
    };
    CHECK(sized(4096).size() == 4096);
    CHECK(gate.says(sized(4096)) == "alice");
    CHECK(sized(4097).size() == 4097);
    CHECK(gate.says(sized(4097)) == refused);
}

TEST_CASE("S23 a name that comes twice in header or claims is refused") {
    gate gate;
    CHECK(gate.says(hs256(claims(), R"({"alg":"HS256","alg":"HS256"})")) == refused);
    CHECK(gate.says(hs256(claims(), R"({"typ":"JWT","alg":"HS256","typ":"JWT"})")) == refused);
    CHECK(gate.says(hs256(claims(R"(,"sub":"bob")"))) == refused);
    CHECK(gate.says(hs256(claims(R"(,"s\u0075b":"bob")"))) == refused);
    CHECK(gate.says(hs256(claims(R"(,"x":1,"x":1)"))) == refused);
}

TEST_CASE("S23 claims that are no JSON object are refused") {
    gate gate;
    for (const std::string& wrong :
         {std::string{}, std::string{"[]"}, std::string{"\"alice\""}, claims() + "x", claims() + claims(),
          claims("\xff"), claims(",\"x\":\"\xff\""), claims(",\"x\":" + std::string(100, '[') + std::string(100, ']')),
          '\xef' + claims()})
        CHECK(gate.says(hs256(wrong)) == refused);
    CHECK(gate.says(hs256(hs256(claims()))) == refused);  // a token in a token
}

TEST_CASE("S24 two keys at one time, and a removed one fails at once") {
    const std::string other = "another secret of 32 bytes, or more";
    const jwt_key old_key = secret_key(), new_key = *jwt_key::hs256(other);
    const std::string old_token = hs256(claims()),
                      new_token =
                          token(header("HS256"), claims(), [&](const std::string& t) { return hmac(t, other); });
    gate gate{{old_key}};
    CHECK(gate.says(new_token) == refused);
    REQUIRE(gate.users.use_keys({old_key, new_key}));
    CHECK(gate.says(old_token) == "alice");
    CHECK(gate.says(new_token) == "alice");
    REQUIRE(gate.users.use_keys({new_key}));
    CHECK(gate.says(old_token) == refused);
    CHECK(gate.says(new_token) == "alice");
    CHECK_FALSE(gate.users.use_keys({}));
    CHECK(gate.says(new_token) == "alice");
}

TEST_CASE("S26 whatever is wrong, the answer is the same; expired is said only to who had the right token") {
    gate gate{{secret_key(), public_key(jwt_algorithm::eddsa, ed_pair(), "ed")}};
    REQUIRE(gate.users.invalidate("dora"));
    const std::string old = claims_with("exp", at(now - 61)), forged = "a secret that nobody has configured";
    const auto forge = [&](const std::string& c) {
        return token(header("HS256"), c, [&](const std::string& text) { return hmac(text, forged); });
    };
    CHECK(gate.says(hs256(old)) == "expired");
    CHECK(gate.says(hs256(claims_with("exp", at(now - 60)))) == "expired");
    CHECK(gate.says(hs256(claims_with("exp", at(now - 59)))) == "alice");
    CHECK(gate.says(forge(claims())) == refused);
    CHECK(gate.says(forge(old)) == refused);
    CHECK(gate.says(hs256(claims_with("sub", "\"dora\""))) == refused);
    CHECK(gate.says("nonsense") == refused);
    // Expired, and meant for somebody else.
    jwt_options mail = expected();
    mail.audience = "mail";
    jwt_tests::gate other{{secret_key()}, mail};
    CHECK(other.says(hs256(old)) == refused);
    const auto wrong = gate.users.verify(forge(claims()));
    CHECK(wrong.error().retry_after == duration{});
}

TEST_CASE("options that make no sense are refused when the authenticator is made") {
    const auto why = [](jwt_options options, std::vector<jwt_key> keys = {secret_key()}) {
        const auto made = jwt_authenticator::make(std::move(options), std::move(keys));
        if (made) return std::string{};
        CHECK(made.error().code == errc::invalid_argument);
        return made.error().detail;
    };
    const auto said = [](const std::string& text, const char* part) { return text.find(part) != text.npos; };
    CHECK(why(expected()).empty());
    CHECK(said(why({.audience = "chat"}), "issuer"));
    CHECK(said(why({.issuer = "x"}), "audience"));
    CHECK(said(why({.issuer = "x", .audience = "chat", .any_issuer = true}), "any_issuer"));
    CHECK(said(why({.issuer = "x", .audience = "chat", .any_audience = true}), "any_audience"));
    CHECK(why({.any_issuer = true, .any_audience = true}).empty());
    const auto with = [](auto change) {
        jwt_options options = expected();
        change(options);
        return options;
    };
    CHECK(said(why(with([](jwt_options& o) { o.leeway = milliseconds(-1); })), "leeway"));
    CHECK(said(why(with([](jwt_options& o) { o.leeway = minutes(10) + milliseconds(1); })), "leeway"));
    CHECK(why(with([](jwt_options& o) { o.leeway = minutes(10); })).empty());
    CHECK(said(why(with([](jwt_options& o) { o.longest_life = milliseconds(-1); })), "longest_life"));
    CHECK(said(why(with([](jwt_options& o) { o.longest_life = days(4000); })), "longest_life"));
    CHECK(said(why(with([](jwt_options& o) { o.user_claim = ""; })), "user_claim"));
    CHECK(said(why(expected(), {}), "no key"));
    CHECK(said(why(expected(), std::vector<jwt_key>(5, secret_key())), "no kid"));
    CHECK(why(expected(), std::vector<jwt_key>(4, secret_key())).empty());
    CHECK(said(why(expected(), {secret_key("one"), secret_key("one")}), "one"));
    CHECK(why(expected(), {secret_key("one"), public_key(jwt_algorithm::eddsa, ed_pair(), "one")}).empty());
}

TEST_CASE("the same keys serve authenticators on several threads") {
    const std::vector<jwt_key> keys{secret_key(), public_key(jwt_algorithm::rs256, rsa_pair()),
                                    public_key(jwt_algorithm::es256, ec_pair()),
                                    public_key(jwt_algorithm::eddsa, ed_pair())};
    const std::string tokens[] = {hs256(claims()), signed_by(rsa_pair(), "RS256"), signed_by(ec_pair(), "ES256"),
                                  signed_by(ed_pair(), "EdDSA")};
    std::atomic<int> taken = 0;
    const auto verify = [&] {
        manual_clock clock;
        auto users = *basic_jwt_authenticator<manual_clock&>::make(expected(), keys, clock);
        for (int i = 0; i < 100; ++i) taken += static_cast<bool>(users.verify(tokens[i % 4]));
    };
    std::thread first{verify}, second{verify}, third{verify};
    first.join(), second.join(), third.join();
    CHECK(taken == 300);
}
