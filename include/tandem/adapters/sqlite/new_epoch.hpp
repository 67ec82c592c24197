// What is to be done to a file that was restored from a backup.
#pragma once

#include "opening.hpp"
#include "owner.hpp"

namespace tandem {

// What the devices have seen and the file has not would be given out again under the same places: with a new epoch every device
// begins anew instead. No store may have the file meanwhile.
inline result<epoch> new_epoch(const std::string& file, const char* vfs = nullptr) {
    return sqlite::answer_of([&] {
        const sqlite::owner alone{file, vfs};
        const sqlite::database db{file, SQLITE_OPEN_READWRITE, vfs};
        if (db.number("pragma application_id") != sqlite::file_kind)
            throw sqlite::failure{SQLITE_NOTADB, file, "is no log of tandem"};
        sqlite::prepare_schema(db);
        const auto before = static_cast<std::uint64_t>(db.number("select epoch from log"));
        const epoch next{std::max(before + 1, fresh_epoch().value)};
        db.prepare("update log set epoch = ?").bind(1, next.value).run();
        return next;
    });
}

}  // namespace tandem
