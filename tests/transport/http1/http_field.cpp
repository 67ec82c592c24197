#include <tandem/transport/http1/http_field.hpp>

#include <doctest/doctest.h>

#include <array>

using namespace tandem;
using namespace tandem::detail::in_http;

TEST_CASE("a field is found without case, the first of its name") {
    const std::array<http_field, 3> fields{{{"Accept", "a"}, {"HOST", "b"}, {"accept", "c"}}};
    CHECK(value_of(fields, "accept") == "a");
    CHECK(value_of(fields, "Host") == "b");
    CHECK(value_of(fields, "hos").empty());
    CHECK(count_of(fields, "ACCEPT") == 2);
    CHECK(count_of(fields, "accepts") == 0);
}

TEST_CASE("a token is one whole item of a list, in any of its fields") {
    const std::array<http_field, 3> fields{
        {{"Connection", "keep-alive, Upgrade"}, {"Via", "x"}, {"connection", "TE ,,a"}}};
    CHECK(has_token(fields, "connection", "upgrade"));
    CHECK(has_token(fields, "CONNECTION", "Keep-Alive"));
    CHECK(has_token(fields, "connection", "te"));
    CHECK(has_token(fields, "connection", "a"));
    CHECK_FALSE(has_token(fields, "connection", "keep"));
    CHECK_FALSE(has_token(fields, "connection", "x"));
    CHECK_FALSE(has_token(fields, "connection", "keep-alive, Upgrade"));
    CHECK_FALSE(has_token({}, "connection", "close"));
}

TEST_CASE("a connection is kept by 1.1 unless closed, by 1.0 only when asked") {
    const std::array<http_field, 1> keep{{{"Connection", "Keep-Alive"}}}, close{{{"connection", "a, Close"}}};
    const std::array<http_field, 2> both{{{"Connection", "keep-alive"}, {"Connection", "close"}}};
    CHECK(keeps_alive({}, 1));
    CHECK_FALSE(keeps_alive({}, 0));
    CHECK(keeps_alive(keep, 0));
    CHECK(keeps_alive(keep, 1));
    CHECK_FALSE(keeps_alive(close, 1));
    CHECK_FALSE(keeps_alive(both, 1));
    CHECK_FALSE(keeps_alive(both, 0));
}
