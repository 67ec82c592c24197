// What an operator may look at and do, with a credential that is no user's.
#pragma once

#include "../core/answer.hpp"
#include "../hub/session.hpp"
#include "../policy/authenticator.hpp"
#include "../policy/observer.hpp"
#include "../protocol/pages.hpp"
#include "../store/seq_store.hpp"

namespace tandem {

// One session of a user, as it is now.
struct session_report {
    session_handle session{};
    device_id device{};
    std::size_t queued_bytes = 0;
    duration silent{};        // since the peer's last word
    bool signed_in = false;   // everything below is of those who are
    bool background = false;  // by its own word
    bool behind = false;      // something was skipped: it pulls, or is told again
};

// Had from engine.administer; dies with the engine. Everything here is about this engine: other engines on the same log have
// sessions of their own. Every verb is refused once the credential has ended.
template <class Engine>
class administration {
public:
    administration(Engine& engine, identity who) : engine_{&engine}, who_{std::move(who)} {}

    // For your audit log.
    const user_id& who() const { return who_.user; }

    result<std::vector<session_report>> sessions(const user_id& user) {
        if (is_over()) return errc::expired;
        const typename Engine::scope t{*engine_};
        std::vector<session_report> all;
        engine_->hub().each_session_of(engine_->hub().number_of(user),
                                       [&](session_handle h, session& s) { all.push_back(report(h, s)); });
        return all;
    }

    // Ends one session, or all of a user. They may come back.
    result<> kick(session_handle session, errc why = errc::kicked) {
        if (is_over()) return errc::expired;
        engine_->kick(session, why);
        return success();
    }
    result<> kick(const user_id& user, errc why = errc::kicked) {
        if (is_over()) return errc::expired;
        engine_->kick(user, error{why});
        return success();
    }

    // Whatever credentials the user has are void; then all sessions end. For authenticators that have the verb: errc::unsupported
    // otherwise, and nobody is kicked.
    void invalidate(const user_id& user, done<nothing> then) {
        if (is_over()) return then(errc::expired);
        const typename Engine::scope t{*engine_};
        auto& users = *engine_->parts().authenticator;
        if constexpr (invalidating_authenticator<std::remove_reference_t<decltype(users)>>) {
            engine_->template ask<nothing>(
                verbs::invalidate, users,
                [e = engine_, user, then](const result<nothing>& r) {
                    if (r) e->kick(user, errc::expired);
                    then(r);
                },
                user);
        } else {
            then(error{errc::unsupported, "the authenticator has no verb invalidate(const user_id&)"});
        }
    }

    // In order of their ids, from the one after `after`.
    void members(const conversation_id& c, const user_id& after, std::size_t count, done<member_page> then) {
        if (is_over()) return then(errc::expired);
        const typename Engine::scope t{*engine_};
        engine_->template ask<member_page>(
            verbs::members, engine_->store(), [then](result<member_page> r) { then(std::move(r)); }, c, after, count);
    }

    // To every signed-in session that is not behind; in slices, so that nobody waits for it.
    template <class Event>
    result<> broadcast(const Event& event) {
        if (is_over()) return errc::expired;
        engine_->broadcast(event);
        return success();
    }

    // What became of one message for one device, as lines of text. For engines with an observer that remembers it (a trace);
    // errc::unsupported otherwise.
    result<std::string> why(const conversation_id& c, seq s, const user_id& user, const device_id& device) {
        if (is_over()) return errc::expired;
        result<std::string> told = error{errc::unsupported, "no observer of this engine is a tandem::trace"};
        const auto ask = [&](auto& observer) {
            if constexpr (requires { observer.text(c, s, user, device); }) told = observer.text(c, s, user, device);
        };
        auto& observer = *engine_->parts().observer;
        if constexpr (detail::holds_observers<std::remove_reference_t<decltype(observer)>>) observer.each_observer(ask);
        else ask(observer);
        return told;
    }

private:
    bool is_over() const { return who_.expires != instant{} && who_.expires <= engine_->parts().clock->now(); }

    session_report report(session_handle h, session& s) {
        session_report r{.session = h, .device = engine_->hub().details(h).device};
        engine_->with_outlet(s, [&](outlet_ref& o) { r.queued_bytes = o.queued_bytes(); });
        r.silent = seconds(engine_->seconds_now() - s.heard);
        r.signed_in = s.state == session_state::ready;
        r.background = s.background;
        r.behind = !s.lag.gets_pushes();
        return r;
    }

    Engine* engine_;
    identity who_;
};

}  // namespace tandem
