#include <tandem/adapters/sqlite/sqlite_store.hpp>

#include "unsafe_disk.hpp"

#include <tandem/testing/store_laws/scene.hpp>
#include <tandem/testing/store_text.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace tandem;

namespace {

constexpr std::size_t settles = 8;  // so many entries are read again when the file is opened, or twice as many

// Ann's list of two conversations with some unread in each, on a disk on which more can happen while it is read.
struct two_conversations : scene {
    static inline const auto g = group("g"), h = group("h");

    two_conversations() {
        for (const auto& c : {g, h}) append(joined(c, ann)), append(joined(c, bob));
        for (int n = 0; n < 6; ++n) append(message(g, bob, "to g")), append(message(h, bob, "to h"));
        append(revoke(g, bob, seq{5}));
        read(g, 3), read(h, 3);
    }

    void append(const draft& d) {
        const auto answer = store.append({&d, 1});
        REQUIRE_MESSAGE(answer, (answer ? "" : answer.error().detail));
        REQUIRE(is_placed((*answer)[0]));
    }
    void read(const conversation_id& c, std::uint64_t up_to) {
        REQUIRE(store.put(std::array{mark(c, ann, mark_key::read, up_to)}));
    }

    std::string overviews() {
        const auto page = store.overviews(ann);
        REQUIRE_MESSAGE(page, (page ? "" : page.error().detail));
        std::string all;
        for (const overview& o : page->conversations)
            all += to_line(o.membership) + " " + to_line(o.head) + " read " + std::to_string(o.read.value) +
                   " unread " + std::to_string(o.unread) + "\n";
        return all;
    }

    unsafe_disk disk{};
    sqlite_store store = *sqlite_store::open("log.db", {.settle_after = settles, .vfs = disk.name()});
};

// Whatever the reader is about to do when it comes, and whether its connection is a new one or not. Returns how often it came.
template <class Comes>
std::size_t at_every_moment(Comes comes) {
    const std::string before = two_conversations{}.overviews();
    std::size_t moments = 0;
    for (const bool connected : {false, true})
        for (std::uint64_t n = 1;; ++n, ++moments) {
            two_conversations here;
            if (connected) here.overviews();
            bool came = false;
            here.disk.meanwhile_at(n, [&] { comes(here), came = true; });
            const std::string told = here.overviews();
            here.disk.meanwhile_at(0, {});
            if (!came) break;
            const std::string after = here.overviews();
            CHECK_MESSAGE((told == before || told == after), "before:\n", before, "told:\n", told, "after:\n", after);
        }
    return moments;
}

}  // namespace

TEST_SUITE("sqlite_store/overviews") {
    TEST_CASE("are as before what comes between, or as after it") {
        using scenes = two_conversations;
        const auto comes = [](auto what) { CHECK(at_every_moment(what) > 5); };
        comes([](scenes& s) { s.append(s.message(s.g, s.bob, "one more")); });
        comes([](scenes& s) { s.append(s.revoke(s.g, s.bob, seq{7})); });
        comes([](scenes& s) { s.append(s.left(s.g, s.ann)); });
        comes([](scenes& s) { s.read(s.h, 5); });
        comes([](scenes& s) { REQUIRE(s.store.trim(s.h, seq{3})); });
        comes([](scenes& s) { REQUIRE(s.store.trim(s.h, seq{7})); });
        comes([](scenes& s) { REQUIRE(s.store.trim(s.g, seq{9})); });
    }

    TEST_CASE("are not waited for when the file has become another one") {
        two_conversations here;
        const auto trims_are = [&](const char* now) {
            sqlite::database{"log.db", SQLITE_OPEN_READWRITE, here.disk.name()}.run(now);
            const auto page = here.store.overviews(scene::ann);
            REQUIRE_FALSE(page);
            CHECK(page.error().detail.find("another program has written") != std::string::npos);
        };
        trims_are("update log set trims = trims + 1");
        REQUIRE(sqlite_store::open("other.db", {.vfs = here.disk.name()}));
        trims_are("update log set trims = -1");
    }

    TEST_CASE("count the same when places move from memory to the disk meanwhile") {
        at_every_moment([](two_conversations& s) {
            for (std::size_t n = 0; n < 4 * settles; ++n) s.append(s.message(s.pair(), s.bob, "elsewhere"));
        });
    }
}
