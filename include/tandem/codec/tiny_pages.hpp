// The model of a page codec: one line of text per answer and per body, the standard library only.
#pragma once

#include "page_codec.hpp"
#include "tiny_codec.hpp"

namespace tandem {

namespace detail {

inline std::string tiny_membership(const membership& m, const conversation_head& head) {
    tiny_writer to{"MEMBERSHIP"};
    to.put("conversation", m.conversation).put("user", m.user).put("role", m.role).put("changed", m.changed);
    for (const interval& i : m.intervals) to.put("visible_from", i.visible_from).put("ended_at", i.ended_at);
    to.put("seq", head.seq).put("position", head.position).put("number", head.number);
    to.put("first_kept", head.first_kept);
    return to.line();
}

inline std::string tiny_overview(const overview& o) {
    tiny_writer to{"OVERVIEW"};
    to.put("membership", tiny_membership(o.membership, o.head));
    to.put("read", o.read).put("received", o.received).put("unread", o.unread);
    put_tiny_lines(o.marks, to);
    if (o.last) put_tiny_lines(*o.last, to);
    return to.line();
}

}  // namespace detail

// What a request views stays valid until the next `read_body`.
class tiny_pages {
public:
    static constexpr std::string_view media_type = "text/vnd.tandem.tiny";

    std::string write_answer(const sync_answer& a) const {
        const page& p = a.page;
        tiny_writer to{"SYNC"};
        to.put("next", a.reset ? position{} : p.examined).put("head", p.head.newest).put("epoch", p.head.epoch);
        to.put_if("more", p.more).put_if("reset", a.reset);
        for (const entry& e : p.entries) detail::put_tiny_lines(e, to);
        detail::put_tiny_lines(p.marks, to);
        for (std::size_t i = 0; i < p.memberships.size(); ++i)
            to.put("membership", detail::tiny_membership(p.memberships[i], p.heads[i]));
        return to.line();
    }
    std::string write_answer(const history_answer& a) const {
        tiny_writer to{"HISTORY"};
        to.put("first", a.page.covered.first).put("last", a.page.covered.last).put_if("more", a.page.more);
        to.put("membership", detail::tiny_membership(a.membership, a.page.head));
        for (const entry& e : a.page.entries) detail::put_tiny_lines(e, to);
        detail::put_tiny_lines(a.marks, to);
        to.put_if("more_marks", a.more_marks);
        return to.line();
    }
    std::string write_answer(const conversations_answer& a) const {
        tiny_writer to{"CONVERSATIONS"};
        to.put("head", a.page.head.newest).put("epoch", a.page.head.epoch).put_if("more", a.page.more);
        for (const overview& o : a.page.conversations) to.put("overview", detail::tiny_overview(o));
        return to.line();
    }
    std::string write_answer(const users_answer& a) const {
        tiny_writer to{"USERS"};
        detail::write_tiny_users(a.users, to);
        return to.line();
    }
    std::string write_answer(const receipts& r) const {
        return tiny_writer{"RECEIPTS"}
            .put("members", r.members)
            .put("delivered", r.delivered)
            .put("read", r.read)
            .line();
    }
    std::string write_answer(const failure& f) const {
        tiny_writer to{"FAILURE"};
        to.put("code", f.why).put("why", text(f.why)).put_if("parameter", f.parameter);
        return to.put_if("retry_after", f.retry_after).line();
    }
    template <class Reply>
        requires requires(const Reply& r, tiny_writer& to) { Reply::is, write_tiny(r, to); }
    std::string write_answer(const Reply& r) const {
        return detail::tiny_line(r).line();
    }

    template <class Request>
        requires requires(const tiny_fields& f) {
            { read_tiny(f, as<Request>{}) } -> std::same_as<result<Request>>;
        }
    result<Request> read_body(bytes body) {
        auto fields = tiny_fields::parse(body);
        if (!fields) return fields.error();
        if (fields->name() != Request::is.name)
            return error{errc::malformed, "tiny: the body is no " + std::string{Request::is.name}};
        fields_ = *std::move(fields);
        return read_tiny(fields_, as<Request>{});
    }

private:
    tiny_fields fields_;  // of the last body
};
static_assert(page_codec<tiny_pages>);

}  // namespace tandem
