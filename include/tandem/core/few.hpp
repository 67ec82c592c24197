// A list that is nearly always of one.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace tandem {

// The first element lives inline: a list of one allocates nothing.
template <class T>
class few {
public:
    few() = default;
    few(T only) : only_{std::move(only)}, size_{1} {}

    void push_back(T next) { insert(size_, std::move(next)); }

    void insert(std::size_t at, T next) {
        if (size_ == 0) {
            only_ = std::move(next);
        } else {
            if (size_ == 1) more_.push_back(only_);
            more_.insert(more_.begin() + static_cast<std::ptrdiff_t>(at), std::move(next));
        }
        ++size_;
    }

    const T* begin() const { return size_ > 1 ? more_.data() : &only_; }
    const T* end() const { return begin() + size_; }
    const T& operator[](std::size_t i) const { return begin()[i]; }
    const T& front() const { return *begin(); }
    const T& back() const { return begin()[size_ - 1]; }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

private:
    T only_{};
    std::vector<T> more_;  // all of them, when there is more than one
    std::size_t size_ = 0;
};

}  // namespace tandem
