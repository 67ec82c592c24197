// Connections and languages: everything about speaking to peers, nothing about what is said.
#pragma once

#include "origin.hpp"
#include "spoken.hpp"
#include "turns.hpp"

#include "../hub/session_hub.hpp"

#include <unordered_map>

namespace tandem {

namespace detail {

// A dialect's state for each session that speaks it; nothing at all for a dialect without state.
template <class State, bool = std::is_empty_v<State>>
class dialect_states {
public:
    State& at(std::uint32_t slot) { return states_[slot]; }
    void forget(std::uint32_t slot) { states_.erase(slot); }

private:
    std::unordered_map<std::uint32_t, State> states_;
};

template <class State>
class dialect_states<State, true> {
public:
    State& at(std::uint32_t) { return only_; }
    void forget(std::uint32_t) {}

private:
    State only_;
};

template <class Dialects>
struct tables_of;
template <class... Ds>
struct tables_of<dialects<Ds...>> {
    using states = std::tuple<dialect_states<typename Ds::state>...>;
};

}  // namespace detail

template <class P>
class switchboard : public turns<P> {
    using base = turns<P>;

public:
    session_hub& hub() { return hub_; }

    // --- telling one session
    template <class Reply>
    void reply(const reply_to& to, const Reply& r) {
        session* s = hub_.find(to.session);
        if (!s) return;
        said_to(to.session, *s, in_dialect(*s, [&](auto& d, auto& states) -> frames {
                    auto& state = states.at(to.session.slot);
                    if constexpr (answers_with<std::remove_reference_t<decltype(d)>, Reply>)
                        return d.answer(state, r, to.correlation);
                    else return d.answer(state, refusal{errc::unsupported}, to.correlation);
                }));
    }

    void refuse(const reply_to& to, const error& e, const send_id& id = {}) {
        this->notify(hooks::refused, e.code);
        reply(to, refusal{.why = e.code, .retry_after = e.retry_after, .send_id = id.view()});
    }

    // Straight to one session, whatever its lag: for what has no position.
    template <class Event>
    void say(session_handle h, const Event& event) {
        if (session* s = hub_.find(h)) said_to(h, *s, encode(event, s->dialect, s->variant));
    }

    // To all live sessions of a user. Returns how many it went to; a session behind its limit is left out.
    template <class Event>
    std::uint32_t tell(std::uint32_t user, const Event& event, session_handle except = {}) {
        spoken<typename P::dialects> said;
        std::uint32_t reached = 0;
        hub_.each_session_of(user, [&](session_handle h, session& s) {
            if (h != except) reached += push_transient(h, s, event, said);
        });
        return reached;
    }

    // --- ending
    // Now: never from inside a walk over sessions.
    void end_session(session_handle h, const error& why) {
        session* s = hub_.find(h);
        if (!s) return;
        if (why.code != errc::slow_receiver) {
            const frames farewell =
                encode(kick_out{.why = why.code, .come_back = why.retry_after}, s->dialect, s->variant);
            farewell.each([&](const frame& f) { with_outlet(*s, [&](outlet_ref& o) { o.send(f); }); });
        }
        close_session(h, why);
    }

    // The same without a word: to those who were told already.
    void close_session(session_handle h, const error& why) {
        session* s = hub_.find(h);
        if (!s) return;
        with_outlet(*s, [&](outlet_ref& o) { o.close(why); });
        drop_session(h, why.code);
    }

    // At the end of the turn.
    void end_session_later(session_handle h, error why) { to_end_.push_back({h, std::move(why)}); }

protected:
    using dialect_list = typename P::dialects;

    switchboard(tandem::parts<P> parts, const tandem::options& options)
        : base{std::move(parts), options}, hub_{this->seed_} {}
    ~switchboard() = default;

    virtual void session_gone(session_handle h, std::uint32_t user) = 0;
    // Of a session that cannot pull: a push will not go into its connection.
    virtual void falls_behind(session_handle h) = 0;

    bool end_sessions() {
        if (to_end_.empty()) return false;
        for (auto& [h, why] : std::exchange(to_end_, {})) end_session(h, why);
        return true;
    }

    void flush_outlets() {
        for (const session_handle h : to_flush_)
            if (session* s = hub_.find(h)) {
                s->to_flush = false;
                with_outlet(*s, [](outlet_ref& o) { o.flush(); });
            }
        to_flush_.clear();
    }

    // --- speaking
    template <class F>
    decltype(auto) in_dialect(const session& s, F f) {
        return in_dialect_at<0>(s.dialect, f);
    }

    // It takes no NEWS and has no cursor: the engine pulls in its place.
    static constexpr bool some_cannot_pull = dialect_list::some_cannot_pull;
    bool cannot_pull(const session& s) { return missed_by(s) == when_missed::replay; }

