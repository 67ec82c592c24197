#include <tandem/transport/websocket/websocket_reader.hpp>

#include "frames.hpp"
#include "script.hpp"

using namespace tandem;
using namespace spelled;
using scripts::check, scripts::script, scripts::shown;

TEST_CASE("a close frame with a code that may travel is told, with its reason") {
    std::vector<script> all;
    for (const unsigned number : {1000u, 1001u, 1002u, 1003u, 1007u, 1008u, 1009u, 1010u, 1011u, 1012u, 1013u, 1014u,
                                  3000u, 3999u, 4000u, 4021u, 4999u}) {
        const std::string said = "close " + std::to_string(number) + " ";
        all.push_back({"code " + std::to_string(number), sent(a_close, code(number)), said + "''"});
        all.push_back({"code and reason " + std::to_string(number),
                       sent(a_close, code(number, "Auf Wiedersehen, mañana")), said + "'Auf Wiedersehen, mañana'"});
        all.push_back({"from a server " + std::to_string(number), served(a_close, code(number, "bye")), said + "'bye'",
                       websocket_role::client});
    }
    check(all);
}

TEST_CASE("a close frame with a code that must not travel fails the connection") {
    std::vector<script> all;
    for (const unsigned number :
         {0u, 1u, 999u, 1004u, 1005u, 1006u, 1015u, 1016u, 1100u, 2000u, 2999u, 5000u, 9999u, 65535u}) {
        all.push_back({"code " + std::to_string(number), sent(a_close, code(number)), "fails 1002"});
        all.push_back({"code and reason " + std::to_string(number), sent(a_close, code(number, "why")), "fails 1002"});
    }
    check(all);
}

TEST_CASE("what else may be in a close frame, and what comes after it") {
    const std::string longest(123, 'r');
    check({
        {"no code at all", sent(a_close), "close 1005 ''"},
        {"half a code", sent(a_close, "\x03"), "fails 1002"},
        {"the longest reason", sent(a_close, code(1000, longest)), "close 1000 " + shown(longest)},
        {"a reason that is no UTF-8", sent(a_close, code(1000, "\xff")), "fails 1007"},
        {"a reason that ends inside a letter", sent(a_close, code(1000, "ok\xe2\x82")), "fails 1007"},
        {"a reason with a surrogate", sent(a_close, code(1000, "\xed\xa0\x80")), "fails 1007"},
        {"a wrong code weighs more than a wrong reason", sent(a_close, code(1005, "\xff")), "fails 1002"},
        {"a message before it is told", sent(last_text, "a") + sent(a_close, code(1000)), "text 'a' | close 1000 ''"},
        {"a message after it is not", sent(a_close, code(1000)) + sent(last_text, "a"), "close 1000 ''"},
        {"a ping after it is not", sent(a_close) + sent(a_ping), "close 1005 ''"},
        {"a second close after it is not", sent(a_close, code(1001)) + sent(a_close, code(1002)), "close 1001 ''"},
        {"what is wrong after it is not looked at", sent(a_close, code(1000)) + "\xff\xff\xff", "close 1000 ''"},
        {"half a message before it goes with it", sent(first_text, "a") + sent(a_close, code(1000)), "close 1000 ''"},
        {"a message after what was wrong is not told", sent(last) + sent(last_text, "a"), "fails 1002"},
    });
}
