// The engine: facts go in by calls, frames come out through outlets, answers through tickets.
#pragma once

#include "administration.hpp"
#include "caretaker.hpp"
#include "courier.hpp"
#include "on_ephemeral.hpp"
#include "on_mark.hpp"
#include "on_send.hpp"
#include "on_session.hpp"
#include "timekeeper.hpp"
#include "waker.hpp"

#include "../pull/http_api.hpp"
#include "../router/command_router.hpp"

namespace tandem {

using built_in_handlers = handlers<on_sign_in, on_heartbeat, on_logout, on_background, on_send, on_revoke, on_edit,
                                   on_mark, on_typing, on_presence, on_relay>;

// Opens no socket, starts no thread, reads no clock but its own policy's. One thread at a time. Every verb is a turn; hold a
// `turn` around several, and they share commits and writes.
template <class P>
class engine final : public timekeeper<P> {
    using base = timekeeper<P>;

public:
    using policies = P;
    using opened = typename base::opened;
    using call_type = call<engine>;

    explicit engine(tandem::parts<P> parts = {}, tandem::options options = {}) : base{std::move(parts), options} {
        const scope t{*this};
        this->read_head_to_start();
    }
    ~engine() { this->nobody_is_here(); }

    // Everything between two returns to your event loop.
    class turn {
    public:
        explicit turn(engine& e) : of_{e} { of_.enter_turn(); }
        ~turn() { of_.leave_turn(); }
        turn(const turn&) = delete;
        turn& operator=(const turn&) = delete;

    private:
        engine& of_;
    };

    // --- connections
    // Your server is about to accept a connection. An error: do not, and answer with HTTP status_of(error.code) instead. A
    // dialect may also turn somebody away who was accepted: then the session is over already, and its outlet closed.
    result<opened> open(outlet_ref outlet, const hello& h = {}) {
        const scope t{*this};
        result<opened> answer = error{errc::unsupported, "no dialect of this engine was asked for"};
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (greet<I>(outlet, h, answer) || ...);
        }(std::make_index_sequence<base::dialect_list::count>{});
        return answer;
    }

    // Your server read a whole message. False: the session is over, and so should your connection be.
    bool receive(session_handle h, const message& m) {
        const scope t{*this};
        session* s = this->hub_.find(h);
        if (!s) return false;
        this->hub_.prefetch_user_of(*s);
        s->heard = this->seconds_now();
        this->notify(hooks::received, m.data.size());
        const bool known = s->state == session_state::ready;
        if (m.data.size() > (known ? this->options_.max_frame_bytes : this->options_.max_frame_bytes_before_sign_in))
            this->end_session(h, error{errc::too_large, "a message over the limit"});
        else this->in_dialect(*s, [&](auto& d, auto& states) { read(h, d, states.at(h.slot), m); });
        return this->hub_.find(h) != nullptr;
    }

    // Your connection is gone, or its queue has room again.
    void closed(session_handle h) {
        const scope t{*this};
        this->drop_session(h, errc::dead_session);
    }
    void drained(session_handle h) {
        const scope t{*this};
        if (session* s = this->hub_.find(h)) this->tell_news(h, *s);
    }
    // At the end of the turn: also a handler may kick the session it is called for.
    void kick(session_handle h, error why = errc::kicked) {
        const scope t{*this};
        this->end_session_later(h, std::move(why));
    }
    void kick(const user_id& user, const error& why = errc::kicked) {
        const scope t{*this};
        this->hub_.each_session_of(this->hub_.number_of(user),
                                   [&](session_handle h, session&) { this->end_session_later(h, why); });
    }

    // --- time. Returns when it wants to be called again, at the latest.
    // A driver calls it after each round of its loop: what a turn leaves for the next one is due at once.
    instant tick() {
        {
            const scope t{*this};
            this->read_head_to_start();
            this->repeat_head_if_idle();
            this->sweep();
            if constexpr (base::dialect_list::some_tick) this->beat_all();
            this->tell_presence();
        }
        return caretaker_.due(waker_.due(courier_.due(this->next_tick())));
    }

