// How many pulls each user has under way.
#pragma once

#include "../core/number_table.hpp"

#include <memory>

namespace tandem {

// A pull holds a `place` while it runs. Places share the counts, so one may outlive the engine whose store still holds it.
class pulls_in_flight {
    struct counts {
        explicit counts(std::uint64_t seed) : users{seed} {}
        number_table<user_id> users;
        std::vector<std::uint32_t> pulls{};  // by user number
    };

public:
    class place {
    public:
        place() = default;
        place(std::shared_ptr<counts> of, std::uint32_t user) : of_{std::move(of)}, user_{user} {}
        place(place&& other) noexcept = default;
        place& operator=(place&& other) noexcept {
            std::swap(of_, other.of_);
            std::swap(user_, other.user_);
            return *this;
        }
        ~place() {
            if (of_ && --of_->pulls[user_] == 0) of_->users.release(user_);
        }
        explicit operator bool() const { return of_ != nullptr; }

    private:
        std::shared_ptr<counts> of_;
        std::uint32_t user_ = 0;
    };

    explicit pulls_in_flight(std::uint64_t seed) : counts_{std::make_shared<counts>(seed)} {}

    // Empty if the user has `most` already.
    place enter(const user_id& user, std::uint32_t most) {
        if (most == 0) return {};
        const std::uint32_t n = counts_->users.intern(user).first;
        if (n >= counts_->pulls.size()) counts_->pulls.resize(n + std::size_t{1});
        if (counts_->pulls[n] >= most) return {};
        ++counts_->pulls[n];
        return {counts_, n};
    }

    std::size_t users() const { return counts_->users.size(); }

private:
    std::shared_ptr<counts> counts_;
};

}  // namespace tandem
