// Carries the log to the event sink, from the sink's own cursor on.
#pragma once

#include "../policy/event_sink.hpp"
#include "../store/seq_store.hpp"

namespace tandem {

// A part of its engine. One question at a time, to the sink or to the store, so a sink that is slow, stuck or failing
// costs the memory of one piece and delays nobody. What is published was read from the store's tail: it is durable, also
// where the engine has not told it yet.
template <class Engine, class Sink>
class courier {
public:
    explicit courier(Engine& engine) : engine_{engine} {}

    // At the end of every turn; answers that come at once are gone on from at once, up to some pieces.
    void go_on() {
        pieces_left_ = pieces_a_turn;
        next();
    }

    // When it wants to go on, if nothing else happens before.
    instant due(instant otherwise) const {
        if (asking_ || !engine_.started() || (knows_ && !is_behind())) return otherwise;
        return std::min(otherwise, std::max(again_, engine_.now()));
    }

private:
    static constexpr int pieces_a_turn = 4;
    static constexpr std::uint64_t passed_over_most = 4096;  // positions, where the log holds nothing any more

    void next() {
        if (asking_ || pieces_left_ == 0 || engine_.now() < again_ || !engine_.started()) return;
        if (!knows_) ask_sink();
        else if (is_behind()) read();
    }

    bool is_behind() const { return !looked_ || cursor_.epoch != engine_.epoch() || cursor_.newest < engine_.told_; }

    void pause() { again_ = engine_.now() + engine_.settings().sink_pause; }

    // --- how far has it come?
    void ask_sink() {
        asking_ = true;
        const log_head now{engine_.epoch(), engine_.told_};
        engine_.template ask<std::optional<log_head>>(
            verbs::reached, *engine_.parts().event_sink,
            [this, now](result<std::optional<log_head>> r) { sink_has_reached(std::move(r), now); });
    }

    void sink_has_reached(result<std::optional<log_head>> r, const log_head& now) {
        asking_ = false;
        if (!r) return pause();
        knows_ = true;
        looked_ = false;
        if (*r) cursor_ = **r;
        else if (!begin_) begin_ = now;
        if (!*r) return publish({.head = *begin_, .from = begin_->newest, .examined = begin_->newest});
        stored_ = cursor_.newest;
        next();
    }

    // --- what comes next?
    void read() {
        asking_ = true;
        --pieces_left_;
        engine_.template ask<page>(
            verbs::tail, engine_.store(),
            [this, asked_in = engine_.epoch()](result<page> r) {
                asking_ = false;
                if (!r) return pause();
                if (asked_in == engine_.epoch()) was_read(std::move(*r));
                else next();  // the log was replaced meanwhile
            },
            cursor_.newest, engine_.settings().sink_page);
    }

    void was_read(page p) {
        engine_.hear_head(p.head);
        if (is_of_another_log(p.head)) return begin_again(p.head.epoch);
        looked_ = true;
        cursor_.epoch = p.head.epoch;
        if (p.examined <= cursor_.newest) return is_behind() ? pause() : void();
        p.from = stored_;
        if (may_pass_over(p)) {
            cursor_.newest = p.examined;
            return next();
        }
        publish(std::move(p));
    }

    bool is_of_another_log(const log_head& head) const {
        return (cursor_.epoch && cursor_.epoch != head.epoch) || cursor_.newest > head.newest;
    }

    void begin_again(tandem::epoch e) {
        cursor_ = {e, {}};
        stored_ = {};
        next();
    }

    bool may_pass_over(const page& p) const {
        return p.entries.empty() && p.marks.empty() && p.examined.value - stored_.value < passed_over_most;
    }

    // --- there it is
    void publish(page p) {
        asking_ = true;
        const log_head then{p.head.epoch, p.examined};
        engine_.template ask<nothing>(
            verbs::publish, *engine_.parts().event_sink, [this, then](const result<>& r) { was_published(then, r); },
            std::move(p));
    }

    void was_published(const log_head& then, const result<>& r) {
        asking_ = false;
        if (!r) {
            knows_ = false;  // the outcome may be unknown: the sink knows
            return pause();
        }
        cursor_ = then;
        stored_ = then.newest;
        next();
    }

    Engine& engine_;
    log_head cursor_{};                // everything up to here is published or empty
    position stored_{};                // where the sink's own cursor is
    std::optional<log_head> begin_{};  // of a sink without a cursor: when it was asked first
    bool knows_ = false;               // the cursor is the sink's
    bool looked_ = false;              // … and of this log
    bool asking_ = false;
    int pieces_left_ = 0;
    instant again_{};
};

template <class Engine>
class courier<Engine, no_sink> {
public:
    explicit courier(Engine&) {}

    void go_on() {}
    instant due(instant otherwise) const { return otherwise; }
};

}  // namespace tandem
