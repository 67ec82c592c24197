// Who and where: bounded texts at the edges (no allocation), 32-bit numbers inside hub and engine.
#pragma once

#include "bytes.hpp"
#include "result.hpp"
#include "utf8.hpp"

#include <compare>
#include <string>
#include <vector>

namespace tandem {

// At most 47 bytes, kept inline. Unused bytes are zero, so equality is one comparison of 48 bytes.
class short_text {
public:
    static constexpr std::size_t capacity = 47;

    short_text() = default;
    // Text the program vouches for; what is longer all the same is cut, never written past the end.
    explicit short_text(std::string_view text) {
        assert(text.size() <= capacity && "a short_text holds at most 47 bytes");
        text = text.substr(0, capacity);
        size_ = static_cast<unsigned char>(text.size());
        if (!text.empty()) std::memcpy(text_, text.data(), text.size());
    }

    std::string_view view() const { return {text_, size_}; }
    bool empty() const { return size_ == 0; }

    friend bool operator==(const short_text& a, const short_text& b) { return std::memcmp(&a, &b, sizeof a) == 0; }
    friend std::strong_ordering operator<=>(const short_text& a, const short_text& b) {
        return a.view().compare(b.view()) <=> 0;
    }

private:
    unsigned char size_ = 0;
    char text_[capacity] = {};
};
static_assert(sizeof(short_text) == 48);

// An id of one kind. `parse` is for what a peer sent; the constructor is for text the program itself vouches for.
template <class Kind>
class basic_id : public short_text {
public:
    basic_id() = default;
    explicit basic_id(std::string_view text) : short_text{text} {}
    basic_id(const char* text) : short_text{text} {}

    static result<basic_id> parse(std::string_view text) {
        if (text.empty()) return error{errc::invalid_argument, "an id is empty"};
        if (text.size() > capacity) return error{errc::invalid_argument, "an id is longer than 47 bytes"};
        if (has_control(text) || !is_utf8(text))
            return error{errc::invalid_argument, "an id has a control character or is not UTF-8"};
        return basic_id{text};
    }
};

using user_id = basic_id<struct user_kind>;
using device_id = basic_id<struct device_kind>;
using send_id = basic_id<struct send_kind>;
using group_id = basic_id<struct group_kind>;

// A peer's list of users: all of them, or what is wrong with the first that is no id.
inline result<std::vector<user_id>> parse_users(const std::vector<std::string_view>& texts) {
    std::vector<user_id> users;
    users.reserve(texts.size());
    for (const std::string_view text : texts) {
        auto id = user_id::parse(text);
        if (!id) return id.error();
        users.push_back(*id);
    }
    return users;
}

inline std::uint64_t hash(const short_text& text, std::uint64_t seed = 0) {
    return hash_block<sizeof(short_text)>(&text, seed);
}

enum class conversation_kind : unsigned char { none, direct, group, self, app };

// direct{a, b} (order does not matter), group{id}, self{user}, app{what, id}.
class conversation_id {
public:
    conversation_id() = default;

    // With oneself it is self{user}: one conversation, one id.
    static conversation_id direct(const user_id& a, const user_id& b) {
        if (a == b) return self(a);
        return a <= b ? conversation_id{conversation_kind::direct, a, b}
                      : conversation_id{conversation_kind::direct, b, a};
    }
    static conversation_id group(const group_id& id) { return {conversation_kind::group, id, {}}; }
    static conversation_id self(const user_id& user) { return {conversation_kind::self, user, {}}; }
    static conversation_id app(const basic_id<struct app_kind>& what, const basic_id<struct app_kind>& id) {
        return {conversation_kind::app, what, id};
    }

    // The canonical text, as the native dialects spell it: "direct:alice:bob", with '%' and ':' inside an id as %25, %3A.
    std::string text() const;
    static result<conversation_id> parse(std::string_view text);

    conversation_kind kind() const { return kind_; }
    const short_text& first() const { return first_; }
    const short_text& second() const { return second_; }

