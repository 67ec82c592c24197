// One store has a file at a time.
#pragma once

#include "database.hpp"

namespace tandem::sqlite {

// A lock in an empty file beside it, which goes with its process. (The file itself cannot be locked as a whole: readers of the same
// store have connections of their own.)
class owner {
public:
    owner(const std::string& file, const char* vfs)
        : lock_{file + "-owner", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs} {
        sqlite3_busy_timeout(lock_.raw(), 0);  // who has it keeps it
        const char* const take = "pragma journal_mode = memory; begin exclusive";
        const int code = sqlite3_exec(lock_.raw(), take, nullptr, nullptr, nullptr);
        if (code != SQLITE_OK) throw failure{code, file, "is another store's, here or in another process"};
    }

private:
    database lock_;
};

}  // namespace tandem::sqlite
