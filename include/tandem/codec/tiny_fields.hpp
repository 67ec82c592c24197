// One line of the tiny dialect, taken apart: SEND_REQ 7 to=bob send_id=a1 body=hello%20world
#pragma once

#include "../core/bytes.hpp"
#include "../core/mark.hpp"
#include "../core/result.hpp"
#include "../protocol/requests.hpp"

#include <charconv>
#include <concepts>

namespace tandem {

// What the tiny dialect calls a value of an enum; one without a name is its number.
template <class E>
struct tiny_name {
    E value;
    std::string_view text;
};
template <class E>
inline constexpr tiny_name<E> tiny_names[1] = {};
template <>
inline constexpr tiny_name<entry_kind> tiny_names<entry_kind>[5] = {{entry_kind::message, "message"},
                                                                    {entry_kind::revoke, "revoke"},
                                                                    {entry_kind::edit, "edit"},
                                                                    {entry_kind::joined, "joined"},
                                                                    {entry_kind::left, "left"}};
template <>
inline constexpr tiny_name<mark_key> tiny_names<mark_key>[7] = {
    {mark_key::received, "received"}, {mark_key::read, "read"},   {mark_key::cleared_before, "cleared_before"},
    {mark_key::pinned, "pinned"},     {mark_key::muted, "muted"}, {mark_key::reaction, "reaction"},
    {mark_key::deleted, "deleted"}};
template <>
inline constexpr tiny_name<role> tiny_names<role>[4] = {
    {role::none, "none"}, {role::member, "member"}, {role::admin, "admin"}, {role::owner, "owner"}};
template <>
inline constexpr tiny_name<watch> tiny_names<watch>[3] = {
    {watch::none, "none"}, {watch::start, "start"}, {watch::stop, "stop"}};

namespace detail {

template <std::integral T>
bool tiny_read(std::string_view text, T& to) {
    const auto [end, why] = std::from_chars(text.data(), text.data() + text.size(), to);
    return why == std::errc{} && end == text.data() + text.size();
}

inline bool tiny_read(std::string_view text, bool& to) {
    to = text == "1";
    return to || text == "0";
}

inline bool tiny_read(std::string_view text, std::string_view& to) {
    to = text;
    return true;
}

inline bool tiny_read(std::string_view text, std::string& to) {
    to = text;
    return true;
}
inline bool tiny_read(std::string_view text, std::optional<std::string>& to) { return tiny_read(text, to.emplace()); }

template <class Kind>
bool tiny_read(std::string_view text, basic_id<Kind>& to) {
    auto id = basic_id<Kind>::parse(text);
    to = id ? *id : basic_id<Kind>{};
    return id || text.empty();
}

inline bool tiny_read(std::string_view text, conversation_id& to) {
    auto c = conversation_id::parse(text);
    if (c) to = *c;
    return static_cast<bool>(c);
}

inline bool tiny_read(std::string_view text, instant& to) { return tiny_read(text, to.milliseconds); }
inline bool tiny_read(std::string_view text, duration& to) { return tiny_read(text, to.milliseconds); }

template <class Kind>
bool tiny_read(std::string_view text, ordinal<Kind>& to) {
    return tiny_read(text, to.value);
}

template <class Kind>
bool tiny_read(std::string_view text, std::optional<ordinal<Kind>>& to) {
    return tiny_read(text, to.emplace());
}

template <class E>
    requires std::is_enum_v<E>
bool tiny_read(std::string_view text, E& to) {
    for (const auto& name : tiny_names<E>)
        if (name.text == text && !text.empty()) return to = name.value, true;
    std::underlying_type_t<E> number{};
    if (!tiny_read(text, number)) return false;
    to = static_cast<E>(number);
    return true;
}

}  // namespace detail

// Owns its text; what it tells are views into it. A key may come several times; asked for one value, the first counts.
class tiny_fields {
public:
    tiny_fields() = default;
    tiny_fields(tiny_fields&&) = default;
    tiny_fields& operator=(tiny_fields&&) = default;

