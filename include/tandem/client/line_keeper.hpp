// When to connect, when to speak, when to give a connection up.
#pragma once

#include "backoff.hpp"
#include "client_options.hpp"

#include "../core/error.hpp"

namespace tandem {

// A machine of moments: it is told what happened, and says what is to be done. After a failure it waits longer each time, and tries
// the next server; a server that says when to come back is believed.
class line_keeper {
public:
    enum class stage { idle, waiting, connecting, signing_in, open };
    enum class action { nothing, connect, beat, hang_up };

    line_keeper(const client_options& o, std::uint64_t seed)
        : options_{o}, backoff_{seed, o.first_wait, o.longest_wait} {}

    // --- what happened
    void begin(instant now) {
        if (stage_ == stage::idle) wait(now);
    }
    void end() { stage_ = stage::idle; }
    void opened() {
        if (stage_ == stage::connecting) stage_ = stage::signing_in;
    }
    void signed_in(instant now, duration heartbeat) {
        stage_ = stage::open;
        heartbeat_ = heartbeat.milliseconds > 0 ? std::min(heartbeat, options_.heartbeat) : options_.heartbeat;
        since_ = now;
        failures_ = 0;
        heard();
        spoke(now);
    }
    void heard() { asked_ = false, heard_ = true; }
    // Whatever is said is as good as a heartbeat, as long as something is heard in between.
    void spoke(instant now) {
        if (stage_ == stage::open && std::exchange(heard_, false)) at_ = now + heartbeat_;
    }
    void closed(instant now, duration come_back) {
        if (stage_ == stage::idle || stage_ == stage::waiting) return;
        const bool was_open = stage_ == stage::open;
        if (was_open && now - since_ >= options_.longest_wait) backoff_.succeeded();
        if (!was_open) ++failures_, ++server_;
        const duration pause = backoff_.next();
        wait(now + (come_back > duration{} ? come_back + backoff_.any_below(options_.first_wait) : pause));
    }
    // Wherever this device is by now: what was open may be dead, and what could not be had may be there.
    void network_changed(instant now) {
        backoff_.succeeded();
        if (stage_ == stage::waiting) at_ = now;
        if (stage_ == stage::open) at_ = now, asked_ = heard_ = false;
    }

    // --- what is to be done
    action due(instant now) {
        if (stage_ == stage::idle) return action::nothing;
        if (stage_ == stage::open && asked_ && now >= answer_by_) return action::hang_up;
        if (now < at_) return action::nothing;
        switch (stage_) {
            case stage::waiting:
                stage_ = stage::connecting;
                at_ = now + options_.connect_within;
                return action::connect;
            case stage::open:
                at_ = now + heartbeat_;
                if (!std::exchange(asked_, true)) answer_by_ = now + options_.answer_within;
                return action::beat;
            default: return action::hang_up;
        }
    }
    instant next(instant otherwise) const {
        if (stage_ == stage::idle) return otherwise;
        if (stage_ == stage::open && asked_) otherwise = std::min(otherwise, answer_by_);
        return std::min(otherwise, at_);
    }

    stage at() const { return stage_; }
    bool is_open() const { return stage_ == stage::open; }
    // A connection was not to be had several times: what is missed meanwhile is polled for.
    bool polls() const { return stage_ != stage::open && stage_ != stage::idle && failures_ >= options_.polls_after; }
    const std::string& server() const { return options_.servers[server_ % options_.servers.size()]; }

private:
    void wait(instant until) {
        stage_ = stage::waiting;
        at_ = until;
    }

    const client_options& options_;
    backoff backoff_;
    stage stage_ = stage::idle;
    bool heard_ = false;     // since something that was said put off the heartbeat
    bool asked_ = false;     // open: a heartbeat is on its way, and nothing was heard since
    unsigned failures_ = 0;  // in a row
    std::size_t server_ = 0;
    instant at_{};         // when something is due
    instant answer_by_{};  // of the heartbeat
    instant since_{};      // open
    duration heartbeat_{};
};

}  // namespace tandem
