#include <tandem/codec/reply_queue.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tandem;

namespace {

using queue = reply_queue<std::string>;

std::string text(const frames& all) {
    std::string out;
    all.each([&](const frame& f) { out.append(out.empty() ? "" : " ").append(f.payload()); });
    return out;
}

std::string reply(queue& q, const correlation& to, const char* what) {
    return text(q.answer(to, [&](const std::string* note) {
        return frames{frame{(note ? *note : std::string{"nobody"}) + "=" + what, true}};
    }));
}

}  // namespace

TEST_CASE("replies leave in the order of their requests, each with its note") {
    queue q;
    const auto a = q.expect("a"), b = q.expect("b"), c = q.expect("c");
    CHECK(reply(q, *b, "2") == "");
    CHECK(reply(q, *a, "1") == "a=1 b=2");
    CHECK(reply(q, *c, "3") == "c=3");
    CHECK(q.size() == 0);
}

TEST_CASE("an answer to nothing, or to something answered, leaves at once and holds nobody up") {
    queue q;
    CHECK(reply(q, {}, "x") == "nobody=x");
    const auto a = q.expect("a"), b = q.expect("b");
    CHECK(reply(q, *b, "2") == "");
    CHECK(reply(q, *b, "again") == "nobody=again");
    CHECK(reply(q, correlation::of(std::uint64_t{99}), "x") == "nobody=x");
    CHECK(reply(q, *a, "1") == "a=1 b=2");
    CHECK(reply(q, *a, "again") == "nobody=again");
}

TEST_CASE("a reply without a word still lets those behind it go") {
    queue q;
    const auto a = q.expect("a"), b = q.expect("b");
    CHECK(reply(q, *b, "2") == "");
    CHECK(text(q.answer(*a, [](const std::string*) { return frames{}; })) == "b=2");
}

TEST_CASE("so many wait and no more") {
    queue q;
    std::optional<correlation> first = q.expect("first");
    for (std::size_t i = 1; i < queue::most; ++i) REQUIRE(q.expect("more"));
    CHECK_FALSE(q.expect("one too many"));
    reply(q, *first, "1");
    CHECK(q.expect("room again"));
}
