// From a draft to the journal: lane, rates, permission, gatekeeper; and the look before a final no.
#pragma once

#include "marker.hpp"
#include "rate_table.hpp"

#include "../directory/permission_memory.hpp"

namespace tandem {

template <class P>
class admission : public marker<P> {
    using base = marker<P>;

public:
    // Takes a draft whose sender is known and whose ids are sound. Whatever becomes of it, `o` is answered once.
    void submit(draft&& d, origin&& o) {
        d.time = this->now_;
        d.fingerprint = fingerprint_of(d);
        o.conversation = hash(d.conversation, this->seed_);
        o.arrival = ++arrivals_;
        if (session* s = this->hub_.find(o.request.session)) {
            if (s->unacked++ >= this->options_.unacked_per_session)
                return this->fail(d, o, error{errc::overloaded, "too many sends without an answer"});
        }
        enter_lane(std::move(d), std::move(o));
    }

    // Answers that a late directory gave are forgotten.
    void forget_permissions() { permissions_.forget(); }

protected:
    admission(tandem::parts<P> parts, const tandem::options& options)
        : base{std::move(parts), options}, user_rates_{options.user_rate},
          conversation_rates_{options.conversation_rate}, permissions_{options.directory_memory, this->seed_} {}

    static constexpr bool is_open = std::is_same_v<detail::plain<typename P::directory>, open_directory>;

    // then(result<nothing>): may this user do this here, as far as the application is concerned?
    template <class Then>
    void permit(const user_id& user, const conversation_id& c, action what, Then then) {
        if constexpr (is_open) {
            then(success());
        } else {
            if (const auto known = permissions_.recall(user, c, what, this->now_)) return then(verdict(*known));
            this->template ask<bool>(
                verbs::may, *this->parts_.directory,
                [this, user, c, what, then = std::move(then)](result<bool> r) mutable {
                    remember(user, c, what, r);
                    then(r ? verdict(*r) : result<>{r.error()});
                },
                user, c, what);
        }
    }

    // Whatever is told to all of a group counts: zero, or how long to wait.
    duration take_conversation_rate(const conversation_id& c, std::uint64_t hash) {
        return c.is_personal() ? duration{} : conversation_rates_.take(hash, this->now_);
    }

    // Over its rate once is an error, over and over is the end.
    void strike(session_handle h) {
        if (session* s = this->hub_.find(h); s && ++s->strikes > this->options_.strikes)
            this->end_session_later(h, error{errc::rate_limited, "too often over its rate"});
    }

private:
    using directory_type = detail::plain<typename P::directory>;
    using gatekeeper_type = detail::plain<typename P::gatekeeper>;
    static constexpr bool may_answers_later =
        answers_later<decltype(verbs::may), bool, directory_type&, const user_id&, const conversation_id&, action>;

    // Only what took its time is worth keeping.
    void remember([[maybe_unused]] const user_id& user, [[maybe_unused]] const conversation_id& c,
                  [[maybe_unused]] action what, [[maybe_unused]] const result<bool>& r) {
        if constexpr (may_answers_later)
            if (r) permissions_.keep(user, c, what, *r, this->now_);
    }

    // --- lane
    void enter_lane(draft&& d, origin&& o) {
        if (o.request.session && !this->lanes_.empty()) {
            const lane_key key = this->lane_of(d, o);
            switch (this->lanes_.enter(key, d.send_id, o.arrival)) {
                case lanes::entrance::open: break;
                case lanes::entrance::closed:
                    return this->fail(d, o, error{errc::lane_closed, "an earlier send must be repeated first"});
                case lanes::entrance::wait: return wait_in_lane(key, std::move(d), std::move(o));
            }
        }
        check_rates(std::move(d), std::move(o));
    }

    void wait_in_lane(const lane_key& key, draft&& d, origin&& o) {
        if (this->lanes_.is_full(key))
            return this->fail(d, o, error{errc::overloaded, "too many sends wait in one lane"});
        this->lanes_.wait(key, {std::move(d), std::move(o)});
    }

    // A lane is needed only while somebody is asked who answers later.
    void hold_lane(const draft& d, origin& o) {
        if (!o.request.session || o.holds_lane) return;
        o.holds_lane = true;
        this->lanes_.begin(this->lane_of(d, o), o.arrival);
    }

