// Lists in header fields: "keep-alive, Upgrade".
#pragma once

#include "../../core/ascii.hpp"

namespace tandem::detail {

// each(std::string_view) -> bool; false ends the walk, and is the answer. An empty list has one element, the empty one.
template <class Each>
bool each_listed(std::string_view list, Each each) {
    for (;;) {
        const std::size_t comma = list.find(',');
        if (!each(trimmed(list.substr(0, comma)))) return false;
        if (comma == std::string_view::npos) return true;
        list.remove_prefix(comma + 1);
    }
}

inline bool lists(std::string_view list, std::string_view lower) {
    return !each_listed(list, [&](std::string_view element) { return !same_word(element, lower); });
}

}  // namespace tandem::detail