    // One line, with or without a newline at its end.
    static result<tiny_fields> parse(bytes line) {
        if (line.ends_with('\n')) line.remove_suffix(1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (has_control(line)) return error{errc::malformed, "tiny: a control character that is not percent-encoded"};
        tiny_fields made{line};
        bytes left{made.line_.data(), made.line_.size()};
        made.name_ = cut(left);
        if (made.name_.empty() || made.name_.find_first_of("=%") != bytes::npos)
            return error{errc::malformed, "tiny: a line begins with the name of its message"};
        if (!left.data() || !detail::tiny_read(cut(left), made.sequence_))
            return error{errc::malformed, "tiny: after the name comes a sequence number"};
        while (left.data())
            if (!made.add(cut(left)))
                return error{errc::malformed, "tiny: a field is key=value, the value with %20 for a space, "
                                              "%25 for a percent sign, %3D for an equals sign"};
        return made;
    }

    std::string_view name() const { return name_; }
    std::uint32_t sequence() const { return sequence_; }

    bool has(std::string_view key) const { return find(key) != nullptr; }

    std::string_view text(std::string_view key) const {
        const field* f = find(key);
        return f ? f->value : std::string_view{};
    }

    // 0 if it is missing or no number.
    std::uint64_t number(std::string_view key) const {
        std::uint64_t value = 0;
        return detail::tiny_read(text(key), value) ? value : 0;
    }

    // Every value of a key that comes several times.
    std::vector<std::string_view> all(std::string_view key) const {
        std::vector<std::string_view> values;
        for (const field& f : fields_)
            if (f.key == key) values.push_back(f.value);
        return values;
    }

    // One value that is a list: its commas separate, a comma inside an item came as %2C.
    std::vector<std::string_view> list(std::string_view key) const {
        std::vector<std::string_view> items;
        const field* f = find(key);
        if (!f || f->value.empty()) return items;
        std::size_t begin = 0, end = 0;
        for (std::size_t i = 0; i < f->encoded.size(); i += f->encoded[i] == '%' ? 3 : 1, ++end)
            if (f->encoded[i] == ',') {
                items.push_back(f->value.substr(begin, end - begin));
                begin = end + 1;
            }
        items.push_back(f->value.substr(begin));
        return items;
    }

    // Fills members of `r`: fill(r, "to", r.to, "body", r.body). What is missing stays as it is; what cannot be read makes
    // the whole malformed.
    template <class R, class T, class... More>
    result<R> fill(R& r, std::string_view key, T& member, More&&... more) const {
        if (const field* f = find(key); f && !detail::tiny_read(f->value, member))
            return error{errc::malformed, "tiny: the value of " + std::string{key} + " is of another kind"};
        return fill(r, std::forward<More>(more)...);
    }
    template <class R>
    result<R> fill(R& r) const {
        return std::move(r);
    }

private:
    struct field {
        std::string_view key;
        std::string_view value;
        std::string_view encoded;
    };

    explicit tiny_fields(bytes line) : line_(line.begin(), line.end()) { plain_.reserve(line.size()); }

    // What stands before the next space. Nothing is left (no data) after the last piece.
    static bytes cut(bytes& left) {
        const std::size_t space = left.find(' ');
        const bytes piece = left.substr(0, space);
        left = space == bytes::npos ? bytes{} : left.substr(space + 1);
        return piece;
    }

    bool add(std::string_view piece) {
        const std::size_t equals = piece.find('=');
        if (equals == 0 || equals == piece.npos) return false;
        const std::string_view key = piece.substr(0, equals), encoded = piece.substr(equals + 1);
        if (key.find('%') != key.npos || encoded.find('=') != encoded.npos) return false;
        const std::size_t begin = plain_.size();
        for (std::size_t i = 0; i < encoded.size(); ++i) {
            char c = encoded[i];
            if (c == '%') {
                const int high = digit(encoded, i + 1), low = digit(encoded, i + 2);
                if (high < 0 || low < 0) return false;
                c = static_cast<char>(high * 16 + low);
                i += 2;
            }
            plain_.push_back(c);
        }
        fields_.push_back({key, {plain_.data() + begin, plain_.size() - begin}, encoded});
        return true;
    }

    static int digit(std::string_view text, std::size_t i) {
        const char c = i < text.size() ? text[i] : '?';
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'A' && c <= 'F') return c - 'A' + 10;
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        return -1;
    }

    const field* find(std::string_view key) const {
        for (const field& f : fields_)
            if (f.key == key) return &f;
        return nullptr;
    }

    std::vector<char> line_;   // vectors, not strings: moving one leaves the views where they are
    std::vector<char> plain_;  // all values, decoded; never longer than the line
    std::string_view name_;
    std::uint32_t sequence_ = 0;
    std::vector<field> fields_;
};

}  // namespace tandem
