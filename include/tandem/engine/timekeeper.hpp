// What happens because time passes, without a timer for each session.
#pragma once

#include "metronome.hpp"
#include "replayer.hpp"

namespace tandem {

template <class P>
class timekeeper : public replayer<P> {
    using base = replayer<P>;

protected:
    using base::base;

    // Once a second: who has not signed in, who is silent, whose credential has ended.
    void sweep() {
        if (this->now_ < sweep_due_) return;
        sweep_due_ = this->now_ + seconds(1);
        const std::uint32_t now = this->seconds_now();
        this->hub_.each_session([&](session_handle h, session& s) {
            const std::uint32_t ends = this->hub_.details(h).ends;
            const bool ready = s.state == session_state::ready;
            if (ends != 0 && now >= ends)
                this->end_session_later(h, ready ? error{errc::expired, "its credential has ended"}
                                                 : error{errc::timed_out, "not signed in"});
            else if (ready && now >= s.heard + 2 * seconds_of(this->options_.heartbeat))
                this->end_session_later(h, error{errc::timed_out, "silent"});
            if (s.strikes > 0 && ready && s.requests.is_full(this->now_)) s.strikes /= 2;
        });
    }

    static std::uint32_t seconds_of(duration d) { return static_cast<std::uint32_t>((d.milliseconds + 999) / 1000); }

    // Dialects with timers of their own.
    void beat_all() {
        while (const auto due = metronome_.take(this->now_)) beat_for(*due);
    }

    void beat_for(session_handle h) {
        session* s = this->hub_.find(h);
        if (!s) return;
        this->in_dialect(*s, [&](auto& d, auto& states) {
            if constexpr (ticks<std::remove_reference_t<decltype(d)>>) {
                const beat b = d.tick(states.at(h.slot), this->now_);
                this->said_to(h, *s, b.told);
                if (b.ends != errc{}) this->end_session_later(h, error{b.ends, "its dialect's timer"});
                else metronome_.set(h, std::max(b.next, this->now_ + milliseconds(1)));
            }
        });
    }

    // When tick wants to be called again, at the latest; at once while there is work for a turn of its own.
    instant next_tick() {
        if (this->slices_left() || this->broadcasts_left()) return this->now_;
        if constexpr (base::some_cannot_pull)
            if (this->replays_left()) return this->now_;
        return metronome_.next(this->next_put(this->now_ + seconds(1)));
    }

private:
    metronome<session_handle> metronome_;
    instant sweep_due_{};
};

}  // namespace tandem
