// The online members of one conversation, as numbers.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace tandem {

// A set of 32-bit numbers at about five bytes each: open addressing over the numbers themselves, 85 % full, growing by a
// quarter. Walking it is walking an array; a walk may pause at a slot as long as nothing is added or removed.
class room {
public:
    static constexpr std::uint32_t vacant = 0xffffffffu;

    bool add(std::uint32_t number) {
        if (contains(number)) return false;
        if ((size_ + 1) * 20 > slots_.size() * 17) resize(slots_.size() + slots_.size() / 4 + 4);
        put(number);
        ++size_;
        return true;
    }

    bool remove(std::uint32_t number) {
        if (slots_.empty()) return false;
        std::size_t hole = home(number);
        while (slots_[hole] != number) {
            if (slots_[hole] == vacant) return false;
            hole = after(hole);
        }
        for (std::size_t at = after(hole); slots_[at] != vacant; at = after(at))
            if (distance(home(slots_[at]), at) >= distance(hole, at)) slots_[std::exchange(hole, at)] = slots_[at];
        slots_[hole] = vacant;
        --size_;
        if (slots_.size() > 64 && size_ * 4 < slots_.size()) resize(size_ + size_ / 2 + 4);  // a walk meets every slot
        return true;
    }

    bool contains(std::uint32_t number) const {
        if (slots_.empty()) return false;
        for (std::size_t at = home(number); slots_[at] != vacant; at = after(at))
            if (slots_[at] == number) return true;
        return false;
    }

    std::size_t size() const { return size_; }
    std::size_t slots() const { return slots_.size(); }
    std::uint32_t at(std::size_t slot) const { return slots_[slot]; }  // or vacant
    std::size_t bytes() const { return slots_.capacity() * sizeof(std::uint32_t); }

private:
    std::size_t home(std::uint32_t number) const {
        return static_cast<std::size_t>(static_cast<std::uint64_t>(number * 0x9e3779b1u) * slots_.size() >> 32);
    }
    std::size_t after(std::size_t at) const { return at + 1 == slots_.size() ? 0 : at + 1; }
    std::size_t distance(std::size_t from, std::size_t to) const {
        return to >= from ? to - from : to + slots_.size() - from;
    }

    void put(std::uint32_t number) {
        std::size_t at = home(number);
        while (slots_[at] != vacant) at = after(at);
        slots_[at] = number;
    }

    void resize(std::size_t slots) {
        std::vector<std::uint32_t> old(slots, vacant);
        old.swap(slots_);
        for (const std::uint32_t number : old)
            if (number != vacant) put(number);
    }

    std::vector<std::uint32_t> slots_;
    std::uint32_t size_ = 0;
};

}  // namespace tandem
