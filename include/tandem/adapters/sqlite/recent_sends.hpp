// The newest send ids, by hash.
#pragma once

#include "../../core/entry.hpp"
#include "../../core/flat_index.hpp"

#include <vector>

namespace tandem::sqlite {

// The hash of a send id with its sender, where it stands. Written to disk: never another function (see tests).
inline std::uint64_t hash_of_send(std::uint32_t sender, const send_id& id, std::uint64_t seed) {
    return hash_bytes(id.view(), detail::mix_in(seed, sender, 0));
}

struct send_at {
    std::uint64_t hash;
    tandem::position position;
};

// What has the same hash is only a candidate: the entry there says what its send id is.
class recent_sends {
public:
    void add(const send_at& s) {
        index_.insert(s.hash, static_cast<std::uint32_t>(all_.size()));
        all_.push_back(s);
    }

    // is_it(position) for every candidate, until it says so.
    template <class IsIt>
    bool find(std::uint64_t hash, IsIt is_it) const {
        return index_.find(hash, [&](std::uint32_t n) { return all_[n].hash == hash && is_it(all_[n].position); }) !=
               flat_index::none;
    }

    const std::vector<send_at>& all() const { return all_; }
    std::size_t size() const { return all_.size(); }
    void prefetch(std::uint64_t hash) const { index_.prefetch(hash); }

    void clear() {
        if (size() != 0) *this = {};
    }

private:
    flat_index index_;
    std::vector<send_at> all_;
};

}  // namespace tandem::sqlite
