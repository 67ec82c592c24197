// Undoes the chunked transfer coding.
#pragma once

#include "field_syntax.hpp"
#include "http_limits.hpp"

#include "../../core/error.hpp"

#include <cstddef>
#include <string>

namespace tandem::detail::in_http {

// Extensions and trailers are read strictly and thrown away; together they may have as many bytes as a head. A size is
// compared with what there is room for while its digits come, so nothing overflows.
class chunked_body {
public:
    explicit chunked_body(const http_limits& limits) : limits_{limits} {}

    // Appends to `body`, which nobody else changes meanwhile. Takes none behind the end of the trailers.
    std::size_t feed(std::string_view bytes, std::string& body) {
        std::size_t taken = 0;
        while (taken < bytes.size() && !whole() && failed_ == errc{}) {
            if (at_ == place::data) taken += take_data(bytes.substr(taken), body);
            else take(bytes[taken++], limits_.body_bytes - body.size());
        }
        return taken;
    }

    bool whole() const { return at_ == place::end; }
    errc failed() const { return failed_; }  // errc{} while nothing is wrong

private:
    static constexpr int most_digits = 16;

    enum class place : unsigned char { size, extension, size_end, data, data_return, data_end, trailers, end };

    static constexpr int hexadecimal(char c) {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    }

    std::size_t take_data(std::string_view bytes, std::string& body) {
        const std::string_view part = bytes.substr(0, size_);
        body.append(part);
        size_ -= part.size();
        if (size_ == 0) at_ = place::data_return;
        return part.size();
    }

    void take(char c, std::size_t room) {
        switch (at_) {
            case place::size: return size(c, room);
            case place::extension: return extension(c);
            case place::size_end: return expect(c, '\n', size_ == 0 ? place::trailers : place::data);
            case place::data_return: return expect(c, '\r', place::data_end);
            case place::data_end: return next_chunk(c);
            case place::trailers: return trailers(c);
            case place::data:
            case place::end: return;
        }
    }

    void size(char c, std::size_t room) {
        const int digit = hexadecimal(c);
        if (digit >= 0) return add_digit(static_cast<std::size_t>(digit), room);
        if (digits_ == 0) return fail(errc::malformed);
        if (c == ';') at_ = place::extension;
        else expect(c, '\r', place::size_end);
    }

    void add_digit(std::size_t digit, std::size_t room) {
        if (++digits_ > most_digits) return fail(errc::malformed);
        if (size_ > room / 16 || digit > room - size_ * 16) return fail(errc::too_large);
        size_ = size_ * 16 + digit;
    }

    void extension(char c) {
        spend();
        if (c == '\r') at_ = place::size_end;
        else if (c != '\t' && is_control(c)) fail(errc::malformed);
    }

    void next_chunk(char c) {
        digits_ = 0;
        expect(c, '\n', place::size);
    }

    void trailers(char c) {
        spend();
        switch (syntax_.take(c)) {
            case field_syntax::step::more: return;
            case field_syntax::step::begun:
                if (trailers_++ == limits_.fields) fail(errc::too_large);
                return;
            case field_syntax::step::end: at_ = place::end; return;
            case field_syntax::step::wrong: return fail(errc::malformed);
        }
    }

    void expect(char c, char wanted, place then) {
        if (c != wanted) return fail(errc::malformed);
        at_ = then;
    }
    void spend() {
        if (++spent_ > limits_.head_bytes) fail(errc::too_large);
    }
    void fail(errc why) { failed_ = why; }

    http_limits limits_;
    std::size_t size_ = 0;  // of the chunk, as far as it has not come
    std::size_t spent_ = 0;
    std::size_t trailers_ = 0;
    errc failed_{};
    int digits_ = 0;
    place at_ = place::size;
    field_syntax syntax_;
};

}  // namespace tandem::detail::in_http
