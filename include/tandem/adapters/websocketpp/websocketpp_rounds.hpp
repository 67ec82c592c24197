// One engine turn for each round of a websocketpp server's loop, and the engine's timer.
#pragma once

#include "websocketpp_outlet.hpp"

#include "../../core/function.hpp"
#include "../../core/time.hpp"

#include <memory>
#include <optional>

namespace tandem::detail {

// The first who enters in a round opens a turn, which ends when all that was ready has run: what one round has read shares
// its commits. Lives as long as anything of it waits in the loop; after `stop` nothing touches the engine any more.
template <class Server, class Engine>
class websocketpp_rounds : public std::enable_shared_from_this<websocketpp_rounds<Server, Engine>> {
public:
    websocketpp_rounds(Server& server, Engine& engine) : server_{server}, engine_{&engine} {}

    void enter() {
        if (!engine_ || turn_) return;
        turn_.emplace(*engine_);
        later();
    }
    void later() {
        if (!engine_ || std::exchange(posted_, true)) return;
        server_.get_io_service().post([self = this->shared_from_this()] { self->end(); });
    }
    // Something was said. Outside of our turns, whoever made the engine say it may have left work for the next turn.
    void told() {
        if (!ending_) later();
    }

    // Called at the end of each turn; true: somebody's queue is to be looked at again soon.
    void at_end(function<bool()> f) { at_end_ = std::move(f); }

    void finish_turn() { turn_.reset(); }
    void stop() {
        finish_turn();
        engine_ = nullptr;
        at_end_.reset();
        ++waits_;
        if (timer_) timer_->cancel();
    }

    Engine& engine() const { return *engine_; }

private:
    static constexpr duration look_again = milliseconds(20);

    void end() {
        posted_ = false;
        if (!engine_) return;
        ending_ = true;
        turn_.reset();
        const bool soon = at_end_();
        turn_.reset();
        const instant due = engine_->tick();
        ending_ = false;
        const duration left = due - engine_->now();
        if (left.milliseconds <= 0) later();
        else wait(soon && look_again < left ? look_again : left);
    }

    // A timer that is set already and fires no later will do: it looks again.
    void wait(duration left) {
        const instant at = engine_->now() + left;
        if (timer_ && fires_ <= at) return;
        if (timer_) timer_->cancel();
        fires_ = at;
        timer_ = server_.set_timer(static_cast<long>(left.milliseconds),
                                   [self = this->shared_from_this(), number = ++waits_](const auto&) {
                                       if (number != self->waits_) return;  // cancelled
                                       self->timer_ = {};
                                       self->later();
                                   });
    }

    Server& server_;
    Engine* engine_;
    std::optional<typename Engine::turn> turn_;
    function<bool()> at_end_;
    typename Server::timer_ptr timer_;
    instant fires_{};
    std::uint64_t waits_ = 0;
    bool posted_ = false;
    bool ending_ = false;
};

}  // namespace tandem::detail