    // --- what your own code does in somebody's name
    void send(draft d, done<stored> then = {}) {
        const scope t{*this};
        d.trusted = true;
        if (d.send_id.empty()) d.send_id = own_send_id();
        this->submit(std::move(d), origin{.then = std::move(then)});
    }
    void join(const conversation_id& c, const user_id& user, role as = role::member, done<stored> then = {}) {
        send(membership_draft(c, user, entry_kind::joined, as), std::move(then));
    }
    void leave(const conversation_id& c, const user_id& user, done<stored> then = {}) {
        send(membership_draft(c, user, entry_kind::left, role::none), std::move(then));
    }
    // The owner first; `then` is answered when the owner is in. All are in one commit unless the journal is nearly full.
    conversation_id create_group(const group_id& id, const user_id& owner, std::span<const user_id> members = {},
                                 done<stored> then = {}) {
        const scope t{*this};
        const auto c = conversation_id::group(id);
        join(c, owner, role::owner, std::move(then));
        for (const user_id& m : members) join(c, m);
        return c;
    }
    template <class Event>
    std::uint32_t tell(const user_id& user, const Event& event) {
        const scope t{*this};
        return base::tell(this->hub_.number_of(user), event);
    }

    // For whoever has none. Unlike any a client makes up, unlike any of another engine or start: an unknown outcome is
    // recognised by it. Clients see it, so it tells nothing of the seed it is made from.
    send_id own_send_id() {
        char text[40] = "~";
        std::size_t size = 1;
        for (std::uint64_t part : {hash_bytes("own sends", this->seed_), ++own_sends_}) {
            for (int i = 0; i < 16; ++i, part >>= 4) text[size++] = "0123456789abcdef"[part & 15];
        }
        return send_id{std::string_view{text, size}};
    }

    // How far an entry has come among the members of now. not_found: no such entry, or nobody is there.
    void receipts(const conversation_id& c, seq of, done<tandem::receipts> then) {
        const scope t{*this};
        this->count_receipts(c, of, [this, then = std::move(then)](const result<tandem::receipts>& r) {
            this->complete([then, r] { then(r); });
        });
    }

    // --- HTTP: a request your server has read, and its answer. What the request views must live until this returns; the
    // answer may come later. An error instead of an answer (the engine ended first) is a 503.
    void pull(const pull_request& request, done<pull_answer> then) {
        const scope t{*this};
        pulls_.serve(request, std::move(then));
    }

    // --- other engines on the same log
    void follow(const page& published) {
        const scope t{*this};
        this->hear_piece(published);
    }

    // --- permissions changed: ask the directory again
    void forget() { this->forget_permissions(); }

    // --- administration, for those whom policies::operators knows. Mount it where no user comes.
    void administer(std::string_view credential, done<administration<engine>> then) {
        const scope t{*this};
        this->template ask<identity>(
            verbs::verify, *this->parts_.operators,
            [this, then](result<identity> who) {
                if (!who) then(who.error());
                else if (who->expires != instant{} && who->expires <= this->now_) then(errc::expired);
                else then(administration<engine>{*this, std::move(*who)});
            },
            std::string{credential});
    }

private:
    friend class turn;
    friend class administration<engine>;
    template <class, class>
    friend class waker;
    template <class, class>
    friend class http_api;
    template <class, class>
    friend class courier;
    template <class, class>
    friend class caretaker;
    using scope = typename base::scope;

    // --- a turn's end: commits, completions, telling; then the outlets write
    bool work_on_log() {
        if (!this->started()) return false;
        const bool appended = this->start_append();
        const bool put = this->start_put();
        const bool advanced = this->advance();
        return appended || put || advanced || this->read_tail();
    }

    void end_of_turn() override {
        for (bool more = true; more;) {
            more = false;
            while (this->work_off_completions()) more = true;  // all of them: what they submit goes in one commit
            more |= work_on_log();
            more |= this->work_on_arrivals();
            more |= this->end_sessions();
        }
        this->tell_slices();
        this->go_on_broadcasting();
        waker_.go_on();
        courier_.go_on();
        caretaker_.go_on();
        if constexpr (base::some_cannot_pull) this->go_on_replaying();
        while (this->end_sessions() || this->work_off_completions()) {}
        if constexpr (base::some_cannot_pull) this->send_probes();
        this->flush_outlets();
    }

