// Received, read, pinned, reactions, …: gathered, stored, then shown to those it concerns.
#pragma once

#include "call.hpp"

#include "../protocol/requests.hpp"

namespace tandem {

struct on_mark {
    using request = mark_request;

    void operator()(auto& call, const mark_request& r) const {
        auto c = call.conversation(r.conversation, r.to);
        if (!c) return call.refuse(c.error());
        if (!is_known(r.key) || !is_about(r.key, r.target)) return call.refuse(errc::invalid_argument);
        const user_id& user = call.user();
        call.engine().mark_as(
            user, mark_change{.conversation = *c, .key = r.key, .owner = user, .value = r.value, .target = r.target},
            call.later());
    }
};

}  // namespace tandem
