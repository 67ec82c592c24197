// Received, read, pinned, …: gathered, stored, then shown to those it concerns.
#pragma once

#include "call.hpp"

#include "../protocol/requests.hpp"

namespace tandem {

struct on_mark {
    using request = mark_request;

    void operator()(auto& call, const mark_request& r) const {
        auto c = call.conversation(r.conversation, r.to);
        if (!c) return call.refuse(c.error());
        if (!is_known(r.key)) return call.refuse(errc::invalid_argument);
        call.engine().mark_as(call.user(),
                              mark_change{.conversation = *c, .key = r.key, .owner = call.user(), .value = r.value},
                              call.later());
    }

private:
    static bool is_known(mark_key key) {
        const auto n = static_cast<unsigned>(key);
        return (n >= static_cast<unsigned>(mark_key::received) && n <= static_cast<unsigned>(mark_key::muted)) ||
               n >= 1000;
    }
};

}  // namespace tandem
