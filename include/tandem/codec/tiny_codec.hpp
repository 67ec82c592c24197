// The model of a dialect: one line of text per message, the standard library only. For reading, tests and the first example.
#pragma once

#include "dialect.hpp"
#include "tiny_fields.hpp"
#include "tiny_writer.hpp"

namespace tandem {

// A type is spoken when it says its name (`is`) and has one of these two functions beside it. The protocol's own have them
// below; an application's join in the same way.
//   result<T> read_tiny(const tiny_fields& fields, as<T>)
//   void write_tiny(const T&, tiny_writer&)

// --- requests

inline result<auth_request> read_tiny(const tiny_fields& fields, as<auth_request>) {
    auth_request r;
    return fields.fill(r, "credential", r.credential, "device", r.device, "platform", r.platform, "cursor", r.cursor,
                       "epoch", r.epoch);
}

inline result<heartbeat_request> read_tiny(const tiny_fields& fields, as<heartbeat_request>) {
    heartbeat_request r;
    return fields.fill(r, "cursor", r.cursor);
}

inline result<logout_request> read_tiny(const tiny_fields&, as<logout_request>) { return logout_request{}; }

inline result<background_request> read_tiny(const tiny_fields& fields, as<background_request>) {
    background_request r;
    return fields.fill(r, "background", r.background);
}

inline result<send_request> read_tiny(const tiny_fields& fields, as<send_request>) {
    send_request r;
    r.mentions = fields.list("mentions");
    return fields.fill(r, "conversation", r.conversation, "to", r.to, "send_id", r.send_id, "content_type",
                       r.content_type, "body", r.body);
}

inline result<revoke_request> read_tiny(const tiny_fields& fields, as<revoke_request>) {
    revoke_request r;
    return fields.fill(r, "conversation", r.conversation, "to", r.to, "send_id", r.send_id, "target", r.target);
}

inline result<edit_request> read_tiny(const tiny_fields& fields, as<edit_request>) {
    edit_request r;
    return fields.fill(r, "conversation", r.conversation, "to", r.to, "send_id", r.send_id, "target", r.target,
                       "content_type", r.content_type, "body", r.body);
}

inline result<mark_request> read_tiny(const tiny_fields& fields, as<mark_request>) {
    mark_request r;
    return fields.fill(r, "conversation", r.conversation, "to", r.to, "key", r.key, "value", r.value, "target",
                       r.target);
}

inline result<typing_request> read_tiny(const tiny_fields& fields, as<typing_request>) {
    typing_request r;
    return fields.fill(r, "conversation", r.conversation, "to", r.to, "typing", r.typing);
}

inline result<presence_request> read_tiny(const tiny_fields& fields, as<presence_request>) {
    presence_request r;
    r.users = fields.list("users");
    return fields.fill(r, "watch", r.watch);
}

inline result<relay_request> read_tiny(const tiny_fields& fields, as<relay_request>) {
    relay_request r;
    return fields.fill(r, "to", r.to, "content_type", r.content_type, "body", r.body);
}

// --- replies

inline void write_tiny(const auth_reply& r, tiny_writer& to) {
    to.put("user", r.user).put("device", r.device).put("epoch", r.epoch).put("head", r.head);
    to.put_if("reset", r.reset).put_if("page_follows", r.page_follows);
    to.put("max_frame_bytes", r.max_frame_bytes).put("heartbeat", r.heartbeat).put("time", r.time);
}

inline void write_tiny(const heartbeat_reply& r, tiny_writer& to) {
    to.put_if("checkpoint", r.checkpoint).put("newest", r.newest).put("time", r.time);
}

inline void write_tiny(const logout_reply&, tiny_writer&) {}
inline void write_tiny(const background_reply&, tiny_writer&) {}

inline void write_tiny(const send_reply& r, tiny_writer& to) {
    to.put("send_id", r.send_id).put("conversation", r.conversation).put("seq", r.place.seq);
    to.put("position", r.place.position).put("number", r.number).put("time", r.time);
    to.put_if("repeated", r.repeated).put_if("changed", r.changed);
}

inline void write_tiny(const revoke_reply& r, tiny_writer& to) {
    to.put("send_id", r.send_id).put("conversation", r.conversation).put("target", r.target);
    to.put("seq", r.place.seq).put("position", r.place.position).put("number", r.number).put("time", r.time);
}

inline void write_tiny(const edit_reply& r, tiny_writer& to) {
    to.put("send_id", r.send_id).put("conversation", r.conversation).put("target", r.target);
    to.put("seq", r.place.seq).put("position", r.place.position).put("number", r.number).put("time", r.time);
    to.put_if("changed", r.changed);
}

inline void write_tiny(const mark_reply& r, tiny_writer& to) {
    to.put("conversation", r.conversation).put("key", r.key).put("value", r.value).put_if("target", r.target);
    to.put_if("position", r.position);
}

inline void write_tiny(const relay_reply& r, tiny_writer& to) { to.put("reached", r.reached); }

namespace detail {

inline void write_tiny_users(std::span<const presence> users, tiny_writer& to) {
    for (const presence& p : users)
        if (p.online) to.item("online", p.user);
    for (const presence& p : users)
        if (!p.online) to.item("offline", p.user);
}

inline void write_tiny_entry(const entry& e, tiny_writer& to) {
    to.put("conversation", e.conversation).put("seq", e.place.seq).put("position", e.place.position);
    to.put("number", e.number).put("sender", e.sender).put("send_id", e.send_id).put("kind", e.kind);
    to.put("content_type", e.content_type).put("time", e.time).put("body", e.body);
    to.put_if("target", e.target).put_if("subject", e.subject).put_if("role", e.role);
    to.put_if("visible_from", e.visible_from).put_if("amended_by", e.amended_by).put_if("revoked", e.revoked);
    for (const user_id& named : e.mentions) to.item("mentions", named);
}

inline void write_tiny_mark(const mark& m, tiny_writer& to) {
    to.put("conversation", m.conversation).put("key", m.key).put("owner", m.owner).put("value", m.value);
    to.put("position", m.position).put_if("shared", m.shared).put_if("target", m.target);
}

}  // namespace detail

inline void write_tiny(const presence_reply& r, tiny_writer& to) { detail::write_tiny_users(r.users, to); }

// --- events

inline void write_tiny(const push_message& e, tiny_writer& to) { detail::write_tiny_entry(e.entry, to); }
inline void write_tiny(const push_revoke& e, tiny_writer& to) { detail::write_tiny_entry(e.entry, to); }
inline void write_tiny(const push_edit& e, tiny_writer& to) { detail::write_tiny_entry(e.entry, to); }
inline void write_tiny(const push_read_receipt& e, tiny_writer& to) { detail::write_tiny_mark(e.mark, to); }
inline void write_tiny(const push_received& e, tiny_writer& to) { detail::write_tiny_mark(e.mark, to); }
inline void write_tiny(const push_mark& e, tiny_writer& to) { detail::write_tiny_mark(e.mark, to); }
inline void write_tiny(const push_presence& e, tiny_writer& to) { detail::write_tiny_users(e.users, to); }
inline void write_tiny(const news& e, tiny_writer& to) { to.put("cursor", e.cursor); }

inline void write_tiny(const push_trimmed& e, tiny_writer& to) {
    to.put("conversation", e.conversation).put("first_kept", e.first_kept);
}

inline void write_tiny(const push_typing& e, tiny_writer& to) {
    to.put("conversation", e.conversation).put("user", e.user).put("typing", e.typing);
}

inline void write_tiny(const push_relay& e, tiny_writer& to) {
    to.put("from", e.from).put("content_type", e.content_type).put("body", e.body);
}

inline void write_tiny(const kick_out& e, tiny_writer& to) {
    to.put("code", e.why).put("why", text(e.why)).put_if("come_back", e.come_back);
}

inline void write_tiny(const refusal& e, tiny_writer& to) {
    to.put("code", e.why).put("why", text(e.why)).put_if("retry_after", e.retry_after).put_if("send_id", e.send_id);
}

namespace detail {

template <class T>
tiny_writer tiny_line(const T& said, std::uint32_t sequence = 0) {
    tiny_writer to{T::is.name, sequence};
    write_tiny(said, to);
    return to;
}

}  // namespace detail

namespace detail {

// Lists carry whole lines, those their entries and marks would have been pushed as.
inline void put_tiny_lines(const entry& one, tiny_writer& to) {
    to.put("entry", told_as(one, [](const auto& event) { return tiny_line(event); }).line());
}
inline void put_tiny_lines(std::span<const mark> marks, tiny_writer& to) {
    for (const mark& one : marks) to.put("mark", tiny_line(push_mark{one}).line());
}

}  // namespace detail

inline void write_tiny(const push_batch& e, tiny_writer& to) {
    to.put_if("next", e.next).put_if("backfill", e.backfill);
    for (const entry* one : e.entries) detail::put_tiny_lines(*one, to);
    detail::put_tiny_lines(e.marks, to);
}

// The correlation is the request's sequence number; pushes carry 0.
class tiny_dialect : public plain_manners {
public:
    static constexpr std::string_view subprotocol = "tandem.v1.tiny";

