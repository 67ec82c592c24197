// How engines of one process, each on a thread of its own, hear of each other's commits.
#pragma once

#include "../../core/function.hpp"
#include "../../policy/bus.hpp"

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <memory>
#include <mutex>
#include <vector>

namespace tandem {

// One for all engines. Carries every piece into the loops of the others; nothing is lost on the way, and if it were, the
// store's tail has it.
class local_bus_line {
public:
    // `follow` is called on the loop's thread, until `leave` has returned there.
    std::size_t join(asio::io_context& loop, function<void(const page&)> follow) {
        const std::lock_guard lock{mutex_};
        stops_.push_back(std::make_shared<stop>(loop, std::move(follow)));
        return stops_.size() - 1;
    }
    void leave(std::size_t number) {
        const std::lock_guard lock{mutex_};
        stops_[number]->follow.reset();
        stops_[number] = nullptr;
    }

    // From any thread; the one that has joined under this number does not hear itself.
    void publish(const page& piece, std::size_t from) {
        const auto shared = std::make_shared<const page>(piece);
        const std::lock_guard lock{mutex_};
        for (std::size_t i = 0; i < stops_.size(); ++i)
            if (i != from && stops_[i])
                asio::post(stops_[i]->loop, [to = stops_[i], shared] {
                    if (to->follow) to->follow(*shared);
                });
    }

private:
    struct stop {
        stop(asio::io_context& l, function<void(const page&)> f) : loop{l}, follow{std::move(f)} {}
        asio::io_context& loop;
        function<void(const page&)> follow;  // touched on its loop's thread alone
    };

    std::mutex mutex_;
    std::vector<std::shared_ptr<stop>> stops_;
};

// What one engine has of it. Its number is that of its place in the line; who has none is alone.
class local_bus {
public:
    local_bus() = default;
    local_bus(std::shared_ptr<local_bus_line> line, std::size_t number) : line_{std::move(line)}, number_{number} {}

    void publish(const page& piece) const {
        if (line_) line_->publish(piece, number_);
    }

private:
    std::shared_ptr<local_bus_line> line_;
    std::size_t number_ = 0;
};
static_assert(bus<local_bus>);

}  // namespace tandem
