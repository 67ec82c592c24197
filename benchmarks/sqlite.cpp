// What the disk store costs beside the SQL it runs, and what the disk takes.
#include "figures.hpp"

#include <tandem/adapters/sqlite/sqlite_store.hpp>
#include <tandem/store/journal.hpp>
#include <tandem/testing/random.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <thread>
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
            d.conversation = group(g), d.sender = d.subject = member(g, m), d.kind = entry_kind::joined,
            d.trusted = true;
            joins.push_back(std::move(d));
        }
    if (!store.append(joins)) std::abort();
}

// The SQL of an append, and nothing else: no decision, no answer.
class bare_loop {
public:
    bare_loop(const std::string& file, bool indexed) : schema_{opened(file)}, db_{file, SQLITE_OPEN_READWRITE} {
        db_.run("pragma journal_mode = wal");
        db_.run("pragma synchronous = full; pragma wal_autocheckpoint = 0; pragma cache_size = -65536");
        sqlite3_wal_hook(
            db_.raw(),
            [](void* pages, sqlite3*, const char*, int n) { return *static_cast<int*>(pages) = n, SQLITE_OK; },
            &pages_);
        if (indexed)
            db_.run("create unique index a on entries(conversation, seq); create unique index b on entries(sender, "
                    "send_id)");
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
                sends_.bind(1, sent_ >> 18)
                    .bind(2, sent_ >> 10 & 255)
                    .bind_blob(3, filter_)
                    .bind_blob(4, hashes_)
                    .run();
        commit_.run();
        if (pages_ < sqlite_options{}.checkpoint_pages) return;
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
enum class floor_has { what_we_write, indexes };

measured append(std::size_t together, bool with_send_ids, floor_has has = floor_has::what_we_write) {
    const folder here;
    const bool indexed = has == floor_has::indexes;
    bare_loop bare{here.file("bare"), indexed};
    sqlite_store store = opened(here.file("ours"));
    fill_with_members(store);
    journal<std::uint32_t> waiting{1 << 16, 4096};
    chatter talk{1, with_send_ids};
    std::vector<draft> some(together), same;
    double ours = 0, floor = 0;
    std::size_t drafts = 0;
    while (ours + floor < 8) {
        const std::size_t rounds = std::max<std::size_t>(1, 4096 / together);
        for (const bool our_turn : {true, false})
            for (std::size_t r = 0; r < rounds; ++r) {
                talk.fill(some);
                if (!our_turn) {
                    bare.prepare(some);
                    floor += seconds_for([&] { bare.append(some, with_send_ids && !indexed); });
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
    return {static_cast<double>(drafts) / ours, "appends/s", floor / ours,
            indexed ? "a bare loop with an index by seq and one by send id" : "the same SQL in a bare loop (of 1)"};
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

// What a pull asks for in vain is not what it costs: the rows themselves, by positions that are known.
double microseconds_for_rows(const std::string& file, const std::vector<entry>& wanted) {
    const sqlite::database db{file, SQLITE_OPEN_READONLY};
    sqlite::statement row = db.prepare("select " + sqlite::entry_columns + " from entries where position = ?");
    return nanoseconds_per(40,
                           [&] {
                               db.run("begin");
                               for (const entry& e : wanted) {
                                   sqlite::rows one{row.bind(1, e.place.position.value)};
                                   if (!one.next()) std::abort();
                                   for (int column = 0; column < 18; ++column) keep(row.number(column));
                                   keep(row.blob(18)), keep(row.blob(19));
                               }
                               db.run("commit");
                           }) /
           1000;
}

// A member of fifty of the two thousand, half a million entries behind.
struct one_behind {
    one_behind() : store{opened(here.file("log"))} {
        fill_with_members(store);
        std::vector<draft> joins(50);
        for (std::size_t g = 0; g < joins.size(); ++g) {
            joins[g].conversation = group(g * 40), joins[g].sender = joins[g].subject = me;
            joins[g].kind = entry_kind::joined, joins[g].trusted = true;
        }
        if (!store.append(joins)) std::abort();
        seen = store.head()->newest;
        chatter talk{3};
        std::vector<draft> some(1000);
        for (int i = 0; i < 500; ++i) {
            talk.fill(some);
            if (!store.append(some)) std::abort();
        }
    }
    static constexpr limits most{.entries = 500, .bytes = 1 << 20};

    folder here;
    sqlite_store store;
    user_id me{"the one who was away"};
    position seen;
};

// The query one would write: with an index by conversation it finds all that was missed and sorts it, without one it walks.
double microseconds_for_query(const one_behind& l, bool with_index) {
    const sqlite::database db{l.here.file("log"), SQLITE_OPEN_READWRITE};
    if (with_index) db.run("create index by_conversation on entries(conversation)");
    std::string groups;
    for (std::size_t g = 0; g < 50; ++g) groups += (g == 0 ? "" : ", ") + std::to_string(g * 40);
    sqlite::statement query{db, "select " + sqlite::entry_columns + " from entries " +
                                    (with_index ? "" : "not indexed ") + "where conversation in (" + groups +
                                    ") and position > ? order by position limit 500"};
    return nanoseconds_per(20,
                           [&] {
                               std::size_t count = 0;
                               for (sqlite::rows all{query.bind(1, l.seen.value)}; all.next(); ++count) {
                                   for (int column = 0; column < 18; ++column) keep(query.number(column));
                                   keep(query.blob(18)), keep(query.blob(19));
                               }
                               if (count != 500) std::abort();
                           }) /
           1000;
}

measured page_of_changes() {
    one_behind l;
    const auto first = l.store.changes(l.me, l.seen, l.most);
    if (!first || first->entries.size() != 500) std::abort();
    const double ours = nanoseconds_per(40, [&] { keep(l.store.changes(l.me, l.seen, l.most)); }) / 1000;
    const double floor = std::min(microseconds_for_query(l, false), microseconds_for_query(l, true));
    return {ours, "us/page", floor / ours, "the faster of two queries, with and without an index (of 1)"};
}

measured page_of_history() {
    one_behind l;
    draft d;
    d.conversation = group(0), d.sender = member(0, 0), d.body = std::string(256, 'x');
    std::vector<draft> talk(2000, d);
    for (int i = 0; i < 10; ++i)  // mixed with the others, as they are in life
        for (std::size_t n = 0; n < talk.size(); n += 10) {
            chatter others{n};
            std::vector<draft> some(90);
            others.fill(some);
            if (!l.store.append(std::span{talk}.subspan(n, 10)) || !l.store.append(some)) std::abort();
        }
    const seq last = l.store.history(group(0), {seq{1}, seq{0}}, {})->head.seq;
    const seq_range older{seq{1}, seq{last.value - 5000}};
    const auto page = l.store.history(group(0), older, l.most);
    if (!page || page->entries.size() != 500) std::abort();
    const double ours = nanoseconds_per(40, [&] { keep(l.store.history(group(0), older, l.most)); }) / 1000;
    return {ours, "us/page", microseconds_for_rows(l.here.file("log"), page->entries) / ours, "its rows alone (of 1)"};
}

// A user in `mine` direct conversations, and 100 missed entries among ten times as many of other people's.
struct catching_up {
    explicit catching_up(std::size_t mine) : store{opened(here.file("log"))} {
        std::vector<draft> some;
        for (std::size_t c = 0; c < mine; ++c) some.push_back(said(friend_at(c), me));
        if (!store.append(some)) std::abort();
        seen = store.head()->newest;
        some.clear();
        seeded_random random{5};
        for (std::size_t i = 0; i < 1100; ++i) {
            const auto other = [&](const char* kind) { return user_id{kind + std::to_string(random.below(500))}; };
            if (i % 11 == 0) some.push_back(said(friend_at(random.below(mine)), me));
            else some.push_back(said(other("else"), other("more")));
        }
        if (!store.append(some)) std::abort();
    }
    static user_id friend_at(std::size_t n) { return user_id{"friend-" + std::to_string(n)}; }
    static draft said(const user_id& from, const user_id& to) {
        draft d;
        d.conversation = conversation_id::direct(from, to), d.sender = from, d.body = std::string(256, 'x');
        return d;
    }

    double first_page() {
        return nanoseconds_per(200, [&] { keep(store.changes(me, seen, most)); }) / 1000;
    }
    // The second, third and fourth.
    double further_page() {
        double spent = 0;
        for (int round = 0; round < 200; ++round) {
            position at = store.changes(me, seen, most)->examined;
            spent += nanoseconds_per(1, [&] {
                for (int n = 0; n < 3; ++n) at = store.changes(me, at, most)->examined;
            });
        }
        return spent / 600 / 1000;
    }
    static constexpr limits most{.entries = 25};

    folder here;
    sqlite_store store;
    user_id me{"the one who was away"};
    position seen;
};

measured catch_up(std::size_t mine) {
    catching_up much{mine}, little{10};
    const double ours = much.first_page();
    return {ours, "us/first page", ours - little.first_page(), "us more than a member of 10 conversations (goal: 300)"};
}
measured catch_up_further() {
    catching_up much{10'000}, little{10};
    const double ours = much.further_page();
    return {ours, "us/page", ours / little.further_page(), "a member of 10 conversations"};
}

// A log that grows by thousands.
class growing {
public:
    explicit growing(const std::string& file) : store_{opened(file)} { fill_with_members(store_); }

    // In seconds.
    double grow(std::size_t many) {
        double took = 0;
        for (std::size_t end = count_ + many; count_ < end; count_ += some_.size()) {
            talk_.fill(some_);
            took += seconds_for([&] {
                if (!store_.append(some_)) std::abort();
            });
        }
        return took;
    }
    std::size_t count() const { return count_; }

private:
    sqlite_store store_;
    chatter talk_{7};
    std::vector<draft> some_ = std::vector<draft>(1000);
    std::size_t count_ = 0;
};

// Ten million entries, made once for all who ask; beside them, in turns at the end, a log of a hundred thousand.
struct ten_million {
    ten_million() {
        {
            growing large{here.file("large")}, little{here.file("little")};
            large.grow(10'000'000);
            little.grow(100'000);
            double large_took = 0, little_took = 0;
            for (int turn = 0; turn < 20; ++turn) large_took += large.grow(20'000), little_took += little.grow(20'000);
            rate = 400'000 / large_took, ratio = little_took / large_took;
            bytes = static_cast<double>(large.count());
        }
        bytes = static_cast<double>(std::filesystem::file_size(here.file("large"))) / bytes;
        opening = seconds_for([&] { opened(here.file("large")); });
    }
    static const ten_million& it() {
        static const ten_million made;
        return made;
    }

    folder here;
    double rate, ratio, bytes, opening;
};

// One minute of commits of 256, checkpoints and all.
measured worst_commit() {
    const folder here;
    sqlite_store store = opened(here.file("log"));
    fill_with_members(store);
    chatter talk{9};
    std::vector<draft> some(256);
    double worst = 0;
    const double end = seconds_now() + 60;
    while (seconds_now() < end) {
        talk.fill(some);
        worst = std::max(worst, seconds_for([&] { keep(store.append(some)); }));
    }
    return {worst * 1000, "ms", worst * 1000 / 50, "the goal of 50"};
}

// Appends of 256 while somebody pulls a thousand pages of 100 each second.
measured while_pulling() {
    one_behind l;
    chatter talk{11};
    std::vector<draft> some(256);
    const auto rate = [&] {
        double took = 0;
        std::size_t count = 0;
        for (; took < 2; count += some.size()) {
            talk.fill(some);
            took += seconds_for([&] { keep(l.store.append(some)); });
        }
        return static_cast<double>(count) / took;
    };
    const double alone = rate();
    std::atomic<bool> stop{false};
    std::atomic<std::size_t> pages{0};
    const double began = seconds_now();
    std::thread puller{[&] {
        auto next = std::chrono::steady_clock::now();
        for (; !stop; ++pages) {
            keep(l.store.changes(l.me, l.seen, {.entries = 100}));
            std::this_thread::sleep_until(next += std::chrono::milliseconds(1));
        }
    }};
    const double together = rate();
    stop = true;
    puller.join();
    if (static_cast<double>(pages) < 900 * (seconds_now() - began))
        std::fprintf(stderr, "fewer pages than a thousand\n");
    return {together, "appends/s", together / alone, "without pulls (goal: 0.8)"};
}

static const figure append_1{"sqlite/append/1", one_at_a_time};
static const figure append_16{"sqlite/append/16", [] { return append(16, true); }};
static const figure append_256{"sqlite/append/256", [] { return append(256, true); }};
static const figure append_1024{"sqlite/append/1024", [] { return append(1024, true); }};
static const figure append_indexed{"sqlite/append_indexed/256", [] { return append(256, true, floor_has::indexes); }};
static const figure append_no_dedup{"sqlite/append_no_dedup/256", [] { return append(256, false); }};
static const figure changes_500{"sqlite/page_500/changes", page_of_changes, repeat{3}};
static const figure history_500{"sqlite/page_500/history", page_of_history, repeat{3}};
static const figure catch_up_10{"sqlite/catch_up/10", [] { return catch_up(10); }, repeat{5}};
static const figure catch_up_10k{"sqlite/catch_up/10000", [] { return catch_up(10'000); }, repeat{5}};
static const figure further{"sqlite/catch_up_further/10000", catch_up_further, repeat{5}};
static const figure growth{"sqlite/growth_10m", [] {
                               const ten_million& l = ten_million::it();
                               return measured{l.rate, "appends/s", l.ratio,
                                               "a log of a hundred thousand entries, in turns"};
                           }};
static const figure bytes_per_entry{"sqlite/bytes_per_entry", [] {
                                        const ten_million& l = ten_million::it();
                                        return measured{l.bytes, "B", l.bytes / 256, "the body of 256 bytes"};
                                    }};
static const figure opening{"sqlite/open_10m", [] {
                                const ten_million& l = ten_million::it();
                                return measured{l.opening, "s", l.opening / 2, "the goal of 2"};
                            }};
static const figure longest{"sqlite/worst_commit", worst_commit};
static const figure pulling{"sqlite/append_while_pulling/256", while_pulling};

}  // namespace
}  // namespace tandem::benchmarks