    struct envelope : tandem::envelope {
        const tiny_fields* fields = nullptr;
    };

    greeting greet(const hello& h, state&) const { return greet_by_subprotocol(h, subprotocol, true); }

    template <class Out>
    result<> open(const message& m, state&, Out out) {
        auto fields = tiny_fields::parse(m.data);
        if (!fields) return fields.error();
        fields_ = *std::move(fields);
        envelope e;
        e.name = fields_.name();
        e.correlation = correlation::of(fields_.sequence());
        e.fields = &fields_;
        out(e);
        return success();
    }

    template <class Request>
        requires requires(const tiny_fields& f) {
            { read_tiny(f, as<Request>{}) } -> std::same_as<result<Request>>;
        }
    result<Request> read(envelope& e) const {
        return read_tiny(*e.fields, as<Request>{});
    }

    template <class Event>
        requires requires(const Event& e, tiny_writer& to) { Event::is, write_tiny(e, to); }
    frames write(const Event& e, unsigned) const {
        return frame{detail::tiny_line(e).line(), true};
    }

    template <class Reply>
        requires requires(const Reply& r, tiny_writer& to) { Reply::is, write_tiny(r, to); }
    frames answer(state&, const Reply& r, const correlation& to) const {
        return frame{detail::tiny_line(r, to.as<std::uint32_t>()).line(), true};
    }

private:
    tiny_fields fields_;  // of the message last opened: what its requests view
};
static_assert(dialect<tiny_dialect>);

}  // namespace tandem
