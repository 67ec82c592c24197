// A scenario registers itself, as a figure does, and prints one line for each figure it has.
#pragma once

#include "crowd.hpp"
#include "native.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

namespace tandem::benchmarks {

struct scenario {
    scenario(std::string its_name, function<void(const std::string&)> its_run)
        : name(std::move(its_name)), run(std::move(its_run)) {
        all().push_back(this);
    }
    scenario(const scenario&) = delete;

    static std::vector<scenario*>& all() {
        static std::vector<scenario*> scenarios;
        return scenarios;
    }

    std::string name;
    function<void(const std::string& name)> run;
};

inline void print(const std::string& name, double value, const char* unit, double ratio = 1, const char* against = "") {
    std::printf("{\"name\":\"%s\",\"value\":%.6g,\"unit\":\"%s\",\"ratio\":%.4g,\"against\":\"%s\"}\n", name.c_str(),
                value, unit, ratio, against);
    std::fflush(stdout);
}

// A quarter below the middle and a quarter above it do not matter: other people's work on this machine.
inline double middle(std::vector<double> values) {
    std::ranges::sort(values);
    return values.empty() ? 0 : values[values.size() / 2];
}
inline double at_share(std::vector<std::uint32_t>& sorted_later, double share) {
    if (sorted_later.empty()) return 0;
    const auto at = static_cast<std::size_t>(share * static_cast<double>(sorted_later.size() - 1));
    std::ranges::nth_element(sorted_later, sorted_later.begin() + static_cast<std::ptrdiff_t>(at));
    return sorted_later[at];
}

// Two measured in turn, so that both have had the same weather: neighbours are compared.
struct compared {
    std::vector<double> ours, theirs;
    double value() const { return middle(ours); }
    double ratio() const {
        std::vector<double> ratios;
        for (std::size_t i = 0; i < ours.size(); ++i) ratios.push_back(ours[i] / theirs[i]);
        return middle(ratios);
    }
};
template <class Ours, class Theirs>
compared in_turn(int rounds, Ours ours, Theirs theirs) {
    compared c;
    for (int i = 0; i < rounds; ++i) {
        c.theirs.push_back(theirs());
        c.ours.push_back(ours());
    }
    return c;
}

// As many clients as there can be sockets, in each of the two processes.
std::size_t as_many_as_possible(std::size_t wanted);

// For SQLite's files: beside this program, on a disk; gone with this object.
class folder {
public:
    folder();
    ~folder();
    folder(const folder&) = delete;
    std::string file(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

inline std::vector<std::string> users(const char* kind, std::size_t count) {
    std::vector<std::string> made;
    for (std::size_t i = 0; i < count; ++i) made.push_back(native::id_36(kind, i));
    return made;
}

}  // namespace tandem::benchmarks
