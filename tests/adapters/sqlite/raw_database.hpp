// SQLite as it comes, in three verbs.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <utility>

namespace tandem {

// One connection. What fails says so by its code and leaves the rest to the test.
class raw_database {
public:
    raw_database(const char* vfs, const char* file = "log.db", int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) {
        opened_ = sqlite3_open_v2(file, &db_, flags, vfs);
    }
    raw_database(const raw_database&) = delete;
    raw_database& operator=(const raw_database&) = delete;
    ~raw_database() { sqlite3_close(db_); }

    int run(const std::string& sql) { return ask(sql), code_; }

    // The first column of the first row; empty if there is none.
    std::string ask(const std::string& sql) {
        std::string answer;
        bool first = true;
        const auto row = [](void* into, int, char** columns, char**) {
            auto& [text, is_first] = *static_cast<std::pair<std::string&, bool&>*>(into);
            if (is_first && columns[0]) text = columns[0];
            is_first = false;
            return 0;
        };
        std::pair<std::string&, bool&> into{answer, first};
        code_ = opened_ != SQLITE_OK ? opened_ : sqlite3_exec(db_, sql.c_str(), row, &into, nullptr);
        extended_ = code_ == SQLITE_OK ? SQLITE_OK : sqlite3_extended_errcode(db_);
        return answer;
    }
    long number(const std::string& sql) {
        const std::string answer = ask(sql);
        return answer.empty() ? -1 : std::stol(answer);
    }

    int extended_code() const { return extended_; }

private:
    sqlite3* db_ = nullptr;
    int opened_ = SQLITE_OK;
    int code_ = SQLITE_OK;
    int extended_ = SQLITE_OK;
};

}  // namespace tandem
