// The fields of every request: proto/tandem/v1/requests.proto once more.
#pragma once

#include "field_kinds.hpp"

#include "../../protocol/requests.hpp"

namespace tandem::detail::in_json {

void request_fields(auto&& f, is<auth_request> auto& r) {
    f("credential", r.credential);
    f("device", r.device);
    f("platform", r.platform);
    f("cursor", r.cursor);
    f("epoch", r.epoch);
}

void request_fields(auto&& f, is<heartbeat_request> auto& r) { f("cursor", r.cursor); }

void request_fields(auto&&, is<logout_request> auto&) {}

void request_fields(auto&& f, is<background_request> auto& r) { f("background", r.background); }

// Where to: every request about one conversation begins so.
void where(auto&& f, auto& r) {
    f("conversation", r.conversation);
    f("to", r.to);
}

void request_fields(auto&& f, is<send_request> auto& r) {
    where(f, r);
    f("clientMsgId", r.send_id);
    f("contentType", r.content_type);
    f("body", opaque{r.body});
    f("mentions", r.mentions);
}

void request_fields(auto&& f, is<revoke_request> auto& r) {
    where(f, r);
    f("clientMsgId", r.send_id);
    f("target", r.target);
}

void request_fields(auto&& f, is<edit_request> auto& r) {
    where(f, r);
    f("clientMsgId", r.send_id);
    f("target", r.target);
    f("contentType", r.content_type);
    f("body", opaque{r.body});
}

void request_fields(auto&& f, is<mark_request> auto& r) {
    where(f, r);
    f("key", r.key);
    f("value", r.value);
    f("target", r.target);
}

void request_fields(auto&& f, is<typing_request> auto& r) {
    where(f, r);
    f("typing", r.typing);
}

void request_fields(auto&& f, is<presence_request> auto& r) {
    f("users", r.users);
    f("watch", r.watch);
}

void request_fields(auto&& f, is<relay_request> auto& r) {
    f("to", r.to);
    f("contentType", r.content_type);
    f("body", opaque{r.body});
}

template <class R>
concept known_request = requires(R& r) { in_json::request_fields(any_visitor{}, r); };

}  // namespace tandem::detail::in_json
