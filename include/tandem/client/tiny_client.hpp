// The model of a client_codec: one line of text per message, the standard library only.
#pragma once

#include "client_codec.hpp"

#include "../codec/tiny_pages.hpp"

namespace tandem {

// A request that an application adds is spoken when it says its name (`is`) and has this function beside it:
//   void write_tiny(const T&, tiny_writer&)

inline void write_tiny(const auth_request& r, tiny_writer& to) {
    to.put("credential", r.credential).put_if("device", r.device).put_if("platform", r.platform);
    to.put_if("cursor", r.cursor).put_if("epoch", r.epoch);
}
inline void write_tiny(const heartbeat_request& r, tiny_writer& to) { to.put_if("cursor", r.cursor); }
inline void write_tiny(const logout_request&, tiny_writer&) {}
inline void write_tiny(const background_request& r, tiny_writer& to) { to.put("background", r.background); }

namespace detail {

inline void write_tiny_users(std::string_view key, const std::vector<std::string_view>& users, tiny_writer& to) {
    for (const std::string_view user : users) to.item(key, user_id{user});
}
inline void write_tiny_place(const auto& r, tiny_writer& to) {
    to.put_if("conversation", r.conversation).put_if("to", r.to).put_if("send_id", r.send_id);
}

}  // namespace detail

inline void write_tiny(const send_request& r, tiny_writer& to) {
    detail::write_tiny_place(r, to);
    to.put_if("content_type", r.content_type).put("body", r.body);
    detail::write_tiny_users("mentions", r.mentions, to);
}
inline void write_tiny(const revoke_request& r, tiny_writer& to) {
    detail::write_tiny_place(r, to);
    to.put("target", r.target);
}
inline void write_tiny(const edit_request& r, tiny_writer& to) {
    detail::write_tiny_place(r, to);
    to.put("target", r.target).put_if("content_type", r.content_type).put("body", r.body);
}
inline void write_tiny(const mark_request& r, tiny_writer& to) {
    to.put_if("conversation", r.conversation).put_if("to", r.to).put("key", r.key).put("value", r.value);
    to.put_if("target", r.target);
}
inline void write_tiny(const typing_request& r, tiny_writer& to) {
    to.put_if("conversation", r.conversation).put_if("to", r.to).put("typing", r.typing);
}
inline void write_tiny(const presence_request& r, tiny_writer& to) {
    detail::write_tiny_users("users", r.users, to);
    to.put("watch", r.watch);
}
inline void write_tiny(const relay_request& r, tiny_writer& to) {
    to.put("to", r.to).put_if("content_type", r.content_type).put("body", r.body);
}

namespace detail {

// What was heard, out of a line. Each says what it could not read.
template <class T>
result<T> tiny_with_place(result<T> r) {
    if (r && (r->conversation.empty() || !r->place.seq || !r->place.position))
        return error{errc::malformed, "tiny: an entry has a conversation, a seq and a position"};
    return r;
}
template <class T>
result<T> tiny_with_conversation(result<T> r) {
    if (r && r->conversation.empty()) return error{errc::malformed, "tiny: a mark has a conversation"};
    return r;
}
inline result<entry> tiny_entry(const tiny_fields& f) {
    entry e;
    auto named = parse_users(f.list("mentions"));
    if (!named) return named.error();
    e.mentions = std::move(*named);
    return tiny_with_place(f.fill(e, "conversation", e.conversation, "sender", e.sender, "send_id", e.send_id, "kind",
                                  e.kind, "content_type", e.content_type, "body", e.body, "time", e.time, "seq",
                                  e.place.seq, "position", e.place.position, "number", e.number, "target", e.target,
                                  "subject", e.subject, "role", e.role, "visible_from", e.visible_from, "amended_by",
                                  e.amended_by, "revoked", e.revoked));
}
inline result<mark> tiny_mark(const tiny_fields& f) {
    mark m;
    return tiny_with_conversation(f.fill(m, "conversation", m.conversation, "key", m.key, "owner", m.owner, "value",
                                         m.value, "position", m.position, "shared", m.shared, "target", m.target));
}

struct headed_membership {
    membership of;
    conversation_head head;
};
inline result<headed_membership> tiny_headed(const tiny_fields& f) {
    headed_membership h;
    const auto from = f.all("visible_from"), to = f.all("ended_at");
    if (from.size() != to.size()) return error{errc::malformed, "tiny: an interval has two ends"};
    for (std::size_t i = 0; i < from.size(); ++i) {
        interval& one = h.of.intervals.emplace_back();
        if (!tiny_read(from[i], one.visible_from) || !tiny_read(to[i], one.ended_at))
            return error{errc::malformed, "tiny: an interval has a bad end"};
    }
    return f.fill(h, "conversation", h.of.conversation, "user", h.of.user, "role", h.of.role, "changed", h.of.changed,
                  "seq", h.head.seq, "position", h.head.position, "number", h.head.number, "first_kept",
                  h.head.first_kept);
}

// Every line under a key, read by `read`, put by `put`; what is wrong with the first bad one.
template <class Read, class Put>
result<> each_tiny_line(const tiny_fields& f, std::string_view key, Read read, Put put) {
    for (const std::string_view line : f.all(key)) {
        auto fields = tiny_fields::parse(line);
        if (!fields) return fields.error();
        auto one = read(*fields);
        if (!one) return one.error();
        put(std::move(*one));
    }
    return success();
}
inline result<> read_tiny_lines(const tiny_fields& f, std::vector<entry>& entries, std::vector<mark>& marks) {
    if (auto read = each_tiny_line(f, "entry", tiny_entry, [&](entry e) { entries.push_back(std::move(e)); }); !read)
        return read;
    return each_tiny_line(f, "mark", tiny_mark, [&](mark m) { marks.push_back(std::move(m)); });
}

inline result<std::vector<presence>> tiny_presences(const tiny_fields& f) {
    std::vector<presence> users;
    for (const bool online : {true, false})
        for (const std::string_view named : f.list(online ? "online" : "offline")) {
            auto user = user_id::parse(named);
            if (!user) return user.error();
            users.push_back({*user, online});
        }
    return users;
}

inline result<overview> tiny_overview_of(const tiny_fields& f) {
    overview o;
    std::vector<entry> last;
    if (auto read = read_tiny_lines(f, last, o.marks); !read) return read.error();
    if (!last.empty()) o.last = std::move(last.front());
    auto read = each_tiny_line(f, "membership", tiny_headed,
                               [&](headed_membership h) { o.membership = std::move(h.of), o.head = h.head; });
    if (!read) return read.error();
    return f.fill(o, "read", o.read, "received", o.received, "unread", o.unread);
}

inline result<send_reply> hear_tiny(const tiny_fields& f, as<send_reply>) {
    send_reply r;
    return tiny_with_place(f.fill(r, "send_id", r.send_id, "conversation", r.conversation, "seq", r.place.seq,
                                  "position", r.place.position, "number", r.number, "time", r.time, "repeated",
                                  r.repeated, "changed", r.changed));
}
inline result<revoke_reply> hear_tiny(const tiny_fields& f, as<revoke_reply>) {
    revoke_reply r;
    return tiny_with_place(f.fill(r, "send_id", r.send_id, "conversation", r.conversation, "target", r.target, "seq",
                                  r.place.seq, "position", r.place.position, "number", r.number, "time", r.time));
}
inline result<edit_reply> hear_tiny(const tiny_fields& f, as<edit_reply>) {
    edit_reply r;
    return tiny_with_place(f.fill(r, "send_id", r.send_id, "conversation", r.conversation, "target", r.target, "seq",
                                  r.place.seq, "position", r.place.position, "number", r.number, "time", r.time,
                                  "changed", r.changed));
}
inline result<mark_reply> hear_tiny(const tiny_fields& f, as<mark_reply>) {
    mark_reply r;
    return tiny_with_conversation(f.fill(r, "conversation", r.conversation, "key", r.key, "value", r.value, "target",
                                         r.target, "position", r.position));
}
inline result<auth_reply> hear_tiny(const tiny_fields& f, as<auth_reply>) {
    auth_reply r;
    return f.fill(r, "user", r.user, "device", r.device, "epoch", r.epoch, "head", r.head, "reset", r.reset,
                  "page_follows", r.page_follows, "max_frame_bytes", r.max_frame_bytes, "heartbeat", r.heartbeat,
                  "time", r.time);
}
inline result<heartbeat_reply> hear_tiny(const tiny_fields& f, as<heartbeat_reply>) {
    heartbeat_reply r;
    return f.fill(r, "checkpoint", r.checkpoint, "newest", r.newest, "time", r.time);
}
inline result<logout_reply> hear_tiny(const tiny_fields&, as<logout_reply>) { return logout_reply{}; }
inline result<background_reply> hear_tiny(const tiny_fields&, as<background_reply>) { return background_reply{}; }
inline result<presence_reply> hear_tiny(const tiny_fields& f, as<presence_reply>) {
    auto users = tiny_presences(f);
    if (!users) return users.error();
    return presence_reply{std::move(*users)};
}
inline result<relay_reply> hear_tiny(const tiny_fields& f, as<relay_reply>) {
    relay_reply r;
    return f.fill(r, "reached", r.reached);
}

inline result<heard::news_of_log> hear_tiny(const tiny_fields& f, as<push_message>) {
    auto e = tiny_entry(f);
    if (!e) return e.error();
    heard::news_of_log n;
    n.entries.push_back(std::move(*e));
    return n;
}
inline result<heard::news_of_log> hear_tiny(const tiny_fields& f, as<push_mark>) {
    auto m = tiny_mark(f);
    if (!m) return m.error();
    return heard::news_of_log{.marks = {std::move(*m)}};
}
inline result<heard::news_of_log> hear_tiny(const tiny_fields& f, as<push_batch>) {
    heard::news_of_log n;
    if (auto read = read_tiny_lines(f, n.entries, n.marks); !read) return read.error();
    return f.fill(n, "next", n.next, "backfill", n.backfill);
}
inline result<heard::more> hear_tiny(const tiny_fields& f, as<news>) {
    heard::more m;
    return f.fill(m, "cursor", m.cursor);
}
inline result<heard::trimmed> hear_tiny(const tiny_fields& f, as<push_trimmed>) {
    heard::trimmed t;
    return f.fill(t, "conversation", t.conversation, "first_kept", t.first_kept);
}
inline result<heard::typing> hear_tiny(const tiny_fields& f, as<push_typing>) {
    heard::typing t;
    return f.fill(t, "conversation", t.conversation, "user", t.user, "typing", t.typing);
}
inline result<heard::presences> hear_tiny(const tiny_fields& f, as<push_presence>) {
    auto users = tiny_presences(f);
    if (!users) return users.error();
    return heard::presences{std::move(*users)};
}
inline result<heard::relayed> hear_tiny(const tiny_fields& f, as<push_relay>) {
    heard::relayed r;
    return f.fill(r, "from", r.from, "content_type", r.content_type, "body", r.body);
}
inline result<heard::farewell> hear_tiny(const tiny_fields& f, as<kick_out>) {
    heard::farewell k;
    return f.fill(k, "code", k.why, "come_back", k.come_back);
}
inline result<heard::refused> hear_tiny(const tiny_fields& f, as<refusal>) {
    heard::refused r;
    return f.fill(r, "code", r.why, "retry_after", r.retry_after, "send_id", r.send_id);
}

}  // namespace detail

class tiny_client {
public:
    static constexpr std::string_view subprotocol = tiny_dialect::subprotocol;
    static constexpr std::string_view media_type = tiny_pages::media_type;
    static constexpr bool is_text = true;

