// Writes protobuf straight from the tables of fields, into the frame it will be sent from.
//
// By hand, because an entry is written for every message the engine carries: filling and serialising a generated class takes
// several times as long (it copies each string, then checks its UTF-8, which ids have behind them). The tests hold what comes
// out against the generated classes, byte by byte.
#pragma once

#include "field_kinds.hpp"

#include "../../core/entry.hpp"

#include <bit>
#include <charconv>
#include <optional>
#include <span>
#include <vector>

namespace tandem::detail::in_protobuf {

// Where it goes: first nowhere, to learn the size, then into a block of that size.
struct counting {
    std::size_t size = 0;

    void put(char) { ++size; }
    void put(bytes octets) { size += octets.size(); }
    void number(std::uint64_t value) { size += (static_cast<unsigned>(std::bit_width(value | 1)) + 6) / 7; }
};
struct writing {
    char* at;

    void put(char c) { *at++ = c; }
    void put(bytes octets) {
        // memmove is called; memcpy, g++ expands to a slow `rep movs` where it knows that an id is short.
        if (!octets.empty()) std::memmove(at, octets.data(), octets.size());
        at += octets.size();
    }
    void number(std::uint64_t value) {
        char* to = at;  // a local, because a char written may be any object, `at` too
        for (; value >= 0x80; value >>= 7) *to++ = static_cast<char>(value | 0x80);
        *to++ = static_cast<char>(value);
        at = to;
    }
};

// A noun whose size is known already.
template <class T>
struct sized {
    const T& noun;
    std::size_t size;
};

template <class T>
concept countable = std::is_integral_v<T> || std::is_enum_v<T>;

template <class T>
std::size_t size_of(const T& noun);

// As in any proto3 message, a field that is zero or empty is left out; one that is optional and there is not.
template <class Out>
class wire_writer {
public:
    explicit wire_writer(Out out = {}) : out_{out} {}
    const Out& out() const { return out_; }

    template <class T>
    void operator()(std::uint32_t tag, const T& field) {
        if (!is_left_out(field)) present(tag, field);
    }
    template <class T>
    void operator()(std::uint32_t tag, const std::optional<T>& field) {
        if (field) present(tag, *field);
    }
    template <class T>
    void operator()(std::uint32_t tag, opaque<T> field) {
        (*this)(tag, field.value);
    }
    template <class T>
    void operator()(std::uint32_t tag, stated<T> field) {
        present(tag, field.value);
    }
    template <class T>
    void operator()(std::uint32_t tag, rare<T> field) {
        if (field.value) present(tag, field.value);
    }
    template <class T>
    void operator()(std::uint32_t tag, std::span<const T> items) {
        for (const T& item : items) present(tag, item);
    }
    template <class T>
    void operator()(std::uint32_t tag, const std::vector<T>& items) {
        (*this)(tag, std::span<const T>{items});
    }
    template <class T>
    void operator()(std::uint32_t tag, const rare_list<T>& items) {
        (*this)(tag, items.all());
    }

    // Fields that somebody else has written.
    void raw(bytes fields) { out_.put(fields); }

private:
    template <class T>
    static bool is_left_out(const T& field) {
        if constexpr (std::same_as<T, seq>) return !field;
        else if constexpr (countable<T>) return field == T{};
        else if constexpr (requires { field.milliseconds; }) return field.milliseconds == 0;
        else if constexpr (requires { field.empty(); }) return field.empty();
        else return false;
    }

    void present(std::uint32_t tag, bytes octets) {
        head(tag, octets.size());
        out_.put(octets);
    }
    void present(std::uint32_t tag, const std::string& octets) { present(tag, bytes{octets}); }
    void present(std::uint32_t tag, const short_text& id) { present(tag, id.view()); }
    void present(std::uint32_t tag, position digits) { present_digits(tag, digits.value); }
    void present(std::uint32_t tag, epoch digits) { present_digits(tag, digits.value); }
    void present(std::uint32_t tag, seq number) { present(tag, number.value); }
    void present(std::uint32_t tag, instant time) { present(tag, time.milliseconds); }
    void present(std::uint32_t tag, duration time) { present(tag, time.milliseconds); }

    template <countable T>
    void present(std::uint32_t tag, T value) {
        out_.number(tag << 3);
        out_.number(static_cast<std::uint64_t>(value));
    }

    // As conversation_id::text() has it, without the string.
    void present(std::uint32_t tag, const conversation_id& c) {
        const bytes kind = name_of(c.kind()), first = c.first().view(), second = c.second().view();
        const std::size_t escapes = specials(first) + specials(second);
        head(tag, kind.size() + 1 + first.size() + (second.empty() ? 0 : 1 + second.size()) + 2 * escapes);
        out_.put(kind);
        part(first, escapes != 0);
        if (!second.empty()) part(second, escapes != 0);
    }

    template <class T>
    void present(std::uint32_t tag, const T* pointed) {
        present(tag, *pointed);
    }

    // Anything else has a table. It is found by the namespace of the writer, hence also where it comes after this header.
    template <class T>
        requires requires(const T& t) { fields(std::declval<wire_writer<counting>&>(), t); }
    void present(std::uint32_t tag, const T& noun) {
        present(tag, sized<T>{noun, size_of(noun)});
    }
    template <class T>
    void present(std::uint32_t tag, sized<T> known) {
        head(tag, known.size);
        if constexpr (std::same_as<Out, counting>) out_.size += known.size;
        else fields(*this, known.noun);
    }

    void present_digits(std::uint32_t tag, std::uint64_t value) {
        char text[20];
        present(tag, bytes{text, static_cast<std::size_t>(std::to_chars(text, text + sizeof text, value).ptr - text)});
    }

    static std::size_t specials(bytes text) {
        if (text.find(':') == text.npos && text.find('%') == text.npos) return 0;  // nearly always, and fast
        std::size_t found = 0;
        for (const char c : text) found += c == ':' || c == '%';
        return found;
    }
    void part(bytes text, bool escape) {
        out_.put(':');
        if (!escape) return out_.put(text);
        for (const char c : text)
            if (c == ':') out_.put("%3A");
            else if (c == '%') out_.put("%25");
            else out_.put(c);
    }

    void head(std::uint32_t tag, std::size_t size) {
        out_.number(tag << 3 | 2);
        out_.number(size);
    }

    Out out_;
};

template <class T>
std::size_t size_of(const T& noun) {
    wire_writer<counting> counter;
    fields(counter, noun);
    return counter.out().size;
}

template <class T>
void write_to(char* to, const T& noun) {
    wire_writer<writing> writer{writing{to}};
    fields(writer, noun);
}

template <class T>
std::string octets_of(const T& noun) {
    std::string out(size_of(noun), '\0');
    write_to(out.data(), noun);
    return out;
}

}  // namespace tandem::detail::in_protobuf
