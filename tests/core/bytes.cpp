#include <tandem/core/bytes.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace tandem;

TEST_CASE("the hash sees every byte, its place and the length") {
    for (std::size_t size = 0; size <= 50; ++size) {
        CAPTURE(size);
        const std::string zeroes(size, '\0');
        std::set<std::uint64_t> seen{hash_bytes(zeroes), hash_bytes(zeroes + '\0')};
        for (std::size_t i = 0; i < size; ++i) {
            std::string changed = zeroes;
            changed[i] = '\1';
            seen.insert(hash_bytes(changed));
        }
        CHECK(seen.size() == size + 2);
    }
}

TEST_CASE("the hash sees the seed, and nothing but its input") {
    const std::string text = "a text of more than sixteen bytes";
    const std::string elsewhere = "..." + text + "...";
    CHECK(hash_bytes(text, 1) != hash_bytes(text, 2));
    CHECK(hash_bytes(text, 7) == hash_bytes(bytes{elsewhere}.substr(3, text.size()), 7));
    CHECK(hash_bytes({}) == hash_bytes(bytes{elsewhere}.substr(3, 0)));
}

TEST_CASE("ids that count up fall everywhere in a table") {
    // 64 Ki ids into 64 Ki slots by the upper bits, as flat_index does: a fair throw leaves 1/e of the slots empty.
    std::set<std::uint64_t> slots, low;
    for (int i = 0; i < 65536; ++i) {
        const std::uint64_t h = hash_bytes("user-" + std::to_string(i));
        slots.insert(h >> 48);
        low.insert(h & 0xffff);
    }
    CHECK(slots.size() > 65536 * 0.62);
    CHECK(slots.size() < 65536 * 0.645);
    CHECK(low.size() > 65536 * 0.62);
}
