// tandem_bench [prefix]: runs the figure of that name, or those whose name begins so; one JSON line each.
#include "figures.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>

using namespace tandem::benchmarks;

namespace {

measured median(const figure& one) {
    std::vector<measured> runs;
    for (int i = 0; i < std::max(one.repetitions.times, 1); ++i) runs.push_back(one.run());
    auto middle = runs.begin() + static_cast<std::ptrdiff_t>(runs.size() / 2);
    std::nth_element(runs.begin(), middle, runs.end(), [](auto& a, auto& b) { return a.value < b.value; });
    return *middle;
}

}  // namespace

int main(int argc, char** argv) {
    std::string_view prefix = argc > 1 ? argv[1] : "";
    auto figures = figure::all();
    std::ranges::sort(figures, {}, &figure::name);
    const bool exact = std::ranges::find(figures, prefix, &figure::name) != figures.end();
    bool any = false;
    for (const figure* one : figures) {
        if (exact ? one->name != prefix : !one->name.starts_with(prefix)) continue;
        any = true;
        measured m = median(*one);
        std::printf("{\"name\":\"%s\",\"value\":%.6g,\"unit\":\"%s\",\"ratio\":%.4g,\"against\":\"%s\"}\n",
                    one->name.c_str(), m.value, m.unit.c_str(), m.ratio, m.against.c_str());
        std::fflush(stdout);
    }
    constexpr int nothing_begins_so = 3;
    return any ? 0 : nothing_begins_so;
}
