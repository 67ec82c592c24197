// Users whose older tokens are void.
#pragma once

#include "../../core/flat_map.hpp"
#include "../../core/ids.hpp"
#include "../../core/time.hpp"

namespace tandem::detail::in_jwt {

// Remembers each user until every token that is meant has expired by itself: `memory` after the moment it counts from.
class invalidations {
public:
    invalidations(duration memory, std::size_t most) : memory_{memory}, most_{most} {}

    // False: there are too many.
    bool add(const user_id& user, instant issued_up_to, instant now) {
        if (users_.size() >= look_again_) forget_old(now);
        instant* known = users_.find(user);
        if (!known && users_.size() >= most_) forget_old(now);
        if (!known && users_.size() >= most_) return false;
        instant& up_to = users_[user];
        if (up_to < issued_up_to) up_to = issued_up_to;
        return true;
    }

    bool has(const user_id& user, instant issued) const {
        const instant* up_to = users_.find(user);
        return up_to && issued <= *up_to;
    }

    std::size_t size() const { return users_.size(); }

private:
    // Looked for only when there are twice as many as were left the last time, so each is looked at a few times in all.
    void forget_old(instant now) {
        users_.erase_if([&](const user_id&, instant up_to) { return up_to + memory_ < now; });
        look_again_ = users_.size() * 2 < 64 ? 64 : users_.size() * 2;
    }

    duration memory_;
    std::size_t most_;
    std::size_t look_again_ = 64;
    flat_map<user_id, instant> users_;
};

}  // namespace tandem::detail::in_jwt
