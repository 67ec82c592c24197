// A small map for things that come and go.
#pragma once

#include "flat_index.hpp"

namespace tandem {

// Values lie side by side, in no order; a reference to one holds until the next insertion or erasure. Key needs == and
// hash(key, seed). (A std::unordered_map of each kind would take several times as long to compile.)
template <class Key, class Value>
class flat_map {
public:
    explicit flat_map(std::uint64_t seed = 0) : seed_{seed} {}

    Value* find(const Key& key) {
        const std::uint32_t n = number_of(key);
        return n == flat_index::none ? nullptr : &slots_[n].value;
    }
    const Value* find(const Key& key) const { return const_cast<flat_map*>(this)->find(key); }
    bool contains(const Key& key) const { return number_of(key) != flat_index::none; }

    Value& operator[](const Key& key) {
        if (Value* known = find(key)) return *known;
        index_.insert(hash(key, seed_), static_cast<std::uint32_t>(slots_.size()));
        slots_.push_back({key, Value{}});
        return slots_.back().value;
    }

    bool erase(const Key& key) {
        const std::uint32_t n = number_of(key);
        if (n != flat_index::none) erase_at(n);
        return n != flat_index::none;
    }

    // which(key, value) says what goes.
    template <class Which>
    void erase_if(Which which) {
        for (std::uint32_t n = static_cast<std::uint32_t>(slots_.size()); n-- > 0;)
            if (which(slots_[n].key, slots_[n].value)) erase_at(n);
    }

    template <class F>
    void each(F f) const {
        for (const slot& s : slots_) f(s.key, s.value);
    }

    std::size_t size() const { return slots_.size(); }
    bool empty() const { return slots_.empty(); }

private:
    struct slot {
        Key key;
        Value value;
    };

    std::uint32_t number_of(const Key& key) const {
        if (slots_.empty()) return flat_index::none;
        return index_.find(hash(key, seed_), [&](std::uint32_t n) { return slots_[n].key == key; });
    }

    // The last one takes the place of the one that goes.
    void erase_at(std::uint32_t n) {
        index_.erase(hash(slots_[n].key, seed_), n);
        const auto last = static_cast<std::uint32_t>(slots_.size() - 1);
        if (n != last) {
            index_.erase(hash(slots_[last].key, seed_), last);
            index_.insert(hash(slots_[last].key, seed_), n);
            slots_[n] = std::move(slots_[last]);
        }
        slots_.pop_back();
    }

    std::uint64_t seed_;
    flat_index index_;
    std::vector<slot> slots_;
};

}  // namespace tandem
