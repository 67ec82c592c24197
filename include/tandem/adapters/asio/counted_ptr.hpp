// A pointer that counts, for objects of one thread.
#pragma once

#include <cstdint>
#include <utility>

namespace tandem::detail {

// Of something that has  std::uint32_t owners = 0.
template <class T>
class counted_ptr {
public:
    counted_ptr() = default;
    explicit counted_ptr(T* to) : to_{to} {
        if (to_) ++to_->owners;
    }
    counted_ptr(const counted_ptr& other) : counted_ptr{other.to_} {}
    counted_ptr(counted_ptr&& other) noexcept : to_{std::exchange(other.to_, nullptr)} {}
    counted_ptr& operator=(counted_ptr other) noexcept {
        std::swap(to_, other.to_);
        return *this;
    }
    ~counted_ptr() {
        if (to_ && --to_->owners == 0) delete to_;
    }

    T* operator->() const { return to_; }
    T& operator*() const { return *to_; }
    explicit operator bool() const { return to_ != nullptr; }

private:
    T* to_ = nullptr;
};

}  // namespace tandem::detail