    template <class Event>
    frames encode(const Event& event, unsigned dialect, unsigned variant) {
        session like;
        like.dialect = static_cast<unsigned char>(dialect);
        return in_dialect(like, [&](auto& d, auto&) {
            frames said = say_in(d, event, variant);
            if (said) this->notify(hooks::encoded);
            return said;
        });
    }

    template <class Event>
    const frames& said_in(spoken<dialect_list>& said, const session& s, const Event& event) {
        return said.in(s.dialect, s.variant, [&] { return encode(event, s.dialect, s.variant); });
    }

    // Of what has a position: skipped over the limit, then NEWS. True if it went into the connection. `what` is the entry,
    // the mark or the run that the event is of.
    template <class Event, class What>
    bool push(session_handle h, session& s, const Event& event, spoken<dialect_list>& said, const What& what) {
        if (s.state < session_state::joining) return false;
        if (!s.lag.gets_pushes() || is_full(s, this->options_.pushing_until_bytes)) {
            skip(h, s, what);
            return false;
        }
        put_into(h, s, said_in(said, s, event));
        this->notify(hooks::pushed, named(h, s), [&] { return carried_by(what); });
        return true;
    }

    template <class Event>
    bool push_transient(session_handle h, session& s, const Event& event, spoken<dialect_list>& said) {
        if (!takes_transient(s)) return false;
        put_into(h, s, said_in(said, s, event));
        return true;
    }
    // The same of what was encoded before.
    void push_transient(session_handle h, session& s, const spoken<dialect_list>& said) {
        if (takes_transient(s)) put_into(h, s, said.said_in(s.dialect, s.variant));
    }
    bool takes_transient(session& s) {
        return s.state == session_state::ready && s.lag.gets_pushes() &&
               !is_full(s, this->options_.pushing_until_bytes);
    }

    void put_into(session_handle h, session& s, const frames& what) {
        what.each([&](const frame& f) { with_outlet(s, [&](outlet_ref& o) { o.send(f); }); });
        if (!s.to_flush && what) {
            s.to_flush = true;
            to_flush_.push_back(h);
        }
    }

    // Replies are queued beyond the limit for pushes, but not without end.
    void said_to(session_handle h, session& s, const frames& what) {
        if (is_full(s, this->options_.replying_until_bytes))
            end_session_later(h, error{errc::slow_receiver, "does not read its replies"});
        else put_into(h, s, what);
    }

    template <class F>
    void with_outlet(session& s, F f) {
        this->in_outlet_ = true;
        f(s.outlet);
        this->in_outlet_ = false;
    }

    bool is_full(session& s, std::size_t limit) {
        std::size_t queued = 0;
        with_outlet(s, [&](outlet_ref& o) { queued = o.queued_bytes(); });
        return queued > limit;
    }

    // A session that was skipped and has room again is told that there is more.
    void tell_news(session_handle h, session& s) {
        if (is_full(s, this->options_.pushing_until_bytes) || !s.lag.take_news()) return;
        put_into(h, s, encode(news{s.lag.must_report()}, s.dialect, s.variant));
    }

    // The device says it has stored everything up to here.
    void report(session_handle h, session& s, position cursor) {
        this->notify(hooks::reported, named(h, s), cursor);
        s.lag.report(cursor);
    }

    // The transport knows that this session is over, or we do.
    void drop_session(session_handle h, errc why) {
        session* s = hub_.find(h);
        if (!s) return;
        this->notify(hooks::session_closed, why);
        in_dialect(*s, [&](auto&, auto& states) { states.forget(h.slot); });
        const std::uint32_t user = s->user;
        hub_.close(h);
        session_gone(h, user);
    }

    // Whose a session is, looked up when an observer wants to know. Its user is known by now.
    auto named(session_handle h, const session& s) {
        return [this, h, &s] { return named_device{hub_.user(s.user), hub_.details(h).device}; };
    }

    session_hub hub_;
    typename dialect_list::tuple dialects_;
    typename detail::tables_of<dialect_list>::states states_;

private:
    template <std::size_t I, class F>
    decltype(auto) in_dialect_at(unsigned which, F& f) {
        if constexpr (I + 1 < dialect_list::count)
            if (which != I) return in_dialect_at<I + 1>(which, f);
        return f(std::get<I>(dialects_), std::get<I>(states_));
    }

    when_missed missed_by(const session& s) {
        return in_dialect(s, [](auto& d, auto&) { return std::remove_cvref_t<decltype(d)>::traits.missed; });
    }

    template <class What>
    void skip(session_handle h, session& s, const What& what) {
        this->notify(hooks::skipped, named(h, s), [&] { return carried_by(what); });
        if (some_cannot_pull && s.lag.gets_pushes() && cannot_pull(s)) falls_behind(h);
        s.lag.skip(carried_by(what).last);
        if (missed_by(s) == when_missed::reconnect) end_session_later(h, error{errc::slow_receiver, "missed a push"});
    }

    struct ending {
        session_handle session;
        error why;
    };

    std::vector<session_handle> to_flush_;
    std::vector<ending> to_end_;
};

}  // namespace tandem
