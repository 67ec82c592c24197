// The fields of what requests, events and answers are made of: proto/tandem/v1/nouns.proto once more, number by number.
#pragma once

#include "field_kinds.hpp"

#include "../../protocol/pages.hpp"

namespace tandem::detail::in_protobuf {

void fields(auto&& f, is<entry> auto& e) {
    f(1, e.conversation);
    f(2, e.sender);
    f(3, e.send_id);
    f(4, e.kind);
    f(5, e.content_type);
    f(6, e.body);
    f(7, e.place.seq);
    f(8, e.place.position);
    f(9, e.number);
    f(10, e.time);
    f(11, e.target);
    f(12, e.subject);
    f(13, e.role);
    f(14, e.visible_from);
    f(15, e.amended_by);
    f(16, e.revoked);
    f(17, e.mentions);
}

void fields(auto&& f, is<mark> auto& m) {
    f(1, m.conversation);
    f(2, m.key);
    f(3, m.owner);
    f(4, m.value);
    f(5, m.shared);
    f(6, m.position);
    f(7, m.target);
}

void fields(auto&& f, is<presence> auto& p) {
    f(1, p.user);
    f(2, p.online);
}

void fields(auto&& f, is<interval> auto& i) {
    f(1, i.visible_from);
    f(2, i.ended_at);
}

void fields(auto&& f, is<conversation_head> auto& head) {
    f(1, head.seq);
    f(2, head.position);
    f(3, head.number);
    f(4, head.first_kept);
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
    f(1, h.membership.conversation);
    f(2, h.membership.user);
    f(3, h.membership.role);
    f(4, h.membership.intervals);
    f(5, h.membership.changed);
    f(6, h.head);
}

}  // namespace tandem::detail::in_protobuf
