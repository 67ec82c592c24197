// The fields of every answer of the pull API: proto/tandem/v1/answers.proto once more.
#pragma once

#include "noun_fields.hpp"

#include "../../protocol/answers.hpp"

namespace tandem::detail::in_json {

inline auto headed(const page& p) {
    std::vector<headed_membership<const membership, const conversation_head>> out;
    for (std::size_t i = 0; i < p.memberships.size() && i < p.heads.size(); ++i)
        out.push_back({p.memberships[i], p.heads[i]});
    return out;
}

// Where a page takes the next membership that is read, its head beside it.
struct members_of {
    tandem::page& page;
};
inline members_of headed(page& p) { return {p}; }

void sync_fields(auto&& f, auto& a, auto&& next) {
    f("messages", a.page.entries);
    f("marks", a.page.marks);
    f("memberships", headed(a.page));
    f("nextSeq", next);
    f("serverMaxSeq", a.page.head.newest);
    f("hasMore", a.page.more);
    f("epoch", a.page.head.epoch);
    f("reset", a.reset);
}
void fields(auto&& f, const sync_answer& a) { sync_fields(f, a, a.reset ? position{} : a.page.examined); }

void history_fields(auto&& f, auto& a) {
    f("messages", a.page.entries);
    f("membership", headed_membership{a.membership, a.page.head});
    f("coveredFrom", a.page.covered.first);
    f("coveredTo", a.page.covered.last);
    f("hasMore", a.page.more);
    f("marks", a.marks);
    f("hasMoreMarks", a.more_marks);
}
void fields(auto&& f, const history_answer& a) { history_fields(f, a); }

void fields(auto&& f, is<receipts> auto& r) {
    f("members", r.members);
    f("delivered", r.delivered);
    f("read", r.read);
}

void fields(auto&& f, is<overview> auto& o) {
    f("membership", headed_membership{o.membership, o.head});
    f("read", o.read);
    f("received", o.received);
    f("unread", o.unread);
    f("marks", o.marks);
    f("last", o.last);
}

void overviews_fields(auto&& f, auto& a) {
    f("conversations", a.page.conversations);
    f("serverMaxSeq", a.page.head.newest);
    f("epoch", a.page.head.epoch);
    f("hasMore", a.page.more);
}
void fields(auto&& f, const conversations_answer& a) { overviews_fields(f, a); }

void fields(auto&& f, const users_answer& a) { f("users", a.users); }

void fields(auto&& f, is<failure> auto& x) {
    f("code", x.why);
    f("text", std::string_view{text(x.why)});
    f("parameter", rare{x.parameter});
    f("retryAfter", x.retry_after);
}

}  // namespace tandem::detail::in_json
