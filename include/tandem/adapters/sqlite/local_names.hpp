// The numbers of users and conversations in the file.
#pragma once

#include "local_columns.hpp"
#include "local_schema.hpp"

#include "../../core/flat_map.hpp"

#include <optional>
#include <random>
#include <unordered_map>

namespace tandem::sqlite {

// Each is looked up in the file once, and then known. What a transaction has brought is forgotten with it: forget().
class local_names {
public:
    explicit local_names(const database& db) : db_{db} {}

    void forget() {
        numbers_ = conversation_numbers{seed_}, users_ = user_numbers{seed_};
        names_.clear();
    }
    // What comes is of that log.
    void begin_log(epoch log) { log_ = log, numbers_ = conversation_numbers{seed_}; }
    epoch log() const { return log_; }

    std::optional<std::uint64_t> find(epoch log, const conversation_id& c) {
        if (log == log_) {
            if (const std::uint64_t* known = numbers_.find(c)) return *known;
        }
        const std::string text = c.text();
        rows found{find_conversation_.bind(1, log.value).bind(2, std::string_view{text})};
        if (!found.next()) return std::nullopt;
        const std::uint64_t number = find_conversation_.number(0);
        if (number > largest_conversation) throw_damaged(db_, "has a wrong number");
        if (log == log_) numbers_[c] = number;
        return number;
    }
    // Of the present log.
    std::uint64_t number_of(const conversation_id& c) {
        if (const auto known = find(log_, c)) return *known;
        const std::string text = text_of(db_, c);
        add_conversation_.bind(1, log_.value).bind(2, std::string_view{text}).run();
        const std::uint64_t number = last_number();
        if (number > largest_conversation) throw failure{SQLITE_FULL, db_.file(), "has no number for a conversation"};
        numbers_[c] = number;
        return number;
    }

    std::uint64_t number_of(const user_id& u) {
        if (const std::uint64_t* known = users_.find(u)) return *known;
        const std::uint64_t number = find_or_add(u);
        users_[u] = number;
        return number;
    }
    const user_id& user(std::uint64_t number) {
        const auto known = names_.find(number);
        if (known != names_.end()) return known->second;
        rows found{name_user_.bind(1, number)};
        if (!found.next()) throw_damaged(db_, "has an entry of nobody");
        return names_.emplace(number, columns{db_, name_user_}.id<user_id>(0)).first->second;
    }

private:
    using conversation_numbers = flat_map<conversation_id, std::uint64_t>;
    using user_numbers = flat_map<user_id, std::uint64_t>;

    std::uint64_t last_number() const { return static_cast<std::uint64_t>(sqlite3_last_insert_rowid(db_.raw())); }

    std::uint64_t find_or_add(const user_id& u) {
        {
            rows found{find_user_.bind(1, u.view())};
            if (found.next()) return find_user_.number(0);
        }
        add_user_.bind(1, u.view()).run();
        return last_number();
    }

    const database& db_;
    epoch log_{};
    std::uint64_t seed_ = std::random_device{}();  // others choose their ids
    conversation_numbers numbers_{seed_};          // of the present log
    user_numbers users_{seed_};
    std::unordered_map<std::uint64_t, user_id> names_;
    statement find_conversation_{db_, "select number from conversations where log = ? and id = ?"};
    statement add_conversation_{db_, "insert into conversations(log, id) values(?, ?)"};
    statement find_user_{db_, "select number from users where id = ?"};
    statement add_user_{db_, "insert into users(id) values(?)"};
    statement name_user_{db_, "select id from users where number = ?"};
};

}  // namespace tandem::sqlite
