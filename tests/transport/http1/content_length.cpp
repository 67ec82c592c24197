#include <tandem/transport/http1/content_length.hpp>

#include <doctest/doctest.h>

using tandem::detail::in_http::content_length;

TEST_CASE("S06 a length is digits") {
    CHECK(content_length("0") == 0);
    CHECK(content_length("7") == 7);
    CHECK(content_length("65536") == 65536);
    CHECK(content_length("18446744073709551615") == UINT64_MAX);
}

TEST_CASE("S06 whatever else a length is written with is none") {
    for (const std::string_view text : {"",
                                        "+5",
                                        "-5",
                                        "-0",
                                        " 5",
                                        "5 ",
                                        "5 5",
                                        "5,5",
                                        "5, 5",
                                        "0x5",
                                        "5x",
                                        "5.0",
                                        "1e3",
                                        "05",
                                        "00",
                                        "\t5",
                                        "5;",
                                        "18446744073709551616",
                                        "18446744073709551620",
                                        "99999999999999999999",
                                        "184467440737095516150",
                                        "\xd9\xa5"}) {
        INFO(text);
        CHECK_FALSE(content_length(text));
    }
}
