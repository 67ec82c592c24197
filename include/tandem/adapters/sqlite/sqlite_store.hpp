// The embedded store: one file, no server, durable.
#pragma once

#include "opening.hpp"
#include "owner.hpp"
#include "reader.hpp"
#include "writer.hpp"

namespace tandem {

struct sqlite_options {
    duration dedup_horizon = days(7);    // a send id is known so long at least
    int writer_cache = 64 << 20;         // bytes
    int reader_cache = 8 << 20;          // bytes, for each thread that reads
    std::size_t settle_after = 1 << 18;  // entries; so many, or twice as many, are read again when the file is opened
    int checkpoint_pages = 1000;         // about the size of the -wal file
    const char* vfs = nullptr;           // SQLite's default
};

// Meaning: a seq_store in an SQLite file (WAL, synchronous=FULL): what append has answered is on the disk. In memory are the
// books: users, conversations, memberships and marks, and what finds send ids; entries are not. Threads: writing verbs on one
// thread at a time; reading verbs on any, at the same time, each on a connection of its own. All of them block: a server gives
// them to a worker_store. Durability: the disk's. One process has a file at a time.
class sqlite_store {
public:
    static constexpr bool reads_from_any_thread = true;

    // The file is made if it is not there.
    static result<sqlite_store> open(const std::string& file, const sqlite_options& options = {}) {
        if (file.empty() || file == ":memory:") return error{errc::store_failed, "a log needs a file with a name"};
        if (options.settle_after == 0 || options.checkpoint_pages < 1)
            return error{errc::invalid_argument, "sqlite_options: settle_after and checkpoint_pages are 1 or more"};
        return sqlite::answer_of([&] { return sqlite_store{std::make_unique<parts>(file, options)}; });
    }

    result<outcomes> append(drafts ds) { return append_together({&ds, 1}); }
    // Several spans in one commit; the outcomes one after the other.
    result<outcomes> append_together(std::span<const drafts> all) { return parts_->writer.append(all); }
    result<mark_outcomes> put(mark_changes cs) { return parts_->writer.put(cs); }
    result<nothing> trim(const conversation_id& c, seq first_kept) { return parts_->writer.trim(c, first_kept); }

    result<std::optional<found>> find(const user_id& sender, const send_id& id) {
        return read([&](sqlite::reader& r) { return r.find(sender, id); });
    }
    result<page> tail(position from, limits most) {
        return read([&](sqlite::reader& r) { return r.tail(from, most); });
    }
    result<page> changes(const user_id& u, position cursor, limits most) {
        return read([&](sqlite::reader& r) { return r.changes(u, cursor, most); });
    }
    result<history_page> history(const conversation_id& c, seq_range range, limits most) {
        return read([&](sqlite::reader& r) { return r.history(c, range, most); });
    }
    result<overview_page> overviews(const user_id& u) {
        return read([&](sqlite::reader& r) { return r.overviews(u); });
    }

    result<log_head> head() {
        return look([](const sqlite::state& s) { return log_head{s.epoch, s.books.newest()}; });
    }
    result<membership_list> memberships(const user_id& u) {
        return look([&](const sqlite::state& s) { return s.books.memberships_of(u, s.epoch); });
    }
    result<membership> member(const conversation_id& c, const user_id& u) {
        return look([&](const sqlite::state& s) { return s.books.member(c, u); });
    }
    result<mark_page> marks(const conversation_id& c, seq_range targets, position after, std::size_t count) {
        return look([&](const sqlite::state& s) { return s.books.marks_about(c, targets, after, count); });
    }
    result<member_page> members(const conversation_id& c, const user_id& after, std::size_t count) {
        std::unique_lock alone{parts_->state->mutex};  // the order of members is made when it is asked for
        return parts_->state->books.members(c, after, count);
    }

private:
    struct parts {
        parts(const std::string& f, const sqlite_options& o)
            : owner{f, o.vfs}, options{o}, db{f, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, o.vfs},
              state{opened(db, o)}, writer{db, *state, {o.dedup_horizon, o.settle_after, o.checkpoint_pages}} {}

        static std::unique_ptr<sqlite::state> opened(const sqlite::database& db, const sqlite_options& o) {
            sqlite::begin_wal(db, "full");
            db.run(("pragma cache_size = -" + std::to_string(o.writer_cache / 1024)).c_str());
            sqlite::prepare_schema(db);
            return sqlite::open_state(db);
        }

        sqlite::owner owner;
        sqlite_options options;
        sqlite::database db;
        std::unique_ptr<sqlite::state> state;
        sqlite::writer writer;
        sqlite::recent_walks walks;
        std::mutex idle_mutex;
        std::vector<std::unique_ptr<sqlite::reader>> idle;
    };

    explicit sqlite_store(std::unique_ptr<parts> p) : parts_{std::move(p)} {}

    template <class F>
    auto look(F f) const -> result<decltype(f(std::declval<const sqlite::state&>()))> {
        std::shared_lock together{parts_->state->mutex};
        return f(*parts_->state);
    }

    // As many connections as there are threads that read at once.
    template <class F>
    auto read(F f) -> result<decltype(f(std::declval<sqlite::reader&>()))> {
        return sqlite::answer_of([&] {
            auto r = take_reader();
            auto answer = f(*r);
            std::lock_guard lock{parts_->idle_mutex};
            parts_->idle.push_back(std::move(r));
            return answer;
        });
    }

    std::unique_ptr<sqlite::reader> take_reader() {
        {
            std::lock_guard lock{parts_->idle_mutex};
            if (!parts_->idle.empty()) {
                auto r = std::move(parts_->idle.back());
                parts_->idle.pop_back();
                return r;
            }
        }
        const sqlite_options& o = parts_->options;
        return std::make_unique<sqlite::reader>(parts_->db.file(), o.vfs, *parts_->state, parts_->walks,
                                                o.reader_cache);
    }

    std::unique_ptr<parts> parts_;
};
static_assert(trimming_store<sqlite_store> && joining_store<sqlite_store>);

}  // namespace tandem
