#include <tandem/core/error.hpp>

#include <doctest/doctest.h>

#include <ostream>
#include <set>
#include <string>

using namespace tandem;

static constexpr int last = static_cast<int>(errc::shutting_down);

TEST_CASE("every error has a number of its own and a text of its own") {
    std::set<std::string> texts;
    for (int n = 1; n <= last; ++n) texts.insert(text(static_cast<errc>(n)));
    CHECK(texts.size() == last);
    CHECK_FALSE(texts.contains("unnamed error"));
}

TEST_CASE("a number nobody gave out has a text too") {
    CHECK(text(static_cast<errc>(0)) == std::string{"unnamed error"});
    CHECK(text(static_cast<errc>(last + 1)) == std::string{"unnamed error"});
}

TEST_CASE("errors travel as std::error_code") {
    const std::error_code code = errc::not_member;
    CHECK(code == errc::not_member);
    CHECK(code != errc::not_found);
    CHECK(code.value() == 9);
    CHECK(code.message() == "not a member");
    CHECK(std::string{code.category().name()} == "tandem");
    CHECK(code != std::error_code(9, std::generic_category()));
}

TEST_CASE("what is retryable may succeed later, unchanged") {
    std::set<errc> retryable;
    for (int n = 1; n <= last; ++n)
        if (is_retryable(static_cast<errc>(n))) retryable.insert(static_cast<errc>(n));
    CHECK(retryable == std::set{errc::rate_limited, errc::overloaded, errc::lane_closed, errc::unknown_outcome,
                                errc::store_failed, errc::shutting_down});
}

TEST_CASE("two errors are the same when their code is") {
    CHECK(error{errc::gone} == error{errc::gone, "trimmed", seconds(1)});
    CHECK_FALSE(error{errc::gone} == error{errc::too_late});
}
