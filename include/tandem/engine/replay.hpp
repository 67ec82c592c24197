// What a session that cannot pull lacks, and what it was sent but has not confirmed.
#pragma once

#include "../core/flat_map.hpp"
#include "../hub/session.hpp"
#include "../protocol/pages.hpp"

#include <optional>
#include <vector>

namespace tandem {

// What went into one connection, by conversation. An answered probe confirms everything that went before it; one probe is
// out at a time.
class unconfirmed {
public:
    using newest = flat_map<conversation_id, seq>;

    void sent(const conversation_id& c, seq s) {
        seq& known = since_probe_[c];
        if (s > known) known = s;
    }

    // It need not be sent again on the same connection.
    bool was_sent(const conversation_id& c, seq s) const {
        const seq *after = since_probe_.find(c), *before = before_probe_.find(c);
        return (after && s <= *after) || (before && s <= *before);
    }

    // The token to probe with, if there is anything to confirm and no probe is out.
    std::optional<std::uint64_t> probe() {
        if (out_ || since_probe_.empty()) return std::nullopt;
        before_probe_ = std::exchange(since_probe_, newest{});
        out_ = true;
        return ++token_;
    }

    // What the answer to that probe confirms; nothing if it is none of ours.
    newest answered(std::uint64_t token) {
        if (!out_ || token != token_) return newest{};
        out_ = false;
        return std::exchange(before_probe_, newest{});
    }

private:
    newest since_probe_;
    newest before_probe_;
    std::uint64_t token_ = 0;
    bool out_ = false;
};

// Seqs of one conversation that the session has to be sent, oldest first.
struct stretch {
    tandem::membership membership{};
    seq next{};
    seq last{};
    std::size_t together = 64;  // as many as one page is asked for
};

struct replay {
    session_handle session{};
    std::vector<stretch> stretches{};  // what it lacked when it came, by conversation
    position cursor{};                 // then the log: everything up to here is in the connection
    std::vector<position> answered{};  // own entries, acknowledged meanwhile
    unconfirmed sent{};
    bool behind = false;   // it is pushed nothing: the engine reads for it
    bool reading = false;  // the store was asked
    bool probe_next = false;
};

}  // namespace tandem
