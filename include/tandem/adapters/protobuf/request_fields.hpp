// The fields of every request: proto/tandem/v1/requests.proto once more, number by number.
#pragma once

#include "field_kinds.hpp"

#include "../../protocol/requests.hpp"

namespace tandem::detail::in_protobuf {

void request_fields(auto&& f, is<auth_request> auto& r) {
    f(1, r.credential);
    f(2, r.device);
    f(3, r.platform);
    f(4, r.cursor);
    f(5, r.epoch);
}

void request_fields(auto&& f, is<heartbeat_request> auto& r) { f(1, r.cursor); }

void request_fields(auto&&, is<logout_request> auto&) {}

void request_fields(auto&& f, is<background_request> auto& r) { f(1, r.background); }

void request_fields(auto&& f, is<send_request> auto& r) {
    f(1, r.conversation);
    f(2, r.to);
    f(3, r.send_id);
    f(4, r.content_type);
    f(5, opaque{r.body});
    f(6, r.mentions);
}

void request_fields(auto&& f, is<revoke_request> auto& r) {
    f(1, r.conversation);
    f(2, r.to);
    f(3, r.send_id);
    f(4, r.target);
}

void request_fields(auto&& f, is<edit_request> auto& r) {
    f(1, r.conversation);
    f(2, r.to);
    f(3, r.send_id);
    f(4, r.target);
    f(5, r.content_type);
    f(6, opaque{r.body});
}

void request_fields(auto&& f, is<mark_request> auto& r) {
    f(1, r.conversation);
    f(2, r.to);
    f(3, r.key);
    f(4, r.value);
    f(5, r.target);
}

void request_fields(auto&& f, is<typing_request> auto& r) {
    f(1, r.conversation);
    f(2, r.to);
    f(3, stated{r.typing});
}

void request_fields(auto&& f, is<presence_request> auto& r) {
    f(1, r.users);
    f(2, r.watch);
}

void request_fields(auto&& f, is<relay_request> auto& r) {
    f(1, r.to);
    f(2, r.content_type);
    f(3, opaque{r.body});
}

template <class R>
concept flat_request = requires(R& r) { request_fields(any_visitor{}, r); };

}  // namespace tandem::detail::in_protobuf
