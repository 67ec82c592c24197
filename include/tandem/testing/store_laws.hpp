// Is it a seq_store? Every sentence of the concept, tried on your type.
#pragma once

#include "store_laws/examination.hpp"

#include <concepts>
#include <type_traits>

namespace tandem {

template <store_bench Bench, class Report = print_verdict>
bool store_laws(Bench&& bench, Report report = {}, const store_trials& how = {}) {
    tried_store_of<std::remove_reference_t<Bench>> store{bench};
    const store_worth worth = store_examination{store, how, [&](const law_verdict& v) { report(v); }}.all();
    if constexpr (std::invocable<Report&, const store_worth&>) report(worth);
    return worth.all_hold();
}

template <std::invocable Make, class Report = print_verdict, class Settle = release_answers>
bool store_laws(Make make, Report report = {}, Settle settle = {}, lives by_chance = {}) {
    return store_laws(plain_bench<Make, Settle>{std::move(make), std::move(settle)}, std::move(report),
                      {.by_chance = by_chance});
}

}  // namespace tandem
