#include <tandem/transport/http1/field_syntax.hpp>

#include <doctest/doctest.h>

#include <string>
#include <type_traits>

using namespace tandem::detail::in_http;

namespace {

using step = field_syntax::step;

// Where it ended or went wrong, and how many fields had begun: "end at 5, 1".
std::string read(std::string_view lines) {
    field_syntax syntax;
    int fields = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const step s = syntax.take(lines[i]);
        fields += s == step::begun;
        if (s == step::end || s == step::wrong)
            return (s == step::end ? "end at " : "wrong at ") + std::to_string(i) + ", " + std::to_string(fields);
    }
    return "more, " + std::to_string(fields);
}

}  // namespace

// It is smaller than any text: whatever came before, a character costs the same.
static_assert(sizeof(field_syntax) == 1 && std::is_trivially_copyable_v<field_syntax>);

TEST_CASE("field lines end with an empty one") {
    CHECK(read("\r\n") == "end at 1, 0");
    CHECK(read("a:b\r\n\r\n") == "end at 6, 1");
    CHECK(read("a:\r\nB-c: \t x y\t\r\n\r\nz") == "end at 18, 2");
    CHECK(read("a: \x80\xff \"()\r\n") == "more, 1");
}

TEST_CASE("what two servers read in two ways is wrong, at that character") {
    CHECK(read("a :b\r\n") == "wrong at 1, 1");  // a blank before the colon
    CHECK(read("a\t:b\r\n") == "wrong at 1, 1");
    CHECK(read(" a:b\r\n") == "wrong at 0, 0");
    CHECK(read("a:b\r\n c\r\n") == "wrong at 5, 1");  // a folded line
    CHECK(read("a:b\r\n\tc\r\n") == "wrong at 5, 1");
    CHECK(read(":b\r\n") == "wrong at 0, 0");
    CHECK(read("a\r\n") == "wrong at 1, 1");  // no colon
    CHECK(read("a:b\n") == "wrong at 3, 1");  // line ends that are half
    CHECK(read("\n") == "wrong at 0, 0");
    CHECK(read("a:b\rc\r\n") == "wrong at 4, 1");
    CHECK(read("a:b\r\r\n") == "wrong at 4, 1");
    CHECK(read("a:b\r\n\rx") == "wrong at 6, 1");
    CHECK(read(std::string_view{"a:b\0c", 5}) == "wrong at 3, 1");
    CHECK(read(std::string_view{"a\0:b", 4}) == "wrong at 1, 1");
    CHECK(read("a:\x01") == "wrong at 2, 1");
    CHECK(read("a:\x1f") == "wrong at 2, 1");
    CHECK(read("a:\x7f") == "wrong at 2, 1");
    CHECK(read("a\x80:") == "wrong at 1, 1");
    CHECK(read("a/b:") == "wrong at 1, 1");
}
