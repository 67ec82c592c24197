// Collects the head of an HTTP message: a first line, fields, an empty line.
#pragma once

#include "field_syntax.hpp"
#include "http_field.hpp"
#include "http_limits.hpp"

#include <string>
#include <vector>

namespace tandem::detail::in_http {

// Every character is looked at once, when it comes; what is wrong is known at that character. Says nothing about what
// the first line means. Views into it die with clear().
class http_head {
public:
    enum class leading_line {
        refused,
        taken
    };  // one empty line before the first line: old clients send it after a body

    http_head(const http_limits& limits, leading_line leading) : limits_{limits}, leading_{leading} {}

    // Takes bytes up to the end of the first line or up to the end of the head, and says how many.
    std::size_t feed(std::string_view bytes) {
        const std::string_view fitting = bytes.substr(0, limits_.head_bytes - text_.size());
        std::size_t taken = 0;
        bool stop = false;
        while (taken < fitting.size() && !stop) stop = stops_at(fitting[taken++]);
        text_.append(fitting.substr(0, taken));
        if (!stop && taken < bytes.size()) refused_ = at_ == place::first_line ? 414 : 431;
        return taken;
    }

    void clear() {
        text_.clear();
        first_from_ = first_size_ = fields_ = 0;
        syntax_ = {};
        at_ = place::first_line;
        carriage_return_ = false;
        refused_ = 0;
    }
    void release() {
        clear();
        std::string{}.swap(text_);
    }

    bool idle() const { return text_.empty(); }
    bool has_first_line() const { return at_ != place::first_line; }
    bool whole() const { return at_ == place::end; }
    int refused() const { return refused_; }  // 400; 414 when the limit was reached in the first line, 431 behind it
    std::size_t held_bytes() const { return text_.capacity(); }
    std::string_view first_line() const { return std::string_view{text_}.substr(first_from_, first_size_); }

    // When whole.
    void list_fields(std::vector<http_field>& to) const {
        to.clear();
        to.reserve(fields_);
        std::string_view rest = std::string_view{text_}.substr(first_from_ + first_size_ + 2);
        while (to.size() < fields_) {
            const std::size_t end = rest.find('\r');
            std::string_view value = rest.substr(0, end);
            const std::string_view name = cut(value, ':');
            to.push_back({name, trimmed(value)});
            rest.remove_prefix(end + 2);
        }
    }

private:
    enum class place : unsigned char { first_line, fields, end };

    bool stops_at(char c) { return at_ == place::first_line ? first_line(c) : field_line(c); }

    bool first_line(char c) {
        if (carriage_return_) return c == '\n' ? line_ended() : refuse(400);
        if (c == '\r') carriage_return_ = true;
        else if (is_control(c)) return refuse(400);
        else ++first_size_;
        return false;
    }

    bool line_ended() {
        carriage_return_ = false;
        if (first_size_ == 0) {
            if (leading_ == leading_line::refused || first_from_ != 0) return refuse(400);
            first_from_ = 2;
            return false;
        }
        at_ = place::fields;
        return true;
    }

    bool field_line(char c) {
        switch (syntax_.take(c)) {
            case field_syntax::step::more: return false;
            case field_syntax::step::begun: return fields_++ == limits_.fields && refuse(431);
            case field_syntax::step::end: at_ = place::end; return true;
            case field_syntax::step::wrong: return refuse(400);
        }
        return refuse(400);
    }

    bool refuse(int status) {
        refused_ = status;
        return true;
    }

    http_limits limits_;
    std::string text_;
    std::size_t first_from_ = 0, first_size_ = 0;
    std::size_t fields_ = 0;
    int refused_ = 0;
    leading_line leading_;
    place at_ = place::first_line;
    bool carriage_return_ = false;
    field_syntax syntax_;
};

}  // namespace tandem::detail::in_http
