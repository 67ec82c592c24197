// What waits to be written into one connection.
#pragma once

#include "../../core/frame.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace tandem {

namespace detail {

// Frames with their heads. The first, which is nearly always the only one, lies in the connection itself; room for more is
// borrowed from the loop and given back when it is empty.
class outbox {
public:
    struct queue {
        std::vector<frame> frames;
        std::size_t begin = 0;
    };
    using spare_queues = std::vector<std::unique_ptr<queue>>;

    void add(frame f, spare_queues& spare) {
        bytes_ += static_cast<std::uint32_t>(whole(f).size());
        if (!first_) {
            first_ = std::move(f);
        } else {
            if (!more_) more_ = take(spare);
            more_->frames.push_back(std::move(f));
        }
    }

    // Before everything else; nothing of the first frame has been written yet.
    void add_in_front(frame f, spare_queues& spare) {
        bytes_ += static_cast<std::uint32_t>(whole(f).size());
        std::swap(f, first_);
        if (!f) return;
        if (!more_) more_ = take(spare);
        more_->frames.insert(more_->frames.begin() + static_cast<std::ptrdiff_t>(more_->begin), std::move(f));
    }

    bool empty() const { return bytes_ == 0; }
    std::size_t bytes() const { return bytes_; }

    // What to write next: one frame as it lies, or small ones joined in `room`; empty if there is nothing.
    tandem::bytes next(std::span<char> room) const {
        if (empty()) return {};
        const tandem::bytes front = whole(first_).substr(written_);
        if (!more_ || front.size() >= room.size()) return front;
        std::size_t size = copy(front, room, 0);
        for (std::size_t i = more_->begin; i < more_->frames.size() && size < room.size(); ++i)
            size += copy(whole(more_->frames[i]), room, size);
        return {room.data(), size};
    }

    void written(std::size_t size, spare_queues& spare) {
        bytes_ -= static_cast<std::uint32_t>(size);
        for (std::size_t left = whole(first_).size() - written_; size > 0 && size >= left;
             left = whole(first_).size()) {
            size -= left;
            written_ = 0;
            drop_first(spare);
            if (!first_) return;
        }
        written_ += static_cast<std::uint32_t>(size);
    }

    void clear(spare_queues& spare) {
        first_ = {};
        written_ = bytes_ = 0;
        if (more_) give_back(spare);
    }

    // The head is there already, or this is no frame of a WebSocket.
    static tandem::bytes whole(const frame& f) {
        return f.with_head([](char*, std::size_t) { return std::size_t{0}; });
    }

private:
    static std::size_t copy(tandem::bytes from, std::span<char> room, std::size_t at) {
        const std::size_t size = from.size() < room.size() - at ? from.size() : room.size() - at;
        std::memcpy(room.data() + at, from.data(), size);
        return size;
    }

    void drop_first(spare_queues& spare) {
        first_ = {};
        if (!more_) return;
        auto& [frames, begin] = *more_;
        first_ = std::move(frames[begin++]);
        if (begin == frames.size()) return give_back(spare);
        if (begin < 64 || begin * 2 < frames.size()) return;
        frames.erase(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(begin));  // it may never be empty
        begin = 0;
    }

    static std::unique_ptr<queue> take(spare_queues& spare) {
        if (spare.empty()) return std::make_unique<queue>();
        auto taken = std::move(spare.back());
        spare.pop_back();
        return taken;
    }

    void give_back(spare_queues& spare) {
        constexpr std::size_t most_spare = 1024, most_frames = 256;
        if (spare.size() < most_spare && more_->frames.capacity() <= most_frames) {
            more_->frames.clear();
            more_->begin = 0;
            spare.push_back(std::move(more_));
        }
        more_.reset();
    }

    frame first_;
    std::unique_ptr<queue> more_;
    std::uint32_t written_ = 0;  // of the first
    std::uint32_t bytes_ = 0;
};

}  // namespace detail

}  // namespace tandem
