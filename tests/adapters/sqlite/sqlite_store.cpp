#include <tandem/adapters/sqlite/sqlite_store.hpp>

#include <tandem/adapters/sqlite/new_epoch.hpp>

#include "adapters/sqlite/folder.hpp"

#include <tandem/testing/store_laws.hpp>
#include <tandem/testing/store_text.hpp>

#include <doctest/doctest.h>

#include <fstream>

using namespace tandem;

namespace {

sqlite_store opened(const std::string& file, const sqlite_options& options = {}) {
    auto store = sqlite_store::open(file, options);
    REQUIRE_MESSAGE(store, (store ? "" : store.error().detail));
    return std::move(*store);
}

std::string why_not(const std::string& file, const sqlite_options& options = {}) {
    const auto store = sqlite_store::open(file, options);
    return store ? "" : store.error().detail;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

const conversation_id club = conversation_id::group("club");

draft message(const user_id& from, const send_id& id, std::string body, std::int64_t time = 0) {
    draft d;
    d.conversation = club, d.sender = from, d.send_id = id, d.body = std::move(body), d.trusted = true;
    d.time = {time};
    return d;
}
draft joining(const user_id& who) {
    draft d;
    d.conversation = club, d.sender = d.subject = who, d.kind = entry_kind::joined, d.trusted = true;
    return d;
}

outcome appended(sqlite_store& store, const draft& d) {
    auto all = store.append({&d, 1});
    REQUIRE_MESSAGE(all, (all ? "" : all.error().detail));
    return (*all)[0];
}

// Everything a reader can be told.
std::string told(sqlite_store& store) {
    std::string all;
    for (position from{};;) {
        const page p = *store.tail(from, {.entries = 7});
        for (const entry& e : p.entries) all += to_line(e) + "\n";
        for (const mark& m : p.marks) all += to_line(m) + "\n";
        from = p.examined;
        if (!p.more) return all + std::to_string(p.head.newest.value) + "/" + std::to_string(p.head.epoch.value);
    }
}

}  // namespace

TEST_SUITE("sqlite_store") {
    TEST_CASE("keeps the laws, whether send ids are in memory or in runs") {
        for (const std::size_t settle_after : {std::size_t{1} << 18, std::size_t{40}}) {
            const folder here;
            int n = 0;
            std::string broken;
            store_laws([&] { return opened(here.file(std::to_string(++n)), {.settle_after = settle_after}); },
                       [&](const law_verdict& v) {
                           if (v.became == law_verdict::what::broken)
                               broken += std::string{v.name} + ": " + v.why + "\n";
                       });
            CHECK(broken == "");
        }
    }

    TEST_CASE("what was appended is there when the file is opened again, settled or not") {
        const folder here;
        const sqlite_options options{.settle_after = 10};
        std::string before;
        for (std::uint64_t n = 0; n < 95; ++n) {
            auto store = opened(here.file("log"), options);
            if (n != 0) CHECK(told(store) == before);
            if (n == 0) appended(store, joining("ann"));
            const outcome o = appended(store, message("ann", send_id{std::to_string(n)}, "hello " + std::to_string(n)));
            CHECK(o.place.seq == seq{n + 2});
            if (n % 7 == 0) CHECK(store.put(std::vector<mark_change>{{club, mark_key::read, "ann", n + 2, true}}));
            before = told(store);
        }
        auto store = opened(here.file("log"), options);
        CHECK(store.member(club, "ann")->last_sent == seq{96});
        CHECK(store.history(club, {seq{1}, seq{1000}}, {})->entries.size() == 96);
        for (std::uint64_t n = 0; n < 95; ++n) {
            const outcome again =
                appended(store, message("ann", send_id{std::to_string(n)}, "hello " + std::to_string(n)));
            CHECK(again.became == outcome::what::already);
            CHECK(again.place.seq == seq{n + 2});
            CHECK(store.find("ann", send_id{std::to_string(n)})->value().place == again.place);
        }
        CHECK(told(store) == before);
    }

    TEST_CASE("a position is not given out again, even if what stood there is gone") {
        const folder here;
        position last;
        {
            auto store = opened(here.file("log"));
            appended(store, message("ann", "a", "one"));
            last = appended(store, message("ann", {}, "two")).place.position;
            REQUIRE(store.trim(club, seq{3}));
        }
        auto store = opened(here.file("log"));
        CHECK(store.head()->newest == last);
        const outcome next = appended(store, message("ann", "c", "three"));
        CHECK(next.place == place{seq{3}, last.next()});
        CHECK(next.number == 3);
    }

    TEST_CASE("the send id of what is trimmed counts until its horizon, then it goes") {
        const folder here;
        const sqlite_options options{.dedup_horizon = seconds(100), .settle_after = 8};
        {
            auto store = opened(here.file("log"), options);
            for (int n = 0; n < 20; ++n) appended(store, message("ann", send_id{std::to_string(n)}, "x", n));
            REQUIRE(store.trim(club, seq{11}));
            CHECK(appended(store, message("ann", "3", "x")).became == outcome::what::already);
        }
        auto store = opened(here.file("log"), options);
        CHECK(appended(store, message("ann", "3", "x")).became == outcome::what::already);
        CHECK(store.find("ann", "3")->value().place.seq == seq{4});
        for (int n = 100; n < 400; ++n) appended(store, message("ann", send_id{std::to_string(n)}, "x", n * 1000));
        CHECK_FALSE(store.find("ann", "3")->has_value());
        CHECK_FALSE(store.find("ann", "15")->has_value());
        CHECK(store.find("ann", "399")->has_value());
        const sqlite::database file{here.file("log"), SQLITE_OPEN_READONLY};
        CHECK(file.number("select count(*) from trimmed_sends") == 0);
        CHECK(file.number("select count(*) from runs") < 20);
        CHECK(file.number("select count(*) from sends") == file.number("select count(*) from runs") * 256);
    }

    TEST_CASE("a file has one store at a time") {
        const folder here;
        auto store = opened(here.file("log"));
        CHECK(has(why_not(here.file("log")), "is another store's"));
        appended(store, message("ann", "a", "one"));
        { const auto gone = std::move(store); }
        CHECK(why_not(here.file("log")) == "");
    }

    TEST_CASE("who else writes to the file is noticed before anything is given out twice") {
        const folder here;
        auto store = opened(here.file("log"));
        appended(store, message("ann", "a", "one"));
        sqlite::database{here.file("log"), SQLITE_OPEN_READWRITE}.run("update log set doubts = doubts + 1");
        const draft d = message("ann", "b", "two");
        const auto refused = store.append({&d, 1});
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == errc::store_failed);
        CHECK(has(refused.error().detail, "another program has written"));
        CHECK(store.tail({}, {})->entries.size() == 1);  // what is there can be read
    }

