// The part of a target behind the '?', read strictly: what could be understood in two ways is refused.
#pragma once

#include "../core/log_text.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem {

namespace detail {

inline int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// Undoes %XX. Nothing for a bad escape, a control character, what is no UTF-8, and '+': some read a space there, some do not.
inline std::optional<std::string> unescaped(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') return std::nullopt;
        if (text[i] != '%') {
            plain += text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = high < 0 ? -1 : hex_digit(text[i + 2]);
        if (low < 0) return std::nullopt;
        plain += static_cast<char>(high * 16 + low);
        i += 2;
    }
    if (has_control(plain) || !is_utf8(plain)) return std::nullopt;
    return plain;
}

// Digits only and one spelling for one number: no sign, no space, no leading zero, nothing above `most`.
inline std::optional<std::uint64_t> whole_number(std::string_view digits, std::uint64_t most) {
    if (digits.empty() || (digits.size() > 1 && digits[0] == '0')) return std::nullopt;
    std::uint64_t number = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9') return std::nullopt;
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (number > (most - digit) / 10) return std::nullopt;
        number = number * 10 + digit;
    }
    return number;
}

}  // namespace detail

// Owns what it holds. After the first parameter that is wrong nothing else is read; `wrong()` names that one. A parameter
// that nobody asks for is passed over.
class query_string {
public:
    static constexpr std::size_t most_parameters = 32;
    static constexpr std::size_t most_bytes = 16 * 1024;           // of one parameter
    static constexpr std::uint64_t largest = 0x7fffffffffffffffu;  // what a signed column of a store can hold

    query_string() = default;
    explicit query_string(std::string_view text) {
        if (text.empty()) return;
        for (std::size_t from = 0; !failed_ && from <= text.size();) {
            const std::size_t end = text.find('&', from);
            add(text.substr(from, end == text.npos ? end : end - from));
            from = end == text.npos ? text.size() + 1 : end + 1;
        }
    }

    bool failed() const { return failed_; }
    std::string_view wrong() const { return wrong_; }
    void refuse(std::string_view name) {
        if (!failed_) failed_ = true, wrong_ = log_text(name);
    }

    bool has(std::string_view name) const { return find(name) != nullptr; }

    // Empty when it is absent.
    std::string text(std::string_view name) const {
        const parameter* p = find(name);
        return p ? *detail::unescaped(p->value) : std::string{};
    }

    // Nothing when it is absent; what is no number is wrong.
    std::optional<std::uint64_t> number(std::string_view name, std::uint64_t most = largest) {
        if (!has(name)) return std::nullopt;
        const auto n = detail::whole_number(text(name), most);
        if (!n) refuse(name);
        return n;
    }

    // Items between commas; a comma within an item is escaped.
    std::vector<std::string> list(std::string_view name) const {
        std::vector<std::string> items;
        const parameter* p = find(name);
        std::string_view rest;
        if (p) rest = p->value;
        while (!rest.empty()) {
            const std::size_t end = rest.find(',');
            items.push_back(detail::unescaped(rest.substr(0, end)).value_or(std::string{}));
            if (end == rest.npos) break;
            rest.remove_prefix(end + 1);
        }
        return items;
    }

private:
    struct parameter {
        std::string name;
        std::string value;  // still escaped, but known to be sound
    };

    void add(std::string_view piece) {
        const std::size_t equals = piece.find('=');
        const std::string_view raw = piece.substr(0, equals);
        auto name = detail::unescaped(raw.substr(0, 64));
        if (!name || raw.size() > 64 || raw.empty()) return refuse(shown(raw));
        const bool sound = equals != piece.npos && piece.size() <= most_bytes && !has(*name) &&
                           parameters_.size() < most_parameters && detail::unescaped(piece.substr(equals + 1));
        if (!sound) return refuse(*name);
        parameters_.push_back({std::move(*name), std::string{piece.substr(equals + 1)}});
    }

    // A name that cannot be read is told as it came, if it can be told at all.
    static std::string_view shown(std::string_view raw) {
        return raw.size() <= 64 && is_utf8(raw) && !has_control(raw) ? raw : std::string_view{};
    }

    const parameter* find(std::string_view name) const {
        for (const parameter& p : parameters_)
            if (p.name == name) return &p;
        return nullptr;
    }

    std::vector<parameter> parameters_;
    std::string wrong_;
    bool failed_ = false;
};

}  // namespace tandem
