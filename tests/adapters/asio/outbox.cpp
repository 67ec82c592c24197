#include "tandem/adapters/asio/outbox.hpp"

#include "tandem/testing/random.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tandem;
using detail::outbox;

namespace {

frame with_head(std::string_view text) {
    frame f{text};
    f.with_head([](char* end, std::size_t) { return end[-1] = '>', std::size_t{1}; });
    return f;
}

// All of it, in pieces of at most so many bytes.
std::string write_all(outbox& out, outbox::spare_queues& spare, std::size_t most = 1000) {
    std::string all;
    std::vector<char> room(64);
    while (!out.empty()) {
        const bytes piece = out.next(room).substr(0, most);
        REQUIRE_FALSE(piece.empty());
        all += piece;
        out.written(piece.size(), spare);
    }
    return all;
}

}  // namespace

TEST_CASE("frames leave in their order, with their heads, however little is taken at once") {
    for (std::size_t most = 1; most < 20; ++most) {
        outbox out;
        outbox::spare_queues spare;
        for (const char* text : {"one", "two", "three", "four"}) out.add(with_head(text), spare);
        CHECK(out.bytes() == 19);
        CHECK(write_all(out, spare, most) == ">one>two>three>four");
        CHECK(out.next({}).empty());
    }
}

TEST_CASE("small frames are joined, a large one is written from where it lies") {
    outbox out;
    outbox::spare_queues spare;
    std::vector<char> room(16);
    const frame large{std::string(100, 'x')};
    out.add(frame{"abc"}, spare);
    out.add(frame{"def"}, spare);
    out.add(large, spare);
    CHECK(out.next(room) == "abcdefxxxxxxxxxx");
    out.written(6, spare);
    CHECK(out.next(room).data() == large.payload().data());
    CHECK(out.next(room).size() == 100);
}

TEST_CASE("what stands in front is written first") {
    outbox out;
    outbox::spare_queues spare;
    out.add_in_front(frame{"head "}, spare);
    CHECK(out.bytes() == 5);
    out.clear(spare);
    out.add(frame{"one "}, spare);
    out.add(frame{"two"}, spare);
    out.add_in_front(frame{"head "}, spare);
    CHECK(write_all(out, spare) == "head one two");
}

TEST_CASE("room for more than one is borrowed, and given back when it is empty") {
    outbox::spare_queues spare;
    outbox a, b;
    for (outbox* out : {&a, &b}) {
        out->add(frame{"one"}, spare);
        CHECK(spare.size() == (out == &b));
        out->add(frame{"two"}, spare);
        CHECK(spare.empty());
        write_all(*out, spare);
        CHECK(spare.size() == 1);
    }
    a.add(frame{"one"}, spare);
    a.add(frame{"two"}, spare);
    a.clear(spare);
    CHECK(a.empty());
    CHECK(spare.size() == 1);
}

TEST_CASE("an outbox that never runs empty does not grow") {
    outbox out;
    outbox::spare_queues spare;
    std::vector<char> room(64);
    std::string expected, written;
    seeded_random chance{7};
    for (int i = 0; i < 20'000; ++i) {
        const std::string text = std::to_string(i) + ' ';
        out.add(frame{text}, spare);
        expected += text;
        while (out.bytes() > 300) {
            const bytes piece = out.next(room);
            const std::size_t size = 1 + chance.below(piece.size());
            written += piece.substr(0, size);
            out.written(size, spare);
        }
    }
    written += write_all(out, spare);
    CHECK(written == expected);
    REQUIRE(spare.size() == 1);
    CHECK(spare[0]->frames.capacity() <= 256);
}
