#include <tandem/adapters/sqlite/sqlite_local_store.hpp>

#include "folder.hpp"
#include "local_device.hpp"
#include "raw_database.hpp"

#include <tandem/adapters/sqlite/sqlite_store.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <set>

using namespace tandem;

namespace {

// Files, which are opened again.
struct device_files {
    sqlite_local_options options{};
    folder here{};
    int made = 0;
    std::string last{};

    sqlite_local_store make() { return opened_local(last = here.file(std::to_string(++made)), options); }
    sqlite_local_store restart(sqlite_local_store old) {
        { const sqlite_local_store ends = std::move(old); }
        return opened_local(last, options);
    }
};

// A file in which something of everything is kept.
struct full_device : local_scene {
    full_device() {
        auto store = opened_local(file);
        local_changes_by_chance by_chance{3};
        for (int i = 0; i < 100; ++i) REQUIRE(store.apply(by_chance.next()));
        local_change all{.new_log = epoch{7}};
        entry joined = message(club(), 1);
        joined.kind = entry_kind::joined, joined.subject = third, joined.mentions = {me};
        all.entries = {joined}, all.marks = {marked(club(), mark_key::read, 1, 1)};
        all.memberships = {member(club(), 1)}, all.conversations = {kept(club(), 2)};
        all.queued = {said(1000)}, all.wished = {change(club(), mark_key::read, 1)};
        REQUIRE(store.apply(all));
    }

    int run(const std::string& sql) const { return raw_database{nullptr, file.c_str()}.run(sql); }

    // All that is told of what is wrong, by any verb.
    std::string told() const {
        auto store = sqlite_local_store::open(file);
        if (!store) return store.error().detail;
        std::string all;
        const auto note = [&](const auto& answer) {
            if (!answer) all += answer.error().detail + "\n";
        };
        note(store->state()), note(store->memberships()), note(store->logs());
        for (const conversation_id& c : conversations())
            note(store->marks(c)), note(store->entries(c, every_seq, any_count));
        return all;
    }

