// Several observers in the place of one.
#pragma once

#include "observer.hpp"

#include <tuple>

namespace tandem {

// Each gets the hooks it has, in the order they are named here; a hook none of them has still compiles to nothing. Times are
// taken by the clock of the first that has one, and told to all that want them. observers<metrics&, trace&> are kept by you.
template <class... Os>
class observers {
public:
    observers() = default;
    explicit observers(Os... each)
        requires(sizeof...(Os) > 0)
        : all_{std::forward<Os>(each)...} {}

    template <class F>
    void each_observer(F f) {
        std::apply([&](auto&... one) { (f(one), ...); }, all_);
    }

    std::uint64_t nanoseconds()
        requires(timing_observer<std::remove_reference_t<Os>> || ...)
    {
        std::uint64_t now = 0;
        bool asked = false;
        each_observer([&]<class O>(O& one) {
            if constexpr (timing_observer<O>)
                if (!std::exchange(asked, true)) now = one.nanoseconds();
        });
        return now;
    }
    void took(stage what, std::uint64_t nanoseconds)
        requires(timing_observer<std::remove_reference_t<Os>> || ...)
    {
        each_observer([&](auto& one) {
            if constexpr (requires { one.took(what, nanoseconds); }) one.took(what, nanoseconds);
        });
    }

    template <class O>
    auto& get() {
        return std::get<O>(all_);
    }

private:
    std::tuple<Os...> all_;
};

}  // namespace tandem
