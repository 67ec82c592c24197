// How much, how often, how long: counted, and told in Prometheus's text format.
#pragma once

#include "exposition.hpp"
#include "observer.hpp"

#include "../core/steady_nanoseconds.hpp"

namespace tandem {

// An observer of one engine. Counting allocates nothing. Read it where the engine runs, between two turns, and serve what it
// says to your operators alone: the pull API does not.
class metrics {
public:
    static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

    // `clock` tells nanoseconds since whenever, never backwards.
    explicit metrics(std::uint64_t (*clock)() = steady_nanoseconds) : clock_{clock} {}

    std::uint64_t nanoseconds() const { return clock_(); }
    void took(stage what, std::uint64_t nanoseconds) { stages_[static_cast<std::size_t>(what)].add(nanoseconds); }

    void session_opened() { ++opened_; }
    void session_closed(errc why) { ++closed_[index_of(why)]; }
    void received(std::size_t bytes) { ++messages_, bytes_ += bytes; }
    void refused(errc why) { ++refused_[index_of(why)]; }
    void appended(std::size_t drafts) { ++appends_, drafts_ += drafts; }
    void placed() { ++placed_; }
    void pushed() { ++pushes_; }
    void skipped() { ++skips_; }
    void encoded() { ++encodes_; }

    // Appends it all to `out`. Every series is there from the beginning, so that its first event is seen as an increase.
    void write(std::string& out) const {
        detail::exposition to{out};
        const auto counter = [&](std::string_view name, std::string_view help, std::uint64_t value) {
            to.family(name, "counter", help);
            to.sample(value);
        };
        counter("tandem_sessions_opened_total", "Connections that a dialect accepted.", opened_);
        write_reasons(to, "tandem_sessions_closed_total", "Sessions that ended, by reason.", closed_);
        to.family("tandem_sessions_open", "gauge", "Sessions that live.");
        to.sample(opened_ - sum(closed_));
        counter("tandem_received_messages_total", "Messages that were read from connections.", messages_);
        counter("tandem_received_bytes_total", "Bytes of these messages.", bytes_);
        write_reasons(to, "tandem_refusals_total", "Requests and pulls that were refused, by reason.", refused_);
        counter("tandem_appends_total", "Commits the store was asked for.", appends_);
        counter("tandem_appended_drafts_total", "Drafts in these commits.", drafts_);
        counter("tandem_entries_placed_total", "Entries of the log, of whichever engine.", placed_);
        counter("tandem_pushes_total", "Entries, batches and marks that went into a connection.", pushes_);
        counter("tandem_skips_total", "Entries, batches and marks that did not, because it was behind.", skips_);
        counter("tandem_encodes_total", "Events encoded, once for all who share a language.", encodes_);
        to.family("tandem_stage_seconds", "histogram", "From the question to a policy to its answer; whole turns.");
        for (std::size_t i = 0; i < stage_count; ++i) to.samples("stage", name_of(static_cast<stage>(i)), stages_[i]);
    }

private:
    // By the number of the reason; 0 is for those without a name.
    using by_reason = std::array<std::uint64_t, 64>;

    static bool is_named(std::size_t reason) {
        return std::string_view{text(static_cast<errc>(reason))} != text(errc{});
    }
    static std::size_t index_of(errc why) {
        const auto reason = static_cast<std::size_t>(why);
        return reason < by_reason{}.size() ? reason : 0;
    }

    static std::uint64_t sum(const by_reason& counts) {
        std::uint64_t all = 0;
        for (const std::uint64_t count : counts) all += count;
        return all;
    }

    static void write_reasons(detail::exposition& to, std::string_view name, std::string_view help,
                              const by_reason& counts) {
        to.family(name, "counter", help);
        std::uint64_t unnamed = 0;
        for (std::size_t i = 0; i < counts.size(); ++i) {
            if (is_named(i)) to.sample("reason", label_of(i), counts[i]);
            else unnamed += counts[i];
        }
        to.sample("reason", "other", unnamed);
    }

    static std::string label_of(std::size_t reason) {
        std::string label = text(static_cast<errc>(reason));
        for (char& c : label)
            if (c == ' ') c = '_';
        return label;
    }

    std::uint64_t (*clock_)();
    std::array<histogram, stage_count> stages_{};
    std::uint64_t opened_ = 0;
    by_reason closed_{};
    std::uint64_t messages_ = 0;
    std::uint64_t bytes_ = 0;
    by_reason refused_{};
    std::uint64_t appends_ = 0;
    std::uint64_t drafts_ = 0;
    std::uint64_t placed_ = 0;
    std::uint64_t pushes_ = 0;
    std::uint64_t skips_ = 0;
    std::uint64_t encodes_ = 0;
};
static_assert(timing_observer<metrics>);

}  // namespace tandem
