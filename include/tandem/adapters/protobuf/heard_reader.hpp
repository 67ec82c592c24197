// From octets to a noun that owns what it was told.
#pragma once

#include "heard_fields.hpp"
#include "read_request.hpp"

#include <limits>

namespace tandem::detail::in_protobuf {

inline errc take(const wire_field& from, std::string& to) {
    if (from.is != wire_field::form::octets) return errc::malformed;
    to.assign(from.octets);
    return taken;
}

template <class Id>
errc take_id(const wire_field& from, Id& to) {
    if (from.is != wire_field::form::octets) return errc::malformed;
    if (from.octets.empty()) return to = {}, taken;
    auto id = Id::parse(from.octets);
    if (!id) return id.error().code;
    to = *id;
    return taken;
}
template <class Kind>
errc take(const wire_field& from, basic_id<Kind>& to) {
    return take_id(from, to);
}
inline errc take(const wire_field& from, conversation_id& to) { return take_id(from, to); }

inline errc take(const wire_field& from, position& to) {
    return from.is == wire_field::form::octets ? take_digits(from.octets, to.value) : errc::malformed;
}
inline errc take(const wire_field& from, rare<position> to) { return take(from, to.value); }

// A later server has more of them: kept as the number.
template <class Enum>
    requires std::is_enum_v<Enum>
errc take(const wire_field& from, Enum& to) {
    return take_as(from, std::numeric_limits<std::underlying_type_t<Enum>>::max(), to);
}

inline errc take(const wire_field& from, instant& to) { return take_as(from, ~std::uint64_t{0}, to.milliseconds); }
inline errc take(const wire_field& from, duration& to) { return take_as(from, ~std::uint64_t{0}, to.milliseconds); }

// Absent is zero. So is what a fresh noun has in its fields, but for these.
inline void blank(entry& e) { e.kind = {}; }
inline void blank(conversation_head& head) { head.first_kept = {}; }
inline void blank(auto&) {}

// Reads a message in rounds through its table: one, when the fields come in order, as our server writes them. The last of
// two counts; what is not in the table is passed over. Messages nest as deep as our tables do.
class heard_reader {
public:
    explicit heard_reader(bytes data) : in_{data} {}

    template <class Noun>
    bool read(Noun& to) {
        blank(to);
        for (advance(); here_;) {
            found_ = false;
            fields(*this, to);
            if (here_ && !found_) advance();
        }
        if (in_.bad()) wrong_ = errc::malformed;
        return wrong_ == taken;
    }

    // Whatever is wrong with it, it is not what a server says. Where: the fields from the outermost message inwards.
    error failure(std::string_view of) const {
        if (path_.empty()) return {errc::malformed, std::string{of}.append(": no protobuf message")};
        std::string where = "field " + path_ + " of ";
        return {errc::malformed, where.append(of).append(": ").append(text(wrong_))};
    }

    template <class T>
    void operator()(std::uint32_t tag, T&& field) {
        for (; here_ && field_.tag == tag; advance()) {
            found_ = true;
            if ((wrong_ = take_one(field)) == taken) continue;
            path_ = path_.empty() ? std::to_string(tag) : std::to_string(tag).append(".").append(path_);
            here_ = false;
            return;
        }
    }
    // Words for people are passed over like what is not in the table.
    void operator()(std::uint32_t, std::string_view&&) {}

private:
    void advance() { here_ = in_.next(field_); }

    template <class T>
    errc take_one(T& to) {
        if constexpr (requires { take(field_, to); }) return take(field_, to);
        else return take_within(to);
    }

    template <class T>
    errc take_within(std::vector<T>& to) {
        return take_one(to.emplace_back());
    }
    template <class T>
    errc take_within(std::optional<T>& to) {
        return take_one(to.emplace());
    }
    template <class T>
    errc take_within(rare_list<T>& to) {
        T item;
        const errc wrong = take_one(item);
        if (wrong == taken) to.push_back(std::move(item));
        return wrong;
    }
    errc take_within(members_of& to) {
        headed_membership next{to.page.memberships.emplace_back(), to.page.heads.emplace_back()};
        return take_within(next);
    }

    template <class Noun>
    errc take_within(Noun& to) {
        if (field_.is != wire_field::form::octets) return errc::malformed;
        heard_reader inner{field_.octets};
        if (!inner.read(to)) path_ = inner.path_;
        return inner.wrong_;
    }

    wire_reader in_;
    wire_field field_{};
    bool here_ = false;   // field_ is yet to be taken
    bool found_ = false;  // … and this round through the table has taken one
    errc wrong_ = taken;
    std::string path_;
};

}  // namespace tandem::detail::in_protobuf
