// A store beside its model, in a life in which calls may fail.
#pragma once

#include "law.hpp"
#include "likeness.hpp"

namespace tandem {

// Carries a step out on both. What the store says of a failure decides what may be in it afterwards.
class shadowed_store {
public:
    shadowed_store(store_probe& s, const store_life& life)
        : store_{s.store()}, probe_{s.store(), 20}, random_{life.seed}, steps_{random_, s.trims(), 12} {}

    tried_store& store() { return store_; }
    seeded_random& random() { return random_; }

    store_step nth(int n) { return steps_.nth(n, model_); }

    // One that nothing is in the way of.
    void write(const store_step& step) {
        const std::string what = to_line(step);
        expect(tried(step), "a verb failed although nothing was wrong: " + what);
    }

    // False: the store says it failed. What is in it is as it said.
    bool try_to(const store_step& step) {
        if (tried(step)) return true;
        settle_doubt("after a failed " + to_line(step));
        return false;
    }

    // As above, but the machine below is dead: what is in the store can only be asked after a restart.
    bool tried(const store_step& step) {
        store_model then = model_;
        const std::string wanted = carry_out(then, step);
        const auto got = carry_out(store_, step);
        if (got) {
            expect_same(*got, wanted, to_line(step));
            model_ = std::move(then);
        } else if (got.error().code == errc::unknown_outcome) {
            if_done_ = std::move(then);
        }
        return static_cast<bool>(got);
    }

    // Everything is there, and nothing else. An unknown outcome is decided here: wholly or not at all.
    void settle_doubt(const std::string& when) {
        if (if_done_ && likeness{steps_}.of(probe_) == likeness{steps_}.of(*if_done_)) model_ = std::move(*if_done_);
        const bool unknown = if_done_.has_value();
        if_done_.reset();
        likeness{steps_}.expect_same(probe_, model_,
                                     when + (unknown ? ", as if it had not happened" : ", everything is as answered"));
    }

    // Asks for some of it.
    void look() {
        const user_id& u = random_.pick(steps_.users());
        const conversation_id& c = random_.pick(steps_.conversations());
        likeness::expect_same(likeness::tail_of(probe_) + likeness::of(probe_, u) + likeness::of(probe_, c),
                              likeness::tail_of(model_) + likeness::of(model_, u) + likeness::of(model_, c),
                              "what is read");
    }

    // What was stored is known by its send id.
    void repeat(const store_step& step) {
        store_step again = step;
        std::erase_if(again.drafts, [&](const draft& d) { return !model_.find(d.sender, d.send_id); });
        if (!again.drafts.empty()) write(again);
    }

    tandem::epoch epoch() { return probe_.head().epoch; }

private:
    tried_store& store_;
    store_probe probe_;
    seeded_random random_;
    store_steps steps_;
    store_model model_;
    std::optional<store_model> if_done_;
};

}  // namespace tandem
