// Any text as JSON: the reader of tokens takes what nlohmann/json takes, within its limits, and reads the same in it.
#include <tandem/adapters/jwt/json_members.hpp>

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <set>

using namespace tandem::detail::in_jwt;
using nlohmann::json;

namespace {

int depth_of(const json& value) {
    int deepest = 0;
    if (value.is_structured())
        for (const json& inner : value) deepest = std::max(deepest, depth_of(inner));
    return value.is_structured() ? deepest + 1 : 0;
}

struct other_reading {
    explicit other_reading(std::string_view text) {
        const auto count = [this](int depth, json::parse_event_t event, json& name) {
            if (event == json::parse_event_t::key && depth == 1) twice |= !names.insert(name.get<std::string>()).second;
            return true;
        };
        try {
            value = json::parse(text, count);
            taken = true;
        } catch (const json::out_of_range&) { too_large = true; } catch (const json::exception&) {
        }
    }

    std::set<std::string> names{};
    json value{};
    bool taken = false, twice = false, too_large = false;  // too_large: a number that is no double
};

bool same(const json_value& ours, const json& theirs) {
    switch (ours.kind) {
        case json_kind::string: return theirs.is_string() && theirs.get<std::string>() == ours.text;
        case json_kind::number: return theirs.is_number() && json::parse(ours.text) == theirs;
        case json_kind::word: return (theirs.is_boolean() || theirs.is_null()) && theirs.dump() == ours.text;
        case json_kind::array: return theirs.is_array() && json::parse(ours.text) == theirs;
        case json_kind::object: return theirs.is_object() && json::parse(ours.text) == theirs;
    }
    return false;
}

void compare_strings(const json_value& ours, const json& theirs) {
    const auto strings = strings_of(ours);
    bool only_strings = theirs.is_array();
    for (const json& one : theirs) only_strings &= one.is_string();
    if (strings.has_value() != only_strings) std::abort();
    if (strings && theirs != json(*strings)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    // nlohmann skips a byte order mark at the beginning, and takes a NUL for the end.
    if (text.starts_with('\xef') || text.find('\0') != text.npos) return 0;
    const auto ours = json_members::read(text);
    const other_reading theirs{text};
    const bool too_much =
        theirs.twice || theirs.names.size() > json_members::most || depth_of(theirs.value) > json_cursor::deepest + 1;
    if (theirs.too_large) return 0;
    if (ours.has_value() != (theirs.taken && theirs.value.is_object() && !too_much)) std::abort();
    if (!ours) return 0;
    for (const std::string& name : theirs.names) {
        const json_value* value = ours->find(name);
        if (!value || !same(*value, theirs.value[name])) std::abort();
        compare_strings(*value, theirs.value[name]);
    }
    return 0;
}
