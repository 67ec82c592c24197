// Counting and watching what the engine does.
#pragma once

#include "stage.hpp"

#include "../core/mark.hpp"

#include <concepts>
#include <cstdint>
#include <type_traits>

namespace tandem {

// Meaning: one hook per thing that happens; an observer has those it wants and no others, the rest compiles to nothing. A
// hook may leave its arguments out. Threads: the engine's; a hook only notes, it never calls the engine. Durability: none.
//   turn_begun(instant)                     session_opened()   session_closed(errc)   received(bytes)   refused(errc)
//   appended(drafts)                        one append to the store, of so many
//   placed(entry)   marked(mark)            one line of the log, in its order, before anybody is told of it
//   pushed(named_device, carried)           into this connection
//   skipped(named_device, carried)          not into this one: it is behind
//   told(receivers)   encoded()             a slice of a room; a frame
//   acknowledged(named_device, conversation_id, place)   to who sent it, now or by an earlier try
//   pulled(named_device, from, examined)    a page of the log, positions (from, examined]
//   reported(named_device, cursor)          the device says it has stored everything up to this position
//   log_replaced(epoch)                     positions and seqs of before mean nothing any more
struct no_observer {};

// Meaning: an observer with a fine clock of its own, asked when something begins and when it ends: the engine's clock counts
// milliseconds, and is read once a turn. The rest is as above.
template <class O>
concept timing_observer = requires(O& o, stage s, std::uint64_t n) {
    { o.nanoseconds() } -> std::convertible_to<std::uint64_t>;
    o.took(s, n);
};

// Whose: views that die with the hook. The device is empty if nobody named it, as in a pull whose credential does not.
struct named_device {
    const user_id& user;
    const device_id& device;
};

// What one push carries: entries of one conversation, or one mark. No other entry of that conversation has a position between
// the two.
struct carried {
    const conversation_id& conversation;
    position first{};
    position last{};
    bool is_mark = false;
};

inline carried carried_by(const entry& e) { return {e.conversation, e.place.position, e.place.position}; }
inline carried carried_by(const mark& m) { return {m.conversation, m.position, m.position, true}; }

namespace hooks {
inline constexpr auto turn_begun = [](auto& o, const auto&... a) -> decltype(o.turn_begun(a...)) {
    return o.turn_begun(a...);
};
inline constexpr auto session_opened = [](auto& o) -> decltype(o.session_opened()) { return o.session_opened(); };
inline constexpr auto session_closed = [](auto& o, const auto&... a) -> decltype(o.session_closed(a...)) {
    return o.session_closed(a...);
};
inline constexpr auto received = [](auto& o, const auto&... a) -> decltype(o.received(a...)) {
    return o.received(a...);
};
inline constexpr auto refused = [](auto& o, const auto&... a) -> decltype(o.refused(a...)) { return o.refused(a...); };
inline constexpr auto appended = [](auto& o, const auto&... a) -> decltype(o.appended(a...)) {
    return o.appended(a...);
};
inline constexpr auto placed = [](auto& o, const auto&... a) -> decltype(o.placed(a...)) { return o.placed(a...); };
inline constexpr auto marked = [](auto& o, const auto&... a) -> decltype(o.marked(a...)) { return o.marked(a...); };
inline constexpr auto pushed = [](auto& o, const auto&... a) -> decltype(o.pushed(a...)) { return o.pushed(a...); };
inline constexpr auto skipped = [](auto& o, const auto&... a) -> decltype(o.skipped(a...)) { return o.skipped(a...); };
inline constexpr auto told = [](auto& o, const auto&... a) -> decltype(o.told(a...)) { return o.told(a...); };
inline constexpr auto encoded = [](auto& o) -> decltype(o.encoded()) { return o.encoded(); };
inline constexpr auto acknowledged = [](auto& o, const auto&... a) -> decltype(o.acknowledged(a...)) {
    return o.acknowledged(a...);
};
inline constexpr auto pulled = [](auto& o, const auto&... a) -> decltype(o.pulled(a...)) { return o.pulled(a...); };
inline constexpr auto reported = [](auto& o, const auto&... a) -> decltype(o.reported(a...)) {
    return o.reported(a...);
};
inline constexpr auto log_replaced = [](auto& o, const auto&... a) -> decltype(o.log_replaced(a...)) {
    return o.log_replaced(a...);
};
}  // namespace hooks

namespace detail {

// An argument that costs something to gather comes as a callable.
template <class Arg>
decltype(auto) gathered(const Arg& arg) {
    if constexpr (std::is_invocable_v<const Arg&>) return arg();
    else return (arg);
}

template <class O>
concept holds_observers = requires(O& o) { o.each_observer([](auto&) {}); };

// Calls the hook if the observer has it, with the arguments or without them. What nobody wants is not gathered.
template <class Hook, class Observer, class... Args>
void notify(Hook hook, Observer& o, const Args&... args) {
    if constexpr (holds_observers<Observer>) o.each_observer([&](auto& one) { notify(hook, one, args...); });
    else if constexpr (requires { hook(o, gathered(args)...); }) hook(o, gathered(args)...);
    else if constexpr (requires { hook(o); }) hook(o);
}

}  // namespace detail

}  // namespace tandem
