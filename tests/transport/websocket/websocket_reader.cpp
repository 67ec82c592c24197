#include <tandem/transport/websocket/websocket_reader.hpp>

#include "frames.hpp"
#include "script.hpp"

using namespace tandem;
using namespace spelled;
using scripts::check, scripts::script, scripts::shown;

namespace {

constexpr websocket_role client = websocket_role::client;
const std::string long_text(126, 'a'), longer_text(65535, 'b'), longest_text(65536, 'c');

script from_server(script one) {
    one.role = client;
    return one;
}

}  // namespace

TEST_CASE("the reader knows RFC 6455's own examples") {
    check({
        {"a masked Hello", raw({0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}), "text 'Hello'"},
        from_server({"an unmasked Hello", raw({0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f}), "text 'Hello'"}),
        from_server(
            {"a Hello in two fragments", raw({0x01, 0x03, 0x48, 0x65, 0x6c, 0x80, 0x02, 0x6c, 0x6f}), "text 'Hello'"}),
        from_server({"a ping", raw({0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f}), "ping 'Hello'"}),
        {"a masked pong", raw({0x8a, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}), "pong 'Hello'"},
        from_server({"256 bytes", raw({0x82, 0x7e, 0x01, 0x00}) + std::string(256, 'x'),
                     "binary " + shown(std::string(256, 'x'))}),
        from_server(
            {"64 KiB", raw({0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0}) + longest_text, "binary " + shown(longest_text)}),
    });
}

TEST_CASE("every form of length is read, and only the shortest one is right") {
    using enum length_in;
    check({
        {"nothing at all", "", ""},
        {"an empty text", sent(last_text), "text ''"},
        {"an empty binary", sent(last_binary), "binary ''"},
        {"one byte", sent(last_binary, "x"), "binary 'x'"},
        {"125 bytes, the most of one byte", sent(last_text, long_text.substr(1)), "text " + shown(long_text.substr(1))},
        {"126 bytes, the least of two", sent(last_text, long_text), "text " + shown(long_text)},
        {"65535 bytes, the most of two", sent(last_text, longer_text), "text " + shown(longer_text)},
        {"65536 bytes, the least of eight", sent(last_text, longest_text), "text " + shown(longest_text)},
        {"no bytes, said in two", sent(last_text, "", two_bytes), "fails 1002"},
        {"125 bytes, said in two", sent(last_text, long_text.substr(1), two_bytes), "fails 1002"},
        {"no bytes, said in eight", sent(last_text, "", eight_bytes), "fails 1002"},
        {"125 bytes, said in eight", sent(last_text, long_text.substr(1), eight_bytes), "fails 1002"},
        {"126 bytes, said in eight", sent(last_text, long_text, eight_bytes), "fails 1002"},
        {"65535 bytes, said in eight", sent(last_text, longer_text, eight_bytes), "fails 1002"},
        {"a continuation of 3 bytes, said in two", sent(first_text, "abc") + sent(last, "def", two_bytes),
         "fails 1002"},
        from_server({"an empty text to a client", served(last_text), "text ''"}),
        from_server({"125 bytes to a client", served(last_binary, long_text.substr(1)),
                     "binary " + shown(long_text.substr(1))}),
        from_server({"126 bytes to a client", served(last_binary, long_text), "binary " + shown(long_text)}),
        from_server({"65535 bytes to a client", served(last_binary, longer_text), "binary " + shown(longer_text)}),
        from_server(
            {"125 bytes to a client, said in two", served(last_binary, long_text.substr(1), two_bytes), "fails 1002"}),
        from_server(
            {"65535 bytes to a client, said in eight", served(last_binary, longer_text, eight_bytes), "fails 1002"}),
    });
}

