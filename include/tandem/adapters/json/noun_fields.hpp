// The fields of what requests, events and answers are made of: proto/tandem/v1/nouns.proto once more.
#pragma once

#include "field_kinds.hpp"

#include "../../protocol/pages.hpp"

namespace tandem::detail::in_json {

void fields(auto&& f, is<entry> auto& e) {
    f("conversation", e.conversation);
    f("sender", e.sender);
    f("clientMsgId", e.send_id);
    f("kind", e.kind);
    f("contentType", e.content_type);
    f("body", opaque{e.body});
    f("seq", e.place.seq);
    f("position", e.place.position);
    f("number", e.number);
    f("time", e.time);
    f("target", rare{e.target});
    f("subject", rare{e.subject});
    f("role", rare{e.role});
    f("visibleFrom", rare{e.visible_from});
    f("amendedBy", rare{e.amended_by});
    f("revoked", rare{e.revoked});
    f("mentions", rare{e.mentions});
}

void fields(auto&& f, is<mark> auto& m) {
    f("conversation", m.conversation);
    f("key", m.key);
    f("owner", m.owner);
    f("value", m.value);
    f("shared", m.shared);
    f("position", m.position);
    f("target", rare{m.target});
}

void fields(auto&& f, is<presence> auto& p) {
    f("user", p.user);
    f("online", p.online);
}

void fields(auto&& f, is<interval> auto& i) {
    f("visibleFrom", i.visible_from);
    f("endedAt", i.ended_at);
}

void fields(auto&& f, is<conversation_head> auto& head) {
    f("seq", head.seq);
    f("position", head.position);
    f("number", head.number);
    f("firstKept", head.first_kept);
}

// A membership is told with the head of its conversation: together they say which seqs are the member's to expect.
template <class Membership, class Head>
struct headed_membership {
    Membership& membership;
    Head& head;
};
template <class Membership, class Head>
headed_membership(Membership&, Head&) -> headed_membership<Membership, Head>;

template <class Membership, class Head>
void fields(auto&& f, const headed_membership<Membership, Head>& h) {
    f("conversation", h.membership.conversation);
    f("user", h.membership.user);
    f("role", h.membership.role);
    f("intervals", h.membership.intervals);
    f("position", h.membership.changed);
    f("head", h.head);
}

}  // namespace tandem::detail::in_json
