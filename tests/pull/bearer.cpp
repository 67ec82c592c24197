#include <tandem/pull/bearer.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tandem;

TEST_CASE("a credential follows the word Bearer") {
    CHECK(bearer_credential("Bearer alice") == "alice");
    CHECK(bearer_credential("bearer a.b-c_d~e+f/g==") == "a.b-c_d~e+f/g==");
    CHECK(bearer_credential("BEARER x") == "x");
    CHECK(bearer_credential("Bearer " + std::string(4096, 'x')));
}

TEST_CASE("S23: anything else is no credential") {
    for (const char* bad : {"", "Bearer", "Bearer ", "Bearer  alice", "Bearer alice ", " Bearer alice", "Basic YTpi",
                            "Bearer\talice", "Bearer a b", "Bearer a,b", "Bearer =", "Bearer a=b", "Bearer a\"",
                            "alice", "Bearer ali\xc3\xa7\x65", "Bearer a\r\nX: y", "Bearerx alice"})
        CHECK_MESSAGE(!bearer_credential(bad), bad);
    CHECK(!bearer_credential("Bearer " + std::string(4097, 'x')));
    CHECK(!bearer_credential(std::string_view{"Bearer a\0b", 10}));
}
