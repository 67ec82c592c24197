// What becomes an entry: a message, a revoke, an edit. Checking, storing, replying and telling follow in `submit`.
#pragma once

#include "call.hpp"

#include "../protocol/requests.hpp"

namespace tandem {

namespace detail {

// Fills in what all three have. An empty send id is refused: without one a retry could not be told from a second send.
template <class Request>
result<> begin(draft& d, auto& call, const Request& r) {
    const auto c = call.conversation(r.conversation, r.to);
    if (!c) return c.error();
    const auto id = send_id::parse(r.send_id);
    if (!id) return id.error();
    if (c->is_personal() && !c->names(call.user())) return errc::not_member;
    d.conversation = *c;
    d.send_id = *id;
    return success();
}

}  // namespace detail

struct on_send {
    using request = send_request;

    void operator()(auto& call, const send_request& r) const {
        draft d;
        if (const auto begun = detail::begin(d, call, r); !begun) return call.refuse(begun.error());
        d.content_type = r.content_type;
        d.body = r.body;
        if (!r.mentions.empty()) {
            auto named = parse_users(r.mentions);
            if (!named) return call.refuse(named.error());
            d.mentions = *std::move(named);
        }
        call.post(std::move(d));
    }
};

struct on_revoke {
    using request = revoke_request;

    void operator()(auto& call, const revoke_request& r) const {
        draft d{.kind = entry_kind::revoke};
        if (const auto begun = detail::begin(d, call, r); !begun) return call.refuse(begun.error());
        if (!r.target) return call.refuse(errc::invalid_argument);
        d.target = r.target;
        call.post(std::move(d));
    }
};

struct on_edit {
    using request = edit_request;

    void operator()(auto& call, const edit_request& r) const {
        draft d{.kind = entry_kind::edit};
        if (const auto begun = detail::begin(d, call, r); !begun) return call.refuse(begun.error());
        if (!r.target) return call.refuse(errc::invalid_argument);
        d.target = r.target;
        d.content_type = r.content_type;
        d.body = r.body;
        call.post(std::move(d));
    }
};

}  // namespace tandem
