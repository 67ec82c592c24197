// The keys of a client's frames: nobody can foresee them.
#pragma once

#include <array>
#include <cstdint>
#include <random>

namespace tandem::detail {

// From the system's own source, some at a time. (The source itself is as large as a page.)
class masking_keys {
public:
    std::uint32_t next() {
        if (left_ == 0) fill();
        return keys_[--left_];
    }

    // Of a handshake.
    std::array<unsigned char, 16> nonce() {
        std::array<unsigned char, 16> made;
        for (std::size_t i = 0; i < made.size(); i += 4) {
            const std::uint32_t word = next();
            for (std::size_t j = 0; j < 4; ++j) made[i + j] = static_cast<unsigned char>(word >> (8 * j) & 0xff);
        }
        return made;
    }

private:
    void fill() {
        std::random_device source;
        for (std::uint32_t& key : keys_) key = source();
        left_ = keys_.size();
    }

    std::array<std::uint32_t, 32> keys_;
    std::size_t left_ = 0;
};

}  // namespace tandem::detail
