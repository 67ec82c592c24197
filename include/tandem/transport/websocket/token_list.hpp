// Lists in header fields: "keep-alive, Upgrade".
#pragma once

#include <string_view>

namespace tandem::detail {

inline std::string_view without_blanks(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// each(std::string_view) -> bool; false ends the walk, and is the answer. An empty list has one element, the empty one.
template <class Each>
bool each_listed(std::string_view list, Each each) {
    for (;;) {
        const std::size_t comma = list.find(',');
        if (!each(without_blanks(list.substr(0, comma)))) return false;
        if (comma == std::string_view::npos) return true;
        list.remove_prefix(comma + 1);
    }
}

inline bool same_word(std::string_view a, std::string_view lower) {
    if (a.size() != lower.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const char c = a[i] >= 'A' && a[i] <= 'Z' ? static_cast<char>(a[i] - 'A' + 'a') : a[i];
        if (c != lower[i]) return false;
    }
    return true;
}

inline bool lists(std::string_view list, std::string_view lower) {
    return !each_listed(list, [&](std::string_view element) { return !same_word(element, lower); });
}

// RFC 9110, 5.6.2.
inline bool is_token(std::string_view text) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    for (const char c : text) {
        const bool letter_or_digit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter_or_digit && others.find(c) == std::string_view::npos) return false;
    }
    return !text.empty();
}

}  // namespace tandem::detail