TEST_CASE("clients mask, servers do not") {
    check({
        {"a client's text without a mask", served(last_text, "Hello"), "fails 1002"},
        {"a client's binary without a mask", served(last_binary, "Hello"), "fails 1002"},
        {"a client's ping without a mask", served(a_ping), "fails 1002"},
        {"a client's close without a mask", served(a_close, code(1000)), "fails 1002"},
        {"a client's second frame without a mask", sent(last_text, "ok") + served(last_text, "no"),
         "text 'ok' | fails 1002"},
        {"a client's continuation without a mask", sent(first_text, "a") + served(last, "b"), "fails 1002"},
        from_server({"a server's text with a mask", sent(last_text, "Hello"), "fails 1002"}),
        from_server({"a server's ping with a mask", sent(a_ping), "fails 1002"}),
        from_server({"a server's continuation with a mask", served(first_text, "a") + sent(last, "b"), "fails 1002"}),
        {"a mask of zeros", head(last_text, 5) + raw({0, 0, 0, 0}) + "Hello", "text 'Hello'"},
        {"each frame has a mask of its own",
         head(first_text, 3) + "wxyz" + masked_with("wxyz", "abc") + head(last, 3) + "1234" +
             masked_with("1234", "def"),
         "text 'abcdef'"},
    });
}

TEST_CASE("what is reserved is refused") {
    std::vector<script> all;
    for (const unsigned bit : {0x40u, 0x20u, 0x10u}) {
        const std::string name = "reserved bit " + std::to_string(bit);
        all.push_back({name + " of a text", sent(last_text | bit, "a"), "fails 1002"});
        all.push_back({name + " of a ping", sent(a_ping | bit, "a"), "fails 1002"});
        all.push_back({name + " of a close", sent(a_close | bit, code(1000)), "fails 1002"});
        all.push_back({name + " of a continuation", sent(first_text, "a") + sent(last | bit, "b"), "fails 1002"});
        all.push_back(from_server({name + " from a server", served(last_binary | bit, "a"), "fails 1002"}));
    }
    for (const unsigned opcode : {3u, 4u, 5u, 6u, 7u, 11u, 12u, 13u, 14u, 15u}) {
        const std::string name = "opcode " + std::to_string(opcode);
        all.push_back({name, sent(fin | opcode, "a"), "fails 1002"});
        all.push_back({name + " that is to go on", sent(opcode, "a"), "fails 1002"});
        all.push_back({name + " between fragments", sent(first_text, "a") + sent(fin | opcode, "b"), "fails 1002"});
        all.push_back(from_server({name + " from a server", served(fin | opcode), "fails 1002"}));
    }
    check(all);
}

