// How the laws of local_store are tried.
#pragma once

#include "chance.hpp"
#include "model.hpp"
#include "portrait.hpp"
#include "scripts.hpp"

#include <concepts>
#include <optional>

namespace tandem {

struct broken_local_law {
    std::string law;
    std::string why;
};

struct local_lives {
    std::uint64_t first_seed = 1;
    std::uint64_t count = 5;
    int changes = 300;
};

// local_store_laws.hpp says what each member is for.
template <class B>
concept local_store_bench = requires(B& bench) {
    { bench.make() } -> local_store;
};

template <local_store_bench Bench>
class local_store_examination : local_scene {
    using store_type = decltype(std::declval<Bench&>().make());
    static constexpr bool restarts = requires(Bench& b, store_type s) { b.restart(std::move(s)); };
    static constexpr bool crashes = requires(Bench& b, store_type s) { b.crash(std::move(s)); };
    static constexpr bool breaks = requires(Bench& b) {
        { b.break_at(std::size_t{}) } -> std::same_as<bool>;
    };

public:
    local_store_examination(Bench& b, local_lives l) : bench_{b}, lives_{l} {}

    std::vector<broken_local_law> all() {
        try_law("a store is made empty, with a tag that no other has", [&] { made(); });
        try_law("the last so many of a range are read, in order", [&] { ranges(); });
        for (const local_script& s : local_scripts::all()) try_law(s.law, [&] { script(s.changes); });
        each_life("lives by chance are as the model has them", [&](std::uint64_t seed) { life(seed); });
        if constexpr (restarts)
            each_life("what was applied is there after the program has ended", [&](std::uint64_t seed) { ends(seed); });
        if constexpr (crashes)
            each_life("after a crash there is no change without those before it", [&](auto seed) { crash(seed); });
        if constexpr (breaks)
            each_life("a change that failed has left nothing behind", [&](std::uint64_t seed) { fail(seed); });
        return std::move(broken_);
    }

private:
    // A store, and what it should be.
    struct pair_of {
        store_type store;
        local_store_model model;

        explicit pair_of(Bench& b)
            : store{b.make()}, model{had(store.state(), "state() of a store that was made").tag} {}

        void apply(const local_change& change) {
            had(store.apply(change), "apply()");
            had(model.apply(change), "");
        }
        std::string seen() { return portrait(store, conversations(), logs()); }
        std::string wanted() { return portrait(model, conversations(), logs()); }
        void compare(const std::string& when) { expect_same_portrait(seen(), wanted(), when); }
    };

    template <class Law>
    void try_law(const char* name, Law law) {
        try {
            law();
        } catch (const broken_law& b) { broken_.push_back({name, b.why}); }
    }
    template <class Law>
    void each_life(const char* name, Law law) {
        for (std::uint64_t seed = lives_.first_seed, n = lives_.count; n != 0; --n, ++seed) {
            const std::size_t before = broken_.size();
            try_law(name, [&] { law(seed); });
            if (broken_.size() == before) continue;
            broken_.back().why = "seed " + std::to_string(seed) + ": " + broken_.back().why;
            return;
        }
    }

    void restart(pair_of& both) {
        if constexpr (restarts) both.store = bench_.restart(std::move(both.store));
    }

    void made() {
        pair_of one{bench_};
        one.compare("when it was made");
        const std::uint64_t tag = had(one.store.state(), "state()").tag;
        restart(one);
        one.compare("after a restart");
        one.apply({.cursor = position{1}});
        store_type other = bench_.make();
        expect(had(other.state(), "state()").tag != tag, "two stores have the same tag");
    }

