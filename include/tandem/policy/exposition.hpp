// Prometheus's text format.
#pragma once

#include "histogram.hpp"

#include <initializer_list>
#include <string>

namespace tandem {

namespace detail {

// One family after the other: what it is, of which type, then its samples. Labels are names of ours, never a peer's text:
// so nothing is escaped here, and the number of series is fixed.
class exposition {
public:
    explicit exposition(std::string& out) : out_{out} {}

    void family(std::string_view name, std::string_view type, std::string_view help) {
        name_ = name;
        line({"# HELP ", name, " ", help});
        line({"# TYPE ", name, " ", type});
    }
    void sample(std::uint64_t value) { line({name_, " ", std::to_string(value)}); }
    void sample_of_seconds(std::uint64_t nanoseconds) { line({name_, " ", seconds_of(nanoseconds)}); }
    void sample(std::string_view label, std::string_view of, std::uint64_t value) {
        line({name_, "{", label, "=\"", of, "\"} ", std::to_string(value)});
    }

    void samples(std::string_view label, std::string_view of, const histogram& h) {
        std::uint64_t so_far = 0;
        const auto up_to = [&](std::string_view bound, std::uint64_t more) {
            so_far += more;
            line({name_, "_bucket{", label, "=\"", of, "\",le=\"", bound, "\"} ", std::to_string(so_far)});
        };
        for (std::size_t i = 0; i < histogram::bounds.size(); ++i) up_to(histogram::bounds[i].seconds, h.count_in(i));
        up_to("+Inf", h.count_in(histogram::bounds.size()));
        line({name_, "_sum{", label, "=\"", of, "\"} ", seconds_of(h.sum())});
        line({name_, "_count{", label, "=\"", of, "\"} ", std::to_string(so_far)});
    }

private:
    void line(std::initializer_list<std::string_view> pieces) {
        for (const std::string_view piece : pieces) out_ += piece;
        out_ += '\n';
    }

    // Exact, which a double would not stay.
    static std::string seconds_of(std::uint64_t nanoseconds) {
        const std::string digits = std::to_string(nanoseconds % 1'000'000'000);
        return std::to_string(nanoseconds / 1'000'000'000) + '.' + std::string(9 - digits.size(), '0') + digits;
    }

    std::string& out_;
    std::string_view name_;
};

}  // namespace detail

}  // namespace tandem
