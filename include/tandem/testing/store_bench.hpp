// What the laws are told about a store.
#pragma once

#include <string>
#include <string_view>

namespace tandem {

// Thrown inside a law, caught by whoever runs it.
struct broken_law {
    std::string why;
};

inline void expect(bool holds, std::string_view why) {
    if (!holds) throw broken_law{std::string{why}};
}

// How a store that answers later is brought to answer, where its bench has no `settle`.
struct release_answers {
    template <class S>
    void operator()(S& store) const {
        if constexpr (requires { store.release_all(); }) store.release_all();
    }
};

// store_laws.hpp says what each further member is for.
template <class B>
concept store_bench = requires(B& bench) { bench.make(); };

// The bench of who has only a way to make a store.
template <class Make, class Settle = release_answers>
struct plain_bench {
    Make how;
    Settle settle_with{};

    auto make() { return how(); }
    void settle(auto& store) { settle_with(store); }
};
template <class Make>
plain_bench(Make) -> plain_bench<Make>;

}  // namespace tandem
