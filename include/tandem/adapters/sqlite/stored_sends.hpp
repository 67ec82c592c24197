// Which send ids are on the disk.
#pragma once

#include "database.hpp"
#include "state.hpp"

#include "../../store/sent.hpp"

#include <optional>

namespace tandem::sqlite {

inline constexpr std::size_t bytes_of_send = 12;  // in sends.hashes

// Over one connection.
class stored_sends {
public:
    explicit stored_sends(const database& db)
        : entry_{db, "select conversation, seq, number, fingerprint, time, sender, send_id from entries where position "
                     "= ?"},
          trimmed_{db, "select conversation, seq, number, fingerprint, time, sender, send_id from trimmed_sends "
                       "where position = ?"},
          bucket_{db, "select hashes from sends where run = ? and bucket = ?"} {}

    // What stands at `p`, if it is this send.
    std::optional<sent> at(position p, std::uint32_t sender, const send_id& id) {
        auto found = at(entry_, p, sender, id);
        return found ? found : at(trimmed_, p, sender, id);
    }

    // is_it(position) for what has this hash in a run, until it says so.
    template <class IsIt>
    bool find(position first_of_run, std::uint64_t hash, IsIt is_it) {
        std::vector<position> candidates;
        {
            rows answer{bucket_.bind(1, first_of_run.value).bind(2, bucket_of(hash))};
            if (answer.next()) candidates = positions_of(hash, bucket_.blob(0), first_of_run);
        }
        for (const position p : candidates)
            if (is_it(p)) return true;
        return false;
    }

private:
    static std::optional<sent> at(statement& ask, position p, std::uint32_t sender, const send_id& id) {
        rows answer{ask.bind(1, p.value)};
        if (!answer.next() || ask.number(5) != sender || ask.blob(6) != id.view()) return std::nullopt;
        return sent{ask.small<std::uint32_t>(0),
                    {seq{ask.number(1)}, p},
                    ask.number(2),
                    ask.number(3),
                    {static_cast<std::int64_t>(ask.number(4))}};
    }

    static std::vector<position> positions_of(std::uint64_t hash, bytes sorted, position first) {
        std::size_t low = 0, high = sorted.size() / bytes_of_send;
        const auto hash_at = [&](std::size_t i) { return detail::load(sorted.data() + i * bytes_of_send, 8); };
        while (low < high) {
            const std::size_t middle = (low + high) / 2;
            if (hash_at(middle) < hash) low = middle + 1;
            else high = middle;
        }
        std::vector<position> all;
        for (; low < sorted.size() / bytes_of_send && hash_at(low) == hash; ++low)
            all.push_back({first.value + detail::load(sorted.data() + low * bytes_of_send + 8, 4)});
        return all;
    }

    statement entry_;
    statement trimmed_;
    statement bucket_;
};

// Looks in memory. `runs`: those on the disk that may have it.
struct send_candidates {
    std::vector<position> positions;
    std::vector<position> runs;
};

inline send_candidates candidates_for(const state& s, std::uint64_t hash) {
    send_candidates found;
    const auto note = [&](position p) { return found.positions.push_back(p), false; };
    s.young.sends.find(hash, note);
    s.frozen.sends.find(hash, note);
    s.each_run_with(hash, [&](const send_run& run) { found.runs.push_back(run.first); });
    return found;
}

inline std::optional<sent> sent_before(stored_sends& disk, const send_candidates& where, std::uint64_t hash,
                                       std::uint32_t sender, const send_id& id) {
    std::optional<sent> found;
    const auto is_it = [&](position p) { return (found = disk.at(p, sender, id)).has_value(); };
    for (const position p : where.positions)
        if (is_it(p)) return found;
    for (const position run : where.runs)
        if (disk.find(run, hash, is_it)) return found;
    return found;
}

}  // namespace tandem::sqlite
