#include <tandem/codec/frame_codec.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace tandem;

namespace {

struct silent_codec {
    struct state {};
    struct envelope : tandem::envelope {};

    template <class Out>
    result<> open(const message&, state&, Out) {
        return success();
    }
};

struct logout_reader : silent_codec {
    template <class Request>
        requires std::same_as<Request, logout_request>
    result<Request> read(envelope&) {
        return Request{};
    }
    frames write(const news&, unsigned) { return {}; }
    frames answer(state&, const logout_reply&, const correlation&) { return {}; }
};

struct no_envelope {
    struct state {};
    result<> open(const message&, state&, auto) { return success(); }
};
struct foreign_envelope : no_envelope {
    struct envelope {};
};
struct opens_into_the_void : silent_codec {
    template <class Out>
    void open(const message&, state&, Out) {}
};
struct reads_the_plain_type : silent_codec {
    template <class Request>
    Request read(envelope&) {
        return {};
    }
    frame write(const news&, unsigned) { return {}; }
};

static_assert(frame_codec<silent_codec> && frame_codec<logout_reader>);
static_assert(!frame_codec<no_envelope> && !frame_codec<foreign_envelope> && !frame_codec<opens_into_the_void>);
static_assert(!frame_codec<int>);

static_assert(reads<logout_reader, logout_request> && !reads<logout_reader, auth_request>);
static_assert(!reads<silent_codec, logout_request> && !reads<reads_the_plain_type, logout_request>);
static_assert(writes<logout_reader, news> && !writes<logout_reader, kick_out>);
static_assert(!writes<silent_codec, news> && !writes<reads_the_plain_type, news>);
static_assert(answers_with<logout_reader, logout_reply> && !answers_with<logout_reader, auth_reply>);

}  // namespace

TEST_CASE("a correlation gives back what it was made of") {
    CHECK(correlation::of(std::uint32_t{7}).as<std::uint32_t>() == 7);
    CHECK(correlation::of(std::uint32_t{0}).as<std::uint32_t>() == 0);
    const std::array<char, 47> most{'x', 0, 'y'};
    CHECK(correlation::of(most).as<std::array<char, 47>>() == most);
    CHECK(correlation{"op-17"}.text() == "op-17");
}

TEST_CASE("a correlation of something else, or of nothing, reads as zero") {
    CHECK(correlation{}.empty());
    CHECK(correlation{}.as<std::uint32_t>() == 0);
    CHECK(correlation::of(std::uint64_t{1} << 40 | 5).as<std::uint32_t>() == 0);
    CHECK_FALSE(correlation::of(std::uint32_t{0}).empty());
}