    TEST_CASE("a file that is locked is told, and taken up when it is free") {
        const folder here;
        auto store = opened(here.file("log"));
        appended(store, message("ann", "before", "zero"));
        const draft d = message("ann", "a", "one");
        {
            const sqlite::database other{here.file("log"), SQLITE_OPEN_READWRITE};
            other.run("begin immediate");
            const auto refused = store.append({&d, 1});
            REQUIRE_FALSE(refused);
            CHECK(refused.error().code == errc::store_failed);
            CHECK(has(refused.error().detail, here.file("log")));
            CHECK(has(refused.error().detail, "locked"));
        }
        CHECK(appended(store, d).became == outcome::what::placed);
    }

    TEST_CASE("what cannot be opened says why") {
        const folder here;
        CHECK(has(why_not(here.file("no/such/folder")), "unable to open"));

        std::ofstream{here.file("text")} << std::string(5000, 'x');
        CHECK(has(why_not(here.file("text")), "not a database"));

        sqlite::database{here.file("other"), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE}.run("create table theirs(x)");
        CHECK(has(why_not(here.file("other")), "another program"));

        { const auto store = opened(here.file("newer")); }
        sqlite::database{here.file("newer"), SQLITE_OPEN_READWRITE}.run("pragma user_version = 99");
        CHECK(has(why_not(here.file("newer")), "newer version"));

        CHECK(has(why_not(":memory:"), "needs a file"));
        CHECK(has(why_not(here.file("log"), {.settle_after = 0}), "settle_after"));
        CHECK(has(why_not(here.file("log"), {.checkpoint_pages = 0}), "checkpoint_pages"));
    }

