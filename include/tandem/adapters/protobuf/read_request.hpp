// From the body of an envelope to a request that views it.
#pragma once

#include "request_fields.hpp"
#include "wire_reader.hpp"

#include "../../codec/frame_codec.hpp"

#include <charconv>

namespace tandem::detail::in_protobuf {

inline constexpr std::size_t most_repeated = 1000;

// Why a field was not taken; errc{} when it was.
constexpr errc taken{};

inline bool is_text(bytes data) {
    std::size_t ascii = 0;  // most of it is, so look at eight at a time
    while (data.size() - ascii >= 8 && (load(data.data() + ascii, 8) & 0x8080808080808080u) == 0) ascii += 8;
    return is_utf8(data.substr(ascii));
}

// Digits only and one spelling for one number: no sign, no space, no leading zero, nothing above 2^64 - 1.
inline errc take_digits(bytes text, std::uint64_t& number) {
    const char* const end = text.data() + text.size();
    const auto [stop, wrong] = std::from_chars(text.data(), end, number);
    const bool digits = !text.empty() && stop == end && wrong == std::errc{} && (text.size() == 1 || text[0] != '0');
    return digits ? taken : errc::invalid_argument;
}

inline errc take_number(const wire_field& from, std::uint64_t most, std::uint64_t& to) {
    if (from.is != wire_field::form::number) return errc::malformed;
    to = from.number;
    return to <= most ? taken : errc::invalid_argument;
}

template <class T>
errc take_as(const wire_field& from, std::uint64_t most, T& to) {
    std::uint64_t number = 0;
    const errc wrong = take_number(from, most, number);
    if (wrong == taken) to = static_cast<T>(number);
    return wrong;
}

inline errc take(const wire_field& from, opaque<std::string_view> to) {
    if (from.is != wire_field::form::octets) return errc::malformed;
    to.value = from.octets;
    return taken;
}

inline errc take(const wire_field& from, std::string_view& to) {
    const errc wrong = take(from, opaque{to});
    return wrong == taken && !is_text(to) ? errc::malformed : wrong;
}

inline errc take(const wire_field& from, epoch& to) {
    return from.is == wire_field::form::octets ? take_digits(from.octets, to.value) : errc::malformed;
}

inline errc take(const wire_field& from, cursor& to) {
    return from.is == wire_field::form::octets ? take_digits(from.octets, to.emplace().value) : errc::malformed;
}

inline errc take(const wire_field& from, bool& to) { return take_as(from, ~std::uint64_t{0}, to); }
inline errc take(const wire_field& from, stated<bool> to) { return take(from, to.value); }
inline errc take(const wire_field& from, std::uint32_t& to) { return take_as(from, 0xffffffffu, to); }
inline errc take(const wire_field& from, std::uint64_t& to) { return take_number(from, ~std::uint64_t{0}, to); }
inline errc take(const wire_field& from, seq& to) { return take(from, to.value); }
inline errc take(const wire_field& from, mark_key& to) { return take_as(from, 0xffffu, to); }
inline errc take(const wire_field& from, watch& to) {
    return take_as(from, static_cast<std::uint64_t>(watch::stop), to);
}

inline errc take(const wire_field& from, std::vector<std::string_view>& to) {
    if (to.size() == most_repeated) return errc::too_large;
    return take(from, to.emplace_back());
}

inline error unreadable(errc why, std::uint32_t tag, std::string_view of) {
    std::string detail = "field " + std::to_string(tag) + " of ";
    return {why, detail.append(of).append(": ").append(text(why))};
}

// A field that comes twice counts as it came last, as protobuf has it; one that we do not know is passed over.
template <flat_request Request>
result<Request> read_request(bytes body) {
    Request request{};
    wire_reader in{body};
    errc wrong = taken;
    for (wire_field field; wrong == taken && in.next(field);) {
        request_fields(
            [&](std::uint32_t tag, auto&& member) {
                if (tag == field.tag) wrong = take(field, member);
            },
            request);
        if (wrong != taken) return unreadable(wrong, field.tag, Request::is.name);
    }
    if (in.bad())
        return error{errc::malformed, std::string{Request::is.name}.append(": the body is no protobuf message")};
    return request;
}

}  // namespace tandem::detail::in_protobuf
