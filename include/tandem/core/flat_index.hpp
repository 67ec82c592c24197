// Finds the number of a key that somebody else keeps.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tandem {

namespace detail {

// Memory answers many questions in the time of one, if they are asked together.
inline void prefetch(const void* soon, std::size_t size) {
    const char* first = static_cast<const char*>(soon);
    for (std::size_t line = 0; line < size; line += 64) __builtin_prefetch(first + line);
    if (size > 8) __builtin_prefetch(first + size - 1);
    // Without a statement that counts as an effect, g++ takes this function, and every one that only calls it, for one
    // that may as well not be called. (Held by tests/assembly.)
    asm volatile("");
}
template <class T>
void prefetch(const T& soon) {
    prefetch(&soon, sizeof(T));
}

}  // namespace detail

// Open addressing over {part of the hash, number}: eight bytes a slot, at most 3/4 full, no tombstones. The keys live
// with the caller, who compares them: `same(number)` is asked only when the hash agrees, so a look-up touches two cache
// lines.
class flat_index {
public:
    static constexpr std::uint32_t none = 0xffffffffu;

    template <class Same>
    std::uint32_t find(std::uint64_t hash, Same same) const {
        if (slots_.empty()) return none;
        for (std::size_t at = home(hash);; at = (at + 1) & mask()) {
            const slot& s = slots_[at];
            if (s.number == none) return none;
            if (s.tag == tag(hash) && same(s.number)) return s.number;
        }
    }

    // A look-up of this hash comes soon.
    void prefetch(std::uint64_t hash) const {
        if (!slots_.empty()) detail::prefetch(slots_[home(hash)]);
    }

    // The first number it may be: what to fetch before `find` compares it.
    std::uint32_t candidate(std::uint64_t hash) const {
        return find(hash, [](std::uint32_t) { return true; });
    }

    // The caller knows the key is not there yet.
    void insert(std::uint64_t hash, std::uint32_t number) {
        if ((size_ + 1) * 4 > slots_.size() * 3) grow();
        place(slots_, {tag(hash), number});
        ++size_;
    }

    void erase(std::uint64_t hash, std::uint32_t number) {
        std::size_t hole = home(hash);
        while (slots_[hole].number != number) {
            assert(slots_[hole].number != none && "flat_index: erased a number that is not there");
            hole = (hole + 1) & mask();
        }
        for (std::size_t at = (hole + 1) & mask(); slots_[at].number != none; at = (at + 1) & mask()) {
            const std::size_t wanted = home_of_tag(slots_[at].tag, slots_.size());
            if (((at - wanted) & mask()) >= ((at - hole) & mask())) slots_[std::exchange(hole, at)] = slots_[at];
        }
        slots_[hole].number = none;
        --size_;
    }

    std::size_t size() const { return size_; }
    std::size_t capacity_bytes() const { return slots_.capacity() * sizeof(slot); }

private:
    struct slot {
        std::uint32_t tag = 0;
        std::uint32_t number = none;
    };

    // The tag alone says where a slot belongs, so growing never asks for the key again.
    static std::uint32_t tag(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }
    static std::size_t home_of_tag(std::uint32_t tag, std::size_t slots) {
        return static_cast<std::size_t>(static_cast<std::uint64_t>(tag) * slots >> 32);
    }
    std::size_t home(std::uint64_t hash) const { return home_of_tag(tag(hash), slots_.size()); }
    std::size_t mask() const { return slots_.size() - 1; }

    static void place(std::vector<slot>& slots, slot s) {
        std::size_t at = home_of_tag(s.tag, slots.size());
        while (slots[at].number != none) at = (at + 1) & (slots.size() - 1);
        slots[at] = s;
    }

    void grow() {
        std::vector<slot> wider(slots_.empty() ? 8 : slots_.size() * 2);
        for (const slot& s : slots_)
            if (s.number != none) place(wider, s);
        slots_ = std::move(wider);
    }

    std::vector<slot> slots_;
    std::size_t size_ = 0;
};

}  // namespace tandem
