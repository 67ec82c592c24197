// What a sync has failed to bring to the disk.
#pragma once

#include "database.hpp"

namespace tandem::sqlite {

// After a sync that failed the system takes for written what it never wrote: the next sync says yes, and after a loss
// of power the -wal file is good up to there only, while the file itself may be further. So what lies behind its first
// `good` pages is written once more, and synced. False: that has failed, too.
inline bool write_wal_again(const database& db, int good, std::int64_t page_size) {
    sqlite3_file* wal = nullptr;
    sqlite3_int64 size = 0;
    if (sqlite3_file_control(db.raw(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal) != SQLITE_OK) return false;
    if (!wal || !wal->pMethods) return true;  // there is none yet
    if (wal->pMethods->xFileSize(wal, &size) != SQLITE_OK) return false;
    std::string part(1 << 16, '\0');
    const sqlite3_int64 begin = good == 0 ? 0 : 32 + good * (24 + page_size);  // what is good is not put at risk
    for (sqlite3_int64 at = begin; at < size; at += static_cast<sqlite3_int64>(part.size())) {
        if (size - at < static_cast<sqlite3_int64>(part.size())) part.resize(static_cast<std::size_t>(size - at));
        const int count = static_cast<int>(part.size());
        if (wal->pMethods->xRead(wal, part.data(), count, at) != SQLITE_OK) return false;
        if (wal->pMethods->xWrite(wal, part.data(), count, at) != SQLITE_OK) return false;
    }
    return wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL) == SQLITE_OK;
}

}  // namespace tandem::sqlite
