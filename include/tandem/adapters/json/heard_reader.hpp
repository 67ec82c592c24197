// From a document to a noun that owns what it was told.
#pragma once

#include "heard_fields.hpp"
#include "json_reader.hpp"

#include <limits>

namespace tandem::detail::in_json {

template <class Id>
errc take_id(const json& from, Id& to) {
    if (!from.is_string()) return errc::malformed;
    if (text_of(from).empty()) return to = {}, taken;
    auto id = Id::parse(text_of(from));
    if (!id) return id.error().code;
    to = *id;
    return taken;
}
template <class Kind>
errc take(const json& from, basic_id<Kind>& to) {
    return take_id(from, to);
}
// None is spelled "none:", by a writer that has none.
inline errc take(const json& from, conversation_id& to) {
    if (from.is_string() && text_of(from) == conversation_id{}.text()) return to = {}, taken;
    return take_id(from, to);
}

// A later server has more of them: kept as the number.
template <class Enum>
    requires std::is_enum_v<Enum>
errc take(const json& from, Enum& to) {
    return take_as(from, std::numeric_limits<std::underlying_type_t<Enum>>::max(), to);
}

inline errc take(const json& from, std::int64_t& to) {
    std::uint64_t size = 0;
    const bool negative = from.is_string() && text_of(from).starts_with('-');
    const errc wrong = negative ? take_digits(std::string_view{text_of(from)}.substr(1), size) : take(from, size);
    if (wrong != taken) return wrong;
    const std::uint64_t most = std::uint64_t{1} << 63;
    if (negative ? size == 0 || size > most : size >= most) return errc::invalid_argument;
    to = static_cast<std::int64_t>(negative ? -size : size);
    return taken;
}
inline errc take(const json& from, instant& to) { return take(from, to.milliseconds); }
inline errc take(const json& from, duration& to) { return take(from, to.milliseconds); }

// Absent is zero. So is what a fresh noun has in its fields, but for these.
inline void blank(entry& e) { e.kind = {}; }
inline void blank(conversation_head& head) { head.first_kept = {}; }
inline void blank(auto&) {}

// Looks up one field after the other, until one is wrong. Objects nest as deep as our tables do.
class heard_reader {
public:
    explicit heard_reader(const json& object) : object_{object} {}

    template <class Noun>
    bool read(Noun& to) {
        blank(to);
        if (object_.is_object()) fields(*this, to);
        else wrong_ = errc::malformed;
        return !failed();
    }

    // Whatever is wrong with it, it is not what a server says. Where: the keys from the outermost object inwards.
    error failure(std::string_view of) const {
        if (path_.empty()) return {errc::malformed, std::string{of}.append(": no object")};
        std::string where = std::string{of}.append(" has a bad \"").append(path_);
        return {errc::malformed, where.append("\": ").append(text(wrong_))};
    }

    template <class T>
    void operator()(std::string_view key, T&& to) {
        if (const json* value = find(key)) note(key, take_one(*value, to));
    }
    template <class T>
    void operator()(std::string_view key, rare<T> to) {
        (*this)(key, to.value);
    }
    void operator()(std::string_view key, opaque<std::string> to) {
        octets(key, [&]() -> std::string& { return to.value; });
    }
    void operator()(std::string_view key, opaque<std::optional<std::string>> to) {
        octets(key, [&]() -> std::string& { return to.value.emplace(); });
    }
    // Words for people.
    void operator()(std::string_view, std::string_view&&) {}

private:
    bool failed() const { return wrong_ != taken; }

    // An absent field and a null leave what was there.
    const json* find(std::string_view key) const {
        if (failed()) return nullptr;
        const auto found = object_.find(key);
        return found == object_.end() || found->is_null() ? nullptr : &*found;
    }

    // What is wrong within a field has noted its own key already.
    void note(std::string_view key, errc wrong) {
        if (wrong == taken) return;
        wrong_ = wrong;
        path_ = path_.empty() ? std::string{key} : std::string{key}.append(".").append(path_);
    }

    template <class To>
    void octets(std::string_view key, To to) {
        const json* const text = find(key);
        const std::string encoded = std::string{key}.append("Base64");
        const json* const base64 = find(encoded);
        if (text && base64) note(encoded, errc::invalid_argument);  // which of the two?
        else if (base64) note(encoded, take_base64(*base64, to()));
        else if (text && text->is_string()) to() = text_of(*text);
        else if (text) note(key, errc::malformed);
    }
    static errc take_base64(const json& from, std::string& to) {
        if (!from.is_string()) return errc::malformed;
        return read_base64(text_of(from), to) ? taken : errc::invalid_argument;
    }

    template <class T>
    errc take_one(const json& from, T& to) {
        if constexpr (requires { take(from, to); }) return take(from, to);
        else return take_within(from, to);
    }

    template <class T>
    errc take_within(const json& from, std::vector<T>& to) {
        return each(from, [&](const json& item) { return take_one(item, to.emplace_back()); });
    }
    template <class T>
    errc take_within(const json& from, rare_list<T>& to) {
        std::vector<T> items;
        const errc wrong = take_within(from, items);
        to = std::move(items);
        return wrong;
    }
    template <class T>
    errc take_within(const json& from, std::optional<T>& to) {
        return take_one(from, to.emplace());
    }
    errc take_within(const json& from, members_of& to) {
        return each(from, [&](const json& item) {
            headed_membership next{to.page.memberships.emplace_back(), to.page.heads.emplace_back()};
            return take_within(item, next);
        });
    }

    template <class Noun>
    errc take_within(const json& from, Noun& to) {
        heard_reader inner{from};
        if (!inner.read(to)) path_ = inner.path_;
        return inner.wrong_;
    }

    template <class Take>
    errc each(const json& from, Take take_item) {
        if (!from.is_array()) return errc::malformed;
        for (std::size_t i = 0; i < from.size(); ++i)
            if (const errc wrong = take_item(from[i]); wrong != taken) return note(std::to_string(i), wrong), wrong;
        return taken;
    }

    const json& object_;
    errc wrong_ = taken;
    std::string path_;
};

}  // namespace tandem::detail::in_json
