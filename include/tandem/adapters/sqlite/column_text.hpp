// Small values as they are written in columns.
#pragma once

#include "database.hpp"

#include "../../core/entry.hpp"

#include <charconv>
#include <vector>

namespace tandem::sqlite {

// "3-17 20-25": earlier intervals of a membership.
inline std::string text_of(const std::vector<interval>& intervals) {
    std::string text;
    for (const interval& i : intervals) {
        if (!text.empty()) text += ' ';
        text += std::to_string(i.visible_from.value) + '-' + std::to_string(i.ended_at.value);
    }
    return text;
}

inline std::vector<interval> intervals_in(std::string_view text) {
    std::vector<interval> all;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at < end) {
        interval i;
        at = std::from_chars(at, end, i.visible_from.value).ptr + 1;
        if (at < end) at = std::from_chars(at, end, i.ended_at.value).ptr + 1;
        all.push_back(i);
    }
    return all;
}

// No id has a control character, so each can have a line.
inline std::string text_of(const rare_list<user_id>& users) {
    std::string text;
    for (const user_id& u : users) text.append(u.view()) += '\n';
    return text;
}

inline rare_list<user_id> users_in(std::string_view text) {
    std::vector<user_id> all;
    while (!text.empty()) {
        const auto end = text.find('\n');
        all.emplace_back(text.substr(0, end));
        text = end == text.npos ? std::string_view{} : text.substr(end + 1);
    }
    return all;
}

}  // namespace tandem::sqlite
