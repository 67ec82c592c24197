// The "data" of everything the routes tell.
#pragma once

#include "../json/json_writer.hpp"

#include "../../protocol/events.hpp"

namespace tandem::detail::in_routes {

using in_json::bare;
using in_json::opaque;
using in_json::rare;

// Something kept for its owner by somebody else: a push.
inline bool is_push(const entry& e) {
    return e.conversation.kind() == conversation_kind::self && !(e.conversation.first() == e.sender);
}

// Where an entry is shown: a push between the two it is about.
inline conversation_id shown_in(const entry& e) {
    return is_push(e) ? conversation_id::direct(e.sender, e.conversation.other(e.sender)) : e.conversation;
}

inline std::string_view type_of(const conversation_id& c) {
    if (c.is_personal()) return "single";
    return c.kind() == conversation_kind::group ? "group" : "app";
}

// A pair is its two names, a group its id; the application's own conversations have no other text than ours.
inline std::string text_of(const conversation_id& c) {
    if (c.kind() == conversation_kind::app) return c.text();
    std::string text{c.first().view()};
    return c.kind() == conversation_kind::direct ? text.append("_").append(c.second().view()) : text;
}

void where(auto&& f, const conversation_id& c) {
    f("conversationId", std::string_view{text_of(c)});
    f("chatType", type_of(c));
}

struct said {
    const tandem::entry& entry;
};
void fields(auto&& f, const said& s) {
    f("mType", s.entry.content_type);
    f("content", opaque{s.entry.body});
}

struct told {
    const tandem::entry& entry;
};
void fields(auto&& f, const told& t) {
    const entry& e = t.entry;
    const conversation_id c = shown_in(e);
    where(f, c);
    f("sendId", e.sender);
    f("recvId", c.is_personal() ? c.other(e.sender) : user_id{c.first().view()});
    f("sendTime", bare{static_cast<std::uint64_t>(e.time.milliseconds) * 1'000'000});
    f("seq", bare{e.place.seq.value});
    if (is_membership(e.kind)) return f("userId", e.subject);
    if (!is_countable(e.kind)) f("kind", e.kind);
    f("revoked", rare{e.revoked});
    f("msg", said{e});
}

// Of a revoke, an edit: what became of which entry.
struct amended {
    const tandem::entry& entry;
};
void fields(auto&& f, const amended& a) {
    where(f, shown_in(a.entry));
    f("sendId", a.entry.sender);
    f("seq", bare{a.entry.place.seq.value});
    f("target", bare{a.entry.target.value});
    if (a.entry.kind == entry_kind::edit) f("msg", said{a.entry});
}

struct seen {
    const tandem::mark& mark;
};
void fields(auto&& f, const seen& s) {
    where(f, s.mark.conversation);
    f("seq", bare{s.mark.value});
}

struct relayed {
    const push_relay& relay;
};
void fields(auto&& f, const relayed& r) {
    f("chatType", std::string_view{"single"});
    f("sendId", r.relay.from);
    f("mType", r.relay.content_type);
    f("content", opaque{r.relay.body});
}

// `of` is the method that was refused; empty when the whole connection is meant.
struct failed {
    errc why;
    duration retry_after{};
    std::string_view of{};
};
void fields(auto&& f, const failed& x) {
    f("code", x.why);
    f("text", std::string_view{text(x.why)});
    f("retryAfter", bare{static_cast<std::uint64_t>(x.retry_after.milliseconds)});
    f("of", rare{x.of});
}

}  // namespace tandem::detail::in_routes
