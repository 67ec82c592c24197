// Writes JSON text straight from the tables of fields: no document is built on the way out.
#pragma once

#include "base64.hpp"
#include "field_kinds.hpp"

#include <charconv>
#include <optional>
#include <span>
#include <vector>

namespace tandem::detail::in_json {

// Appends to a string of the caller's. Whatever it is given, what comes out is valid JSON.
class json_writer {
public:
    explicit json_writer(std::string& out) : out_{out} {}

    template <class T>
    void operator()(std::string_view key, const T& value) {
        this->key(key);
        this->value(value);
    }
    template <class T>
    void operator()(std::string_view key, const std::optional<T>& value) {
        if (value) (*this)(key, *value);
    }
    template <class T>
    void operator()(std::string_view key, rare<T> field) {
        if (field.value != std::remove_const_t<T>{}) (*this)(key, field.value);
    }
    template <class T>
        requires is<T, std::optional<std::string>>
    void operator()(std::string_view key, opaque<T> field) {
        if (field.value) (*this)(key, opaque{*field.value});
    }
    template <class T>
    void operator()(std::string_view key, opaque<T> field) {
        const bytes octets = field.value;
        if (is_utf8(octets)) {
            this->key(key);
            return utf8(octets);
        }
        this->key(std::string{key}.append("Base64"));
        out_ += '"';
        append_base64(out_, octets);
        out_ += '"';
    }

    // A name of ours: nothing in it is to be escaped.
    void key(std::string_view name) {
        comma();
        out_ += '"';
        out_.append(name).append("\":", 2);
    }

    void value(bool yes) { out_ += yes ? "true" : "false"; }
    void value(std::uint32_t number) { digits(number); }
    void value(std::uint64_t number) { quoted(number); }
    void value(bare wide) { digits(wide.number); }
    void value(instant time) { quoted(time.milliseconds); }
    void value(duration time) { quoted(time.milliseconds); }
    void value(const short_text& id) { value(id.view()); }
    void value(const conversation_id& id) { value(std::string_view{id.text()}); }

    template <class Kind>
    void value(ordinal<Kind> number) {
        quoted(number.value);
    }
    template <class Enum>
        requires std::is_enum_v<Enum>
    void value(Enum number) {
        digits(static_cast<std::uint32_t>(number));
    }

    void value(std::string_view text) {
        if (is_utf8(text)) return utf8(text);
        std::string legible{text};
        for (char& c : legible) c = static_cast<unsigned char>(c) < 0x80 ? c : '?';
        utf8(legible);
    }

    template <class T>
    void value(const std::vector<T>& items) {
        value(std::span<const T>{items});
    }
    template <class T>
    void value(std::span<const T> items) {
        out_ += '[';
        for (const T& item : items) {
            comma();
            value(item);
        }
        out_ += ']';
    }
    template <class T>
    void value(const rare_list<T>& items) {
        value(items.all());
    }
    template <class T>
    void value(const T* pointed) {
        value(*pointed);
    }

    // Anything else has a table. It is found by the namespace of the writer, hence also where it comes after this header.
    template <class T>
        requires requires(const T& t) { fields(std::declval<json_writer&>(), t); }
    void value(const T& noun) {
        out_ += '{';
        fields(*this, noun);
        out_ += '}';
    }

private:
    void comma() {
        if (out_.back() != '{' && out_.back() != '[') out_ += ',';
    }

    template <class Integer>
    void digits(Integer number) {
        char text[20];
        out_.append(text, std::to_chars(text, text + sizeof text, number).ptr);
    }
    template <class Integer>
    void quoted(Integer number) {
        out_ += '"';
        digits(number);
        out_ += '"';
    }

    // Nearly all of it is appended as it is, in one piece.
    void utf8(bytes text) {
        out_ += '"';
        while (!text.empty()) {
            const std::size_t plain = plain_at_front(text);
            out_.append(text, 0, plain);
            if (plain == text.size()) break;
            escaped(text[plain]);
            text.remove_prefix(plain + 1);
        }
        out_ += '"';
    }

    static bool is_plain(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; }

    static std::size_t plain_at_front(bytes text) {
        std::size_t size = 0;
        while (text.size() - size >= 8 && are_plain(load(text.data() + size, 8))) size += 8;
        while (size < text.size() && is_plain(text[size])) ++size;
        return size;
    }

    // Eight at once: none is a control character, a quotation mark or a backslash.
    static bool are_plain(std::uint64_t word) {
        constexpr std::uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
        const auto has_zero = [](std::uint64_t w) { return (w - ones) & ~w & high; };
        const std::uint64_t control = (word - ones * 0x20) & ~word & high;
        return (control | has_zero(word ^ ones * '"') | has_zero(word ^ ones * '\\')) == 0;
    }

    void escaped(char c) {
        constexpr char hex[] = "0123456789abcdef";
        if (c == '"' || c == '\\') (out_ += '\\') += c;
        else ((out_ += "\\u00") += hex[c >> 4]) += hex[c & 15];
    }

    std::string& out_;
};

}  // namespace tandem::detail::in_json