TEST_CASE("fragments are joined; control frames pass between them") {
    check({
        {"two fragments", sent(first_text, "Hel") + sent(last, "lo"), "text 'Hello'"},
        {"three fragments of binary", sent(first_binary, "a") + sent(middle, "b") + sent(last, "c"), "binary 'abc'"},
        {"an empty first fragment", sent(first_text) + sent(last, "lo"), "text 'lo'"},
        {"an empty last fragment", sent(first_text, "Hel") + sent(last), "text 'Hel'"},
        {"an empty one between", sent(first_text, "a") + sent(middle) + sent(last, "b"), "text 'ab'"},
        {"nothing but empty ones", sent(first_text) + sent(middle) + sent(last), "text ''"},
        {"a ping between", sent(first_text, "a") + sent(a_ping, "p") + sent(last, "b"), "ping 'p' | text 'ab'"},
        {"an empty ping and a pong between",
         sent(first_binary, "a") + sent(a_ping) + sent(a_pong, "q") + sent(last, "b"),
         "ping '' | pong 'q' | binary 'ab'"},
        {"a ping after each fragment",
         sent(first_text, "a") + sent(a_ping, "1") + sent(middle, "b") + sent(a_ping, "2") + sent(last, "c"),
         "ping '1' | ping '2' | text 'abc'"},
        {"a close between", sent(first_text, "a") + sent(a_close, code(1001)) + sent(last, "b"), "close 1001 ''"},
        {"a long fragment, then a short one", sent(first_binary, longer_text) + sent(last, "x"),
         "binary " + shown(longer_text + "x")},
        {"two fragmented messages", sent(first_text, "a") + sent(last, "b") + sent(first_binary, "c") + sent(last, "d"),
         "text 'ab' | binary 'cd'"},
        {"a fragmented message, then a whole one", sent(first_text, "a") + sent(last, "b") + sent(last_text, "c"),
         "text 'ab' | text 'c'"},
        {"a whole one, then a fragmented one", sent(last_text, "c") + sent(first_text, "a") + sent(last, "b"),
         "text 'c' | text 'ab'"},
        {"a continuation of nothing", sent(last, "b"), "fails 1002"},
        {"a continuation of nothing that is to go on", sent(middle, "b"), "fails 1002"},
        {"a continuation of what is complete", sent(last_text, "a") + sent(last, "b"), "text 'a' | fails 1002"},
        {"a continuation of a ping", sent(a_ping, "a") + sent(last, "b"), "ping 'a' | fails 1002"},
        {"a new text before the other has ended", sent(first_text, "a") + sent(last_text, "b"), "fails 1002"},
        {"a new binary before the text has ended", sent(first_text, "a") + sent(first_binary, "b"), "fails 1002"},
        {"a new whole text after an empty first fragment", sent(first_text) + sent(last_text, "b"), "fails 1002"},
        {"a ping that is to go on", sent(ping, "a"), "fails 1002"},
        {"a pong that is to go on", sent(pong, "a"), "fails 1002"},
        {"a close that is to go on", sent(spelled::close, code(1000)), "fails 1002"},
        from_server({"from a server, an empty ping between",
                     served(first_text, "a") + served(a_ping) + served(middle) + served(last, "b"),
                     "ping '' | text 'ab'"}),
        from_server({"from a server, a continuation of nothing", served(last), "fails 1002"}),
    });
}

TEST_CASE("control frames have at most 125 bytes, and one byte to say it with") {
    using enum length_in;
    const std::string most(125, 'p');
    check({
        {"an empty ping", sent(a_ping), "ping ''"},
        {"the longest ping", sent(a_ping, most), "ping " + shown(most)},
        {"the longest pong", sent(a_pong, most), "pong " + shown(most)},
        {"a ping with bytes that are no text", sent(a_ping, "\xff\xfe"), "ping '\xff\xfe'"},
        {"a ping of 126 bytes", sent(a_ping, long_text), "fails 1002"},
        {"a pong of 126 bytes", sent(a_pong, long_text), "fails 1002"},
        {"a close of 126 bytes", sent(a_close, code(1000, long_text.substr(2))), "fails 1002"},
        {"a ping of 65536 bytes", sent(a_ping, longest_text), "fails 1002"},
        {"a ping whose length takes two bytes", sent(a_ping, "p", two_bytes), "fails 1002"},
        {"S45 an unsolicited pong is told like any other", sent(a_pong, "who asked?"), "pong 'who asked?'"},
    });
}

TEST_CASE("what has not come is waited for") {
    check({
        {"half a header", sent(last_text, "Hello").substr(0, 1), "unfinished"},
        {"a header without its mask", sent(last_text, "Hello").substr(0, 2), "unfinished"},
        {"a header without its payload", sent(last_text, "Hello").substr(0, 6), "unfinished"},
        {"all but a byte", sent(last_text, "Hello").substr(0, 10), "unfinished"},
        {"a first fragment", sent(first_text, "Hello"), "unfinished"},
        {"a first fragment and a ping", sent(first_text, "Hello") + sent(a_ping), "ping '' | unfinished"},
        {"a message and the next one's first byte", sent(last_text, "a") + "\x81", "text 'a' | unfinished"},
        {"three messages in one go", sent(last_text, "a") + sent(last_binary, "b") + sent(last_text, "c"),
         "text 'a' | binary 'b' | text 'c'"},
        from_server({"half a length of a server's", served(last_text, long_text).substr(0, 3), "unfinished"}),
    });
}
