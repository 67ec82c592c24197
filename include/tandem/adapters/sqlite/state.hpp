// What writer and readers of one file share in memory: what the disk has.
#pragma once

#include "entry_row.hpp"
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

// Sixteen runs have one filter together, so nearly every new send id is known to be new after a look into few places.
struct run_group {
    static constexpr std::size_t most = 16;

    position first{};  // of its first run
    std::size_t runs = 0;
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
    std::uint64_t trims = 0;  // so far
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
    std::deque<run_group> groups;

    // A run of about so many send ids comes. What is in it is added to the last group as it comes to the disk.
    void begin_run(position first, std::size_t sends) {
        if (groups.empty() || groups.back().runs == run_group::most)
            groups.push_back({first, 0, send_filter::empty_of(send_filter::blocks_for(run_group::most * sends))});
        ++groups.back().runs;
    }
    void forget_oldest_run() {
        runs.pop_front();
        const position next = runs.empty() ? settled.next() : runs.front().first;
        while (groups.size() > 1 && groups[1].first <= next) groups.pop_front();
    }
    // f(run) for those that may have a send id.
    template <class F>
    void each_run_with(std::uint64_t hash, F f) const {
        for (std::size_t g = groups.size(); g-- > 0;) {
            if (!groups[g].filter.may_contain(hash)) continue;
            for (const send_run& run : runs) {
                const bool here =
                    run.first >= groups[g].first && (g + 1 == groups.size() || run.first < groups[g + 1].first);
                if (here && run.filter.may_contain(hash)) f(run);
            }
        }
    }

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

    void name(const entry_numbers& n, entry& e) const {
        e.conversation = conversation(n.conversation);
        e.sender = user(n.sender);
        if (n.subject != flat_index::none) e.subject = user(n.subject);
    }
    void name(nameless_entries& all) const {
        all.each([this](const entry_numbers& n, entry& e) { name(n, e); });
    }

    // A mark or an entry changes what the members of a conversation see.
    void touch(std::uint32_t conversation, position at) { changed.touch(conversation, at); }
};

}  // namespace tandem::sqlite