    void leave_lane(const lane_key& key, bool held) {
        if (!held) return;
        for (lane_item& next : this->lanes_.end(key)) enter_lane(std::move(next.draft), std::move(next.origin));
    }

    // --- checks
    // The server's own code speaks. A session's request that a handler vouches for is a user's still.
    static bool is_ours(const draft& d, const origin& o) { return d.trusted && !o.request.session; }

    void check_rates(draft&& d, origin&& o) {
        if (this->journal_.full())
            return fail_here(std::move(d), std::move(o), error{errc::overloaded, "the journal is full"});
        if (!is_ours(d, o)) {
            duration wait = user_rates_.take(hash(d.sender, this->seed_), this->now_);
            if (wait == duration{}) wait = take_conversation_rate(d.conversation, o.conversation);
            if (wait > duration{})
                return fail_here(std::move(d), std::move(o), error{errc::rate_limited, "too many sends", wait});
        }
        if (d.body.size() > this->options_.max_body_bytes)
            return refuse_finally(std::move(d), std::move(o),
                                  error{errc::too_large, "the body is over max_body_bytes"});
        if (d.mentions.size() > this->options_.mentions_per_message)
            return refuse_finally(std::move(d), std::move(o), error{errc::too_large, "more than mentions_per_message"});
        ask_directory(std::move(d), std::move(o));
    }

    void ask_directory(draft&& d, origin&& o) {
        if (is_ours(d, o) || is_membership(d.kind)) return to_journal(std::move(d), std::move(o));
        if constexpr (may_answers_later) hold_lane(d, o);
        if constexpr (is_open) return permitted(std::move(d), std::move(o));
        const action what = d.trusted                      ? action::relay
                            : d.kind == entry_kind::revoke ? action::revoke_own
                            : d.kind == entry_kind::edit   ? action::edit
                                                           : action::send;
        const user_id user = d.sender;
        const conversation_id c = d.conversation;
        permit(user, c, what, [this, d = std::move(d), o = std::move(o)](result<> r) mutable {
            if (r) permitted(std::move(d), std::move(o));
            else refuse_finally(std::move(d), std::move(o), r.error());
        });
    }

    void permitted(draft&& d, origin&& o) {
        if (is_amendment(d.kind)) look_at_target(std::move(d), std::move(o));
        else ask_gatekeeper(std::move(d), std::move(o));
    }

    // Who may amend what is fixed by the target's sender and time, so it is decided before the commit; that the
    // target is still there, and the sender still a member, is decided inside.
    void look_at_target(draft&& d, origin&& o) {
        hold_lane(d, o);
        const conversation_id c = d.conversation;
        const user_id sender = d.sender;
        this->template ask<membership>(
            verbs::member, this->store(),
            [this, d = std::move(d), o = std::move(o)](result<membership> r) mutable {
                if (!r) return fail_here(std::move(d), std::move(o), r.error());
                if (!r->current()) return refuse_finally(std::move(d), std::move(o), errc::not_member);
                read_target(std::move(d), std::move(o), r->role, r->intervals);
            },
            c, sender);
    }

    void read_target(draft&& d, origin&& o, role as, std::vector<interval> visible) {
        const conversation_id c = d.conversation;
        const seq_range only{d.target, d.target};
        this->template ask<history_page>(
            verbs::history, this->store(),
            [this, as, visible = std::move(visible), d = std::move(d),
             o = std::move(o)](result<history_page> r) mutable {
                if (!r) return fail_here(std::move(d), std::move(o), r.error());
                membership m;
                m.intervals = std::move(visible);
                if (r->entries.empty() || !m.sees(d.target))
                    return refuse_finally(std::move(d), std::move(o), errc::not_found);
                const result<> allowed = may_amend(d, r->entries.front(), as);
                if (!allowed) return refuse_finally(std::move(d), std::move(o), allowed.error());
                if (d.kind == entry_kind::edit) ask_gatekeeper(std::move(d), std::move(o));
                else to_journal(std::move(d), std::move(o));
            },
            c, only, limits{.entries = 1});
    }

