// Entries as flat records: who and where are 32-bit numbers, and a body is nearly always the only thing allocated.
#pragma once

#include "../core/chunked.hpp"
#include "../core/entry.hpp"
#include "../core/flat_index.hpp"
#include "../core/number_pool.hpp"

#include <string>
#include <vector>

namespace tandem {

struct entry_record {
    std::string body{};
    rare_list<user_id> mentions{};
    tandem::send_id send_id{};
    std::uint32_t conversation = flat_index::none;
    std::uint32_t sender = flat_index::none;
    std::uint32_t subject = flat_index::none;
    std::uint32_t content_type = 0;
    std::uint32_t history = 0;
    entry_kind kind = entry_kind::message;
    tandem::role role = role::none;
    bool trusted : 1 = false;
    bool revoked : 1 = false;
    tandem::seq seq{};
    tandem::position position{};
    std::uint64_t number = 0;
    std::uint64_t fingerprint = 0;
    instant time{};
    tandem::seq target{};
    tandem::seq visible_from{};
    tandem::seq amended_by{};
    tandem::seq edited_before{};  // edit: the edit of the same target before this one
};

// Records stay where they are: a table that moved its rows to grow would stop the world now and then. Numbers of erased
// records are given out again.
class entry_table {
public:
    // An empty record, to be written.
    std::uint32_t add() {
        const std::uint32_t n = numbers_.take();
        if (n == records_.size()) records_.add();
        return n;
    }

    void erase(std::uint32_t n) {
        (*this)[n] = entry_record{};
        numbers_.give_back(n);
    }

    entry_record& operator[](std::uint32_t n) { return records_[n]; }
    const entry_record& operator[](std::uint32_t n) const { return records_[n]; }

private:
    chunked<entry_record> records_;
    number_pool numbers_;
};

}  // namespace tandem
