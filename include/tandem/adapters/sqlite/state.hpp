// What writer and readers of one file share in memory: what the disk has.
#pragma once

#include "places.hpp"
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
    state(std::string of, std::uint64_t hash_seed) : file{std::move(of)}, seed{hash_seed}, books{hash_seed} {}

    mutable std::shared_mutex mutex;
    std::string file;
    std::uint64_t seed;
    tandem::epoch epoch{};
    position settled{};
    tandem::books books;
    changed_conversations changed;
    // What the entries behind `settled` tell, those that are being settled apart.
    struct unsettled {
        recent_sends sends;
        recent_places places;

        void clear() { sends.clear(), places.clear(); }
    };
    unsettled young, frozen;
    std::deque<send_run> runs;

    // 0: not here, but on the disk if anywhere.
    position place_of(std::uint32_t conversation, seq s) const {
        for (const auto* part : {&young.places, &frozen.places})
            if (const places* p = part->of(conversation); p && p->has(s)) return p->at(s);
        return {};
    }
    // The first seq that is here.
    seq first_here(std::uint32_t conversation) const {
        for (const auto* part : {&frozen.places, &young.places})
            if (const places* p = part->of(conversation)) return p->first;
        return books.heads()[conversation].seq.next();
    }

    // What a damaged file says is not believed.
    const user_id& user(std::uint32_t number) const {
        if (number < books.users().size()) return books.users()[number];
        throw failure{SQLITE_CORRUPT, file, "names a user who is not there"};
    }
    const conversation_id& conversation(std::uint32_t number) const {
        if (number < books.conversations().size()) return books.conversations()[number];
        throw failure{SQLITE_CORRUPT, file, "names a conversation that is not there"};
    }

    // A mark or an entry changes what the members of a conversation see.
    void touch(std::uint32_t conversation, position at) { changed.touch(conversation, at); }
};

}  // namespace tandem::sqlite
