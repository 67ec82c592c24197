// One encoded event, shared by everyone who gets it.
#pragma once

#include "bytes.hpp"

#include <cassert>
#include <new>
#include <utility>
#include <vector>

namespace tandem {

// Immutable once made, counted, never copied. The count is not atomic: a frame never leaves its engine's thread. In
// front of the payload there is room for a transport's header, which is written once, for all receivers.
class frame {
public:
    static constexpr std::size_t headroom = 16;

    frame() = default;
    explicit frame(bytes payload, bool text = false)
        : frame{payload.size(), text, [&](char* to) {
                    if (!payload.empty()) std::memcpy(to, payload.data(), payload.size());
                }} {}

    // `fill` writes exactly `size` bytes: an encoder that knows its size needs no second copy.
    template <class Fill>
    frame(std::size_t size, bool text, Fill fill) : block_{allocate(size, text)} {
        fill(block_->payload());
    }

    frame(const frame& other) noexcept : block_{other.block_} {
        if (block_) ++block_->owners;
    }
    frame(frame&& other) noexcept : block_{std::exchange(other.block_, nullptr)} {}
    frame& operator=(frame other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~frame() {
        if (block_ && --block_->owners == 0) ::operator delete(block_);
    }

    bytes payload() const { return {block_->payload(), block_->size}; }
    std::size_t size() const { return block_ ? block_->size : 0; }
    bool text() const { return block_->text; }
    explicit operator bool() const { return block_ != nullptr; }
    friend bool operator==(const frame& a, const frame& b) { return a.block_ == b.block_; }  // the same frame

    // Header and payload in one piece. `write(char* end, size) -> header size` is called for the first receiver only and
    // writes the header so that it ends at `end`; all receivers of a frame must therefore use the same transport framing.
    template <class Write>
    bytes with_head(Write write) const {
        if (block_->head == 0) {
            const std::size_t head = write(block_->payload(), block_->size);
            assert(head <= headroom && "a transport's header does not fit into the headroom");
            block_->head = static_cast<unsigned char>(head);
        }
        return {block_->payload() - block_->head, block_->head + static_cast<std::size_t>(block_->size)};
    }

private:
    struct block {
        std::uint32_t owners;
        std::uint32_t size;
        unsigned char head;
        bool text;

        char* payload() { return reinterpret_cast<char*>(this + 1) + headroom; }
    };

    static block* allocate(std::size_t size, bool text) {
        void* room = ::operator new(sizeof(block) + headroom + size);
        return ::new (room) block{1, static_cast<std::uint32_t>(size), 0, text};
    }

    block* block_ = nullptr;
};

// What one event becomes: almost always one frame. They leave together or not at all.
class frames {
public:
    frames() = default;
    frames(frame only) : first_{std::move(only)} {}

    void add(frame next) {
        if (first_) more_.push_back(std::move(next));
        else first_ = std::move(next);
    }

    void add(const frames& others) {
        others.each([&](const frame& f) { add(f); });
    }

    template <class F>
    void each(F f) const {
        if (first_) f(first_);
        for (const frame& next : more_) f(next);
    }

    explicit operator bool() const { return static_cast<bool>(first_); }

private:
    frame first_;
    std::vector<frame> more_;
};

}  // namespace tandem
