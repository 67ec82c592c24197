// Gives each id a small number while somebody needs it.
#pragma once

#include "chunked.hpp"
#include "flat_index.hpp"
#include "ids.hpp"
#include "number_pool.hpp"

namespace tandem {

// Numbers are dense and reused after `release`; whoever keeps one elsewhere must release last. Key needs ==, hash(key, seed).
template <class Key>
class number_table {
public:
    static constexpr std::uint32_t none = flat_index::none;

    explicit number_table(std::uint64_t seed = 0) : seed_{seed} {}

    std::uint32_t find(const Key& key) const { return find(key, hash_of(key)); }

    // In steps, for several keys at once: call each of these for all of them before the next one.
    template <class Like>
    std::uint64_t hash_of(const Like& key) const {
        return hash(key, seed_);
    }
    void prefetch_slot(std::uint64_t hash) const { index_.prefetch(hash); }
    void prefetch_key(std::uint64_t hash) const {
        if (const std::uint32_t n = index_.candidate(hash); n != none) detail::prefetch(keys_[n]);
    }
    void prefetch(std::uint32_t number) const { detail::prefetch(keys_[number]); }
    template <class Like>
    std::uint32_t find(const Like& key, std::uint64_t hash) const {
        return index_.find(hash, [&](std::uint32_t n) { return keys_[n] == key; });
    }

    // Second: whether the number is new.
    std::pair<std::uint32_t, bool> intern(const Key& key) {
        if (const std::uint32_t known = find(key); known != none) return {known, false};
        const std::uint32_t number = numbers_.take();
        if (number == keys_.size()) keys_.add();
        keys_[number] = key;
        index_.insert(hash(key, seed_), number);
        return {number, true};
    }

    void release(std::uint32_t number) {
        index_.erase(hash(keys_[number], seed_), number);
        numbers_.give_back(number);
    }

    const Key& operator[](std::uint32_t number) const { return keys_[number]; }
    std::size_t size() const { return index_.size(); }
    std::size_t highest() const { return keys_.size(); }  // every number is below this

private:
    std::uint64_t seed_;
    flat_index index_;
    chunked<Key> keys_;
    number_pool numbers_;
};

}  // namespace tandem
