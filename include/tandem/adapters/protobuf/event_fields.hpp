// The fields of every reply and event: proto/tandem/v1/requests.proto and events.proto once more, number by number.
#pragma once

#include "noun_fields.hpp"

#include "../../protocol/events.hpp"

namespace tandem::detail::in_protobuf {

void fields(auto&& f, const auth_reply& r) {
    f(1, r.user);
    f(2, r.device);
    f(3, r.epoch);
    f(4, r.head);
    f(5, r.reset);
    f(6, r.page_follows);
    f(7, r.max_frame_bytes);
    f(8, r.heartbeat);
    f(9, r.time);
}

void fields(auto&& f, const heartbeat_reply& r) {
    f(1, r.checkpoint);
    f(2, r.newest);
    f(3, r.time);
}

void fields(auto&&, const logout_reply&) {}
void fields(auto&&, const background_reply&) {}

void fields(auto&& f, const send_reply& r) {
    f(1, r.send_id);
    f(2, r.conversation);
    f(3, r.place.seq);
    f(4, r.place.position);
    f(5, r.number);
    f(6, r.time);
    f(7, r.repeated);
    f(8, r.changed);
}

void amended(auto&& f, const auto& r) {
    f(1, r.send_id);
    f(2, r.conversation);
    f(3, r.target);
    f(4, r.place.seq);
    f(5, r.place.position);
    f(6, r.time);
}
void fields(auto&& f, const revoke_reply& r) { amended(f, r); }
void fields(auto&& f, const edit_reply& r) {
    amended(f, r);
    f(7, r.changed);
}

void fields(auto&& f, const mark_reply& r) {
    f(1, r.conversation);
    f(2, r.key);
    f(3, r.value);
    f(4, r.target);
    if (r.position) f(5, r.position);
}

void fields(auto&& f, const presence_reply& r) { f(1, r.users); }
void fields(auto&& f, const relay_reply& r) { f(1, r.reached); }

void fields(auto&& f, const push_message& e) { fields(f, e.entry); }
void fields(auto&& f, const push_revoke& e) { fields(f, e.entry); }
void fields(auto&& f, const push_edit& e) { fields(f, e.entry); }

void fields(auto&& f, const push_mark& e) { fields(f, e.mark); }
void fields(auto&& f, const push_received& e) { fields(f, e.mark); }
void fields(auto&& f, const push_read_receipt& e) { fields(f, e.mark); }

void fields(auto&& f, const push_batch& e) {
    f(1, e.entries);
    f(2, e.marks);
    f(3, e.next);
    f(4, e.backfill);
}

void fields(auto&& f, const news& e) { f(1, e.cursor); }

void fields(auto&& f, const push_trimmed& e) {
    f(1, e.conversation);
    f(2, e.first_kept);
}

void fields(auto&& f, const push_typing& e) {
    f(1, e.conversation);
    f(2, e.user);
    f(3, e.typing);
}

void fields(auto&& f, const push_presence& e) { f(1, e.users); }

void fields(auto&& f, const push_relay& e) {
    f(1, e.from);
    f(2, e.content_type);
    f(3, e.body);
}

void fields(auto&& f, const kick_out& e) {
    f(1, e.why);
    f(2, std::string_view{text(e.why)});
    f(3, e.come_back);
}

void fields(auto&& f, const refusal& e) {
    f(1, e.why);
    f(2, std::string_view{text(e.why)});
    f(3, e.retry_after);
    f(4, e.send_id);
}

}  // namespace tandem::detail::in_protobuf
