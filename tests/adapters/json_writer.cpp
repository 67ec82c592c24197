#include "tandem/adapters/json/json_writer.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace tandem;

namespace {

std::string written(std::string_view text) {
    std::string out;
    detail::in_json::json_writer{out}.value(text);
    return out;
}

}  // namespace

TEST_CASE("every character, wherever it stands in a text, is read back as it was") {
    for (int c = 0; c < 0x80; ++c)
        for (std::size_t length = 0; length < 20; ++length)
            for (std::size_t at = 0; at <= length; ++at) {
                std::string text(length, 'x');
                text.insert(at, 1, static_cast<char>(c));
                const auto read = nlohmann::json::parse(written(text), nullptr, false);
                REQUIRE(read.is_string());
                CHECK(read.get<std::string>() == text);
            }
}

TEST_CASE("what needs no escape is written as it is") {
    const std::string text =
        "plain, \xc3\xa4\xe4\xb8\xad\xf0\x9f\x98\x80 and / and \x7f, long enough for several words";
    CHECK(written(text) == '"' + text + '"');
    CHECK(written("\x1f\x20\x21\"#[\\]") == "\"\\u001f !\\\"#[\\\\]\"");
}

TEST_CASE("what is no UTF-8 is legible all the same") { CHECK(written("a\xff\"b") == "\"a?\\\"b\""); }
