// One thing that happened to messages, as a trace remembers it.
#pragma once

#include "../core/entry.hpp"

#include <string>

namespace tandem {

struct trace_fact {
    enum class what : unsigned char {
        stored,        // at position `last`
        acknowledged,  // to who sent it
        pushed,        // with the entries of its conversation at [first, last]
        skipped,       // likewise
        pulled,        // a page of positions (first, last], which has it if the user may see it
        reported,      // the device has stored everything up to its cursor, `last`
        received,      // the user's mark is at `seq`
        read,          // likewise
        forgotten,     // that it was stored is not known any more, if it ever was; the oldest fact is of `at`
        never_stored,  // not since the trace began
    };

    what is{};
    instant at{};                    // when the turn began
    std::uint64_t conversation = 0;  // hashes of ids …
    std::uint64_t user = 0;
    std::uint64_t device = 0;  // … 0: nobody named it, so it may have been any of the user's
    tandem::seq seq{};
    position first{};
    position last{};
};
static_assert(sizeof(trace_fact) == 64);

namespace detail {

inline std::string sentence_of(const trace_fact& f) {
    using what = trace_fact::what;
    const std::string first = std::to_string(f.first.value), last = std::to_string(f.last.value);
    switch (f.is) {
        case what::stored: return "stored at position " + last;
        case what::acknowledged: return "acknowledged to its sender";
        case what::pushed: return f.first == f.last ? "pushed" : "pushed in a batch [" + first + ", " + last + "]";
        case what::skipped: return "skipped: it was behind";
        case what::pulled: return "pulled in a page (" + first + ", " + last + "], if the user may see it";
        case what::reported: return "reported: its cursor " + last + " covers it";
        case what::received: return "received: the user's mark is at " + std::to_string(f.seq.value);
        case what::read: return "read: the user's mark is at " + std::to_string(f.seq.value);
        case what::forgotten: return "the trace begins here by now: whether it was stored is not known any more";
        case what::never_stored: break;
    }
    return "it was not stored while this trace looked on";
}

inline bool is_of_any_device(const trace_fact& f) {
    return f.device == 0 && (f.is == trace_fact::what::pushed || f.is == trace_fact::what::pulled);
}

}  // namespace detail

// "1700000000.250 pushed": seconds since 1970, and what it was.
inline std::string text_of(const trace_fact& f) {
    const std::string thousandths = std::to_string(f.at.milliseconds % 1000);
    return std::to_string(f.at.milliseconds / 1000) + '.' + std::string(3 - thousandths.size(), '0') + thousandths +
           ' ' + detail::sentence_of(f) +
           (detail::is_of_any_device(f) ? "; by which of their devices is not known" : "");
}

}  // namespace tandem
