// The fields of every answer of the pull API: proto/tandem/v1/answers.proto once more, number by number.
#pragma once

#include "noun_fields.hpp"

#include "../../protocol/answers.hpp"

namespace tandem::detail::in_protobuf {

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
    f(1, a.page.entries);
    f(2, a.page.marks);
    f(3, headed(a.page));
    f(4, next);
    f(5, a.page.head.newest);
    f(6, a.page.more);
    f(7, a.page.head.epoch);
    f(8, a.reset);
}
void fields(auto&& f, const sync_answer& a) { sync_fields(f, a, a.reset ? position{} : a.page.examined); }

void history_fields(auto&& f, auto& a) {
    f(1, a.page.entries);
    f(2, headed_membership{a.membership, a.page.head});
    f(3, a.page.covered.first);
    f(4, a.page.covered.last);
    f(5, a.page.more);
    f(6, a.marks);
    f(7, a.more_marks);
}
void fields(auto&& f, const history_answer& a) { history_fields(f, a); }

void fields(auto&& f, is<receipts> auto& r) {
    f(1, r.members);
    f(2, r.delivered);
    f(3, r.read);
}

void fields(auto&& f, is<overview> auto& o) {
    f(1, headed_membership{o.membership, o.head});
    f(2, o.read);
    f(3, o.received);
    f(4, o.unread);
    f(5, o.marks);
    f(6, o.last);
}

void overviews_fields(auto&& f, auto& a) {
    f(1, a.page.conversations);
    f(2, a.page.head.newest);
    f(3, a.page.head.epoch);
    f(4, a.page.more);
}
void fields(auto&& f, const conversations_answer& a) { overviews_fields(f, a); }

void fields(auto&& f, const users_answer& a) { f(1, a.users); }

void fields(auto&& f, is<failure> auto& x) {
    f(1, x.why);
    f(2, std::string_view{text(x.why)});
    f(3, x.parameter);
    f(4, x.retry_after);
}

}  // namespace tandem::detail::in_protobuf
