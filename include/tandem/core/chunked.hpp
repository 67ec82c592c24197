// A growing array that never moves its elements and never over-allocates by half.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace tandem {

template <class T, std::size_t PerChunk = 512>
class chunked {
    static_assert((PerChunk & (PerChunk - 1)) == 0, "a power of two, so that an index splits without a division");

public:
    chunked() = default;
    chunked(chunked&& other) noexcept : chunks_{std::move(other.chunks_)}, size_{std::exchange(other.size_, 0)} {}
    chunked& operator=(chunked&& other) noexcept {
        std::swap(chunks_, other.chunks_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~chunked() {
        for (std::size_t i = 0; i < size_; ++i) (*this)[i].~T();
        for (void* chunk : chunks_) std::allocator<T>{}.deallocate(static_cast<T*>(chunk), PerChunk);
    }

    T& operator[](std::size_t i) { return static_cast<T*>(chunks_[i / PerChunk])[i % PerChunk]; }
    const T& operator[](std::size_t i) const { return static_cast<const T*>(chunks_[i / PerChunk])[i % PerChunk]; }

    T& add() {
        if (size_ == chunks_.size() * PerChunk) chunks_.push_back(std::allocator<T>{}.allocate(PerChunk));
        return *::new (static_cast<void*>(&(*this)[size_++])) T();
    }

    std::size_t size() const { return size_; }

private:
    std::vector<void*> chunks_;  // of T[PerChunk]; untyped, so that all kinds share one vector's code
    std::size_t size_ = 0;
};

}  // namespace tandem
