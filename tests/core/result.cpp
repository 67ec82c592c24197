#include <tandem/core/result.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>

using namespace tandem;

static result<std::string> name_of(int n) {
    if (n < 0) return errc::invalid_argument;
    if (n == 0) return error{errc::not_found, "there is no name for 0"};
    return std::string(static_cast<std::size_t>(n), 'x');
}

TEST_CASE("a result is a value or an error") {
    const auto good = name_of(3);
    REQUIRE(good);
    CHECK(*good == "xxx");
    CHECK(good->size() == 3);

    const auto bad = name_of(0);
    REQUIRE_FALSE(bad);
    CHECK(bad.error().code == errc::not_found);
    CHECK(bad.error().detail == "there is no name for 0");
    CHECK(name_of(-1).error().code == errc::invalid_argument);
}

TEST_CASE("a result's value can be changed and moved out") {
    auto r = name_of(1);
    *r += 'y';
    r->push_back('z');
    CHECK(*r == "xyz");
    const std::string taken = *std::move(r);
    CHECK(taken == "xyz");

    result<std::unique_ptr<int>> only_moved{std::make_unique<int>(7)};
    const std::unique_ptr<int> out = *std::move(only_moved);
    CHECK(*out == 7);
}

TEST_CASE("a result of false is a success") {
    const result<bool> no = false;
    REQUIRE(no);
    CHECK_FALSE(*no);
}

TEST_CASE("nothing can be a value") {
    CHECK(success());
    CHECK(*success() == nothing{});
    const result<> failed = errc::overloaded;
    CHECK_FALSE(failed);
}

namespace {

struct counted {
    explicit counted(int& alive) : alive_{&alive} { ++alive; }
    counted(const counted& other) : alive_{other.alive_} { ++*alive_; }
    counted(counted&& other) noexcept : alive_{other.alive_} { ++*alive_; }
    counted& operator=(const counted&) = delete;
    ~counted() { --*alive_; }
    int* alive_;
};

}  // namespace

TEST_CASE("what a result holds is destroyed once, whatever it is copied to, moved to or replaced by") {
    // Run under the address sanitizer: the errors' texts are too long to lie inside a string.
    const error bad{errc::gone, std::string(100, 'x'), seconds(1)};
    int alive = 0;
    {
        result<counted> a{counted{alive}}, b = a, c = std::move(b), failed = bad, failed_too = failed;
        CHECK(alive == 3);
        a = failed;  // an error over a value
        CHECK(alive == 2);
        REQUIRE_FALSE(a);
        CHECK(a.error().detail == bad.detail);
        failed = c;  // a value over an error
        CHECK(alive == 3);
        REQUIRE(failed);
        failed_too = a;  // an error over an error
        CHECK(failed_too.error().retry_after == seconds(1));
        failed = std::move(c);  // a value over a value
        CHECK(alive == 3);
        auto& same = failed;
        failed = same;
        failed = std::move(same);
        CHECK(alive == 3);
        REQUIRE(failed);
        failed = errc::overloaded;
        CHECK(alive == 2);
        CHECK(failed.error().code == errc::overloaded);
    }
    CHECK(alive == 0);
}
