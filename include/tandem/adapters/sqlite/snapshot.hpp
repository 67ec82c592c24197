// What one moment looks like on the disk.
#pragma once

#include "database.hpp"

namespace tandem::sqlite {

// Several statements see the same, from the first of them on, and the file is asked for its state once.
class snapshot {
public:
    // `begin`: the statement of that name, compiled.
    snapshot(const database& db, statement& begin) : db_{db} { begin.run(); }
    snapshot(const snapshot&) = delete;
    snapshot& operator=(const snapshot&) = delete;
    ~snapshot() { sqlite3_exec(db_.raw(), "commit", nullptr, nullptr, nullptr); }

private:
    const database& db_;
};

}  // namespace tandem::sqlite
