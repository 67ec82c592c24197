// Gives out 0, 1, 2 …, those that came back first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tandem {

class number_pool {
public:
    std::uint32_t take() {
        if (returned_.empty()) return highest_++;
        const std::uint32_t number = returned_.back();
        returned_.pop_back();
        return number;
    }

    void give_back(std::uint32_t number) { returned_.push_back(number); }

    std::uint32_t highest() const { return highest_; }  // every number is below this
    std::size_t taken() const { return highest_ - returned_.size(); }

private:
    std::uint32_t highest_ = 0;
    std::vector<std::uint32_t> returned_;
};

}  // namespace tandem
