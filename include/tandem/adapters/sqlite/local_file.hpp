// The file of a device, and its transactions.
#pragma once

#include "local_reader.hpp"
#include "local_writer.hpp"
#include "owner.hpp"
#include "wal_again.hpp"

#include <algorithm>
#include <optional>
#include <random>
#include <utility>

namespace tandem {

struct sqlite_local_options {
    // Each change is on the disk when it was applied. Otherwise a loss of power may take the last ones, which the
    // server tells again; whoever only kills the program takes nothing.
    bool full = false;
    // Those that queue a send are, in any case: a number that was said and is forgotten would be given to another send.
    bool full_for_sends = true;
    int cache = 8 << 20;          // bytes: the last page of each of a thousand conversations, and as much again
    int checkpoint_pages = 4000;  // about the size of the -wal file: the longer, the less often a page is written
    const char* vfs = nullptr;    // SQLite's default
};

}  // namespace tandem

namespace tandem::sqlite {

// Every change is one transaction. One that fails leaves nothing behind, on disk or in memory.
class local_file {
public:
    local_file(const std::string& file, const sqlite_local_options& o)
        : owner_{file, o.vfs}, options_{o}, db_{file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, o.vfs} {
        begin_wal(db_, "normal");
        db_.run(("pragma cache_size = -" + std::to_string(o.cache / 1024)).c_str());
        bring_to_schema(db_, local_schema, [&] { make_device(db_); });
        parts_.emplace(db_);
        sqlite3_wal_hook(db_.raw(), &note_wal_pages, this);
        const local_state s = parts_->reader.state();
        parts_->names.begin_log(s.epoch), sends_ = s.sends;
        checkpoint(SQLITE_CHECKPOINT_TRUNCATE);  // what a crash has left is not put at risk by what is written next
    }
    local_file(const local_file&) = delete;
    local_file& operator=(const local_file&) = delete;
    ~local_file() {
        sqlite3_wal_hook(db_.raw(), nullptr, nullptr);
        if (undurable_ && !write_again()) sqlite3_db_config(db_.raw(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    }

    local_reader& reader() { return parts_->reader; }
    epoch log() const { return parts_->names.log(); }

    result<> apply(const local_change& change) {
        if (change.empty()) return success();
        const epoch log_before = log();
        try {
            be_certain();
            sync_commits(options_.full || (options_.full_for_sends && highest(change.queued) > sends_));
            if (syncs_ && undurable_) throw failure{SQLITE_IOERR_FSYNC, db_.file(), "what is there cannot be synced"};
            parts_->sql.begin.run();
            parts_->writer.write(change);
            commits_ = true;
            parts_->sql.commit.run();
            commits_ = false;
        } catch (const failure& failed) {
            roll_back(log_before);
            return why(failed);
        } catch (...) {  // no memory
            roll_back(log_before);
            throw;
        }
        sends_ = std::max(sends_, highest(change.queued));
        if (syncs_) synced_pages_ = wal_pages_;
        if (wal_pages_ >= options_.checkpoint_pages) checkpoint(SQLITE_CHECKPOINT_PASSIVE);
        return success();
    }

private:
    struct parts {
        explicit parts(const database& db) : names{db}, sql{db}, reader{db, names}, writer{sql, names} {}
        parts(const parts&) = delete;
        parts& operator=(const parts&) = delete;

        local_names names;
        local_statements sql;
        local_reader reader;
        local_writer writer;
    };

    static void make_device(const database& db) {
        std::random_device random;
        const std::uint64_t tag = static_cast<std::uint64_t>(random()) << 32 ^ random();
        db.prepare("insert into device values(?, 0, 0, 0, 0)").bind(1, tag).run();
    }

    static std::uint64_t highest(const std::vector<queued_send>& queued) {
        std::uint64_t most = 0;
        for (const queued_send& q : queued) most = std::max(most, q.number);
        return most;
    }

    void sync_commits(bool yes) {
        if (std::exchange(syncs_, yes) != yes)
            db_.run(yes ? "pragma synchronous = full" : "pragma synchronous = normal");
    }

    void roll_back(epoch log) {
        if (db_.in_transaction()) sqlite3_exec(db_.raw(), "rollback", nullptr, nullptr, nullptr);
        parts_->names.forget();
        parts_->names.begin_log(log);
    }
    error why(const failure& failed) {
        if (failed.code() == SQLITE_MISMATCH) return {errc::invalid_argument, failed.text()};
        if (failed.code() == SQLITE_TOOBIG) return {errc::too_large, failed.text()};
        if (!std::exchange(commits_, false)) return {errc::store_failed, failed.text()};
        doubtful_ = undurable_ = true;
        try {
            be_certain();
            return {errc::store_failed, failed.text()};
        } catch (const failure&) { return {errc::unknown_outcome, failed.text()}; }
    }

    // A commit that failed may still be found by whoever opens the file after a crash, until another one stands in its
    // place.
    void be_certain() {
        if (undurable_) undurable_ = !write_again();
        if (!doubtful_) return;
        parts_->sql.begin.run();
        try {
            parts_->sql.doubt.run();
            parts_->sql.commit.run();
        } catch (const failure&) {
            if (db_.in_transaction()) sqlite3_exec(db_.raw(), "rollback", nullptr, nullptr, nullptr);
            throw;
        }
        doubtful_ = false;
    }

    // Not of what may not be on the disk: the file must never be further than the -wal file beside it.
    void checkpoint(int how) {
        if (undurable_) return;
        undurable_ = sqlite3_wal_checkpoint_v2(db_.raw(), nullptr, how, nullptr, nullptr) != SQLITE_OK;
        if (!undurable_) wal_pages_ = synced_pages_ = 0;  // it may begin anew with the next commit
    }
    bool write_again() {
        if (!write_wal_again(db_, synced_pages_, page_size_)) return false;
        synced_pages_ = wal_pages_;
        return true;
    }

    static int note_wal_pages(void* self, sqlite3*, const char*, int pages) {
        static_cast<local_file*>(self)->wal_pages_ = pages;
        return SQLITE_OK;
    }

    owner owner_;
    sqlite_local_options options_;
    database db_;
    std::optional<parts> parts_;
    std::uint64_t sends_ = 0;
    std::int64_t page_size_ = db_.number("pragma page_size");
    int wal_pages_ = 0;       // of the -wal file
    int synced_pages_ = 0;    // of those, the first that are on the disk for certain
    bool syncs_ = false;      // what is committed
    bool commits_ = false;    // COMMIT is being said
    bool doubtful_ = false;   // it was, and failed
    bool undurable_ = false;  // a sync may have failed, and the next one not done its work
};

}  // namespace tandem::sqlite
