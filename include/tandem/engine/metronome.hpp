// When which session's dialect wants to be called.
#pragma once

#include "../core/time.hpp"
#include "../hub/session.hpp"

#include <optional>
#include <queue>
#include <vector>

namespace tandem {

// One appointment a session, for dialects with timers of their own only. Who has gone meanwhile is found out by whoever takes it.
class metronome {
public:
    void set(session_handle h, instant due) { appointments_.push({due, h}); }

    std::optional<session_handle> take(instant now) {
        if (appointments_.empty() || appointments_.top().due > now) return std::nullopt;
        const session_handle h = appointments_.top().session;
        appointments_.pop();
        return h;
    }

    instant next(instant otherwise) const {
        return appointments_.empty() ? otherwise : std::min(otherwise, appointments_.top().due);
    }

private:
    struct appointment {
        instant due;
        session_handle session;
        // The earliest stands on top.
        friend bool operator<(const appointment& a, const appointment& b) { return a.due > b.due; }
    };

    std::priority_queue<appointment> appointments_;
};

}  // namespace tandem
