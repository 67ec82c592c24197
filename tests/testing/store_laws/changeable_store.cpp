#include "changeable_store.hpp"
#include "journalled_store.hpp"

#include <tandem/testing/store_laws.hpp>

namespace tandem {

std::set<std::string> broken_by(made_store (*make)()) {
    std::set<std::string> names;
    const auto report = [&](const law_verdict& v) {
        if (v.became == law_verdict::what::broken) names.insert(v.name);
    };
    store_laws(make, report, release_answers{}, {.count = 0});
    return names;
}

std::set<std::string> broken_on_disk(made_journalled (*how)(test_disk&), circumstance only) {
    std::set<std::string> names;
    const auto report = [&](const law_verdict& v) {
        if (v.became == law_verdict::what::broken) names.insert(v.name);
    };
    disk_bench bench{how};
    const auto count = [&](circumstance c) { return std::uint64_t{c == only ? 2u : 0u}; };
    store_laws(bench, report,
               {.by_chance = {1, count(circumstance::calls), 50},
                .failing = {1, count(circumstance::failing_calls), 12},
                .restarting = {1, count(circumstance::restarts), 40},
                .crashing = {1, count(circumstance::crashes), 12}});
    return names;
}

std::vector<std::string> names_of(law_kit kit) {
    static constexpr std::span<const store_law> (*kits[])() = {laws_of_writing::all, laws_of_marking::all,
                                                               laws_of_reading::all, laws_of_large_batches::all,
                                                               laws_of_restarting::all};
    std::vector<std::string> names;
    for (const store_law& law : kits[static_cast<std::size_t>(kit)]()) names.push_back(law.name);
    return names;
}

}  // namespace tandem
