// The fields of every reply and event: proto/tandem/v1/requests.proto and events.proto once more.
#pragma once

#include "noun_fields.hpp"

#include "../../protocol/events.hpp"

namespace tandem::detail::in_json {

void fields(auto&& f, is<auth_reply> auto& r) {
    f("user", r.user);
    f("device", r.device);
    f("epoch", r.epoch);
    f("head", r.head);
    f("reset", r.reset);
    f("pageFollows", r.page_follows);
    f("maxFrameBytes", r.max_frame_bytes);
    f("heartbeat", r.heartbeat);
    f("time", r.time);
}

void fields(auto&& f, is<heartbeat_reply> auto& r) {
    f("checkpoint", r.checkpoint);
    f("newest", r.newest);
    f("time", r.time);
}

void fields(auto&&, is<logout_reply> auto&) {}
void fields(auto&&, is<background_reply> auto&) {}

void fields(auto&& f, is<send_reply> auto& r) {
    f("clientMsgId", r.send_id);
    f("conversation", r.conversation);
    f("seq", r.place.seq);
    f("position", r.place.position);
    f("number", r.number);
    f("time", r.time);
    f("repeated", r.repeated);
    f("changed", opaque{r.changed});
}

void amended(auto&& f, auto& r) {
    f("clientMsgId", r.send_id);
    f("conversation", r.conversation);
    f("target", r.target);
    f("seq", r.place.seq);
    f("position", r.place.position);
    f("number", r.number);
    f("time", r.time);
}
void fields(auto&& f, is<revoke_reply> auto& r) { amended(f, r); }
void fields(auto&& f, is<edit_reply> auto& r) {
    amended(f, r);
    f("changed", opaque{r.changed});
}

void fields(auto&& f, is<mark_reply> auto& r) {
    f("conversation", r.conversation);
    f("key", r.key);
    f("value", r.value);
    f("target", rare{r.target});
    f("position", rare{r.position});
}

void fields(auto&& f, is<presence_reply> auto& r) { f("users", r.users); }
void fields(auto&& f, is<relay_reply> auto& r) { f("reached", r.reached); }

void fields(auto&& f, const push_message& e) { fields(f, e.entry); }
void fields(auto&& f, const push_revoke& e) { fields(f, e.entry); }
void fields(auto&& f, const push_edit& e) { fields(f, e.entry); }

void fields(auto&& f, const push_mark& e) { fields(f, e.mark); }
void fields(auto&& f, const push_received& e) { fields(f, e.mark); }
void fields(auto&& f, const push_read_receipt& e) { fields(f, e.mark); }

// From here on events are views; what a client makes of them owns the same fields: heard_fields.hpp.
void batch_fields(auto&& f, auto& e) {
    f("messages", e.entries);
    f("marks", e.marks);
    f("nextSeq", e.next);
    f("backfill", e.backfill);
}
void fields(auto&& f, const push_batch& e) { batch_fields(f, e); }

void news_fields(auto&& f, auto& e) { f("cursor", e.cursor); }
void fields(auto&& f, const news& e) { news_fields(f, e); }

void trimmed_fields(auto&& f, auto& e) {
    f("conversation", e.conversation);
    f("firstKept", e.first_kept);
}
void fields(auto&& f, const push_trimmed& e) { trimmed_fields(f, e); }

void typing_fields(auto&& f, auto& e) {
    f("conversation", e.conversation);
    f("user", e.user);
    f("typing", e.typing);
}
void fields(auto&& f, const push_typing& e) { typing_fields(f, e); }

void presence_fields(auto&& f, auto& e) { f("users", e.users); }
void fields(auto&& f, const push_presence& e) { presence_fields(f, e); }

void relay_fields(auto&& f, auto& e) {
    f("from", e.from);
    f("contentType", e.content_type);
    f("body", opaque{e.body});
}
void fields(auto&& f, const push_relay& e) { relay_fields(f, e); }

void kick_fields(auto&& f, auto& e) {
    f("code", e.why);
    f("text", std::string_view{text(e.why)});
    f("comeBack", e.come_back);
}
void fields(auto&& f, const kick_out& e) { kick_fields(f, e); }

void refusal_fields(auto&& f, auto& e) {
    f("code", e.why);
    f("text", std::string_view{text(e.why)});
    f("retryAfter", e.retry_after);
    f("clientMsgId", rare{e.send_id});
}
void fields(auto&& f, const refusal& e) { refusal_fields(f, e); }

}  // namespace tandem::detail::in_json
