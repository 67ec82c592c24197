#include <tandem/engine/overgrown.hpp>

#include <doctest/doctest.h>

using namespace tandem;

namespace {

entry entry_at(std::uint64_t s, const char* group = "team") {
    entry e;
    e.conversation = conversation_id::group(group);
    e.place.seq = seq{s};
    return e;
}

// The seqs at which a conversation was noted while it grew so far.
std::vector<std::uint64_t> noted_at(std::uint64_t keep, std::uint64_t grown_to) {
    overgrown o{keep};
    std::vector<std::uint64_t> at;
    for (std::uint64_t s = 1; s <= grown_to; ++s) {
        o.told(entry_at(s));
        for (const excess& e : o.take()) {
            CHECK(e.first_kept == seq{s - keep + 1});
            CHECK(e.keep == keep);
            at.push_back(s);
        }
    }
    return at;
}

}  // namespace

TEST_CASE("a conversation is noted with every eighth of what is to be kept that it has too much") {
    CHECK(noted_at(800, 1200) == std::vector<std::uint64_t>{900, 1000, 1100, 1200});
}

TEST_CASE("and not more often than with every sixteenth entry, however little is to be kept") {
    CHECK(noted_at(10, 64) == std::vector<std::uint64_t>{16, 32, 48, 64});
    CHECK(noted_at(16, 64) == std::vector<std::uint64_t>{32, 48, 64});
    CHECK(noted_at(1, 20) == std::vector<std::uint64_t>{16});
}

TEST_CASE("when everything is kept nothing is noted") {
    overgrown o{0};
    for (std::uint64_t s = 1; s <= 1000; ++s) o.told(entry_at(s));
    CHECK(o.empty());
}

TEST_CASE("what waits is bounded") {
    overgrown o{1};
    for (std::uint64_t s = 1; s <= 16 * 20'000; ++s) o.told(entry_at(s));
    CHECK(o.take().size() == 16 * 1024);
    o.told(entry_at(32, "other"));
    CHECK(o.take().size() == 1);
}