    void ranges() {
        pair_of both{bench_};
        local_change some;
        for (const std::uint64_t s : {9u, 3u, 4u, 5u, 7u, 8u, 12u, 20u}) some.entries.push_back(message(club(), s));
        for (const std::uint64_t s : {4u, 5u, 6u}) some.entries.push_back(message(pair(), s));
        both.apply(some);
        const std::uint64_t far = every_seq.last.value;
        for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{4}, std::uint64_t{5}, std::uint64_t{21}, far})
            for (const std::uint64_t last :
                 {std::uint64_t{0}, std::uint64_t{4}, std::uint64_t{8}, std::uint64_t{20}, far})
                for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{3}, any_count})
                    range(both, {{first}, {last}}, count);
    }
    static void range(pair_of& both, seq_range r, std::size_t count) {
        const auto text = [&](auto& store, const conversation_id& c) {
            std::string all;
            for (const entry& e : had(store.entries(c, r, count), "entries()")) all += whole_line(e) + "\n";
            return all;
        };
        for (const conversation_id& c : {club(), pair(), conversations()[2]})
            expect_same_portrait(text(both.store, c), text(both.model, c),
                                 "the last " + std::to_string(count) + " of " + std::to_string(r.first.value) + " to " +
                                     std::to_string(r.last.value));
    }

    void script(const std::vector<local_change>& changes) {
        pair_of both{bench_};
        for (std::size_t i = 0; i < changes.size(); ++i) {
            both.apply(changes[i]);
            both.compare("after change " + std::to_string(i + 1));
        }
        restart(both);
        both.compare("after a restart");
    }

    void life(std::uint64_t seed) {
        pair_of both{bench_};
        local_changes_by_chance by_chance{seed};
        for (int i = 1; i <= lives_.changes; ++i) {
            both.apply(by_chance.next());
            if (i % 8 == 0 || i == lives_.changes) both.compare("after change " + std::to_string(i));
        }
    }

    void ends(std::uint64_t seed) {
        pair_of both{bench_};
        local_changes_by_chance by_chance{seed};
        seeded_random random{seed};
        for (int i = 1; i <= lives_.changes; ++i) {
            both.apply(by_chance.next());
            if (!random.chance(5)) continue;
            restart(both);
            both.compare("after change " + std::to_string(i) + " and a restart");
        }
    }

    void crash(std::uint64_t seed) {
        pair_of both{bench_};
        local_changes_by_chance by_chance{seed};
        seeded_random random{seed};
        for (int i = 0; i < lives_.changes;) {
            std::vector<local_store_model> after{both.model};
            for (auto n = 1 + random.below(40); n != 0; --n, ++i) {
                both.apply(by_chance.next());
                after.push_back(both.model);
            }
            if constexpr (crashes) both.store = bench_.crash(std::move(both.store));
            found(both, after, "after change " + std::to_string(i) + " and a crash");
        }
    }
    // It is as it was after one of the changes, and goes on from there.
    static void found(pair_of& both, std::vector<local_store_model>& after, const std::string& when) {
        const std::string seen = both.seen();
        for (std::size_t k = after.size(); k-- > 0;) {
            both.model = after[k];
            if (both.wanted() == seen) return;
        }
        both.model = after.back();
        expect_same_portrait(seen, both.wanted(), when + " it is as it was after none of the changes; after the last");
    }

    // In another call each time, until none is left in which to fail.
    void fail(std::uint64_t seed) {
        if constexpr (breaks) {
            pair_of both{bench_};
            local_changes_by_chance by_chance{seed};
            std::size_t at = 1;
            for (int i = 1; i <= lives_.changes; ++i) {
                const local_change change = by_chance.next();
                bench_.break_at(at);
                const auto answer = both.store.apply(change);
                const bool struck = bench_.break_at(0);
                at = struck ? at + 1 : 1;
                const std::string when = "change " + std::to_string(i) + (answer ? " was applied" : " failed");
                if (answer) had(both.model.apply(change), "");
                else expect(struck, "a change failed, and nothing below the store has: " + answer.error().detail);
                both.compare(when);
                if (answer) continue;
                both.apply(change);
                both.compare(when + " and was applied again");
            }
            restart(both);
            both.compare("after a restart");
        }
    }

    Bench& bench_;
    local_lives lives_;
    std::vector<broken_local_law> broken_;
};

}  // namespace tandem
