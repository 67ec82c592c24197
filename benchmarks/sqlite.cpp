// What the disk store costs beside the SQL it runs, and what the disk takes.
#include "figures.hpp"

#include <tandem/adapters/sqlite/sqlite_store.hpp>
#include <tandem/store/journal.hpp>
#include <tandem/testing/random.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fcntl.h>
#include <unistd.h>

namespace tandem::benchmarks {
namespace {

constexpr std::size_t conversations = 2000, members = 10;

// Time on the wall: who waits for a disk spends no processor time.
double seconds_now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
template <class Work>
double seconds_for(Work work) {
    const double start = seconds_now();
    work();
    return seconds_now() - start;
}

class folder {
public:
    folder() {
        std::string name = (std::filesystem::temp_directory_path() / "tandem-bench-XXXXXX").string();
        if (!mkdtemp(name.data())) std::abort();
        path_ = name;
    }
    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;
    ~folder() { std::filesystem::remove_all(path_); }
    std::string file(const char* name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

conversation_id group(std::size_t n) { return conversation_id::group(group_id{"group-" + std::to_string(n)}); }
user_id member(std::size_t group, std::size_t n) {
    return user_id{"user-" + std::to_string((group * 7 + n * 131) % 10'000)};
}

// Messages of 256 bytes by random members of random groups, each with a random send id of 16 bytes.
class chatter {
public:
    explicit chatter(std::uint64_t seed, bool with_send_ids = true) : random_{seed}, with_send_ids_{with_send_ids} {}

    void fill(std::vector<draft>& some) {
        for (draft& d : some) {
            const std::size_t g = random_.below(conversations);
            d.conversation = group(g), d.sender = member(g, random_.below(members));
            char id[17];
            std::snprintf(id, sizeof id, "%016llx", static_cast<unsigned long long>(random_.next()));
            if (with_send_ids_) d.send_id = send_id{id};
            d.body.assign(256, 'x');
            d.time = {1'700'000'000'000 + static_cast<std::int64_t>(n_++)};
            d.fingerprint = random_.next() | 1;
        }
    }

private:
    seeded_random random_;
    bool with_send_ids_;
    std::uint64_t n_ = 0;
};

sqlite_store opened(const std::string& file) {
    auto store = sqlite_store::open(file);
    if (!store) std::fprintf(stderr, "%s\n", store.error().detail.c_str()), std::abort();
    return std::move(*store);
}

void fill_with_members(sqlite_store& store) {
    std::vector<draft> joins;
    for (std::size_t g = 0; g < conversations; ++g)
        for (std::size_t m = 0; m < members; ++m) {
            draft d;
            d.conversation = group(g), d.sender = d.subject = member(g, m), d.kind = entry_kind::joined, d.trusted = true;
            joins.push_back(std::move(d));
        }
    if (!store.append(joins)) std::abort();
}

// The SQL of an append, and nothing else: no decision, no answer.
class bare_loop {
public:
    explicit bare_loop(const std::string& file) : schema_{opened(file)}, db_{file, SQLITE_OPEN_READWRITE} {
        db_.run("pragma journal_mode = wal");
        db_.run("pragma synchronous = full; pragma wal_autocheckpoint = 0; pragma cache_size = -65536");
        sqlite3_wal_hook(
            db_.raw(), [](void* pages, sqlite3*, const char*, int n) { return *static_cast<int*>(pages) = n, SQLITE_OK; },
            &pages_);
    }

    struct line {
        std::uint32_t conversation, sender;
        outcome placed;
    };
    void prepare(const std::vector<draft>& some) {
        lines_.clear();
        for (const draft& d : some) {
            const auto c = static_cast<std::uint32_t>(std::atoi(d.conversation.first().view().data() + 6));
            line l{c, static_cast<std::uint32_t>(std::atoi(d.sender.view().data() + 5)), {}};
            l.placed.place = {seq{++seqs_[c]}, position{++position_}}, l.placed.number = seqs_[c];
            lines_.push_back(l);
        }
    }
    void append(const std::vector<draft>& some, bool with_send_ids) {
        begin_.run();
        for (std::size_t i = 0; i < some.size(); ++i)
            sqlite::write_entry(insert_, some[i], lines_[i].placed, lines_[i].conversation, lines_[i].sender,
                                flat_index::none, some[i].fingerprint);
        if (with_send_ids)
            for (; sent_ + 1024 <= position_; sent_ += 1024)
                sends_.bind(1, sent_ >> 18).bind(2, sent_ >> 10 & 255).bind_blob(3, filter_).bind_blob(4, hashes_).run();
        commit_.run();
        if (pages_ < 4000) return;
        pages_ = 0;
        sqlite3_wal_checkpoint_v2(db_.raw(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    }
    const sqlite::database& db() const { return db_; }

private:
    sqlite_store schema_;
    int pages_ = 0;
    sqlite::database db_;
    sqlite::statement begin_{db_, "begin immediate"};
    sqlite::statement commit_{db_, "commit"};
    sqlite::statement insert_{db_, sqlite::insert_entry};
    sqlite::statement sends_{db_, "insert into sends(run, bucket, filter, hashes) values(?, ?, ?, ?)"};
    std::string filter_ = std::string(2048, 'f'), hashes_ = std::string(12 * 1024, 'h');
    std::vector<std::uint64_t> seqs_ = std::vector<std::uint64_t>(conversations);
    std::uint64_t position_ = 0, sent_ = 0;
    std::vector<line> lines_;
};

// Ours and the bare loop in turns, so that both meet the same moods of the disk.
measured append(std::size_t together, bool with_send_ids, double seconds) {
    const folder here;
    bare_loop bare{here.file("bare")};
    sqlite_store store = opened(here.file("ours"));
    fill_with_members(store);
    journal<std::uint32_t> waiting{1 << 16, 4096};
    chatter talk{1, with_send_ids};
    std::vector<draft> some(together), same;
    double ours = 0, floor = 0;
    std::size_t drafts = 0;
    while (ours + floor < seconds) {
        const std::size_t rounds = std::max<std::size_t>(1, 4096 / together);
        for (const bool our_turn : {true, false})
            for (std::size_t r = 0; r < rounds; ++r) {
                talk.fill(some);
                if (!our_turn) {
                    bare.prepare(some);
                    floor += seconds_for([&] { bare.append(some, with_send_ids); });
                    continue;
                }
                same = some;
                ours += seconds_for([&] {
                    for (std::uint32_t i = 0; i < together; ++i) waiting.add(std::move(same[i]), std::uint32_t{i});
                    const auto answer = store.append(waiting.start()->drafts);
                    if (!answer || answer->back().became != outcome::what::placed) std::abort();
                    waiting.finish();
                });
            }
        drafts += rounds * together;
    }
    return {static_cast<double>(drafts) / ours, "appends/s", floor / ours, "the same SQL in a bare loop (of 1)"};
}

// One pre-written file, one write and one fdatasync for each.
double seconds_per_sync(const folder& here) {
    const int file = open(here.file("synced").c_str(), O_CREAT | O_RDWR, 0600);
    const std::string block(4096, 'x');
    for (int i = 0; i < 256; ++i)
        if (pwrite(file, block.data(), block.size(), i * 4096) != 4096) std::abort();
    fsync(file);
    const double took = seconds_for([&] {
        for (int i = 0; i < 500; ++i)
            if (pwrite(file, block.data(), block.size(), i % 256 * 4096) != 4096 || fdatasync(file) != 0) std::abort();
    });
    close(file);
    return took / 500;
}

measured one_at_a_time() {
    const folder here;
    sqlite_store store = opened(here.file("ours"));
    fill_with_members(store);
    chatter talk{1};
    std::vector<draft> one(1);
    double ours = 0, floor = 0;
    for (int round = 0; round < 6; ++round) {
        floor += seconds_per_sync(here);
        for (int i = 0; i < 500; ++i) {
            talk.fill(one);
            ours += seconds_for([&] { keep(store.append(one)); });
        }
    }
    return {ours / 3000 * 1e6, "us", ours / 3000 / (floor / 6), "one write and fdatasync"};
}

static const figure append_1{"sqlite/append/1", one_at_a_time};
static const figure append_16{"sqlite/append/16", [] { return append(16, true, 8); }};
static const figure append_256{"sqlite/append/256", [] { return append(256, true, 8); }};
static const figure append_1024{"sqlite/append/1024", [] { return append(1024, true, 8); }};
static const figure append_no_dedup{"sqlite/append_no_dedup/256", [] { return append(256, false, 8); }};

}  // namespace
}  // namespace tandem::benchmarks
