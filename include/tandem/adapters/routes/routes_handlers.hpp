// What the routes ask for that no other dialect does: handlers<on_route_online, on_route_chat, on_route_push, …>.
#pragma once

#include "routes_requests.hpp"

#include "../../core/entry.hpp"

#include <algorithm>

namespace tandem {

// Those who have a session on this engine, as far as the asker may watch them, and at most so many.
struct on_route_online {
    using request = route_online;
    static constexpr std::size_t most = 1000;

    void operator()(auto& call, const route_online&) const {
        auto& hub = call.engine().hub();
        std::vector<std::uint32_t> numbers;
        for (std::uint32_t slot = 0; slot < hub.session_slots() && numbers.size() < most; ++slot)
            if (const auto* s = hub.find(hub.handle_at(slot)); s && s->user != hub.nobody) numbers.push_back(s->user);
        std::sort(numbers.begin(), numbers.end());
        numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
        std::vector<user_id> users;
        for (const std::uint32_t n : numbers) users.push_back(hub.user(n));
        call.engine().presence_of(call.later(), std::move(users), watch::none);
    }
};

namespace detail::in_routes {

// An id is for clients who want to be able to send again; the engine makes one up for the others.
template <class Request>
result<> begin(draft& d, const Request& r) {
    if (!r.send_id.empty()) {
        const auto id = send_id::parse(r.send_id);
        if (!id) return id.error();
        d.send_id = *id;
    }
    d.content_type = r.content_type;
    d.body = r.body;
    return success();
}

}  // namespace detail::in_routes

struct on_route_chat {
    using request = route_chat;

    void operator()(auto& call, const route_chat& r) const {
        const auto c = r.where.for_sender(call.user());
        if (!c) return call.refuse(c.error());
        if (c->is_personal() && !c->names(call.user())) return call.refuse(errc::not_member);
        draft d{.conversation = *c};
        if (const auto begun = detail::in_routes::begin(d, r); !begun) return call.refuse(begun.error());
        call.post(std::move(d));
    }
};

// An entry in the receiver's own conversation: told at once to whoever of their devices is here, on any engine, kept for those
// who are not, told again until it has arrived, and gone when the store lets old entries go. Who may push to whom the
// directory says (action::relay).
struct on_route_push {
    using request = route_push;

    void operator()(auto& call, const route_push& r) const {
        const auto to = user_id::parse(r.receiver);
        if (!to) return call.refuse(to.error());
        draft d{.conversation = conversation_id::self(*to), .trusted = true};
        if (const auto begun = detail::in_routes::begin(d, r); !begun) return call.refuse(begun.error());
        call.post(std::move(d));
    }
};

}  // namespace tandem
