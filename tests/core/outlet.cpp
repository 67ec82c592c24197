#include <tandem/core/outlet.hpp>

#include <doctest/doctest.h>

#include <string>
#include <type_traits>

using namespace tandem;

namespace {

struct connection {
    void send(const frame& f) { log += "send " + std::string{f.payload()} + ". "; }
    void close(const error& why) { log += "close " + std::string{text(why.code)} + ". "; }
    unsigned queued_bytes() const { return 42; }
    std::string log;
};
struct flushing_connection : connection {
    void flush() { log += "flush. "; }
};
struct cannot_close {
    void send(const frame&) {}
    std::size_t queued_bytes() const { return 0; }
};

}  // namespace

static_assert(outlet<connection> && outlet<flushing_connection>);
static_assert(!outlet<cannot_close> && !outlet<int>);
static_assert(!std::is_constructible_v<outlet_ref, connection>);  // a connection that is gone at the semicolon
static_assert(std::is_trivially_copyable_v<outlet_ref> && sizeof(outlet_ref) == 2 * sizeof(void*));

TEST_CASE("an outlet_ref passes everything on to its connection") {
    connection c;
    outlet_ref o = c;
    o.send(frame{"a"});
    o.close(error{errc::kicked});
    CHECK(c.log == "send a. close kicked. ");
    CHECK(o.queued_bytes() == 42);
    CHECK(o.connection() == &c);
}

TEST_CASE("flush reaches those who have it and is nothing to the others") {
    connection plain;
    flushing_connection flushing;
    outlet_ref{plain}.flush();
    outlet_ref{flushing}.flush();
    CHECK(plain.log.empty());
    CHECK(flushing.log == "flush. ");
}

TEST_CASE("a copy of an outlet_ref is the same connection, not an outlet around an outlet") {
    connection c;
    outlet_ref first = c;
    outlet_ref second = first, third;
    third = second;
    CHECK(second.connection() == &c);
    CHECK(third.connection() == &c);
}

TEST_CASE("an outlet_ref may be none") {
    CHECK_FALSE(outlet_ref{});
    null_outlet nowhere;
    CHECK(outlet_ref{nowhere});
    CHECK(outlet_ref{nowhere}.queued_bytes() == 0);
}
