// What stands in a column, if it can be what stood there: a file may be damaged.
#pragma once

#include "column_text.hpp"

#include "../../core/ids.hpp"

#include <limits>
#include <type_traits>

namespace tandem::sqlite {

[[noreturn]] inline void throw_damaged(const database& db, const char* has) {
    throw failure{SQLITE_CORRUPT, db.file(), has};
}

// The rows of one statement, column by column.
class columns {
public:
    columns(const database& db, const statement& of) : db_{db}, of_{of} {}

    std::uint64_t number(int column) const { return of_.number(column); }
    bool flag(int column) const { return of_.number(column) != 0; }
    instant time(int column) const { return {static_cast<std::int64_t>(of_.number(column))}; }
    std::string text(int column) const { return std::string{of_.blob(column)}; }

    template <class T>
    T small(int column) const {
        const std::uint64_t value = of_.number(column);
        if constexpr (std::is_same_v<T, role>) {
            if (value > static_cast<std::uint64_t>(role::owner)) throw_damaged(db_, "has a role that is none");
        } else if constexpr (std::is_enum_v<T>) {
            if (value > std::numeric_limits<std::underlying_type_t<T>>::max()) throw_damaged(db_, "has a wrong number");
        } else if (value > std::numeric_limits<T>::max()) throw_damaged(db_, "has a wrong number");
        return static_cast<T>(value);
    }
    template <class Id>
    Id id(int column) const {
        return id_in<Id>(of_.blob(column));
    }
    conversation_id conversation(int column) const {
        auto c = conversation_id::parse(of_.blob(column));
        if (!c) throw_damaged(db_, "has a conversation that is none");
        return std::move(*c);
    }
    std::vector<user_id> users(int column) const {
        std::vector<user_id> all;
        for (bytes text = of_.blob(column); !text.empty();) {
            const auto end = text.find('\n');
            all.push_back(id_in<user_id>(text.substr(0, end)));
            text = end == text.npos ? bytes{} : text.substr(end + 1);
        }
        return all;
    }
    std::vector<interval> intervals(int column) const {
        const bytes text = of_.blob(column);
        std::vector<interval> all = intervals_in(text);
        if (text_of(all) != text) throw_damaged(db_, "has a membership without a meaning");
        return all;
    }

private:
    template <class Id>
    Id id_in(bytes text) const {
        if (text.size() > Id::capacity) throw_damaged(db_, "has an id that is too long");
        return Id{text};
    }

    const database& db_;
    const statement& of_;
};

// As columns::conversation() will read it.
inline std::string text_of(const database& db, const conversation_id& c) {
    std::string text = c.text();
    const auto again = conversation_id::parse(text);
    if (!again || *again != c) throw failure{SQLITE_MISMATCH, db.file(), "was given a conversation without a name"};
    return text;
}

}  // namespace tandem::sqlite
