// What a device keeps, in one file.
#pragma once

#include "local_file.hpp"

#include <memory>

namespace tandem {

// Meaning: a local_store in an SQLite file (WAL). What it reads when it begins does not grow with what it keeps.
// Threads: one at a time; every verb blocks. Durability: see its options; never a change without those before it. One
// program has a file at a time.
class sqlite_local_store {
public:
    // The file is made if it is not there.
    static result<sqlite_local_store> open(const std::string& file, const sqlite_local_options& options = {}) {
        if (file.empty() || file == ":memory:")
            return error{errc::store_failed, "what is kept needs a file with a name"};
        if (options.cache < 1024 || options.checkpoint_pages < 1)
            return error{errc::invalid_argument, "sqlite_local_options: cache is 1024 or more, checkpoint_pages 1"};
        return sqlite::answer_of(
            [&] { return sqlite_local_store{std::make_unique<sqlite::local_file>(file, options)}; });
    }

    result<local_state> state() {
        return sqlite::answer_of([&] { return file_->reader().state(); });
    }
    result<> apply(const local_change& change) { return file_->apply(change); }

    result<std::vector<entry>> entries(const conversation_id& c, seq_range range, std::size_t count) {
        return entries_of(file_->log(), c, range, count);
    }
    result<std::vector<entry>> entries_of(epoch log, const conversation_id& c, seq_range range, std::size_t count) {
        return sqlite::answer_of([&] { return file_->reader().entries(log, c, range, count); });
    }
    result<std::vector<mark>> marks(const conversation_id& c) {
        return sqlite::answer_of([&] { return file_->reader().marks(c); });
    }
    result<std::vector<membership>> memberships() {
        return sqlite::answer_of([&] { return file_->reader().memberships(); });
    }
    result<std::vector<epoch>> logs() {
        return sqlite::answer_of([&] { return file_->reader().logs(); });
    }

private:
    explicit sqlite_local_store(std::unique_ptr<sqlite::local_file> f) : file_{std::move(f)} {}

    std::unique_ptr<sqlite::local_file> file_;
};
static_assert(local_store<sqlite_local_store>);

}  // namespace tandem
