#include <tandem/adapters/sqlite/sqlite_store.hpp>

#include "folder.hpp"

#include <tandem/testing/random.hpp>
#include <tandem/testing/store_laws/scene.hpp>
#include <tandem/testing/store_probe.hpp>
#include <tandem/testing/store_text.hpp>

#include <doctest/doctest.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

using namespace tandem;

namespace {

// TANDEM_KILLS=5000 tries so many.
std::uint64_t rounds_to_try() {
    const char* wanted = std::getenv("TANDEM_KILLS");
    return wanted ? std::strtoull(wanted, nullptr, 10) : 200;
}

sqlite_store opened(const std::string& file) {
    sqlite_options o;
    o.settle_after = 300, o.checkpoint_pages = 50;  // much happens in a short life
    auto store = sqlite_store::open(file, o);
    if (!store) throw broken_law{"the file cannot be opened: " + store.error().detail};
    return std::move(*store);
}

// What is appended follows from the round and the number of the batch in it.
struct plan : scene {
    static conversation_id conversation(std::uint64_t which) {
        static const conversation_id all[] = {pair(), conversation_id::direct(ann, cid), conversation_id::self(ann),
                                              conversation_id::direct(ann, eve)};
        return all[which % 4];
    }

    static std::vector<draft> batch(std::uint64_t round, std::uint64_t number) {
        seeded_random random{round << 20 | number};
        std::vector<draft> ds;
        for (std::uint64_t i = 0, n = 1 + random.below(random.chance(20) ? 32 : 5); i < n; ++i) {
            const std::string id = std::to_string(round) + "-" + std::to_string(number) + "-" + std::to_string(i);
            const std::string body = std::string(random.below(300), 'x') + id;
            ds.push_back(message(conversation(random.next()), ann, body, send_id{id}));
            ds.back().time = {static_cast<std::int64_t>(round << 20 | number)};
        }
        return ds;
    }
};

// What the child tells, a batch of them in one write.
struct told {
    std::uint64_t batch;
    place at{};
    std::uint64_t mark = 0;  // none, or this is no entry but ann's read mark, in the conversation of that number
    std::uint64_t value = 0;
};

// --- the child: appends, tells, and knows no end

[[noreturn]] void append_until_killed(const std::string& file, std::uint64_t round, int pipe) {
    try {
        sqlite_store store = opened(file);
        for (std::uint64_t number = 0;; ++number) {
            const std::vector<draft> ds = plan::batch(round, number);
            const auto answer = store.append(ds);
            if (!answer) break;
            std::vector<told> all;
            for (const outcome& o : *answer) {
                if (o.became != outcome::what::placed) _exit(3);
                all.push_back({number, o.place});
            }
            if (number % 3 == 2) {
                mark_change c = scene::mark(plan::conversation(number), scene::ann, mark_key::read, 0);
                c.value = store.history(c.conversation, {}, {})->head.seq.value;
                const auto put = store.put({&c, 1});
                if (!put) break;
                if (scene::is_changed((*put)[0]))
                    all.push_back({number, {{}, (*put)[0].position}, 1 + number % 4, c.value});
            }
            if (write(pipe, all.data(), all.size() * sizeof(told)) < 0) break;
        }
    } catch (const broken_law&) {}
    _exit(2);
}

// --- the parent

class killer {
public:
    explicit killer(std::string file) : file_{std::move(file)} {}

    void round(std::uint64_t number) {
        seeded_random random{number};
        const std::vector<told> acked = one_life(number, random);
        sqlite_store store = opened(file_);
        const std::uint64_t batches = acked.empty() ? 0 : acked.back().batch + 1;
        for (const told& t : acked) note(number, t, index_in_batch(acked, t));
        look_through(store, number, batches);
        repeat(store, number, batches);
        if (number % 50 == 0) look_through_all(store);
    }

    void look_through_all() {
        sqlite_store store = opened(file_);
        look_through_all(store);
    }
    std::size_t entries() const { return log_.size(); }
    // Batches under way at the end of a round that are there, and that are not.
    std::uint64_t there() const { return there_; }
    std::uint64_t not_there() const { return not_there_; }

private:
    struct line {
        draft what;
        tandem::seq seq;
    };

    // Everything that was told before the end.
    std::vector<told> one_life(std::uint64_t number, seeded_random& random) const {
        int ends[2];
        REQUIRE(pipe(ends) == 0);
        const pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            close(ends[0]);
            append_until_killed(file_, number, ends[1]);
        }
        close(ends[1]);
        std::vector<told> all(1 << 16);
        std::size_t bytes = 0;
        const auto listen = [&] {
            const auto got =
                read(ends[0], reinterpret_cast<char*>(all.data()) + bytes, all.size() * sizeof(told) - bytes);
            if (got > 0) bytes += static_cast<std::size_t>(got);
            return got > 0;
        };
        for (auto n = random.below(7); n != 0 && listen(); --n) {}
        const auto moment = std::chrono::steady_clock::now() + std::chrono::microseconds{random.below(2000)};
        while (std::chrono::steady_clock::now() < moment) {}
        kill(child, SIGKILL);
        int how = 0;
        waitpid(child, &how, 0);
        while (listen()) {}
        close(ends[0]);
        expect(WIFSIGNALED(how), "the child ended by itself: " + std::to_string(WEXITSTATUS(how)));
        all.resize(bytes / sizeof(told));
        return all;
    }

    static std::size_t index_in_batch(const std::vector<told>& all, const told& t) {
        std::size_t before = 0;
        for (const told* other = &t; other != all.data() && other[-1].batch == t.batch; --other) ++before;
        return before;
    }

