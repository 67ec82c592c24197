// Signing in, staying, leaving.
#pragma once

#include "call.hpp"

#include "../protocol/events.hpp"

namespace tandem {

struct on_sign_in {
    using request = auth_request;
    static constexpr bool before_sign_in = true;

    void operator()(auto& call, const auth_request& r) const { call.engine().sign_in(call.later(), r); }
};

// A cursor in it says: the device has stored everything up to here.
struct on_heartbeat {
    using request = heartbeat_request;

    void operator()(auto& call, const heartbeat_request& r) const { call.engine().heartbeat(call.later(), r.cursor); }
};

struct on_logout {
    using request = logout_request;

    void operator()(auto& call, const logout_request&) const {
        call.reply(logout_reply{});
        call.engine().end_session_later(call.session(), error{errc::logged_out, "by request"});
    }
};

struct on_background {
    using request = background_request;

    void operator()(auto& call, const background_request& r) const {
        call.engine().hub().find(call.session())->background = r.background;
        call.reply(background_reply{});
    }
};

}  // namespace tandem
