// What it costs a device to keep what it is told, beside the SQL of it.
#include "figures.hpp"

#include <tandem/adapters/sqlite/sqlite_local_store.hpp>
#include <tandem/testing/random.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace tandem::benchmarks {
namespace {

// Time on the wall: who waits for a disk spends no processor time.
template <class Work>
double seconds_of(Work work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

class device_folder {
public:
    device_folder() {
        std::string name = (std::filesystem::temp_directory_path() / "tandem-bench-XXXXXX").string();
        if (!mkdtemp(name.data())) std::abort();
        path_ = name;
    }
    device_folder(const device_folder&) = delete;
    device_folder& operator=(const device_folder&) = delete;
    ~device_folder() { std::filesystem::remove_all(path_); }
    std::string file(const char* name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

sqlite_local_store opened_device(const std::string& file) {
    auto store = sqlite_local_store::open(file);
    if (!store) std::fprintf(stderr, "%s\n", store.error().detail.c_str()), std::abort();
    return std::move(*store);
}

conversation_id group_of_device(std::size_t n) {
    return conversation_id::group(group_id{"group-" + std::to_string(n)});
}

// Pages of 500 messages of 200 bytes, each with a random send id of 16, by ten people in each of so many groups.
class pages_of_device {
public:
    explicit pages_of_device(std::size_t conversations) : next_(conversations) {}

    const local_change& next() {
        page_.entries.resize(500);
        page_.conversations.clear();
        for (entry& e : page_.entries) {
            const std::size_t g = random_.below(next_.size());
            e.conversation = group_of_device(g);
            e.sender = user_id{"user-" + std::to_string(g * 7 + random_.below(10))};
            char id[17];
            std::snprintf(id, sizeof id, "%016llx", static_cast<unsigned long long>(random_.next()));
            e.send_id = send_id{id}, e.body.assign(200, 'x'), e.number = ++next_[g];
            e.place = {{next_[g]}, {++position_}}, e.time = {1'700'000'000'000 + static_cast<std::int64_t>(position_)};
            page_.conversations.push_back({.conversation = e.conversation, .next = {next_[g] + 1}, .inside = true});
        }
        page_.conversations.resize(std::min<std::size_t>(page_.conversations.size(), next_.size()));
        page_.cursor = position{position_};
        return page_;
    }

private:
    seeded_random random_{1};
    std::vector<std::uint64_t> next_;
    std::uint64_t position_ = 0;
    local_change page_;
};

// The rows of a page, with numbers that are known, put into the same tables: nothing is looked up, nothing may be there.
class bare_device {
public:
    explicit bare_device(const std::string& file) : schema_{opened_device(file)}, db_{file, SQLITE_OPEN_READWRITE} {
        sqlite::begin_wal(db_, "normal");
        db_.run(("pragma cache_size = -" + std::to_string(sqlite_local_options{}.cache / 1024)).c_str());
        sqlite3_wal_hook(
            db_.raw(),
            [](void* pages, sqlite3*, const char*, int n) { return *static_cast<int*>(pages) = n, SQLITE_OK; },
            &pages_);
    }

    void prepare(const local_change& page) {
        lines_.clear();
        for (const entry& e : page.entries)
            lines_.push_back({number_in(e.conversation.first().view(), 6), number_in(e.sender.view(), 5)});
        kept_.clear();
        for (const kept_conversation& k : page.conversations)
            kept_.push_back(number_in(k.conversation.first().view(), 6));
    }
    void apply(const local_change& page) {
        begin_.run();
        for (std::size_t i = 0; i < page.entries.size(); ++i)
            sqlite::write_local_entry(insert_, page.entries[i],
                                      sqlite::key_of(lines_[i].conversation, page.entries[i].place.seq),
                                      lines_[i].sender);
        for (std::size_t i = 0; i < page.conversations.size(); ++i)
            conversation_.bind(1, kept_[i]).bind(2, page.conversations[i].next.value).run();
        cursor_.bind(1, page.cursor->value).run();
        commit_.run();
        if (pages_ < sqlite_local_options{}.checkpoint_pages) return;
        pages_ = 0;
        sqlite3_wal_checkpoint_v2(db_.raw(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    }

private:
    struct line {
        std::uint64_t conversation, sender;
    };
    static std::uint64_t number_in(std::string_view text, std::size_t behind) {
        return 1 + std::strtoull(std::string{text.substr(behind)}.c_str(), nullptr, 10);
    }

    sqlite_local_store schema_;
    sqlite::database db_;
    int pages_ = 0;
    sqlite::statement begin_{db_, "begin immediate"};
    sqlite::statement commit_{db_, "commit"};
    sqlite::statement insert_{db_,
                              "insert into entries values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
    sqlite::statement conversation_{db_, "insert or replace into conversations values(?1, 0, 'group:group-' || ?1, ?2, "
                                         "1, 0, 0, 1)"};
    sqlite::statement cursor_{db_, "update device set cursor = ?"};
    std::vector<line> lines_;
    std::vector<std::uint64_t> kept_;
};

// In turns, so that both meet the same moods of the disk.
measured local_insert(std::size_t conversations) {
    const device_folder here;
    bare_device bare{here.file("bare")};
    sqlite_local_store store = opened_device(here.file("ours"));
    pages_of_device mine{conversations}, its{conversations};
    double ours = 0, floor = 0;
    std::size_t entries = 0;
    while (ours + floor < 6)
        for (int turn = 0; turn < 20; ++turn, entries += 500) {
            const local_change& page = mine.next();
            ours += seconds_of([&] {
                if (!store.apply(page)) std::abort();
            });
            const local_change& same = its.next();
            bare.prepare(same);
            floor += seconds_of([&] { bare.apply(same); });
        }
    return {static_cast<double>(entries) / ours, "entries/s", floor / ours, "the same rows in a bare loop (of 1)"};
}

// A file of a million entries in a thousand conversations, against an empty one.
measured local_open() {
    const device_folder here;
    {
        sqlite_local_store large = opened_device(here.file("large"));
        pages_of_device pages{1000};
        for (int i = 0; i < 2000; ++i)
            if (!large.apply(pages.next())) std::abort();
        opened_device(here.file("empty"));
    }
    const auto milliseconds_for = [&](const char* name) {
        double took = 0;
        for (int i = 0; i < 50; ++i)
            took += seconds_of([&] {
                sqlite_local_store store = opened_device(here.file(name));
                keep(store.state());
            });
        return took / 50 * 1000;
    };
    const double empty = milliseconds_for("empty"), large = milliseconds_for("large");
    return {large, "ms", large / empty, "an empty file"};
}

static const figure insert_few{"client/local_insert", [] { return local_insert(50); }};
static const figure insert_many{"client/local_insert/1000", [] { return local_insert(1000); }};
static const figure opening_device{"client/local_open_1m", local_open};

}  // namespace
}  // namespace tandem::benchmarks
