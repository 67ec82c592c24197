#include "tandem/adapters/asio/address_book.hpp"

#include <doctest/doctest.h>

using namespace tandem;
using detail::address_book;
using detail::address_key;

namespace {

address_key key(const char* text) { return address_key::of(asio::ip::make_address(text)); }
instant at(std::int64_t second) { return {1'000'000 + second * 1000}; }

}  // namespace

TEST_CASE("an IPv4 address is itself, however it is written; an IPv6 one is its first half") {
    CHECK(key("203.0.113.9") == key("::ffff:203.0.113.9"));
    CHECK_FALSE(key("203.0.113.9") == key("203.0.113.10"));
    CHECK(key("2001:db8::1") == key("2001:db8::ffff:ffff:ffff:ffff"));
    CHECK_FALSE(key("2001:db8::1") == key("2001:db8:0:1::1"));
    CHECK_FALSE(key("::1") == key("0.0.0.1"));
}

TEST_CASE("S07 so many connections at once, and whoever leaves makes room") {
    address_book book;
    const server_options o{.per_address = 2, .arrivals_per_address = {}};
    auto* const first = book.arrive(key("10.0.0.1"), o, at(0));
    REQUIRE(first);
    CHECK(book.arrive(key("10.0.0.1"), o, at(0)));
    CHECK_FALSE(book.arrive(key("10.0.0.1"), o, at(0)));
    CHECK(book.arrive(key("10.0.0.2"), o, at(0)));
    book.leave(first);
    CHECK(book.arrive(key("10.0.0.1"), o, at(0)));
    book.leave(nullptr);
}

TEST_CASE("S07 no faster than they may") {
    address_book book;
    const server_options o{.arrivals_per_address = {.per_second = 2, .burst = 4}};
    for (int i = 0; i < 4; ++i) CHECK(book.arrive(key("10.0.0.1"), o, at(0)));
    CHECK_FALSE(book.arrive(key("10.0.0.1"), o, at(0)));
    for (int i = 0; i < 2; ++i) CHECK(book.arrive(key("10.0.0.1"), o, at(1)));
    CHECK_FALSE(book.arrive(key("10.0.0.1"), o, at(1)));
}

TEST_CASE("S26 who fails too often may not try for a while") {
    address_book book;
    const server_options o{.failures_per_address = {.per_second = 1, .burst = 3}};
    for (int i = 0; i < 3; ++i) {
        CHECK(book.may_try(key("10.0.0.1"), o, at(0)));
        book.failed(key("10.0.0.1"), o, at(0));
    }
    CHECK_FALSE(book.may_try(key("10.0.0.1"), o, at(0)));
    CHECK(book.may_try(key("10.0.0.2"), o, at(0)));
    CHECK(book.may_try(key("10.0.0.1"), o, at(1)));
}

TEST_CASE("who is gone and has been quiet is forgotten, others are not") {
    address_book book;
    const server_options o{.arrivals_per_address = {.per_second = 1, .burst = 10}};
    auto* const here = book.arrive(key("10.0.0.1"), o, at(0));
    for (int i = 2; i < 100; ++i) book.leave(book.arrive(key(("10.0.0." + std::to_string(i)).c_str()), o, at(0)));
    book.failed(key("10.9.9.9"), o, at(0));
    CHECK(book.size() == 100);
    book.forget_old(at(0));
    CHECK(book.size() == 100);
    book.forget_old(at(2));
    CHECK(book.size() == 1);
    book.leave(here);
    book.forget_old(at(3));
    CHECK(book.size() == 0);
}
