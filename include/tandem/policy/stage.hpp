// What takes time in an engine, by name.
#pragma once

#include <cstddef>
#include <string_view>

namespace tandem {

// A turn as a whole; and each question to a policy, from the asking to the answer. Which verb is which: engine/stage_of.hpp.
enum class stage : unsigned char {
    turn,
    append,
    put,
    find,
    head,
    tail,
    changes,
    history,
    memberships,
    member,
    members,
    overviews,
    marks,
    trim,
    verify,
    may,
    admit,
    reached,
    publish,
    other,  // a verb without a line in engine/stage_of.hpp
};
inline constexpr std::size_t stage_count = static_cast<std::size_t>(stage::other) + 1;

constexpr std::string_view name_of(stage s) {
    switch (s) {
        case stage::turn: return "turn";
        case stage::append: return "append";
        case stage::put: return "put";
        case stage::find: return "find";
        case stage::head: return "head";
        case stage::tail: return "tail";
        case stage::changes: return "changes";
        case stage::history: return "history";
        case stage::memberships: return "memberships";
        case stage::member: return "member";
        case stage::members: return "members";
        case stage::overviews: return "overviews";
        case stage::marks: return "marks";
        case stage::trim: return "trim";
        case stage::verify: return "verify";
        case stage::may: return "may";
        case stage::admit: return "admit";
        case stage::reached: return "reached";
        case stage::publish: return "publish";
        case stage::other: break;
    }
    return "other";
}

}  // namespace tandem
