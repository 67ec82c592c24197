// One engine turn for each round of an event loop, and the engine's timer.
#pragma once

#include "../../core/function.hpp"
#include "../../core/time.hpp"

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <optional>

namespace tandem {

// Whoever has something for the engine calls `enter` first: the first one in a round of the loop opens a turn, and it ends
// when all that was ready has run. So what one round has read shares its commits and its writes. Lives as long as
// anything of it waits in the loop; after `stop` nothing touches the engine any more.
template <class Engine>
class loop_turn : public std::enable_shared_from_this<loop_turn<Engine>> {
public:
    loop_turn(asio::io_context& loop, Engine& engine) : loop_{loop}, engine_{&engine}, timer_{loop} {}

    void start() { later(); }

    void enter() {
        if (!engine_ || turn_) return;
        turn_.emplace(*engine_);
        later();
    }

    // There is something to be done at the end of this round.
    void later() {
        if (!engine_ || posted_) return;
        posted_ = true;
        asio::post(loop_, [self = this->shared_from_this()] { self->end(); });
    }

    // Something was said. Outside of our turns, whoever made the engine say it may have left work for the next turn.
    void told() {
        if (!ending_) later();
    }

    // Called after each turn, before the timer is set.
    void at_end(function<void()> f) { at_end_ = std::move(f); }

    void finish_turn() { turn_.reset(); }
    void stop() {
        finish_turn();
        engine_ = nullptr;
        at_end_.reset();
        timer_.cancel();
    }

    bool is_running() const { return engine_ != nullptr; }
    asio::io_context& loop() const { return loop_; }

private:
    void end() {
        posted_ = false;
        if (!engine_) return;
        ending_ = true;
        turn_.reset();
        if (at_end_) at_end_();
        turn_.reset();  // somebody may have found something to do
        const instant due = engine_->tick();
        ending_ = false;
        const duration left = due - engine_->now();
        if (left.milliseconds <= 0) later();
        else wait(left);
    }

    // A timer that is set already and fires no later will do: it looks again.
    void wait(duration left) {
        const auto at = std::chrono::steady_clock::now() + std::chrono::milliseconds(left.milliseconds);
        if (waiting_ && timer_.expiry() <= at) return;
        timer_.expires_at(at);
        waiting_ = true;
        timer_.async_wait([self = this->shared_from_this()](const std::error_code& cancelled) {
            if (cancelled) return;
            self->waiting_ = false;
            self->later();
        });
    }

    asio::io_context& loop_;
    Engine* engine_;
    std::optional<typename Engine::turn> turn_;
    asio::steady_timer timer_;
    function<void()> at_end_;
    bool posted_ = false;
    bool ending_ = false;
    bool waiting_ = false;
};

}  // namespace tandem
