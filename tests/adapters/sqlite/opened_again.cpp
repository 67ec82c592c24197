#include <tandem/adapters/sqlite/sqlite_store.hpp>

#include "unsafe_disk.hpp"

#include <tandem/testing/store_laws/scene.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>

using namespace tandem;

namespace {

struct log_file : scene {
    std::unique_ptr<unsafe_disk> disk = std::make_unique<unsafe_disk>();
    std::optional<sqlite_store> opened = open();
    sqlite_store& store() { return *opened; }

    sqlite_options options() const {
        sqlite_options o;
        o.vfs = disk->name(), o.settle_after = 2;  // soon, so that both ways of finding something again are gone
        return o;
    }
    sqlite_store open() const { return *sqlite_store::open("log.db", options()); }
    void open_again() {
        opened.reset();
        opened = open();
    }
    outcome say(const conversation_id& c, const user_id& who, const char* body, const send_id& id = {}) {
        const draft d = message(c, who, body, id);
        return (*store().append({&d, 1}))[0];
    }
};

}  // namespace

TEST_SUITE("sqlite_store: opened again") {
    TEST_CASE_FIXTURE(log_file, "who wrote last has read, also when it is trimmed before it is settled") {
        REQUIRE(is_placed(say(pair(), ann, "1")));
        REQUIRE(is_placed(say(pair(), bob, "2")));
        REQUIRE(store().trim(pair(), seq{3}));
        open_again();
        CHECK(store().member(pair(), ann)->last_sent == seq{1});
        CHECK(store().member(pair(), bob)->last_sent == seq{2});
    }

    TEST_CASE_FIXTURE(log_file, "a mark that is older than an entry hides no entry") {
        REQUIRE(is_placed(say(pair(), ann, "0")));
        const mark_change c = mark(pair(), bob, mark_key::read, 1, true);
        REQUIRE(is_changed((*store().put({&c, 1}))[0]));
        const position cursor = store().head()->newest;
        for (int i = 1; i < 20; ++i) REQUIRE(is_placed(say(pair(), ann, "x")));  // enough to be settled
        REQUIRE(is_placed(say(conversation_id::self(cid), cid, "last")));
        open_again();
        CHECK(store().changes(bob, cursor, {})->entries.size() == 19);
    }

    TEST_CASE("a file that was made in the second attempt does not go back to the first") {
        int lost = 0;
        for (std::uint64_t n = 7; n <= 10; ++n)
            for (std::uint64_t seed = 0; seed < 50; ++seed) {
                log_file log;
                log.opened.reset();
                log.disk = std::make_unique<unsafe_disk>();
                log.disk->crash_at(n);
                static_cast<void>(sqlite_store::open("log.db", log.options()));
                log.disk->crash(seed);
                log.open_again();
                REQUIRE(scene::is_placed(log.say(scene::pair(), scene::ann, "1")));
                log.disk->crash(~seed);
                log.open_again();
                lost += log.store().head()->newest.value == 1 ? 0 : 1;
            }
        CHECK(lost == 0);
    }

    TEST_CASE("what was found after a loss of power is not put at risk by what is written next") {
        int lost = 0;
        for (std::uint64_t n = 3; n <= 5; ++n)
            for (std::uint64_t seed = 0; seed < 70; ++seed) {
                log_file log;
                REQUIRE(scene::is_placed(log.say(scene::pair(), scene::ann, "1")));
                log.disk->crash(seed);
                log.disk->crash_at(n);
                if (auto store = sqlite_store::open("log.db", log.options())) {
                    const draft d = scene::message(scene::pair(), scene::ann, "2");
                    static_cast<void>(store->append({&d, 1}));
                }
                log.disk->crash(~seed);
                log.open_again();
                lost += log.store().head()->newest.value == 0 ? 1 : 0;
            }
        CHECK(lost == 0);
    }

    TEST_CASE("what a killed process had not synced is durable before it is told") {
        int found = 0;
        for (std::uint64_t n = 1; n <= 12; ++n)
            for (std::uint64_t seed = 0; seed < 6; ++seed) {
                CAPTURE(n);
                CAPTURE(seed);
                log_file log;
                REQUIRE(scene::is_placed(log.say(scene::pair(), scene::ann, "1", "1")));
                log.disk->crash_at(n);
                const draft d = scene::message(scene::pair(), scene::ann, "2", "2");
                const bool answered = static_cast<bool>(log.store().append({&d, 1}));
                log.disk->kill();
                log.open_again();
                const bool there = log.store().head()->newest.value == 2;
                if (there)
                    CHECK(scene::is_already(log.say(scene::pair(), scene::ann, "2", "2"), {seq{2}, position{2}}));
                if (there && !answered) ++found;
                log.disk->crash(seed);
                log.open_again();
                CHECK((log.store().head()->newest.value == 2) == (there || answered));
            }
        CHECK(found > 0);
    }
}
