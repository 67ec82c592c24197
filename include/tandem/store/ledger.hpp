// Everything a commit is decided by, in memory. A store that keeps one of these only has to keep the entries.
#pragma once

#include "books.hpp"
#include "dedup_window.hpp"

namespace tandem {

// `place` and `put` decide and, when the answer is "placed" or "changed", have applied the change: positions are given
// out here and nowhere else, without holes.
class ledger : public books {
public:
    ledger() : ledger{{}, 0} {}
    explicit ledger(dedup_window::bounds bounds, std::uint64_t seed = 0) : books{seed}, dedup_{bounds, seed} {}

    // And the hash of a known sender's send id; 0: there is none.
    struct numbers : books::numbers {
        std::uint64_t send = 0;
    };

    struct decision : outcome {
        numbers of;  // placed: who and where
    };

    template <std::size_t Most>
    std::array<numbers, Most> look_ahead(drafts ds) const {
        std::array<numbers, Most> found{};
        const auto known = books::look_ahead<Most>(ds, [&](std::size_t i, books::numbers n) {
            found[i].send = send_of(ds[i], n);
            if (found[i].send != 0) dedup_.prefetch(found[i].send);
        });
        for (std::size_t i = 0; i < ds.size(); ++i) static_cast<books::numbers&>(found[i]) = known[i];
        return found;
    }

    // target_of(conversation number, seq) tells about an entry of yours; it is asked for amendments only, and only
    // about seqs from first_kept to the head.
    template <class TargetOf>
    decision place(const draft& d, TargetOf target_of) {
        return place(d, target_of, numbers{});
    }

    // `of`: what look_ahead has found.
    template <class TargetOf>
    decision place(const draft& d, TargetOf target_of, numbers of) {
        const std::uint64_t fingerprint = rules::fingerprint_for(d);
        find_numbers(d, of);
        if (of.send == 0) of.send = send_of(d, of);
        if (const auto* before = of.send == 0 ? nullptr : dedup_.find(of.sender, d.send_id, of.send))
            return {rules::repeated(*before, of.conversation, fingerprint), of};
        const outcome o = rules::decide(d, facts_about(d, of, target_of), fingerprint, newest().next());
        if (o.became != outcome::what::placed) return {o, of};
        apply(d, o, of);
        if (of.send == 0) of.send = send_of(d, of);
        if (of.send != 0)
            dedup_.add({{of.conversation, o.place, o.number, fingerprint, d.time}, d.send_id, of.sender}, of.send);
        return {o, of};
    }

    std::optional<found> find(const user_id& sender, const send_id& id) const {
        const auto* r = dedup_.find(users().find(sender), id);
        if (!r || id.empty()) return std::nullopt;
        return found{conversations()[r->conversation], r->place, r->number, r->fingerprint, r->time};
    }

private:
    std::uint64_t send_of(const draft& d, books::numbers of) const {
        return of.sender == none || d.send_id.empty() ? 0 : dedup_.hash_of(of.sender, d.send_id);
    }

    dedup_window dedup_;
};

}  // namespace tandem
