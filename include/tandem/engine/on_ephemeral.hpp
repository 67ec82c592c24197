// What is told and forgotten: typing, presence, relay. Nothing here has a position, so nothing here is repaired.
#pragma once

#include "call.hpp"

#include "../directory/directory.hpp"
#include "../protocol/events.hpp"

namespace tandem {

struct on_typing {
    using request = typing_request;

    void operator()(auto& call, const typing_request& r) const {
        auto c = call.conversation(r.conversation, r.to);
        if (!c) return call.refuse(c.error());
        if (!call.engine().is_member_here(*c, call.user())) return call.refuse(errc::not_member);
        call.engine().permitted(
            call.later(), *c, action::type,
            [&e = call.engine(), c = *c, typing = r.typing](session_handle from) { e.tell_typing(c, from, typing); });
    }
};

struct on_presence {
    using request = presence_request;
    static constexpr std::size_t most_at_once = 1000;

    void operator()(auto& call, const presence_request& r) const {
        if (r.users.size() > most_at_once) return call.refuse(errc::too_large);
        auto users = parse_users(r.users);
        if (!users) return call.refuse(users.error());
        call.engine().presence_of(call.later(), *std::move(users), r.watch);
    }
};

struct on_relay {
    using request = relay_request;

    void operator()(auto& call, const relay_request& r) const {
        auto to = user_id::parse(r.to);
        if (!to) return call.refuse(to.error());
        const auto c = conversation_id::direct(call.user(), *to);
        call.engine().permitted(
            call.later(), c, action::relay,
            [&e = call.engine(), to = *to, later = call.later(), type = r.content_type,
             body = std::string{r.body}](session_handle from) { e.relay(from, later, to, type, body); });
    }
};

}  // namespace tandem