    // --- connections
    template <std::size_t I>
    bool greet(outlet_ref outlet, const hello& h, result<opened>& answer) {
        auto& dialect = std::get<I>(this->dialects_);
        using dialect_type = std::remove_reference_t<decltype(dialect)>;
        typename dialect_type::state state{};
        const greeting g = dialect.greet(h, state);
        if (g.what == greeting::verdict::decline) return false;
        if (g.what == greeting::verdict::refuse) {
            answer = error{g.why, "refused by the dialect"};
            return true;
        }
        const session_handle handle = this->hub_.open(outlet);
        session& s = *this->hub_.find(handle);
        s.dialect = static_cast<unsigned char>(I);
        s.variant = static_cast<unsigned char>(g.variant);
        s.heard = this->seconds_now();
        this->hub_.details(handle).ends = this->seconds_now() + this->seconds_of(this->options_.sign_in_within);
        if constexpr (!std::is_empty_v<typename dialect_type::state>)
            std::get<I>(this->states_).at(handle.slot) = std::move(state);
        this->notify(hooks::session_opened);
        this->put_into(handle, s, g.told);
        answer = opened{handle, g.subprotocol};
        if (g.what == greeting::verdict::turn_away) this->close_session(handle, error{g.why, "turned away"});
        else if (!g.credential.empty()) this->sign_in(reply_to{handle, {}}, auth_request{.credential = g.credential});
        if constexpr (ticks<dialect_type>) this->beat_for(handle);
        return true;
    }

    template <class Dialect>
    void read(session_handle h, Dialect& d, typename Dialect::state& state, const message& m) {
        const std::uint32_t cost = 1 + static_cast<std::uint32_t>(m.data.size() / 1024);
        const result<> opened = d.open(m, state, [&](typename Dialect::envelope& e) {
            session* s = this->hub_.find(h);
            if (!s) return;
            call_type call{*this, h, e.correlation};
            if (!s->requests.take(this->options_.session_rate, this->now_, cost)) {
                const duration wait = s->requests.wait(this->options_.session_rate, this->now_, cost);
                call.refuse(error{errc::rate_limited, "too many requests", wait});
                return this->strike(h);
            }
            if (!router_.route(d, e, call)) call.refuse(error{errc::unsupported, "no handler for this command"});
        });
        if (!opened) this->end_session(h, opened.error());
    }

    void wake_for(const std::shared_ptr<log_piece>& p, std::uint32_t i) override { waker_.placed(p, i); }
    void has_read(const user_id& user, const conversation_id& c) override { waker_.has_read(user, c); }

    // What the pull API asks for: a draft in somebody's name, and then(result<stored>).
    template <class Then>
    void place(draft d, Then then) {
        this->submit(std::move(d), origin{.then = this->template ticket<stored>(std::move(then))});
    }

    draft membership_draft(const conversation_id& c, const user_id& user, entry_kind kind, role as) const {
        draft d;
        d.conversation = c;
        d.sender = user;
        d.kind = kind;
        d.subject = user;
        d.role = as;
        d.history = kind == entry_kind::joined ? this->options_.history_for_new_members : 0;
        return d;
    }

    template <class... Built, class... Yours>
    static command_router<Yours..., Built...> router_of(handlers<Built...>, handlers<Yours...>);
    decltype(router_of(built_in_handlers{}, typename P::handlers{})) router_;
    http_api<engine, typename P::pages> pulls_{*this, this->seed_};
    [[no_unique_address]] courier<engine, detail::plain<typename P::event_sink>> courier_{*this};
    [[no_unique_address]] caretaker<engine, detail::store_of<P>> caretaker_{*this};
    [[no_unique_address]] waker<engine, detail::plain<typename P::offline>> waker_{*this};
    std::uint64_t own_sends_ = 0;
};

}  // namespace tandem
