// Counting and watching what the engine does.
#pragma once

#include "../core/entry.hpp"

#include <cstddef>

namespace tandem {

// Meaning: one hook per stage; an observer has those it wants and no others, the rest compiles to nothing. Threads: the
// engine's; a hook only notes, it never calls the engine. Durability: none.
//   session_opened() session_closed(why) received(bytes) refused(why) appended(drafts) placed(entry)
//   told(receivers) skipped() encoded() queued(frames)
struct no_observer {};

namespace detail {

// notify<&hook>: calls the hook if the observer has it.
template <class Hook, class Observer, class... Args>
void notify(Hook hook, Observer& o, const Args&... args) {
    if constexpr (requires { hook(o, args...); }) hook(o, args...);
}

}  // namespace detail

namespace hooks {
inline constexpr auto session_opened = [](auto& o) -> decltype(o.session_opened()) { return o.session_opened(); };
inline constexpr auto session_closed = [](auto& o, errc why) -> decltype(o.session_closed(why)) {
    return o.session_closed(why);
};
inline constexpr auto received = [](auto& o, std::size_t n) -> decltype(o.received(n)) { return o.received(n); };
inline constexpr auto refused = [](auto& o, errc why) -> decltype(o.refused(why)) { return o.refused(why); };
inline constexpr auto appended = [](auto& o, std::size_t n) -> decltype(o.appended(n)) { return o.appended(n); };
inline constexpr auto placed = [](auto& o, const entry& e) -> decltype(o.placed(e)) { return o.placed(e); };
inline constexpr auto told = [](auto& o, std::size_t n) -> decltype(o.told(n)) { return o.told(n); };
inline constexpr auto skipped = [](auto& o) -> decltype(o.skipped()) { return o.skipped(); };
inline constexpr auto encoded = [](auto& o) -> decltype(o.encoded()) { return o.encoded(); };
}  // namespace hooks

}  // namespace tandem
