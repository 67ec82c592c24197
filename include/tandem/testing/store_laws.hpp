// Is it a seq_store? Every sentence of the concept, tried on your type.
#pragma once

#include "store_laws/examination.hpp"

#include <concepts>
#include <type_traits>

namespace tandem {

// With these lines you know what a store of yours is worth:
//
//   #include <tandem/testing/store_laws.hpp>
//   struct my_bench {
//       auto make() { return my_store{fresh_file()}; }  // nothing has happened in it; or a pointer that owns such a one
//       auto restart() { return my_store{last_file()}; }
//   };
//   int main() {
//       my_bench bench;
//       return tandem::store_laws(bench) ? 0 : 1;
//   }
//
// Only make() must be there. Each further member has more of the laws tried:
//
//   settle(store)   lets a store that answers later answer: runs its loop until nothing waits. Without it what a store
//                   knows as release_all() is called, if it knows that.
//   restart()       the store that was made last, once more, after it was destroyed. What was answered is there, and
//                   positions, send ids, marks and the epoch go on where they were.
//   break_at(n)     the nth call from now on of what is below the store (a read, a write, a flush …) fails, once; 0
//                   takes it back. Returns whether the one planned before has struck. A short life is lived again and
//                   again, with each of these calls failing: store_failed did nothing, unknown_outcome did all of it
//                   or nothing, and the store goes on. A failure is a result, never an exception.
//   crash_at(n)     what is below dies in its nth call from now on, and every later one fails; 0 means at once.
//                   restart() brings it back as the dead would find it. What was answered is there, what was not is
//                   there wholly or not at all. A store that takes a new epoch says that it may have lost something,
//                   and is told that it does not earn `durable`.
//   crash()         for a bench that cannot say in which call: at once.
//
// A store that says reads_from_any_thread, and whose reads answer at once, is read by other threads while it is written
// to. Link what your system needs for std::thread.
//
// What is printed: a line for each law, with the guarantees that rest on it. `holds`; or BROKEN, with what the store said
// and what it should have said; or `not tried`, with what it takes. At the end a line for each guarantee: `earned`, with
// the circumstances it was tried under; `in part`, such as durable where no crash was tried; BROKEN; or `not tried`. True
// is returned if no law is broken.
//
// What happens by chance comes from a seed, and is the same on every machine, but for what readers on other threads meet
// on their way. Under a broken law stands the call that has exactly this again, and nothing else:
//
//   store_laws(bench, {}, {.only = {"a failed call did nothing, or all of it", 2, 17}})
//
// Who has only a way to make a store says store_laws(make), and plain_bench{make} for `bench` here.
//
// To try more: store_laws(bench, {}, {.by_chance = {.first_seed = 100, .count = 5000}}). To hear of the verdicts in a way
// of your own give, as the second argument, what can be called with a law_verdict, and perhaps with a store_worth.
template <store_bench Bench, class Report = print_verdict>
bool store_laws(Bench&& bench, Report report = {}, const store_trials& how = {}) {
    tried_store_of<std::remove_reference_t<Bench>> store{bench};
    const store_worth worth = store_examination{store, how, [&](const law_verdict& v) { report(v); }}.all();
    if constexpr (std::invocable<Report&, const store_worth&>)
        if (how.only.law.empty()) report(worth);
    return worth.all_hold();
}

// The same for who has only a way to make a store.
template <std::invocable Make, class Report = print_verdict, class Settle = release_answers>
bool store_laws(Make make, Report report = {}, Settle settle = {}, lives by_chance = {}) {
    return store_laws(plain_bench<Make, Settle>{std::move(make), std::move(settle)}, std::move(report),
                      {.by_chance = by_chance});
}

}  // namespace tandem
