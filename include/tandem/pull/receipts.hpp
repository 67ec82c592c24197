// How far a message has come, counted from what members wrote and marked.
#pragma once

#include "../protocol/answers.hpp"

namespace tandem {

// Of one entry. Members are those of now; marks may come in any order, also such that say nothing of the entry.
class receipt_count {
public:
    receipt_count(seq of, const user_id& sender, const std::vector<membership>& members) : of_{of} {
        for (const membership& m : members)
            if (m.user != sender && m.sees(of)) readers_.push_back({m.user, reached(m.last_sent)});
    }

    void hear(const mark& m) {
        const bool read = m.key == mark_key::read;
        if ((!read && m.key != mark_key::received) || !reached(seq{m.value})) return;
        for (reader& r : readers_) {
            if (r.user != m.owner) continue;
            r.received = true;
            r.read = r.read || read;
        }
    }

    receipts total() const {
        receipts sum{.members = static_cast<std::uint32_t>(readers_.size())};
        for (const reader& r : readers_) {
            sum.delivered += r.read || r.received ? 1 : 0;
            sum.read += r.read ? 1 : 0;
        }
        return sum;
    }

private:
    struct reader {
        user_id user;
        bool read = false;
        bool received = false;
    };

    bool reached(seq s) const { return s >= of_; }

    seq of_;
    std::vector<reader> readers_;
};

}  // namespace tandem