    void note(std::uint64_t round, const told& t, std::size_t index) {
        if (t.mark != 0)
            marks_[t.mark - 1] = std::max(marks_[t.mark - 1], t.value), mark_positions_[t.at.position] = t.mark;
        else log_[t.at.position] = {plan::batch(round, t.batch)[index], t.at.seq};
    }

    // What is new: all that was told, and of the next batch all or nothing; no hole that no mark has left.
    void look_through(sqlite_store& store, std::uint64_t round, std::uint64_t batches) {
        const page news = all_after(store, checked_);
        const std::vector<draft> next = plan::batch(round, batches);
        std::size_t of_next = 0;
        for (const entry& e : news.entries) {
            auto known = log_.find(e.place.position);
            if (known == log_.end()) {
                expect(of_next < next.size() && next[of_next].send_id == e.send_id,
                       "an entry nobody sent: " + to_line(e));
                known = log_.emplace(e.place.position, line{next[of_next++], e.place.seq}).first;
            }
            check(e, known->second);
            expect(e.place.seq == last_[e.conversation].next(), "a hole, or the same seq again: " + to_line(e));
            last_[e.conversation] = e.place.seq;
        }
        expect(of_next == 0 || of_next == next.size(), "a part of a batch is there");
        ++(of_next == 0 ? not_there_ : there_);
        for (const mark& m : news.marks) mark_positions_[m.position] = 1;
        const position newest = store.head()->newest;
        expect(log_.empty() || log_.rbegin()->first <= newest, "what was answered is lost");
        std::size_t entries = 0, empty = 0;
        for (position p = checked_.next(); p <= newest; p = p.next()) {
            if (log_.count(p)) ++entries;
            else if (!mark_positions_.count(p)) ++empty;
        }
        expect(entries == news.entries.size(), "an entry that was answered is not in the tail");
        expect(empty == 0, "a position that nothing has taken");
        check_marks(store);
        checked_ = newest;
    }

    void check_marks(sqlite_store& store) {
        const auto mine = store.overviews(scene::ann);
        for (const overview& o : mine->conversations)
            for (std::uint64_t i = 0; i < 4; ++i)
                if (o.membership.conversation == plan::conversation(i))
                    expect(o.read.value >= marks_[i], "a read mark has gone back");
    }

    // A retry of what was answered, and of what was not.
    void repeat(sqlite_store& store, std::uint64_t round, std::uint64_t batches) {
        for (std::uint64_t number = batches == 0 ? 0 : batches - 1; number <= batches; ++number) {
            const std::vector<draft> ds = plan::batch(round, number);
            const auto answer = store.append(ds);
            expect(static_cast<bool>(answer), "a retry fails");
            for (std::size_t i = 0; i < ds.size(); ++i) {
                const outcome& o = (*answer)[i];
                const bool is_new = o.became == outcome::what::placed;
                expect(is_new ? number == batches : o.became == outcome::what::already, "a retry is " + to_line(o));
                const auto known = log_.find(o.place.position);
                expect(is_new == (known == log_.end()), "a retry is stored twice, or not at all: " + to_line(o));
                if (is_new) log_[o.place.position] = {ds[i], o.place.seq}, last_[ds[i].conversation] = o.place.seq;
                else expect(known->second.what.send_id == ds[i].send_id, "a retry has another's place");
            }
        }
        checked_ = store.head()->newest;
    }

    void look_through_all(sqlite_store& store) {
        const page all = all_after(store, {});
        expect(all.entries.size() == log_.size(), "there are more entries, or fewer");
        auto known = log_.begin();
        for (const entry& e : all.entries) {
            expect(e.place.position == known->first, "an entry has moved");
            check(e, (known++)->second);
        }
    }

    static void check(const entry& e, const line& wanted) {
        expect(e.send_id == wanted.what.send_id && e.body == wanted.what.body && e.place.seq == wanted.seq &&
                   e.conversation == wanted.what.conversation,
               "another entry than was answered: " + to_line(e));
    }

    static page all_after(sqlite_store& store, position from) {
        page all{.examined = from};
        for (page p{.more = true}; p.more; all.examined = p.examined) {
            auto got = store.tail(all.examined, {});
            if (!got) throw broken_law{"a tail fails: " + got.error().detail};
            p = std::move(*got);
            std::move(p.entries.begin(), p.entries.end(), std::back_inserter(all.entries));
            std::move(p.marks.begin(), p.marks.end(), std::back_inserter(all.marks));
        }
        return all;
    }

    std::string file_;
    std::map<position, line> log_;  // all that was answered, or found
    std::map<position, std::uint64_t> mark_positions_;
    std::map<conversation_id, seq> last_;
    std::uint64_t marks_[4]{};
    position checked_{};
    std::uint64_t there_ = 0, not_there_ = 0;
};

}  // namespace

TEST_SUITE("sqlite_store: killed") {
    TEST_CASE(
        "whenever the process is killed, what it answered is there, and what it did not is there whole or not at all") {
        const folder files;
        killer k{files.file("log.db")};
        const std::uint64_t rounds = rounds_to_try();
        for (std::uint64_t number = 1; number <= rounds; ++number) {
            CAPTURE(number);
            std::string broken;
            try {
                k.round(number);
            } catch (const broken_law& b) { broken = b.why; }
            REQUIRE(broken == "");
        }
        k.look_through_all();
        CHECK(k.entries() > rounds * 5);
        CHECK(k.there() > 0);
        CHECK(k.not_there() > 0);
    }
}
