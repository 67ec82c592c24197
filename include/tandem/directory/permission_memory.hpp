// Keeps a late directory's answers for a few seconds.
#pragma once

#include "directory.hpp"

#include "../core/flat_index.hpp"
#include "../core/time.hpp"

#include <optional>
#include <vector>

namespace tandem {

class permission_memory {
public:
    explicit permission_memory(duration keep, std::uint64_t seed = 0, std::size_t most = 4096)
        : keep_{keep}, seed_{seed}, most_{most} {}

    std::optional<bool> recall(const user_id& user, const conversation_id& c, action what, instant now) const {
        const std::uint64_t key = key_of(user, c, what);
        const std::uint32_t at = index_.find(key, [&](std::uint32_t n) { return kept_[n].key == key; });
        if (at == flat_index::none || kept_[at].until < now) return std::nullopt;
        return kept_[at].allowed;
    }

    void keep(const user_id& user, const conversation_id& c, action what, bool allowed, instant now) {
        if (kept_.size() >= most_) forget();
        const std::uint64_t key = key_of(user, c, what);
        const std::uint32_t at = index_.find(key, [&](std::uint32_t n) { return kept_[n].key == key; });
        if (at != flat_index::none) {
            kept_[at] = {key, now + keep_, allowed};
            return;
        }
        index_.insert(key, static_cast<std::uint32_t>(kept_.size()));
        kept_.push_back({key, now + keep_, allowed});
    }

    void forget() {
        kept_.clear();
        index_ = {};
    }

private:
    struct kept {
        std::uint64_t key;
        instant until;
        bool allowed;
    };

    std::uint64_t key_of(const user_id& user, const conversation_id& c, action what) const {
        return hash(user, hash(c, seed_ + static_cast<unsigned char>(what)));
    }

    duration keep_;
    std::uint64_t seed_;
    std::size_t most_;
    std::vector<kept> kept_;
    flat_index index_;
};

}  // namespace tandem
