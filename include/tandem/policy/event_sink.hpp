// Where the whole log goes on to: a queue, an index, an archive.
#pragma once

#include "../core/answer.hpp"
#include "../protocol/pages.hpp"

#include <optional>

namespace tandem {

namespace verbs {
inline constexpr auto reached = [](auto& s, auto&&... a) -> decltype(s.reached(a...)) { return s.reached(a...); };
inline constexpr auto publish = [](auto& s, auto&&... a) -> decltype(s.publish(a...)) { return s.publish(a...); };
}  // namespace verbs

// Meaning: gets the log piece by piece, in order of position, from a cursor that it keeps itself.
//   reached  its cursor {epoch, newest}; with epoch 0 a position of any epoch; empty: it has none and wants what comes
//            from now on. Asked at the start, and again after every failure of `publish`, whatever it was
//   publish  the entries and marks in (piece.from, piece.examined] of the log piece.head.epoch. Success means that the
//            sink has stored what it makes of them, and {piece.head.epoch, piece.examined} as its cursor. A piece
//            begins at the sink's cursor; or at 0, when that is of another epoch or beyond the head: the log was
//            replaced. A piece that holds nothing moves the cursor
// With several engines on one log each carries the whole log to its sink: give a sink to one of them only.
// Threads: the engine's, at the end of a turn, one question at a time; what the sink wants of the engine it asks from
// your event loop. It may answer later: nobody waits for it, and a piece lives as long as its ticket.
// Durability: the sink's own. A piece comes again until its cursor has moved, so each entry comes at least once, across
// crashes of both; exactly once counts what a sink stores in one transaction with the cursor. What retention has removed
// before it came is not in the log any more.
template <class S>
concept event_sink = answers<decltype(verbs::reached), std::optional<log_head>, S&> &&
                     answers<decltype(verbs::publish), nothing, S&, const page&>;

// Nothing is read for it: the engine has no courier then.
struct no_sink {
    result<std::optional<log_head>> reached() const { return std::optional<log_head>{}; }
    result<nothing> publish(const page&) const { return nothing{}; }
};
static_assert(event_sink<no_sink>);

}  // namespace tandem
