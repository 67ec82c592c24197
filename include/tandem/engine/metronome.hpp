// Appointments in the order of their time.
#pragma once

#include "../core/time.hpp"

#include <optional>
#include <queue>
#include <vector>

namespace tandem {

// When which session's dialect wants to be called: one appointment each, for dialects with timers of their own only. Who
// has gone meanwhile is found out by whoever takes it.
template <class Whom>
class metronome {
public:
    void set(const Whom& whom, instant due) { appointments_.push({due, whom}); }

    std::optional<Whom> take(instant now) {
        if (appointments_.empty() || appointments_.top().due > now) return std::nullopt;
        const Whom whom = appointments_.top().whom;
        appointments_.pop();
        return whom;
    }

    instant next(instant otherwise) const {
        return appointments_.empty() ? otherwise : std::min(otherwise, appointments_.top().due);
    }

private:
    struct appointment {
        instant due;
        Whom whom;
        // The earliest stands on top.
        friend bool operator<(const appointment& a, const appointment& b) { return a.due > b.due; }
    };

    std::priority_queue<appointment> appointments_;
};

}  // namespace tandem
