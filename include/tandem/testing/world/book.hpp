// What happened, for whoever has to understand a failure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

namespace tandem::world {

// Keeps the first failure; nothing is thrown, because failures are found inside callbacks of the engine. Lines are only
// made while tracing: a failed seed is run once more for them.
class book {
public:
    explicit book(bool tracing) : tracing_{tracing} {}

    template <class Make>
    void note(Make make) {
        if (!tracing_) return;
        lines_.push_back(std::to_string(step_) + "  " + make());
        if (lines_.size() > most_lines) lines_.pop_front();
    }

    void fail(std::string why) {
        if (!failure_.empty()) return;
        note([&] { return "FAILURE: " + why; });
        failure_ = std::move(why);
    }

    void next_step() { ++step_; }
    std::size_t step() const { return step_; }
    bool failed() const { return !failure_.empty(); }
    const std::string& failure() const { return failure_; }
    const std::deque<std::string>& lines() const { return lines_; }

private:
    static constexpr std::size_t most_lines = 4000;

    bool tracing_;
    std::size_t step_ = 0;
    std::string failure_;
    std::deque<std::string> lines_;
};

}  // namespace tandem::world
