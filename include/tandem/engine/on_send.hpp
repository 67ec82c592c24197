// What becomes an entry: a message, a revoke, an edit. Checking, storing, replying and telling follow in `submit`.
#pragma once

#include "call.hpp"

#include "../protocol/requests.hpp"

namespace tandem {

namespace detail {

// The parts all three have. An empty send id is refused: without one a retry could not be told from a second send.
template <class Request>
result<draft> draft_of(auto& call, const Request& r, entry_kind kind) {
    auto c = call.conversation(r.conversation, r.to);
    if (!c) return c.error();
    auto id = send_id::parse(r.send_id);
    if (!id) return id.error();
    if (c->is_personal() && !c->names(call.user())) return errc::not_member;
    draft d;
    d.conversation = *c;
    d.send_id = *id;
    d.kind = kind;
    return d;
}

}  // namespace detail

struct on_send {
    using request = send_request;

    void operator()(auto& call, const send_request& r) const {
        auto d = detail::draft_of(call, r, entry_kind::message);
        if (!d) return call.refuse(d.error());
        d->content_type = r.content_type;
        d->body = r.body;
        call.post(std::move(*d));
    }
};

struct on_revoke {
    using request = revoke_request;

    void operator()(auto& call, const revoke_request& r) const {
        auto d = detail::draft_of(call, r, entry_kind::revoke);
        if (!d) return call.refuse(d.error());
        if (!r.target) return call.refuse(errc::invalid_argument);
        d->target = r.target;
        call.post(std::move(*d));
    }
};

struct on_edit {
    using request = edit_request;

    void operator()(auto& call, const edit_request& r) const {
        auto d = detail::draft_of(call, r, entry_kind::edit);
        if (!d) return call.refuse(d.error());
        if (!r.target) return call.refuse(errc::invalid_argument);
        d->target = r.target;
        d->content_type = r.content_type;
        d->body = r.body;
        call.post(std::move(*d));
    }
};

}  // namespace tandem
