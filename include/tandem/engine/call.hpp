// What a handler gets besides its request.
#pragma once

#include "origin.hpp"

namespace tandem {

// Dies when the handler returns; what may outlive it is the value `later()`.
template <class Engine>
class call {
public:
    call(Engine& engine, session_handle session, const tandem::correlation& correlation)
        : engine_{engine}, to_{session, correlation} {}

    Engine& engine() { return engine_; }
    session_handle session() const { return to_.session; }
    instant now() const { return engine_.now(); }

    // Only for handlers of signed-in sessions.
    const user_id& user() { return engine_.hub().user(engine_.hub().find(to_.session)->user); }

    template <class Reply>
    void reply(const Reply& r) {
        engine_.reply(to_, r);
    }
    void refuse(const error& e, const send_id& id = {}) { engine_.refuse(to_, e, id); }
    reply_to later() const { return to_; }

    // Sends a draft in the user's name; the session gets a send_reply (or the refusal) as the answer to this request. A
    // `trusted` one may go where the user is no member; everything else is checked all the same. Without a send id
    // (some dialects have none) a repetition is another send.
    void post(draft d) {
        d.sender = user();
        if (d.send_id.empty()) d.send_id = engine_.own_send_id();
        engine_.submit(std::move(d), origin{.request = to_});
    }

    // To a user's live sessions, not stored. Returns how many it went to.
    template <class Event>
    std::uint32_t tell(const user_id& whom, const Event& event) {
        return engine_.tell(whom, event);
    }

    // The conversation a request means: by its text, or by the other user in it.
    result<conversation_id> conversation(std::string_view text, std::string_view to) {
        if (!text.empty()) return conversation_id::parse(text);
        auto other = user_id::parse(to);
        if (!other) return other.error();
        return conversation_id::direct(user(), *other);
    }

    bool admits(bool open_to_strangers) {
        const auto* s = engine_.hub().find(to_.session);
        return s && (open_to_strangers || s->state == session_state::ready);
    }

private:
    Engine& engine_;
    reply_to to_;
};

}  // namespace tandem
