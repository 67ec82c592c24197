// Whose file this is, and how old.
#pragma once

#include "database.hpp"

#include <iterator>
#include <span>

namespace tandem::sqlite {

// The kind of a file, and its tables: each step brings a file from the version before it to its own.
struct file_schema {
    std::int64_t kind;  // its application_id
    std::span<const char* const> steps;
};

// Brings a file to the schema of today, from that of any version before, or from nothing: then begin_with() fills the
// first rows.
template <class Begin>
void bring_to_schema(const database& db, const file_schema& schema, Begin begin_with) {
    const bool ours = db.number("pragma application_id") == schema.kind;
    if (!ours && db.number("select count(*) from sqlite_schema") != 0)
        throw failure{SQLITE_NOTADB, db.file(), "is a database of another program"};
    const auto version = static_cast<std::size_t>(ours ? db.number("pragma user_version") : 0);
    if (version > schema.steps.size())
        throw failure{SQLITE_ERROR, db.file(),
                      "was written by a newer version of tandem (schema " + std::to_string(version) +
                          ", this one knows " + std::to_string(schema.steps.size()) + ")"};
    if (version == schema.steps.size()) return;
    db.run("begin immediate");
    for (const char* step : schema.steps.subspan(version)) db.run(step);
    if (version == 0) begin_with();
    db.run(("pragma application_id = " + std::to_string(schema.kind)).c_str());
    db.run(("pragma user_version = " + std::to_string(schema.steps.size())).c_str());
    db.run("commit");
}

// With a -wal file beside it. What is committed next is as durable as `synchronous` says.
inline void begin_wal(const database& db, const char* synchronous) {
    if (sqlite3_db_readonly(db.raw(), "main") != 0) throw failure{SQLITE_READONLY, db.file(), "cannot be written"};
    // The journal under which the file becomes one with a -wal file: that it is gone must be durable, or a loss of
    // power brings it back, and with it the empty file.
    db.run("pragma synchronous = extra");
    if (db.text("pragma journal_mode = wal") != "wal")
        throw failure{SQLITE_CANTOPEN, db.file(), "cannot have a -wal file beside it"};
    db.run((std::string{"pragma wal_autocheckpoint = 0; pragma synchronous = "} + synchronous).c_str());
}

}  // namespace tandem::sqlite