    folder here{};
    std::string file = here.file("kept.db");
};

bool tells(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST_SUITE("sqlite_local_store") {
    TEST_CASE("keeps the laws") { CHECK(broken_local_laws(device_files{}) == ""); }

    TEST_CASE("keeps the laws when little fits into its memory, and the -wal file begins anew all the time") {
        CHECK(broken_local_laws(device_files{{.cache = 4096, .checkpoint_pages = 3}}, {50, 2}) == "");
    }

    TEST_CASE("what cannot be kept is refused, for good, and nothing of its change is there") {
        const folder here;
        auto store = opened_local(here.file("kept.db"));
        REQUIRE(store.apply(heard_by_device(1)));
        const std::string before = portrait_of_local(store);
        const auto refused = [&](local_change c, errc why) {
            c.cursor = position{77}, c.new_log = epoch{9};
            const auto answer = store.apply(c);
            REQUIRE_FALSE(answer);
            CHECK(answer.error().code == why);
            CHECK(tells(answer.error().detail, "kept.db"));
            CHECK(portrait_of_local(store) == before);
        };
        refused(heard_by_device(sqlite::largest_seq + 1), errc::invalid_argument);
        refused({.entries = {entry{}}}, errc::invalid_argument);
        refused({.queued = {queued_send{}}}, errc::invalid_argument);
        refused({.wished = {mark_change{}}}, errc::invalid_argument);
        REQUIRE(store.apply(heard_by_device(sqlite::largest_seq)));
        CHECK(kept_by_device(store).size() == 2);
        CHECK(kept_by_device(store).back().place.seq.value == sqlite::largest_seq);
    }

    TEST_CASE("an amendment of a seq that cannot be kept touches no other conversation") {
        const folder here;
        auto store = opened_local(here.file("kept.db"));
        local_change both = heard_by_device(1);
        both.entries.push_back(local_scene::message(local_scene::pair(), 1));
        REQUIRE(store.apply(both));
        const std::string before = portrait_of_local(store);
        const std::uint64_t next_one = sqlite::key_of(1, {1});
        REQUIRE(store.apply({.amendments = {local_scene::revoked(local_scene::club(), next_one, 9),
                                            local_scene::edited(local_scene::club(), next_one, 9, "x")}}));
        CHECK(portrait_of_local(store) == before);
    }

    TEST_CASE("a file has one owner at a time, and the next finds it free") {
        const folder here;
        const std::string file = here.file("kept.db");
        {
            const auto store = opened_local(file);
            CHECK(tells(why_not_local(file), "kept.db: is another store's"));
        }
        CHECK(why_not_local(file) == "");
    }

    TEST_CASE("what is no file of a device is left alone, and the reason is told") {
        const folder here;
        CHECK(why_not_local("") != "");
        CHECK(why_not_local(":memory:") != "");
        CHECK(tells(why_not_local(here.file("no such folder/kept.db")), "cannot be opened"));
        { REQUIRE(raw_database{nullptr, here.file("other").c_str()}.run("create table t(a)") == SQLITE_OK); }
        CHECK(tells(why_not_local(here.file("other")), "other: is a database of another program"));
        { REQUIRE(sqlite_store::open(here.file("log"))); }
        CHECK(tells(why_not_local(here.file("log")), "log: is a database of another program"));
        { REQUIRE(sqlite_local_store::open(here.file("kept.db"))); }
        CHECK_FALSE(sqlite_store::open(here.file("kept.db")));
        std::ofstream{here.file("text")} << std::string(5000, 'x');
        CHECK(tells(why_not_local(here.file("text")), "not a database"));
        CHECK_FALSE(sqlite_local_store::open(here.file("options"), {.checkpoint_pages = 0}));
        CHECK_FALSE(sqlite_local_store::open(here.file("options"), {.cache = 0}));
        CHECK_FALSE(std::filesystem::exists(here.file("options")));
    }

    TEST_CASE("the file of a later program is not touched") {
        const full_device device;
        REQUIRE(device.run("pragma user_version = 2") == SQLITE_OK);
        CHECK(tells(device.told(), "kept.db: was written by a newer version of tandem (schema 2, this one knows 1)"));
        REQUIRE(device.run("pragma user_version = 1") == SQLITE_OK);
        CHECK(device.told() == "");
    }

    TEST_CASE("what a file says is not believed") {
        const std::string damages[] = {
            "delete from device",
            "update conversations set id = 'nobody:knows' where log = 7",
            "update entries set sender = 12345 where kind = 4",
            "update entries set kind = 65536 where kind = 4",
            "update entries set content_type = -1 where kind = 4",
            "update entries set role = 4 where kind = 4",
            "update entries set history = 4294967296 where kind = 4",
            "update entries set subject = printf('%048d', 1) where kind = 4",
            "update entries set send_id = printf('%048d', 1) where kind = 4",
            "update entries set mentions = printf('%048d', 1) where kind = 4",
            "update users set id = printf('%048d', number)",
            "update marks set key = 65536",
            "update marks set owner = printf('%048d', 1)",
            "update memberships set user = printf('%048d', 1)",
            "update memberships set role = 77",
            "update memberships set intervals = '5-'",
            "update queue set conversation = 'nowhere'",
            "update queue set failed = 65536",
            "update queue set kind = -1",
            "update queue set send_id = printf('%048d', 1)",
            "update queue set mentions = printf('%048d', 1)",
            "update wishes set key = -5",
            "update wishes set conversation = ''",
            "update conversations set number = 1 << 40 where log = 7",
        };
        for (const std::string& damage : damages) {
            CAPTURE(damage);
            const full_device device;
            REQUIRE(device.told() == "");
            REQUIRE(device.run(damage) == SQLITE_OK);
            const std::string told = device.told();
            CHECK(tells(told, "kept.db: has "));
            CHECK(tells(told, sqlite3_errstr(SQLITE_CORRUPT)));
        }
    }

    TEST_CASE("nothing is read of the entries when a file is opened") {
        const full_device device;
        raw_database raw{nullptr, device.file.c_str()};
        REQUIRE(raw.run("drop table entries") == SQLITE_OK);
        REQUIRE(
            raw.run("create table entries(key integer primary key, position, number, sender, kind, content_type, time, "
                    "fingerprint, trusted, target, subject, role, history, visible_from, amended_by, revoked, "
                    "mentions, send_id, body)") == SQLITE_OK);
        REQUIRE(raw.run("insert into entries(key, sender) select number << 36 | 1, 12345 from conversations") == 0);
        auto store = sqlite_local_store::open(device.file);
        REQUIRE(store);
        CHECK(store->state());
        CHECK_FALSE(store->entries(local_scene::club(), every_seq, 1));
    }
}
