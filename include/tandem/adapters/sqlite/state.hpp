// What writer and readers of one file share in memory: what the disk has.
#pragma once

#include "recent_sends.hpp"
#include "send_filter.hpp"

#include "../../store/books.hpp"
#include "../../store/changed_conversations.hpp"

#include <deque>
#include <mutex>
#include <shared_mutex>

namespace tandem::sqlite {

// The send ids of a stretch of the log, on disk; here is only what tells that one is not among them.
struct send_run {
    position first{};
    position last{};
    instant newest{};
    send_filter filter{};
};

// The writer alone changes it, holding the mutex alone, and only for what a commit has brought to the disk; it may look
// without. Readers hold the mutex together, for moments: nobody reads from the disk meanwhile.
struct state {
    explicit state(std::uint64_t hash_seed) : seed{hash_seed}, books{hash_seed} {}

    mutable std::shared_mutex mutex;
    std::uint64_t seed;
    tandem::epoch epoch{};
    position settled{};
    tandem::books books;
    changed_conversations changed;
    recent_sends young;   // behind the last run
    recent_sends frozen;  // becoming a run
    std::deque<send_run> runs;

    // A mark or an entry changes what the members of a conversation see.
    void touch(std::uint32_t conversation, position at) { changed.touch(conversation, at); }
};

}  // namespace tandem::sqlite