    template <class Request>
        requires requires(const Request& r, tiny_writer& to) { Request::is, write_tiny(r, to); }
    std::string say(const Request& r, std::uint32_t sequence) const {
        return detail::tiny_line(r, sequence).line();
    }
    template <class Request>
        requires requires(const Request& r, tiny_writer& to) { Request::is, write_tiny(r, to); }
    std::string write_body(const Request& r) const {
        return say(r, 0);
    }

    result<heard::said> hear(const message& m) const {
        auto f = tiny_fields::parse(m.data);
        if (!f) return f.error();
        return hear_one_of<push_message, push_batch, push_mark, push_read_receipt, push_received, push_revoke,
                           push_edit, send_reply, revoke_reply, edit_reply, mark_reply, heartbeat_reply, auth_reply,
                           logout_reply, background_reply, presence_reply, relay_reply, news, push_trimmed, push_typing,
                           push_presence, push_relay, kick_out, refusal>(*f, m.data);
    }

    template <class Answer>
    result<Answer> read_answer(bytes body) const {
        auto f = tiny_fields::parse(body);
        if (!f) return f.error();
        if (f->name() != name_of(as<Answer>{})) return error{errc::malformed, "tiny: this answers another question"};
        return read(*f, as<Answer>{});
    }

private:
    // Several events are told alike.
    template <class T>
    struct spelled_as {
        using type = T;
    };
    template <class T>
        requires std::same_as<T, push_revoke> || std::same_as<T, push_edit>
    struct spelled_as<T> {
        using type = push_message;
    };
    template <class T>
        requires std::same_as<T, push_read_receipt> || std::same_as<T, push_received>
    struct spelled_as<T> {
        using type = push_mark;
    };

