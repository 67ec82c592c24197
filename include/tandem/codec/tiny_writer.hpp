// Writes one line of the tiny dialect: tiny_writer{"SEND_REQ", 7}.put("to", "bob").put("body", "hello world").line()
#pragma once

#include "tiny_fields.hpp"

#include "../core/utf8.hpp"

namespace tandem {

class tiny_writer {
public:
    explicit tiny_writer(std::string_view name, std::uint32_t sequence = 0) : line_{name} {
        line_ += ' ';
        line_ += std::to_string(sequence);
    }

    tiny_writer& put(std::string_view key, std::string_view text) {
        begin(key);
        encode(text);
        return *this;
    }
    tiny_writer& put(std::string_view key, const char* text) { return put(key, std::string_view{text}); }
    tiny_writer& put(std::string_view key, const short_text& id) { return put(key, id.view()); }
    tiny_writer& put(std::string_view key, const conversation_id& c) { return put(key, std::string_view{c.text()}); }
    tiny_writer& put(std::string_view key, instant t) { return put(key, t.milliseconds); }
    tiny_writer& put(std::string_view key, duration d) { return put(key, d.milliseconds); }

    template <std::integral T>
    tiny_writer& put(std::string_view key, T number) {
        begin(key);
        line_ += std::to_string(number);
        return *this;
    }

    template <class Kind>
    tiny_writer& put(std::string_view key, detail::ordinal<Kind> n) {
        return put(key, n.value);
    }

    template <class E>
        requires std::is_enum_v<E>
    tiny_writer& put(std::string_view key, E value) {
        for (const auto& name : tiny_names<E>)
            if (name.value == value && !name.text.empty()) return put(key, name.text);
        return put(key, static_cast<std::underlying_type_t<E>>(value));
    }

    // Only if there is something to say: not empty, not zero, not false.
    template <class T>
    tiny_writer& put_if(std::string_view key, const T& value) {
        if constexpr (requires { value.milliseconds; }) return value.milliseconds ? put(key, value) : *this;
        else if constexpr (requires { value.has_value(); }) return value ? put(key, *value) : *this;
        else if constexpr (requires { value.empty(); }) return value.empty() ? *this : put(key, value);
        else return value == T{} ? *this : put(key, value);
    }

    // key=item,item,item. Left out when there is none.
    tiny_writer& item(std::string_view key, const short_text& id) {
        if (key == open_list_) line_ += ',';
        else begin(key);
        open_list_ = key;
        encode(id.view(), ',');
        return *this;
    }

    const std::string& line() const { return line_; }

private:
    void begin(std::string_view key) {
        open_list_ = {};
        line_ += ' ';
        line_ += key;
        line_ += '=';
    }

    // Text stays legible; bytes that are no UTF-8 would break the text frame they travel in.
    void encode(std::string_view text, char separator = '%') {
        static constexpr char digits[] = "0123456789ABCDEF";
        const bool legible = is_utf8(text);
        for (const char c : text) {
            const auto byte = static_cast<unsigned char>(c);
            if (byte > 0x20 && byte != 0x7f && c != '%' && c != '=' && c != separator && (byte < 0x80 || legible)) {
                line_ += c;
            } else {
                line_ += '%';
                line_ += digits[byte >> 4];
                line_ += digits[byte & 15];
            }
        }
    }

    std::string line_;
    std::string_view open_list_;  // the list that `item` goes on with
};

}  // namespace tandem
