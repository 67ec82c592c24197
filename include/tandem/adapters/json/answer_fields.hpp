// The fields of every answer of the pull API: proto/tandem/v1/answers.proto once more.
#pragma once

#include "noun_fields.hpp"

#include "../../protocol/answers.hpp"

namespace tandem::detail::in_json {

inline std::vector<headed_membership> headed(const page& p) {
    std::vector<headed_membership> out;
    for (std::size_t i = 0; i < p.memberships.size() && i < p.heads.size(); ++i)
        out.push_back({p.memberships[i], p.heads[i]});
    return out;
}

void fields(auto&& f, const sync_answer& a) {
    f("messages", a.page.entries);
    f("marks", a.page.marks);
    f("memberships", headed(a.page));
    f("nextSeq", a.reset ? position{} : a.page.examined);
    f("serverMaxSeq", a.page.head.newest);
    f("hasMore", a.page.more);
    f("epoch", a.page.head.epoch);
    f("reset", a.reset);
}

void fields(auto&& f, const history_answer& a) {
    f("messages", a.page.entries);
    f("membership", headed_membership{a.membership, a.page.head});
    f("coveredFrom", a.page.covered.first);
    f("coveredTo", a.page.covered.last);
    f("hasMore", a.page.more);
    f("marks", a.marks);
    f("hasMoreMarks", a.more_marks);
}

void fields(auto&& f, const receipts& r) {
    f("members", r.members);
    f("delivered", r.delivered);
    f("read", r.read);
}

void fields(auto&& f, const overview& o) {
    f("membership", headed_membership{o.membership, o.head});
    f("read", o.read);
    f("received", o.received);
    f("unread", o.unread);
    f("marks", o.marks);
    f("last", o.last);
}

void fields(auto&& f, const conversations_answer& a) {
    f("conversations", a.page.conversations);
    f("serverMaxSeq", a.page.head.newest);
    f("epoch", a.page.head.epoch);
    f("hasMore", a.page.more);
}

void fields(auto&& f, const users_answer& a) { f("users", a.users); }

void fields(auto&& f, const failure& x) {
    f("code", x.why);
    f("text", std::string_view{text(x.why)});
    f("parameter", rare{x.parameter});
    f("retryAfter", x.retry_after);
}

}  // namespace tandem::detail::in_json
