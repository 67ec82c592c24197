// What a token's header or its claims say: the members of one JSON object.
#pragma once

#include "json_cursor.hpp"

#include <vector>

namespace tandem::detail::in_jwt {

// Only the top is looked at; what lies deeper has to be JSON, and is kept as it is written.
class json_members {
public:
    static constexpr std::size_t most = 64;

    // Nothing, if it is not one object in strict JSON and nothing else; if it has a name twice, however spelled (two readers
    // would see two different tokens); or if it has more than `most` members.
    static std::optional<json_members> read(std::string_view text) {
        json_members found;
        json_cursor at{text};
        if (!is_utf8(text) || !at.take('{')) return std::nullopt;
        if (at.take('}')) return at.at_end() ? std::optional{found} : std::nullopt;
        do {
            if (!found.add(at)) return std::nullopt;
        } while (at.take(','));
        return at.take('}') && at.at_end() ? std::optional{std::move(found)} : std::nullopt;
    }

    const json_value* find(std::string_view name) const {
        for (const member& m : members_)
            if (m.name == name) return &m.value;
        return nullptr;
    }

private:
    struct member {
        std::string name;
        json_value value;
    };

    bool add(json_cursor& at) {
        std::string name;
        if (members_.size() == most || !at.string(name) || find(name) || !at.take(':')) return false;
        auto value = at.value();
        if (value) members_.push_back({std::move(name), std::move(*value)});
        return value.has_value();
    }

    std::vector<member> members_;
};

// The strings of an array that has nothing else.
inline std::optional<std::vector<std::string>> strings_of(const json_value& array) {
    std::vector<std::string> strings;
    json_cursor at{array.text};
    if (array.kind != json_kind::array || !at.take('[')) return std::nullopt;
    if (at.take(']')) return strings;
    do {
        strings.emplace_back();
        if (!at.string(strings.back())) return std::nullopt;
    } while (at.take(','));
    return strings;  // the array is known to be whole
}

}  // namespace tandem::detail::in_jwt
