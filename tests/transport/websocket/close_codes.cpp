#include <tandem/transport/websocket/close_codes.hpp>

#include <doctest/doctest.h>

#include <string_view>

using namespace tandem;

TEST_CASE("the codes that may stand in a close frame are RFC 6455's, IANA's and the free ones") {
    int allowed = 0;
    for (unsigned number = 0; number <= 0xffff; ++number) {
        const bool by_name = number == 1000 || number == 1001 || number == 1002 || number == 1003 || number == 1007 ||
                             number == 1008 || number == 1009 || number == 1010 || number == 1011 || number == 1012 ||
                             number == 1013 || number == 1014;
        const bool expected = by_name || (number >= 3000 && number < 5000);
        CAPTURE(number);
        if (may_travel(static_cast<websocket_close_code>(number)) != expected) FAIL("decided otherwise");
        allowed += expected;
    }
    CHECK(allowed == 2012);
}

TEST_CASE("a session's end is called by its own name where WebSocket has one") {
    CHECK(close_code_of(errc::too_large) == websocket_close_code::too_large);
    CHECK(close_code_of(errc::malformed) == websocket_close_code::invalid_payload);
    CHECK(close_code_of(errc::unsupported) == websocket_close_code::unsupported_data);
    CHECK(close_code_of(errc::rate_limited) == websocket_close_code::policy_violation);
    CHECK(close_code_of(errc::slow_receiver) == websocket_close_code::policy_violation);
    CHECK(close_code_of(errc::shutting_down) == websocket_close_code::restarting);
    CHECK(static_cast<int>(close_code_of(errc::replaced)) == 4021);
    CHECK(static_cast<int>(close_code_of(errc::reset)) == 4025);
}

TEST_CASE("every reason to end a session travels, and is understood at the other side") {
    int reasons = 0;
    for (unsigned number = 1; number < 200; ++number) {
        const auto why = static_cast<errc>(number);
        if (std::string_view{text(why)} == "unnamed error") continue;
        ++reasons;
        CAPTURE(text(why));
        CHECK(may_travel(close_code_of(why)));
        if (why == errc::slow_receiver) CHECK(reason_of_close(close_code_of(why)) == errc::rate_limited);
        else CHECK(reason_of_close(close_code_of(why)) == why);
    }
    CHECK(reasons >= 26);
}

TEST_CASE("codes of other people's servers mean something, too") {
    CHECK(reason_of_close(websocket_close_code::normal) == errc::logged_out);
    CHECK(reason_of_close(websocket_close_code::going_away) == errc::shutting_down);
    CHECK(reason_of_close(websocket_close_code::protocol_error) == errc::malformed);
    CHECK(reason_of_close(websocket_close_code::try_later) == errc::overloaded);
    CHECK(reason_of_close(static_cast<websocket_close_code>(4001)) == errc::malformed);
    CHECK(reason_of_close(static_cast<websocket_close_code>(4026)) == errc::shutting_down);
    for (const unsigned number : {0u, 1005u, 1006u, 1011u, 3000u, 3999u, 4000u, 4200u, 4999u, 65535u}) {
        CAPTURE(number);
        CHECK(reason_of_close(static_cast<websocket_close_code>(number)) == errc::dead_session);
    }
}