    result<> may_amend(const draft& d, const entry& target, role as) const {
        if (target.kind != entry_kind::message) return errc::invalid_argument;
        if (target.revoked) return errc::gone;
        const bool own = target.sender == d.sender;
        if (d.kind == entry_kind::revoke && !d.conversation.is_personal() && as >= role::admin) return success();
        if (!own) return errc::not_allowed;
        const duration window =
            d.kind == entry_kind::revoke ? this->options_.revoke_within : this->options_.edit_within;
        if (d.time - target.time > window) return errc::too_late;
        return success();
    }

    void ask_gatekeeper(draft&& d, origin&& o) {
        if constexpr (std::is_same_v<gatekeeper_type, no_gatekeeper>) {
            to_journal(std::move(d), std::move(o));
        } else {
            if constexpr (answers_later<decltype(verbs::admit), draft, gatekeeper_type&, draft&>) hold_lane(d, o);
            draft asked = d;
            this->template ask<draft>(
                verbs::admit, *this->parts_.gatekeeper,
                [this, d = std::move(d), o = std::move(o)](result<draft> r) mutable {
                    if (!r) return refused_by_gatekeeper(std::move(d), std::move(o), r.error());
                    o.changed = r->body != d.body;
                    d.body = std::move(r->body);  // what it may change: the content, nothing else
                    d.content_type = r->content_type;
                    if (d.kind != entry_kind::edit) d.mentions = std::move(r->mentions);  // edits name nobody
                    to_journal(std::move(d), std::move(o));
                },
                std::move(asked));
        }
    }

    void refused_by_gatekeeper(draft&& d, origin&& o, error why) {
        if (is_retryable(why.code)) fail_here(std::move(d), std::move(o), std::move(why));
        else refuse_finally(std::move(d), std::move(o), std::move(why));
    }

    // --- ways out
    void to_journal(draft&& d, origin&& o) {
        if (!o.holds_lane) return this->journal_.add(std::move(d), std::move(o));
        // Those who waited behind it went with the session, and so did the knowledge of what failed before it.
        if (!this->hub_.find(o.request.session)) return fail_here(std::move(d), std::move(o), errc::dead_session);
        const lane_key key = this->lane_of(d, o);
        if (this->lanes_.is_overtaken(key)) return fail_here(std::move(d), std::move(o), errc::lane_closed);
        o.holds_lane = false;
        this->journal_.add(std::move(d), std::move(o));
        leave_lane(key, true);
    }

    void fail_here(draft&& d, origin&& o, error why) {
        const lane_key key = this->lane_of(d, o);
        const bool held = o.holds_lane;
        if (why.code == errc::rate_limited) strike(o.request.session);
        // It is not this one that has to come again first, but the earlier one that has failed meanwhile.
        if (held && is_retryable(why.code) && this->lanes_.is_overtaken(key)) why = errc::lane_closed;
        this->fail(d, o, std::move(why));
        leave_lane(key, held);
    }

    // No refusal is final before the send id was looked up: what is stored already is acknowledged, whatever changed since.
    void refuse_finally(draft&& d, origin&& o, error why) {
        if (d.send_id.empty()) return fail_here(std::move(d), std::move(o), std::move(why));
        hold_lane(d, o);
        const user_id sender = d.sender;
        const send_id id = d.send_id;
        this->template ask<std::optional<found>>(
            verbs::find, this->store(),
            [this, why = std::move(why), d = std::move(d), o = std::move(o)](result<std::optional<found>> r) mutable {
                if (!r)
                    return fail_here(std::move(d), std::move(o),
                                     error{errc::store_failed, "could not look up the send id"});
                if (!*r) return fail_here(std::move(d), std::move(o), std::move(why));
                if ((*r)->conversation != d.conversation || (*r)->fingerprint != d.fingerprint)
                    return fail_here(std::move(d), std::move(o), errc::send_id_reused);
                acknowledge_found(d, o, **r);
            },
            sender, id);
    }

    void acknowledge_found(const draft& d, const origin& o, const found& f) {
        this->acknowledge_again(d, o, f.place, f.number, f.time);
        leave_lane(this->lane_of(d, o), o.holds_lane);
    }

    static result<> verdict(bool allowed) { return allowed ? success() : result<>{errc::not_allowed}; }

    std::uint64_t arrivals_ = 0;
    rate_table user_rates_;
    rate_table conversation_rates_;
    permission_memory permissions_;
};

}  // namespace tandem
