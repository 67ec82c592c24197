// What the marks say, and which of them moved; by number.
#pragma once

#include "../core/flat_index.hpp"
#include "../core/mark.hpp"

#include <span>
#include <vector>

namespace tandem {

// One row per (conversation, key, owner). Rows are linked, newest change first, under their owner and, while shared,
// under their conversation: to find what moved costs what moved.
class mark_table {
    struct link {
        std::uint32_t newer = flat_index::none;
        std::uint32_t older = flat_index::none;
    };

public:
    static constexpr std::uint32_t none = flat_index::none;

    struct row {
        std::uint64_t value = 0;
        tandem::position position{};
        std::uint32_t conversation = none;
        std::uint32_t owner = none;
        mark_key key{};
        bool shared = false;
        link by_owner{};
        link by_conversation{};
    };

    // Where a change of this value would lead: the merged value, the same as before if it changes nothing.
    std::uint64_t merged(std::uint32_t conversation, mark_key key, std::uint32_t owner, std::uint64_t value) const {
        const std::uint64_t now = value_of(conversation, key, owner);
        return merge_of(key) == merge::max && value < now ? now : value;
    }

    // A mark nobody has set is 0.
    std::uint64_t value_of(std::uint32_t conversation, mark_key key, std::uint32_t owner) const {
        const std::uint32_t n = find(conversation, key, owner);
        return n == none ? 0 : rows_[n].value;
    }

    // Call it with what `merged` gave, if that is a change. Returns the row's number; its old position is empty now.
    std::uint32_t set(std::uint32_t conversation, mark_key key, std::uint32_t owner, std::uint64_t value, bool shared,
                      tandem::position at) {
        const std::uint32_t n = row_for(conversation, key, owner);
        row& r = rows_[n];
        if (r.position) unlink<&row::by_owner>(owners_[owner], n);
        if (r.shared) unlink<&row::by_conversation>(conversations_[conversation], n);
        r.value = value, r.shared = shared, r.position = at;
        push_front<&row::by_owner>(head_of(owners_, owner), n);
        if (shared) push_front<&row::by_conversation>(head_of(conversations_, conversation), n);
        return n;
    }

    std::uint32_t find(std::uint32_t conversation, mark_key key, std::uint32_t owner) const {
        return index_.find(hash_of(conversation, key, owner), [&](std::uint32_t n) {
            const row& r = rows_[n];
            return r.conversation == conversation && r.owner == owner && r.key == key;
        });
    }
    const row& operator[](std::uint32_t n) const { return rows_[n]; }
    std::span<const row> all() const { return rows_; }

    // f(number) for the owner's marks that moved after `since`, newest first.
    template <class F>
    void each_of(std::uint32_t owner, tandem::position since, F f) const {
        each<&row::by_owner>(owners_, owner, since, f);
    }
    // The same for the shared marks of a conversation, whoever owns them.
    template <class F>
    void each_shared(std::uint32_t conversation, tandem::position since, F f) const {
        each<&row::by_conversation>(conversations_, conversation, since, f);
    }

private:
    static std::uint64_t hash_of(std::uint32_t conversation, mark_key key, std::uint32_t owner) {
        return detail::mix(static_cast<std::uint64_t>(conversation) << 32 | owner,
                           0x9e3779b97f4a7c15u + 2 * static_cast<std::uint64_t>(key));
    }

    std::uint32_t row_for(std::uint32_t conversation, mark_key key, std::uint32_t owner) {
        if (const std::uint32_t known = find(conversation, key, owner); known != none) return known;
        const auto n = static_cast<std::uint32_t>(rows_.size());
        rows_.push_back({.conversation = conversation, .owner = owner, .key = key});
        index_.insert(hash_of(conversation, key, owner), n);
        return n;
    }

    static std::uint32_t& head_of(std::vector<std::uint32_t>& heads, std::uint32_t of) {
        if (of >= heads.size()) heads.resize(of + std::size_t{1}, none);
        return heads[of];
    }

    template <link row::* Link>
    void push_front(std::uint32_t& head, std::uint32_t n) {
        rows_[n].*Link = {none, head};
        if (head != none) (rows_[head].*Link).newer = n;
        head = n;
    }

    template <link row::* Link>
    void unlink(std::uint32_t& head, std::uint32_t n) {
        const link l = rows_[n].*Link;
        (l.newer == none ? head : (rows_[l.newer].*Link).older) = l.older;
        if (l.older != none) (rows_[l.older].*Link).newer = l.newer;
    }

    template <link row::* Link, class F>
    void each(const std::vector<std::uint32_t>& heads, std::uint32_t of, tandem::position since, F f) const {
        if (of >= heads.size()) return;
        for (std::uint32_t n = heads[of]; n != none && rows_[n].position > since; n = (rows_[n].*Link).older) f(n);
    }

    flat_index index_;
    std::vector<row> rows_;
    std::vector<std::uint32_t> owners_;         // the newest of each owner
    std::vector<std::uint32_t> conversations_;  // the newest shared one of each conversation
};

}  // namespace tandem
