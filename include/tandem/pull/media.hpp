// Which of our media types a request's headers mean.
#pragma once

#include "../core/ascii.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace tandem {

namespace detail {

// "0.5" is 500, "1" is 1000; -1 is none.
constexpr int thousandths(std::string_view text) {
    if (text.empty() || text.size() > 5 || text[0] < '0' || text[0] > '1' || (text.size() > 1 && text[1] != '.'))
        return -1;
    int value = (text[0] - '0') * 1000, worth = 100;
    for (const char c : text.size() > 2 ? text.substr(2) : std::string_view{}) {
        if (c < '0' || c > '9') return -1;
        value += (c - '0') * worth;
        worth /= 10;
    }
    return value <= 1000 ? value : -1;
}

// How well a range of an Accept header fits: 3 "a/b", 2 "a/*", 1 "*/*", 0 not.
constexpr int fit(std::string_view range, std::string_view type) {
    if (same_word(range, type)) return 3;
    if (range == "*/*") return 1;
    const std::size_t slash = range.find('/');
    const bool any = slash != range.npos && range.substr(slash) == "/*";
    return any && same_word(range.substr(0, slash), type.substr(0, type.find('/'))) ? 2 : 0;
}

// How much an Accept header wants this type: by its range that fits best. Of two wanted alike the one named earlier wins.
struct wish {
    int quality = 0;
    int fitting = 0;
    std::size_t order = 0;

    constexpr bool over(const wish& other) const {
        if (quality != other.quality) return quality > other.quality;
        if (fitting != other.fitting) return fitting > other.fitting;
        return order < other.order;
    }
};

constexpr wish wish_for(std::string_view type, std::string_view accept) {
    wish best;
    for (std::size_t order = 0; !accept.empty(); ++order) {
        std::string_view parameters = cut(accept, ',');
        const int fits = fit(cut(parameters, ';'), type);
        int quality = 1000;
        while (!parameters.empty()) {
            std::string_view value = cut(parameters, ';');
            if (same_word(cut(value, '='), "q")) quality = thousandths(trimmed(value));
        }
        if (fits > best.fitting && quality >= 0) best = {quality, fits, order};
    }
    return best;
}

}  // namespace detail

// Index of the type that a Content-Type names; parameters (charset=utf-8) do not matter.
constexpr std::optional<std::size_t> spoken_type(std::string_view content_type,
                                                 std::span<const std::string_view> ours) {
    const std::string_view named = detail::cut(content_type, ';');
    for (std::size_t i = 0; i < ours.size(); ++i)
        if (detail::same_word(named, ours[i])) return i;
    return std::nullopt;
}

// Index of the type that an Accept header likes best; nothing if it likes none.
constexpr std::optional<std::size_t> wanted_type(std::string_view accept, std::span<const std::string_view> ours) {
    std::optional<std::size_t> best;
    detail::wish most;
    for (std::size_t i = 0; i < ours.size(); ++i) {
        const detail::wish w = detail::wish_for(ours[i], accept);
        if (w.quality > 0 && (!best || w.over(most))) best = i, most = w;
    }
    return best;
}

}  // namespace tandem
