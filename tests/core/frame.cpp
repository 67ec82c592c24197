#include <tandem/core/frame.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tandem;

TEST_CASE("a frame holds a copy of its payload") {
    std::string payload = "hello";
    const frame f{payload};
    payload = "HELLO";
    CHECK(f.payload() == "hello");
    CHECK(f.size() == 5);
    CHECK_FALSE(f.text());
    CHECK(frame{"x", true}.text());
}

TEST_CASE("a payload may be empty, and a frame may be none") {
    const frame empty{bytes{}};
    CHECK(empty);
    CHECK(empty.payload().empty());
    const frame none;
    CHECK_FALSE(none);
    CHECK(none.size() == 0);
    CHECK(none == frame{});
    CHECK(none != empty);
}

TEST_CASE("an encoder writes straight into the frame") {
    const frame f{3, true, [](char* to) { std::memcpy(to, "abc", 3); }};
    CHECK(f.payload() == "abc");
}

TEST_CASE("copies are the same frame, equal payloads are not") {
    const frame f{"a"}, copy = f, other{"a"};
    CHECK(copy == f);
    CHECK(copy.payload().data() == f.payload().data());
    CHECK(other != f);
}

TEST_CASE("a frame lives as long as its last copy, however it is copied and moved") {
    // Run under the address sanitizer, which sees what is freed too early, twice or never.
    frame kept;
    {
        std::vector<frame> many(100, frame{"payload"});
        many.insert(many.begin(), many[50]);
        frame moved = std::move(many[7]);
        CHECK_FALSE(many[7]);
        many[7] = moved;
        many[8] = std::move(moved);
        auto& same = many[9];
        many[9] = same;
        many[9] = std::move(same);
        CHECK(many[9].payload() == "payload");
        many.erase(many.begin(), many.begin() + 50);
        kept = many.back();
    }
    CHECK(kept.payload() == "payload");
    kept = frame{"other"};
    CHECK(kept.payload() == "other");
    kept = frame{};
    CHECK_FALSE(kept);
}

TEST_CASE("a transport's header is written once, for all receivers, right before the payload") {
    int written = 0;
    const auto head = [&](char* end, std::size_t size) {
        ++written;
        CHECK(size == 7);
        std::memcpy(end - 3, "<7>", 3);
        return std::size_t{3};
    };
    const frame f{"payload"}, copy = f;
    CHECK(f.with_head(head) == "<7>payload");
    CHECK(copy.with_head(head) == "<7>payload");
    CHECK(written == 1);
    CHECK(f.payload() == "payload");
}

TEST_CASE("the whole headroom may be used") {
    const frame f{"payload"};
    const bytes whole = f.with_head([](char* end, std::size_t) {
        std::memset(end - frame::headroom, '#', frame::headroom);
        return frame::headroom;
    });
    CHECK(whole == std::string(frame::headroom, '#') + "payload");
}

TEST_CASE("frames are told in the order they were added") {
    const auto told = [](const frames& f) {
        std::string all;
        f.each([&](const frame& one) { all += std::string{one.payload()} + ' '; });
        return all;
    };
    frames several;
    CHECK_FALSE(several);
    CHECK(told(several).empty());
    for (const char* text : {"a", "b", "c"}) several.add(frame{text});
    CHECK(several);
    CHECK(told(several) == "a b c ");
    frames one = frame{"only"};
    CHECK(told(one) == "only ");
    one.add(frame{"more"});
    CHECK(told(one) == "only more ");
}
