// One event in every language it was needed in so far.
#pragma once

#include "../codec/dialect.hpp"

#include <array>

namespace tandem {

namespace detail {

template <class Dialects>
struct all_variants;

template <class... Ds>
struct all_variants<dialects<Ds...>> {
    static constexpr std::size_t count = (std::size_t{0} + ... + Ds::variants);
    static constexpr std::array<unsigned, sizeof...(Ds) + 1> first = [] {
        std::array<unsigned, sizeof...(Ds) + 1> at{};
        unsigned i = 0, sum = 0;
        ((at[i++] = sum, sum += Ds::variants), ...);
        at[i] = sum;
        return at;
    }();
};

}  // namespace detail

// The frames of one event, each made when the first receiver needs it, and never twice.
template <class Dialects>
class spoken {
public:
    static constexpr unsigned variants_of(unsigned dialect) {
        return detail::all_variants<Dialects>::first[dialect + 1] - detail::all_variants<Dialects>::first[dialect];
    }

    // encode() -> frames is called at most once for each (dialect, variant).
    template <class Encode>
    const frames& in(unsigned dialect, unsigned variant, Encode encode) {
        slot& s = slots_[detail::all_variants<Dialects>::first[dialect] + variant];
        if (!s.made) s.made = true, s.said = encode();
        return s.said;
    }

    // What was made for it before.
    const frames& said_in(unsigned dialect, unsigned variant) const {
        return slots_[detail::all_variants<Dialects>::first[dialect] + variant].said;
    }

private:
    struct slot {
        bool made = false;
        frames said;
    };
    std::array<slot, detail::all_variants<Dialects>::count> slots_{};
};

}  // namespace tandem
