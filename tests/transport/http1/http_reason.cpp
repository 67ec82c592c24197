#include <tandem/transport/http1/http_reason.hpp>

#include <doctest/doctest.h>

using tandem::http_reason;

TEST_CASE("every status that is answered with has its words") {
    CHECK(http_reason(101) == "Switching Protocols");
    CHECK(http_reason(200) == "OK");
    for (const int status :
         {400, 401, 403, 404, 405, 406, 408, 413, 414, 415, 417, 426, 429, 431, 500, 501, 503, 505}) {
        INFO(status);
        CHECK_FALSE(http_reason(status).empty());
    }
    CHECK(http_reason(299).empty());
    CHECK(http_reason(0).empty());
}
