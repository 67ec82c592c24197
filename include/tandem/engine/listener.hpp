// What this engine hears of the log, from itself and from others, in the log's one order.
#pragma once

#include "narrator.hpp"

namespace tandem {

template <class P>
class listener : public narrator<P> {
    using base = narrator<P>;

public:
    tandem::epoch epoch() const { return epoch_; }
    position newest() const { return follower_.heard(); }

protected:
    using base::base;

    // Whom to answer for an entry of the log, if it is one of ours whose append has not answered yet.
    virtual std::optional<origin> claim(const entry& e) = 0;
    // The log has been read to its end since `doubt`.
    virtual void doubt_settled() = 0;
    virtual void epoch_changed() = 0;

    auto& store() { return *this->parts_.store; }

    // --- start: the log before this moment concerns nobody who is connected here
    void read_head_to_start() {
        if (started_ || starting_) return;
        starting_ = true;
        this->template ask<log_head>(verbs::head, store(), [this](result<log_head> head) {
            starting_ = false;
            if (head) hear_head(*head);  // otherwise asked again at the next tick
        });
    }
    bool started() const { return started_; }
    position began() const { return began_; }  // the last that is told by nobody here

    // --- hearing of others
    void hear_head(const log_head& head) {
        if (!started_) return start(head);  // somebody's sign-in was faster than our own question: no other epoch
        if (head.epoch != epoch_) return change_epoch(head);
        follower_.hear(head.newest);
    }

    void hear_piece(page p) {
        if (!started_) return;
        if (p.head.epoch != epoch_) return look_at_head();  // a bus may be late: only the log knows
        auto heard = std::make_shared<log_piece>();
        heard->page = std::move(p);
        follower_.add(std::move(heard));
    }

    // Whoever committed last may have died before it told anybody, and of a put whose outcome is unknown nobody was
    // told either: only the store knows. So an idle engine looks there, and then says on the bus how far the log goes.
    void look_at_head() {
        this->template ask<log_head>(verbs::head, store(), [this](result<log_head> head) {
            if (head) hear_head(*head);
        });
    }

    void repeat_head_if_idle() {
        if (!started_ || this->now_ < last_published_ + this->options_.bus_idle) return;
        last_published_ = this->now_;
        this->template ask<log_head>(verbs::head, store(), [this](result<log_head> head) {
            if (head) hear_head(*head);
            if constexpr (!std::is_same_v<detail::plain<typename P::bus>, no_bus>) {
                page nothing;
                nothing.head = {epoch_, follower_.heard()};
                nothing.from = nothing.examined = this->told_;
                publish(nothing);
            }
        });
    }

    // What this engine has just put into the log itself.
    void hear_own(std::shared_ptr<log_piece> mine, position first, position last) {
        mine->own = true;
        mine->page.from = first.previous();
        mine->page.examined = last;
        mine->page.head = {epoch_, last};
        publish(mine->page);
        follower_.add(std::move(mine));
    }

    // --- following
    // Hands on what has become contiguous; true if anything was.
    bool advance() {
        const position before = this->told_;
        follower_.drain([&](const std::shared_ptr<log_piece>& p, position after, position up_to) {
            if (!p->own) claim_ours(*p, after, up_to);
            this->tell_piece(p, after, up_to);
        });
        return this->told_ != before;
    }

    bool read_tail() {
        if (reading_ || (!follower_.has_hole() && !in_doubt_)) return false;
        if (this->now_ < tail_again_) return false;
        reading_ = true;
        this->template ask<page>(
            verbs::tail, store(),
            [this, hint = follower_.heard(), for_doubt = in_doubt_](result<page> r) {
                tail_was_read(std::move(r), hint, for_doubt);
            },
            this->told_, this->options_.tail_page);
        return true;
    }

    // It is unknown what became of something of ours: the log is read to its end, then it is known.
    void doubt() { in_doubt_ = true; }
    bool in_doubt() const { return in_doubt_; }

    // What was asked of the old log has no place in the new one, whatever it answers.
    template <class T>
    result<T> if_still(tandem::epoch asked_in, result<T> r) const {
        if (asked_in == epoch_) return r;
        return error{errc::store_failed, "the log was replaced meanwhile"};
    }

private:
    void start(const log_head& head) {
        started_ = true;
        begin(head);
        last_published_ = this->now_;
    }
    void begin(const log_head& head) {
        epoch_ = head.epoch;
        follower_.start(head.newest);
        this->told_ = this->before_piece_ = began_ = head.newest;
    }

    // The log was faster than our append's answer, or is the only one to tell.
    void claim_ours(log_piece& p, position after, position up_to) {
        for (std::size_t i = 0; i < p.page.entries.size(); ++i) {
            const entry& e = p.page.entries[i];
            if (e.place.position <= after || e.place.position > up_to) continue;
            auto ours = claim(e);
            if (!ours) continue;
            p.origins.resize(p.page.entries.size());
            p.origins[i] = std::move(*ours);
        }
    }

    void tail_was_read(result<page> r, position hint, bool for_doubt) {
        reading_ = false;
        if (!r) {
            tail_again_ = this->now_ + milliseconds(100);
            return;
        }
        const bool more = r->more;
        const log_head head = r->head;
        if (head.epoch != epoch_) return change_epoch(head);
        hear_piece(std::move(*r));
        if (follower_.heard() == hint && head.newest < hint) follower_.correct(head.newest);
        advance();
        if (for_doubt && in_doubt_ && !more) {
            in_doubt_ = false;
            doubt_settled();
        }
    }

    void publish(const page& p) {
        last_published_ = this->now_;
        this->parts_.bus->publish(p);
    }

    // Another log: nothing a client or this engine knows of the old one holds.
    void change_epoch(const log_head& head) {
        begin(head);
        this->notify(hooks::log_replaced, epoch_);
        epoch_changed();
    }

    follower<origin> follower_;
    tandem::epoch epoch_;
    position began_{};
    bool started_ = false;
    bool starting_ = false;
    bool reading_ = false;
    bool in_doubt_ = false;
    instant tail_again_{};
    instant last_published_{};
};

}  // namespace tandem