    template <class First, class... More>
    static result<heard::said> hear_one_of(const tiny_fields& f, bytes line) {
        if (f.name() == First::is.name) {
            auto heard = detail::hear_tiny(f, as<typename spelled_as<First>::type>{});
            if (!heard) return heard.error();
            return heard::said{f.sequence(), std::move(*heard)};
        }
        if constexpr (sizeof...(More) != 0) return hear_one_of<More...>(f, line);
        else return heard::said{f.sequence(), heard::unknown{std::string{f.name()}, std::string{line}}};
    }

    template <class Reply>
    static std::string_view name_of(as<Reply>) {
        return Reply::is.name;
    }
    static std::string_view name_of(as<heard::refused>) { return "FAILURE"; }
    static std::string_view name_of(as<heard::sync_page>) { return "SYNC"; }
    static std::string_view name_of(as<heard::history>) { return "HISTORY"; }
    static std::string_view name_of(as<heard::overviews>) { return "CONVERSATIONS"; }

    template <class Reply>
    static result<Reply> read(const tiny_fields& f, as<Reply>) {
        return detail::hear_tiny(f, as<Reply>{});
    }
    static result<heard::refused> read(const tiny_fields& f, as<heard::refused>) {
        return detail::hear_tiny(f, as<refusal>{});
    }
    static result<heard::sync_page> read(const tiny_fields& f, as<heard::sync_page>) {
        heard::sync_page s;
        page& p = s.page;
        if (auto read = detail::read_tiny_lines(f, p.entries, p.marks); !read) return read.error();
        auto read = detail::each_tiny_line(f, "membership", detail::tiny_headed, [&](detail::headed_membership h) {
            p.memberships.push_back(std::move(h.of)), p.heads.push_back(h.head);
        });
        if (!read) return read.error();
        return f.fill(s, "next", p.examined, "head", p.head.newest, "epoch", p.head.epoch, "more", p.more, "reset",
                      s.reset);
    }
    static result<heard::history> read(const tiny_fields& f, as<heard::history>) {
        heard::history h;
        if (auto read = detail::read_tiny_lines(f, h.page.entries, h.marks); !read) return read.error();
        auto read = detail::each_tiny_line(f, "membership", detail::tiny_headed, [&](detail::headed_membership m) {
            h.membership = std::move(m.of), h.page.head = m.head;
        });
        if (!read) return read.error();
        return f.fill(h, "first", h.page.covered.first, "last", h.page.covered.last, "more", h.page.more, "more_marks",
                      h.more_marks);
    }
    static result<heard::overviews> read(const tiny_fields& f, as<heard::overviews>) {
        heard::overviews o;
        auto read = detail::each_tiny_line(f, "overview", detail::tiny_overview_of,
                                           [&](overview one) { o.page.conversations.push_back(std::move(one)); });
        if (!read) return read.error();
        return f.fill(o, "head", o.page.head.newest, "epoch", o.page.head.epoch, "more", o.page.more);
    }
};
static_assert(client_codec<tiny_client>);

}  // namespace tandem
