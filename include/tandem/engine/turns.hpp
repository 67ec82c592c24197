// Turns, and the questions asked in them: when the engine works, never what it does.
#pragma once

#include "options.hpp"
#include "policies.hpp"
#include "stage_of.hpp"

namespace tandem {

template <class P>
class turns : detail::required<P> {
public:
    turns(const turns&) = delete;
    turns& operator=(const turns&) = delete;

    instant now() const { return now_; }
    const options& settings() const { return options_; }
    tandem::parts<P>& parts() { return parts_; }

protected:
    turns(tandem::parts<P> parts, const tandem::options& options)
        : parts_{std::move(parts)}, options_{options}, now_{parts_.clock->now()},
          seed_{options.instance ? options.instance
                                 : static_cast<std::uint64_t>(now_.milliseconds) * 0x9e3779b97f4a7c15u} {}
    ~turns() = default;

    virtual void end_of_turn() = 0;

    void enter_turn() {
        assert(!in_outlet_ && "an outlet called the engine back: let it record, and call from your event loop");
        parts_thread_.enter();
        if (depth_++ != 0) return;
        if constexpr (is_timed) turn_begun_ = parts_.observer->nanoseconds();
        now_ = parts_.clock->now();
        notify(hooks::turn_begun, now_);
    }
    void leave_turn() {
        if (depth_ == 1) {
            end_of_turn();
            if constexpr (is_timed) took(stage::turn, turn_begun_);
        }
        --depth_;
        parts_thread_.leave();
    }
    bool in_turn() const { return depth_ > 0; }

    struct scope {
        explicit scope(turns& s) : of{s} { of.enter_turn(); }
        ~scope() { of.leave_turn(); }
        turns& of;
    };

    std::uint32_t seconds_now() const { return static_cast<std::uint32_t>(now_.milliseconds / 1000); }

    void nobody_is_here() { alive_.reset(); }

    // --- asking policies
    // then(result<T>) is called at once if the verb answers now; otherwise in the turn after the answer came, or never if the
    // engine is gone by then. What the verb was asked about lives until then.
    template <class T, class Verb, class Object, class Then, class... Args>
    void ask(Verb verb, Object& object, Then then, Args... args) {
        if constexpr (answers_later<Verb, T, Object&, Args&...>) {
            auto about = std::make_shared<std::tuple<Args...>>(std::move(args)...);
            std::apply(
                [&](Args&... a) {
                    if constexpr (!is_timed) verb(object, a..., ticket<T>(std::move(then), about));
                    else verb(object, a..., timed(detail::stage_of(verb), ticket<T>(std::move(then)), about));
                },
                *about);
        } else if constexpr (is_timed) {
            const std::uint64_t begun = parts_.observer->nanoseconds();
            result<T> answer(verb(object, args...));
            took(detail::stage_of(verb), begun);
            then(std::move(answer));
        } else {
            then(result<T>(verb(object, args...)));
        }
    }

    template <class T, class Then>
    done<T> ticket(Then then, std::shared_ptr<const void> about = {}) {
        return done<T>{[alive = std::weak_ptr<turns>(alive_), f = std::move(then)](result<T> r) mutable {
                           if (const auto self = alive.lock())
                               self->complete([g = std::move(f), r = std::move(r)]() mutable { g(std::move(r)); });
                       },
                       std::move(about)};
    }

    // The same ticket, and the observer learns how long its answer took to arrive: not how long it then lay here.
    template <class T>
    done<T> timed(stage of, done<T> then, std::shared_ptr<const void> about) {
        const std::uint64_t begun = parts_.observer->nanoseconds();
        return done<T>{[alive = std::weak_ptr<turns>(alive_), of, begun, then = std::move(then)](result<T> r) {
                           if (const auto self = alive.lock()) self->took(of, begun);
                           then(std::move(r));
                       },
                       std::move(about)};
    }
    void took(stage what, std::uint64_t begun) { parts_.observer->took(what, parts_.observer->nanoseconds() - begun); }

    // Answers are only noted where they arrive; they are worked off when nothing else is going on.
    void complete(function<void()> work) {
        completions_.push_back(std::move(work));
        if (!in_turn()) scope now_is_the_time{*this};
    }

    bool work_off_completions() {
        if (completions_.empty()) return false;
        for (auto& work : std::exchange(completions_, {})) work();
        return true;
    }

    template <class Hook, class... Args>
    void notify(Hook hook, const Args&... args) {
        detail::notify(hook, *parts_.observer, args...);
    }

    tandem::parts<P> parts_;
    tandem::options options_;
    instant now_;
    std::uint64_t seed_;
    bool in_outlet_ = false;

private:
    static constexpr bool is_timed = timing_observer<detail::plain<typename P::observer>>;

    [[no_unique_address]] typename P::thread_check parts_thread_;
    [[no_unique_address]] std::conditional_t<is_timed, std::uint64_t, nothing> turn_begun_{};
    int depth_ = 0;
    std::vector<function<void()>> completions_;
    // Gone before anything else of the engine: whoever answers from now on, tickets that the engine itself holds (in its
    // journal, on its board) among them, finds nobody. (Held by "an engine that ends with pulls under way" in tests/pull.)
    std::shared_ptr<turns> alive_{std::shared_ptr<char>{std::make_shared<char>()}, this};
};

}  // namespace tandem
