// One connection to an SQLite file, and its statements.
#pragma once

#include "../../core/bytes.hpp"
#include "../../core/result.hpp"

#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <utility>

namespace tandem::sqlite {

// What SQLite had to say. Thrown by everything here, and caught at the edge of the store: see `answer_of`.
class failure {
public:
    failure(int code, const std::string& file, const std::string& what)
        : code_{code}, text_{file + ": " + what + ": " + sqlite3_errstr(code)} {}

    int code() const { return code_; }
    const std::string& text() const { return text_; }

private:
    int code_;
    std::string text_;
};

// f() as a result; a failure is `store_failed`, which says that nothing happened: f takes back what it began.
template <class F>
auto answer_of(F f) -> result<decltype(f())> {
    try {
        return f();
    } catch (const failure& failed) { return error{errc::store_failed, failed.text()}; }
}

class statement;

class database {
public:
    // `flags` as for sqlite3_open_v2. `vfs`: SQLite's default, if null.
    database(const std::string& file, int flags, const char* vfs = nullptr) : file_{file} {
        const int code = sqlite3_open_v2(file.c_str(), &connection_, flags | SQLITE_OPEN_NOMUTEX, vfs);
        if (code == SQLITE_OK) {
            sqlite3_extended_result_codes(connection_, 1);
            sqlite3_busy_timeout(connection_, 1000);  // a reader that meets a commit half way takes the writer's lock
            return;
        }
        const failure failed{connection_ ? sqlite3_extended_errcode(connection_) : code, file_, "cannot be opened"};
        sqlite3_close_v2(connection_);
        throw failed;
    }
    database(const database&) = delete;
    database& operator=(const database&) = delete;
    ~database() { sqlite3_close_v2(connection_); }

    statement prepare(const std::string& sql) const;
    void run(const char* sql) const { check(sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr), sql); }
    // The first value of the first row.
    std::int64_t number(const char* sql) const;
    std::string text(const char* sql) const;

    bool in_transaction() const { return sqlite3_get_autocommit(connection_) == 0; }
    sqlite3* raw() const { return connection_; }
    const std::string& file() const { return file_; }

    void check(int code, const char* what) const {
        if (code == SQLITE_OK) return;
        throw failure{sqlite3_extended_errcode(connection_), file_, what};
    }

private:
    sqlite3* connection_ = nullptr;
    std::string file_;
};

// Compiled once, run many times. Values are bound, never written into the text. What is bound as a view must live until
// the statement is reset.
class statement {
public:
    statement(const database& on, const std::string& sql) : on_{&on} {
        const int size = static_cast<int>(sql.size()) + 1;
        on.check(sqlite3_prepare_v3(on.raw(), sql.c_str(), size, SQLITE_PREPARE_PERSISTENT, &compiled_, nullptr),
                 sql.c_str());
    }
    statement(statement&& other) noexcept : on_{other.on_}, compiled_{std::exchange(other.compiled_, nullptr)} {}
    statement& operator=(statement&&) = delete;
    ~statement() { sqlite3_finalize(compiled_); }

    statement& bind(int which, std::uint64_t value) {
        sqlite3_bind_int64(compiled_, which, static_cast<sqlite3_int64>(value));
        return *this;
    }
    statement& bind(int which, std::string_view text) {
        const char* data = text.data() ? text.data() : "";
        on_->check(sqlite3_bind_text64(compiled_, which, data, text.size(), SQLITE_STATIC, SQLITE_UTF8),
                   "a text is too long");
        return *this;
    }
    statement& bind_blob(int which, bytes blob) {
        const char* data = blob.data() ? blob.data() : "";
        on_->check(sqlite3_bind_blob64(compiled_, which, data, blob.size(), SQLITE_STATIC), "a body is too long");
        return *this;
    }
    statement& bind_null(int which) {
        sqlite3_bind_null(compiled_, which);
        return *this;
    }
    // 0 is nothing, and nothing takes no room.
    statement& bind_rare(int which, std::uint64_t value) { return value == 0 ? bind_null(which) : bind(which, value); }

    // True: there is a row to look at.
    bool step() {
        const int code = sqlite3_step(compiled_);
        if (code == SQLITE_ROW) return true;
        if (code == SQLITE_DONE) return false;
        const failure failed{sqlite3_extended_errcode(on_->raw()), on_->file(), sqlite3_sql(compiled_)};
        sqlite3_reset(compiled_);
        throw failed;
    }
    // For what has no rows.
    void run() {
        step();
        reset();
    }
    void reset() { sqlite3_reset(compiled_); }
    // Rows that the last run of it has changed.
    int changes() const { return sqlite3_changes(on_->raw()); }

    std::uint64_t number(int column) const {
        return static_cast<std::uint64_t>(sqlite3_column_int64(compiled_, column));
    }
    template <class T>
    T small(int column) const {
        return static_cast<T>(number(column));
    }
    bool is_null(int column) const { return sqlite3_column_type(compiled_, column) == SQLITE_NULL; }
    // Until the next step. Texts too.
    bytes blob(int column) const {
        const void* data = sqlite3_column_blob(compiled_, column);
        return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(compiled_, column))};
    }

private:
    const database* on_;
    sqlite3_stmt* compiled_ = nullptr;
};

// Resets a statement whose rows are read, however that ends: one that is not reset holds its snapshot.
class rows {
public:
    explicit rows(statement& of) : of_{of} {}
    rows(const rows&) = delete;
    rows& operator=(const rows&) = delete;
    ~rows() { of_.reset(); }

    bool next() { return of_.step(); }

private:
    statement& of_;
};

inline statement database::prepare(const std::string& sql) const { return {*this, sql}; }

inline std::int64_t database::number(const char* sql) const {
    statement asked = prepare(sql);
    rows answer{asked};
    return answer.next() ? static_cast<std::int64_t>(asked.number(0)) : 0;
}

inline std::string database::text(const char* sql) const {
    statement asked = prepare(sql);
    rows answer{asked};
    return answer.next() ? std::string{asked.blob(0)} : std::string{};
}

}  // namespace tandem::sqlite