    // direct and self belong to the users in their id: nobody joins or leaves them.
    bool is_personal() const { return kind_ == conversation_kind::direct || kind_ == conversation_kind::self; }
    bool names(const user_id& user) const {
        return is_personal() && (user == first_ || (kind_ == conversation_kind::direct && user == second_));
    }
    // The other end of direct{user, …}; the user itself in self{user}.
    user_id other(const user_id& user) const {
        return user_id{(kind_ == conversation_kind::direct && user == first_ ? second_ : first_).view()};
    }

    bool empty() const { return kind_ == conversation_kind::none; }
    friend bool operator==(const conversation_id&, const conversation_id&) = default;
    friend auto operator<=>(const conversation_id&, const conversation_id&) = default;

private:
    conversation_id(conversation_kind kind, const short_text& first, const short_text& second)
        : kind_{kind}, first_{first}, second_{second} {}

    conversation_kind kind_ = conversation_kind::none;
    short_text first_;
    short_text second_;
};

inline std::uint64_t hash(const conversation_id& c, std::uint64_t seed = 0) {
    const std::uint64_t first = hash(c.first(), seed + static_cast<unsigned char>(c.kind()));
    return c.second().empty() ? first : hash(c.second(), first);
}

namespace detail {

inline const char* name_of(conversation_kind kind) {
    switch (kind) {
        case conversation_kind::direct: return "direct";
        case conversation_kind::group: return "group";
        case conversation_kind::self: return "self";
        case conversation_kind::app: return "app";
        case conversation_kind::none: break;
    }
    return "none";
}

inline void append_part(std::string& out, std::string_view part) {
    out += ':';
    for (const char c : part)
        if (c == '%') out += "%25";
        else if (c == ':') out += "%3A";
        else out += c;
}

// Only what append_part wrote is accepted: one text for one id.
inline result<short_text> parse_part(std::string_view part) {
    if (part.find('%') == part.npos && part.find(':') == part.npos) {  // nearly always
        auto id = user_id::parse(part);
        return id ? result<short_text>{*id} : result<short_text>{id.error()};
    }
    std::string plain;
    for (std::size_t i = 0; i < part.size(); ++i) {
        if (part[i] == ':') return error{errc::invalid_argument, "a conversation has a part too many"};
        if (part[i] != '%') plain += part[i];
        else if (part.substr(i, 3) == "%25") plain += '%', i += 2;
        else if (part.substr(i, 3) == "%3A") plain += ':', i += 2;
        else return error{errc::invalid_argument, "a conversation has a '%' that is neither %25 nor %3A"};
    }
    auto id = user_id::parse(plain);
    if (!id) return id.error();
    return static_cast<const short_text&>(*id);
}

}  // namespace detail

inline std::string conversation_id::text() const {
    std::string out = detail::name_of(kind_);
    detail::append_part(out, first_.view());
    if (!second_.empty()) detail::append_part(out, second_.view());
    return out;
}

inline result<conversation_id> conversation_id::parse(std::string_view text) {
    const error wrong{errc::invalid_argument, "not a conversation: direct:a:b, group:id, self:user or app:what:id"};
    const auto colon = text.find(':');
    if (colon == text.npos) return wrong;
    const std::string_view kind = text.substr(0, colon), rest = text.substr(colon + 1);
    const auto split = rest.find(':');
    const auto first = detail::parse_part(rest.substr(0, split));
    if (!first) return first.error();
    if (split == rest.npos) {
        if (kind == "group") return conversation_id{conversation_kind::group, *first, {}};
        if (kind == "self") return conversation_id{conversation_kind::self, *first, {}};
        return wrong;
    }
    const auto second = detail::parse_part(rest.substr(split + 1));
    if (!second) return second.error();
    if (kind == "direct" && *first < *second) return conversation_id{conversation_kind::direct, *first, *second};
    if (kind == "app") return conversation_id{conversation_kind::app, *first, *second};
    return wrong;
}

}  // namespace tandem