    TEST_CASE("a file of the first schema is brought to today's, with all that is in it") {
        const folder here;
        std::string before;
        {
            auto store = opened(here.file("log"));
            appended(store, joining("ann"));
            for (const char* id : {"a", "b", "c"}) appended(store, message("ann", id, id));
            before = told(store);
        }
        {
            const sqlite::database db{here.file("log"), SQLITE_OPEN_READWRITE};
            db.run("alter table log drop column trims");
            db.run("pragma user_version = 1");
        }
        auto store = opened(here.file("log"));
        CHECK(told(store) == before);
        REQUIRE(store.trim(club, seq{3}));
        CHECK(store.overviews("ann")->conversations[0].unread == 0);
        CHECK(sqlite::database{here.file("log"), SQLITE_OPEN_READONLY}.number("select trims from log") == 1);
    }

    TEST_CASE("a new epoch is another one, and what is there stays") {
        const folder here;
        epoch first;
        {
            auto store = opened(here.file("log"));
            appended(store, message("ann", "a", "one"));
            first = store.head()->epoch;
            CHECK_FALSE(new_epoch(here.file("log")));
        }
        CHECK(opened(here.file("log")).head()->epoch == first);
        const auto next = new_epoch(here.file("log"));
        REQUIRE(next);
        CHECK(*next > first);
        auto store = opened(here.file("log"));
        CHECK(store.head()->epoch == *next);
        CHECK(store.tail({}, {})->entries.size() == 1);
        CHECK_FALSE(new_epoch(here.file("nothing")));
    }

    TEST_CASE("several spans are one commit, and see each other") {
        const folder here;
        auto store = opened(here.file("log"));
        const std::vector<draft> some{message("ann", "a", "one"), message("ann", "b", "two")};
        const std::vector<draft> more{message("ann", "a", "one"), message("bob", "a", "three")};
        const std::vector<drafts> parts{some, more};
        const auto all = store.append_together(parts);
        REQUIRE(all);
        REQUIRE(all->size() == 4);
        CHECK((*all)[2].became == outcome::what::already);
        CHECK((*all)[2].place == (*all)[0].place);
        CHECK((*all)[3].place == place{seq{3}, position{3}});
    }

    TEST_CASE("S40 what looks like SQL is a text like another") {
        const folder here;
        const std::string evil = "'); drop table entries; --";
        {
            auto store = opened(here.file("log"));
            draft d = message(user_id{evil}, send_id{evil}, evil);
            d.conversation = conversation_id::group(group_id{evil});
            CHECK(appended(store, d).became == outcome::what::placed);
            CHECK(appended(store, d).became == outcome::what::already);
            CHECK_FALSE(store.find("' or 1=1 --", send_id{evil})->has_value());
        }
        auto store = opened(here.file("log"));
        CHECK(store.tail({}, {})->entries.at(0).body == evil);
        CHECK(store.find(user_id{evil}, send_id{evil})->has_value());
    }

    TEST_CASE("numbers that a damaged file names are not believed") {
        const folder here;
        const auto damaged = [&](const char* sql) {
            const std::string file = here.file(std::to_string(hash_bytes(sql)));
            {
                auto store = opened(file, {.settle_after = 2});
                appended(store, joining("ann"));
                for (int n = 0; n < 9; ++n) appended(store, message("ann", send_id{std::to_string(n)}, "x"));
                REQUIRE(store.put(std::vector<mark_change>{{club, mark_key::read, "ann", 3, true}}));
            }
            sqlite::database{file, SQLITE_OPEN_READWRITE}.run(sql);
            auto store = sqlite_store::open(file);
            if (!store) return store.error().detail;
            const auto read = store->tail({}, {});
            return read ? std::string{} : read.error().detail;
        };
        CHECK(damaged("update entries set body = 'y' where position = 1") == "");
        for (const char* sql :
             {"update entries set sender = 7", "update entries set conversation = 7", "update entries set subject = 7",
              "update entries set sender = -1", "update members set user = 7",
              "update members set conversation = 1234567", "update marks set owner = 7",
              "update marks set conversation = 7", "update users set number = 7", "delete from users",
              "update conversations set number = 7", "update conversations set id = 'x'", "delete from log",
              "delete from sends where bucket = 3"}) {
            INFO(sql);
            CHECK(has(damaged(sql), here.file("")));
        }
    }
}
