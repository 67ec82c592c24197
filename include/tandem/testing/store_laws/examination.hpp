// Every law on a fresh store each, and what came of it.
#pragma once

#include "chance.hpp"
#include "crashing.hpp"
#include "failing.hpp"
#include "large.hpp"
#include "marking.hpp"
#include "readers.hpp"
#include "reading.hpp"
#include "restarting.hpp"
#include "verdicts.hpp"
#include "writing.hpp"

#include "../../core/function.hpp"

namespace tandem {

// One law, one seed of it, one call to fail; nothing or 0 means all of them.
struct store_replay {
    std::string_view law{};
    std::uint64_t seed = 0;
    std::size_t nth = 0;
};

// How much is tried.
struct store_trials {
    lives by_chance{1, 20, 400};
    lives failing{1, 2, 12};  // each again and again, another call failing each time
    lives restarting{1, 3, 40};
    lives crashing{1, 2, 12};  // like failing
    lives reading{1, 2, 120};
    std::size_t most_failures = 500;  // of one life
    store_replay only{};
};

inline std::vector<store_law> all_store_laws() {
    std::vector<store_law> all;
    for (const auto laws : {laws_of_writing::all(), laws_of_marking::all(), laws_of_reading::all(),
                            laws_of_large_batches::all(), laws_of_restarting::all()})
        all.insert(all.end(), laws.begin(), laws.end());
    return all;
}

// A law that is tried in lives by chance. `live` returns false when nothing struck: a greater `nth` is of no use.
struct store_law_by_chance {
    const char* name;
    const char* earns;
    bool (*live)(store_probe&, const store_life&);
    lives store_trials::* how;
    circumstance under = circumstance::calls;
    store_needs needs{};
};

inline std::span<const store_law_by_chance> store_laws_by_chance() {
    static constexpr store_law_by_chance laws[] = {
        {"lives by chance are as the model has them",
         "unique, idempotent, contiguous, one order, no phantom, immutable, revoked, prefix, progress, membership, "
         "marks, unread",
         law_of_chance::one_life, &store_trials::by_chance},
        {"a failed call did nothing, or all of it",
         "unique, idempotent, contiguous, one order, immutable, marks, membership",
         laws_of_failing::one_call,
         &store_trials::failing,
         circumstance::failing_calls,
         {.failures = true}},
        {"a restart after each step changes nothing",
         "durable, unique, idempotent, contiguous, one order, immutable, marks, unread, membership",
         laws_of_restarting::every_step,
         &store_trials::restarting,
         circumstance::restarts,
         {.restart = true}},
        {"a crash takes back nothing that was answered",
         "durable, unique, idempotent, contiguous, one order, immutable, marks, membership",
         laws_of_crashing::one_crash,
         &store_trials::crashing,
         circumstance::crashes,
         {.crashes = true}},
        {"readers on other threads see whole commits",
         "contiguous, one order, prefix, membership, marks, unread",
         law_of_readers::together,
         &store_trials::reading,
         circumstance::readers,
         {.any_thread = true}},
    };
    return laws;
}

class store_examination {
public:
    store_examination(tried_store& store, const store_trials& how, function<void(const law_verdict&)> report)
        : store_{store}, how_{how}, report_{std::move(report)} {}

    store_worth all() {
        for (const store_law& law : all_store_laws())
            if (is_asked_for(law.name)) tell(verdict_on(law));
        for (const store_law_by_chance& law : store_laws_by_chance())
            if (is_asked_for(law.name) && (how_.*law.how).count != 0) tell(verdict_on(law));
        return std::move(worth_);
    }

private:
    using what = law_verdict::what;

    bool is_asked_for(std::string_view law) const { return how_.only.law.empty() || how_.only.law == law; }

    void tell(law_verdict v) {
        report_(v);
        worth_.add(std::move(v));
    }

    // What the store or its bench would have to offer.
    std::string missing(const store_needs& needs) {
        if (needs.restart && !store_.restarts()) return "give your bench restart()";
        if (needs.failures && !store_.breaks()) return "give your bench break_at(n)";
        if (needs.crashes && !store_.crashes()) return "give your bench crash_at(n), or crash(), and restart()";
        if (needs.any_thread && !store_.reads_from_any_thread()) return "the store does not say reads_from_any_thread";
        if (needs.joins && !store_.joins()) return "the store has no append_together()";
        if (needs.trim && !store_.trims()) return "the store has no trim()";
        return {};
    }

    // What broke, if anything did.
    template <class Check>
    std::string broken_by(Check check) {
        try {
            store_.make();
            store_probe probe{store_};
            check(probe);
            return {};
        } catch (const broken_law& broken) { return broken.why; } catch (const std::exception& e) {
            return std::string{"something that should be there is not: "} + e.what();
        }
    }

    law_verdict verdict_on(const store_law& law) {
        law_verdict v{law.name, law.earns, what::not_offered, missing(law.needs), {}, law.under};
        if (!v.why.empty()) return v;
        v.why = broken_by(law.check);
        v.became = v.why.empty() ? what::holds : what::broken;
        if (!v.why.empty()) v.replay = "store_laws(bench, {}, {.only = {\"" + std::string{law.name} + "\"}})";
        return v;
    }

    law_verdict verdict_on(const store_law_by_chance& law) {
        law_verdict v{law.name, law.earns, what::not_offered, missing(law.needs), {}, law.under};
        if (!v.why.empty()) return v;
        v.became = what::holds;
        const lives& how = how_.*law.how;
        const std::uint64_t first = how_.only.seed != 0 ? how_.only.seed : how.first_seed;
        const std::uint64_t count = how_.only.seed != 0 ? 1 : how.count;
        for (std::uint64_t n = 0; n < count && v.became == what::holds; ++n) live(law, {first + n, how.steps, 0}, v);
        return v;
    }

    // One seed, with each of the calls failing that can.
    void live(const store_law_by_chance& law, store_life life, law_verdict& v) {
        const bool sweeps = law.needs.failures || law.needs.crashes;
        const std::size_t last = how_.only.nth != 0 ? how_.only.nth : sweeps ? how_.most_failures : 0;
        life.nth = how_.only.nth != 0 ? how_.only.nth : sweeps ? 1 : 0;
        for (bool struck = true; struck && life.nth <= last && v.became == what::holds; ++life.nth) {
            struck = false;
            try {
                const std::string why = broken_by([&](store_probe& s) { struck = law.live(s, life); });
                if (!why.empty()) tell_broken(law, life, why, v);
            } catch (const another_epoch&) {
                v.became = what::not_offered;
                v.why = "it takes a new epoch at an unclean start, which says that it may lose what was answered";
            }
        }
    }

    static void tell_broken(const store_law_by_chance& law, const store_life& life, const std::string& why,
                            law_verdict& v) {
        const std::string seed = std::to_string(life.seed), nth = std::to_string(life.nth);
        v.became = what::broken;
        v.why = "seed " + seed + (life.nth != 0 ? ", call " + nth : "") + ": " + why;
        v.replay = "store_laws(bench, {}, {.only = {\"" + std::string{law.name} + "\", " + seed +
                   (life.nth != 0 ? ", " + nth : "") + "}})";
    }

    tried_store& store_;
    store_trials how_;
    function<void(const law_verdict&)> report_;
    store_worth worth_;
};

}  // namespace tandem
