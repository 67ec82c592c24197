// A connection that only remembers what it was told to send.
#pragma once

#include "../core/outlet.hpp"

#include <optional>
#include <vector>

namespace tandem {

// What was sent counts as queued until `drain`, like a peer that reads when the test says so; `hold` sets the figure by
// hand instead. Sends after a close are a defect of the sender: they are counted, not recorded.
class recorded_outlet {
public:
    void send(const frame& f) {
        if (closed()) {
            ++sent_after_close_;
            return;
        }
        queued_ += f.size();
        frames_.push_back(f);
    }
    void close(const error& why) {
        if (!closed_) closed_ = why;
    }
    void flush() { ++flushes_; }
    std::size_t queued_bytes() const { return held_.value_or(queued_); }

    void drain() { queued_ = 0; }
    void hold(std::optional<std::size_t> queued) { held_ = queued; }

    const std::vector<frame>& frames() const { return frames_; }
    std::vector<frame> take() { return std::exchange(frames_, {}); }
    bool closed() const { return closed_.has_value(); }
    const std::optional<error>& reason() const { return closed_; }
    std::size_t flushes() const { return flushes_; }
    std::size_t sent_after_close() const { return sent_after_close_; }

private:
    std::vector<frame> frames_;
    std::optional<error> closed_;
    std::optional<std::size_t> held_;
    std::size_t queued_ = 0;
    std::size_t flushes_ = 0;
    std::size_t sent_after_close_ = 0;
};
static_assert(outlet<recorded_outlet>);

}  // namespace tandem
