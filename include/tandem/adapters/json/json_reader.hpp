// From a document to a request that views it.
#pragma once

#include "base64.hpp"
#include "request_fields.hpp"
#include "strict_json.hpp"

#include "../../codec/frame_codec.hpp"

#include <charconv>

namespace tandem::detail::in_json {

inline constexpr std::size_t most_repeated = 1000;
inline constexpr std::uint64_t largest_safe = std::uint64_t{1} << 53;  // above it JavaScript's numbers lie

// Why a field was not taken; errc{} when it was.
constexpr errc taken{};

inline const std::string& text_of(const json& value) { return value.get_ref<const std::string&>(); }

// Digits only and one spelling for one number: no sign, no space, no leading zero, nothing above 2^64 - 1.
inline errc take_digits(std::string_view text, std::uint64_t& number) {
    const char* const end = text.data() + text.size();
    const auto [stop, wrong] = std::from_chars(text.data(), end, number);
    const bool digits = !text.empty() && stop == end && wrong == std::errc{} && (text.size() == 1 || text[0] != '0');
    return digits ? taken : errc::invalid_argument;
}

inline errc take(const json& from, std::uint64_t& to) {
    if (from.is_string()) return take_digits(text_of(from), to);
    if (!from.is_number_integer()) return errc::malformed;
    if (!from.is_number_unsigned()) return errc::invalid_argument;  // negative
    to = from.get<std::uint64_t>();
    return to <= largest_safe ? taken : errc::invalid_argument;
}

// Numbers of at most 32 bits, and enums. As proto3 JSON has it, "7" is 7 here too.
template <class T>
errc take_as(const json& from, std::uint64_t most, T& to) {
    std::uint64_t number = 0;
    if (const errc wrong = take(from, number); wrong != taken) return wrong;
    to = static_cast<T>(number);
    return number <= most ? taken : errc::invalid_argument;
}

inline errc take(const json& from, std::uint32_t& to) { return take_as(from, 0xffffffffu, to); }
inline errc take(const json& from, mark_key& to) { return take_as(from, 0xffffu, to); }
inline errc take(const json& from, watch& to) { return take_as(from, static_cast<std::uint64_t>(watch::stop), to); }

template <class Kind>
errc take(const json& from, ordinal<Kind>& to) {
    return take(from, to.value);
}
inline errc take(const json& from, cursor& to) { return take(from, to.emplace()); }

inline errc take(const json& from, bool& to) {
    if (!from.is_boolean()) return errc::malformed;
    to = from.get<bool>();
    return taken;
}

inline errc take(const json& from, std::string_view& to) {
    if (!from.is_string()) return errc::malformed;
    to = text_of(from);
    return taken;
}

inline errc take(const json& from, std::vector<std::string_view>& to) {
    if (!from.is_array()) return errc::malformed;
    if (from.size() > most_repeated) return errc::too_large;
    for (const json& item : from)
        if (const errc wrong = take(item, to.emplace_back()); wrong != taken) return wrong;
    return taken;
}

// Looks up one field after the other, until one is wrong. An absent field and a null leave what was there.
class json_reader {
public:
    // Octets that came as base64 are decoded into `room`, which must live as long as the request.
    json_reader(const json& object, std::string& room) : object_{object}, room_{room} {}

    template <class T>
    void operator()(std::string_view key, T& to) {
        if (const json* value = find(key)) note(key, take(*value, to));
    }

    void operator()(std::string_view key, opaque<std::string_view> to) {
        (*this)(key, to.value);
        const std::string encoded = std::string{key}.append("Base64");
        const json* value = find(encoded);
        if (!value) return;
        if (find(key)) note(encoded, errc::invalid_argument);  // which of the two?
        else if (!value->is_string()) note(encoded, errc::malformed);
        else if (!read_base64(text_of(*value), room_)) note(encoded, errc::invalid_argument);
        else to.value = room_;
    }

    bool failed() const { return wrong_ != taken; }
    error failure(std::string_view of) const {
        return {wrong_, std::string{of}.append(" has a bad \"").append(key_).append("\": ").append(text(wrong_))};
    }

private:
    const json* find(std::string_view key) const {
        if (failed()) return nullptr;
        const auto found = object_.find(key);
        return found == object_.end() || found->is_null() ? nullptr : &*found;
    }

    void note(std::string_view key, errc wrong) {
        if (failed() || wrong == taken) return;
        wrong_ = wrong;
        key_ = key;
    }

    const json& object_;
    std::string& room_;
    errc wrong_ = taken;
    std::string key_;
};

template <known_request Request>
result<Request> read_request(const json& body, std::string& room) {
    if (!body.is_object())
        return error{errc::malformed, std::string{Request::is.name}.append(": the body is no object")};
    Request request{};
    json_reader reader{body, room};
    request_fields(reader, request);
    if (reader.failed()) return reader.failure(Request::is.name);
    return request;
}

}  // namespace tandem::detail::in_json
