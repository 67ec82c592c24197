// Walks through a JSON text (RFC 8259) that a stranger wrote, strictly.
#pragma once

#include "../../core/utf8.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tandem::detail::in_jwt {

enum class json_kind : unsigned char { string, number, word, array, object };  // word: true, false, null

// `text`: a string's characters with every escape undone; everything else as it is written.
struct json_value {
    json_kind kind;
    std::string text;
};

// The text is UTF-8: whoever makes a cursor has looked. What nests deeper than `deepest` is refused.
class json_cursor {
public:
    static constexpr int deepest = 16;

    explicit json_cursor(std::string_view text) : rest_{text} {}

    bool take(char wanted) {
        skip_space();
        if (next() != wanted) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool at_end() {
        skip_space();
        return rest_.empty();
    }

    std::optional<json_value> value() {
        json_value found{json_kind::string, {}};
        skip_space();
        const std::string_view before = rest_;
        if (next() == '"') return string(found.text) ? std::optional{found} : std::nullopt;
        if (!skip(found.kind, deepest)) return std::nullopt;
        found.text = before.substr(0, before.size() - rest_.size());
        return found;
    }

    bool string(std::string& out) {
        if (!take('"')) return false;
        for (out.clear(); !rest_.empty();) {
            const char c = rest_[0];
            rest_.remove_prefix(1);
            if (c == '"') return true;
            if (static_cast<unsigned char>(c) < 0x20) return false;
            if (c != '\\') out += c;
            else if (!escape(out)) return false;
        }
        return false;
    }

private:
    // 0 at the end: JSON has no such character outside of a string, and there it is escaped.
    char next() const { return rest_.empty() ? '\0' : rest_[0]; }
    bool is_digit() const { return next() >= '0' && next() <= '9'; }

    void skip_space() {
        while (next() == ' ' || next() == '\t' || next() == '\r' || next() == '\n') rest_.remove_prefix(1);
    }

    bool skip(json_kind& kind, int depth) {
        skip_space();
        kind = next() == '"' ? json_kind::string : next() == '{' ? json_kind::object : json_kind::array;
        if (next() == '"') return string(ignored_);
        if (take('{')) return skip_items('}', true, depth);
        if (take('[')) return skip_items(']', false, depth);
        kind = json_kind::number;
        if (next() == '-' || is_digit()) return number();
        kind = json_kind::word;
        return word("true") || word("false") || word("null");
    }

    bool skip_items(char close, bool named, int depth) {
        json_kind any;
        if (depth == 0) return false;
        if (take(close)) return true;
        do {
            if (named && (!string(ignored_) || !take(':'))) return false;
            if (!skip(any, depth - 1)) return false;
        } while (take(','));
        return take(close);
    }

    bool word(std::string_view wanted) {
        if (!rest_.starts_with(wanted)) return false;
        rest_.remove_prefix(wanted.size());
        return true;
    }

    bool digits() {
        if (!is_digit()) return false;
        while (is_digit()) rest_.remove_prefix(1);
        return true;
    }

    bool number() {
        word("-");
        if (!word("0") && !digits()) return false;
        if (word(".") && !digits()) return false;
        if (!word("e") && !word("E")) return true;
        if (!word("+")) word("-");
        return digits();
    }

    bool escape(std::string& out) {
        constexpr std::string_view letters = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
        if (word("u")) return escaped_character(out);
        const auto which = letters.find(next());
        if (which == letters.npos) return false;
        rest_.remove_prefix(1);
        out += meanings[which];
        return true;
    }

    // What lies above U+FFFF is two escapes, a high and a low surrogate; half of such a pair is no character.
    bool escaped_character(std::string& out) {
        std::uint32_t code = 0, low = 0;
        if (!four_digits(code) || (code >= 0xdc00 && code <= 0xdfff)) return false;
        if (code >= 0xd800 && code <= 0xdbff) {
            if (!word("\\u") || !four_digits(low) || low < 0xdc00 || low > 0xdfff) return false;
            code = 0x10000 + ((code - 0xd800) << 10 | (low - 0xdc00));
        }
        append_utf8(out, code);
        return true;
    }

    bool four_digits(std::uint32_t& code) {
        if (rest_.size() < 4) return false;
        for (int i = 0; i < 4; ++i, rest_.remove_prefix(1)) {
            constexpr std::string_view lower = "0123456789abcdef", upper = "0123456789ABCDEF";
            auto digit = lower.find(next());
            if (digit == lower.npos) digit = upper.find(next());
            if (digit == upper.npos) return false;
            code = code << 4 | static_cast<std::uint32_t>(digit);
        }
        return true;
    }

    static void append_utf8(std::string& out, std::uint32_t code) {
        const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (code >> shift & 0x3f)); };
        if (code < 0x80) return void(out += static_cast<char>(code));
        if (code < 0x800) return out += static_cast<char>(0xc0 | code >> 6), tail(0);
        if (code < 0x10000) return out += static_cast<char>(0xe0 | code >> 12), tail(6), tail(0);
        out += static_cast<char>(0xf0 | code >> 18), tail(12), tail(6), tail(0);
    }

    std::string_view rest_;
    std::string ignored_;
};

}  // namespace tandem::detail::in_jwt
