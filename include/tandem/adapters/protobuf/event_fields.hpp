// The fields of every reply and event: proto/tandem/v1/requests.proto and events.proto once more, number by number.
#pragma once

#include "noun_fields.hpp"

#include "../../protocol/events.hpp"

namespace tandem::detail::in_protobuf {

void fields(auto&& f, is<auth_reply> auto& r) {
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

void fields(auto&& f, is<heartbeat_reply> auto& r) {
    f(1, r.checkpoint);
    f(2, r.newest);
    f(3, r.time);
}

void fields(auto&&, is<logout_reply> auto&) {}
void fields(auto&&, is<background_reply> auto&) {}

void fields(auto&& f, is<send_reply> auto& r) {
    f(1, r.send_id);
    f(2, r.conversation);
    f(3, r.place.seq);
    f(4, r.place.position);
    f(5, r.number);
    f(6, r.time);
    f(7, r.repeated);
    f(8, r.changed);
}

void amended(auto&& f, auto& r) {
    f(1, r.send_id);
    f(2, r.conversation);
    f(3, r.target);
    f(4, r.place.seq);
    f(5, r.place.position);
    f(6, r.time);
}
void fields(auto&& f, is<revoke_reply> auto& r) {
    amended(f, r);
    f(8, r.number);
}
void fields(auto&& f, is<edit_reply> auto& r) {
    amended(f, r);
    f(7, r.changed);
    f(8, r.number);
}

void fields(auto&& f, is<mark_reply> auto& r) {
    f(1, r.conversation);
    f(2, r.key);
    f(3, r.value);
    f(4, r.target);
    f(5, rare{r.position});
}

void fields(auto&& f, is<presence_reply> auto& r) { f(1, r.users); }
void fields(auto&& f, is<relay_reply> auto& r) { f(1, r.reached); }

void fields(auto&& f, const push_message& e) { fields(f, e.entry); }
void fields(auto&& f, const push_revoke& e) { fields(f, e.entry); }
void fields(auto&& f, const push_edit& e) { fields(f, e.entry); }

void fields(auto&& f, const push_mark& e) { fields(f, e.mark); }
void fields(auto&& f, const push_received& e) { fields(f, e.mark); }
void fields(auto&& f, const push_read_receipt& e) { fields(f, e.mark); }

// From here on events are views; what a client makes of them owns the same fields: heard_fields.hpp.
void batch_fields(auto&& f, auto& e) {
    f(1, e.entries);
    f(2, e.marks);
    f(3, e.next);
    f(4, e.backfill);
}
void fields(auto&& f, const push_batch& e) { batch_fields(f, e); }

void news_fields(auto&& f, auto& e) { f(1, e.cursor); }
void fields(auto&& f, const news& e) { news_fields(f, e); }

void trimmed_fields(auto&& f, auto& e) {
    f(1, e.conversation);
    f(2, e.first_kept);
}
void fields(auto&& f, const push_trimmed& e) { trimmed_fields(f, e); }

void typing_fields(auto&& f, auto& e) {
    f(1, e.conversation);
    f(2, e.user);
    f(3, e.typing);
}
void fields(auto&& f, const push_typing& e) { typing_fields(f, e); }

void presence_fields(auto&& f, auto& e) { f(1, e.users); }
void fields(auto&& f, const push_presence& e) { presence_fields(f, e); }

void relay_fields(auto&& f, auto& e) {
    f(1, e.from);
    f(2, e.content_type);
    f(3, e.body);
}
void fields(auto&& f, const push_relay& e) { relay_fields(f, e); }

void kick_fields(auto&& f, auto& e) {
    f(1, e.why);
    f(2, std::string_view{text(e.why)});
    f(3, e.come_back);
}
void fields(auto&& f, const kick_out& e) { kick_fields(f, e); }

void refusal_fields(auto&& f, auto& e) {
    f(1, e.why);
    f(2, std::string_view{text(e.why)});
    f(3, e.retry_after);
    f(4, e.send_id);
}
void fields(auto&& f, const refusal& e) { refusal_fields(f, e); }

}  // namespace tandem::detail::in_protobuf
