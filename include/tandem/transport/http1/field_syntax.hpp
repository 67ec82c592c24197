// The grammar of field lines, one character at a time.
#pragma once

#include "../../core/ascii.hpp"

namespace tandem::detail::in_http {

constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// Field lines up to and including the empty one. What servers are known to read in two ways is wrong here: a line end
// that is not CR LF, a folded line, a blank before the colon, a control character. It keeps no text, so nothing is read
// twice, however the characters come.
class field_syntax {
public:
    enum class step { more, begun, end, wrong };  // begun: this was the first character of a field line

    constexpr step take(char c) {
        switch (at_) {
            case place::line: return begin(c);
            case place::name: return name(c);
            case place::value: return value(c);
            case place::line_feed: return c == '\n' ? go(place::line) : step::wrong;
            case place::last_line_feed: return c == '\n' ? step::end : step::wrong;
        }
        return step::wrong;
    }

private:
    enum class place : unsigned char { line, name, value, line_feed, last_line_feed };

    constexpr step go(place to, step result = step::more) {
        at_ = to;
        return result;
    }
    constexpr step begin(char c) {
        if (c == '\r') return go(place::last_line_feed);
        return is_token_character(c) ? go(place::name, step::begun) : step::wrong;
    }
    constexpr step name(char c) {
        if (c == ':') return go(place::value);
        return is_token_character(c) ? step::more : step::wrong;
    }
    constexpr step value(char c) {
        if (c == '\r') return go(place::line_feed);
        return c == '\t' || !is_control(c) ? step::more : step::wrong;
    }

    place at_ = place::line;
};

}  // namespace tandem::detail::in_http
