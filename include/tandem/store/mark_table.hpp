// What the marks say, and which of them moved; by number.
#pragma once

#include "../core/flat_map.hpp"
#include "../core/mark.hpp"
#include "../core/number_pool.hpp"

#include <span>
#include <vector>

namespace tandem {

// One row per (conversation, key, owner, target). Rows are linked, newest change first, under their owner and, while
// shared, under their conversation: to find what moved costs what moved. And they are linked under what they are about,
// an entry or (only the shared ones) the whole conversation: to find what is said of a page costs what is said of it.
class mark_table {
    struct link {
        std::uint32_t newer = flat_index::none;
        std::uint32_t older = flat_index::none;
    };

public:
    static constexpr std::uint32_t none = flat_index::none;

    // Which mark it is.
    struct id {
        std::uint32_t conversation = none;
        mark_key key{};
        std::uint32_t owner = none;
        seq target{};

        friend bool operator==(const id&, const id&) = default;
    };

    struct row : id {
        bool shared = false;
        std::uint64_t value = 0;
        tandem::position position{};
        link by_owner{};
        link by_conversation{};
        link by_target{};
    };

    // A mark nobody has set is 0.
    std::uint64_t value_of(const id& which) const {
        const std::uint32_t n = find(which);
        return n == none ? 0 : rows_[n].value;
    }

    // Call it with what `merged` (core/mark.hpp) gave, if that is a change. Returns the row's number; its old position is empty now.
    std::uint32_t set(const id& which, std::uint64_t value, bool shared, tandem::position at) {
        const std::uint32_t n = row_for(which);
        row& r = rows_[n];
        if (r.position) unlink(n);
        r.value = value, r.shared = shared, r.position = at;
        push_front<&row::by_owner>(head_of(owners_, r.owner), n);
        if (shared) push_front<&row::by_conversation>(head_of(conversations_, r.conversation), n);
        if (shared || r.target) push_front<&row::by_target>(targets_[about(r)].newest, n);
        return n;
    }

    // The marks about an entry that is trimmed. Their numbers are given out again.
    void forget(std::uint32_t conversation, seq target) {
        while (const auto* list = targets_.find({conversation, target})) {
            const std::uint32_t n = list->newest;
            unlink(n);
            index_.erase(hash_of(rows_[n]), n);
            rows_[n] = {};
            numbers_.give_back(n);
        }
    }

    std::uint32_t find(const id& which) const {
        return index_.find(hash_of(which), [&](std::uint32_t n) { return static_cast<const id&>(rows_[n]) == which; });
    }
    const row& operator[](std::uint32_t n) const { return rows_[n]; }
    std::span<const row> all() const { return rows_; }  // those at position 0 are forgotten

    // f(number) for the owner's marks that moved after `since`, newest first.
    template <class F>
    void each_of(std::uint32_t owner, tandem::position since, F f) const {
        if (owner < owners_.size()) each<&row::by_owner>(owners_[owner], since, f);
    }
    // The same for the shared marks of a conversation, whoever owns them.
    template <class F>
    void each_shared(std::uint32_t conversation, tandem::position since, F f) const {
        if (conversation < conversations_.size()) each<&row::by_conversation>(conversations_[conversation], since, f);
    }
    // f(number) for all marks about an entry, or (target 0) the shared ones about the conversation itself.
    template <class F>
    void each_about(std::uint32_t conversation, seq target, F f) const {
        if (const auto* list = targets_.find({conversation, target})) each<&row::by_target>(list->newest, {}, f);
    }

private:
    struct subject {
        std::uint32_t conversation;
        seq target;

        friend bool operator==(const subject&, const subject&) = default;
        friend std::uint64_t hash(const subject& s, std::uint64_t seed) {
            return detail::mix_in(seed, s.conversation, s.target.value);
        }
    };
    struct list {
        std::uint32_t newest = none;
    };

    static subject about(const id& which) { return {which.conversation, which.target}; }
    static std::uint64_t hash_of(const id& which) {
        return hash(about(which), static_cast<std::uint64_t>(which.key) << 32 | which.owner);
    }

    std::uint32_t row_for(const id& which) {
        if (const std::uint32_t known = find(which); known != none) return known;
        const std::uint32_t n = numbers_.take();
        if (n == rows_.size()) rows_.emplace_back();
        static_cast<id&>(rows_[n]) = which;
        index_.insert(hash_of(which), n);
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

    void unlink(std::uint32_t n) {
        const row& r = rows_[n];
        unlink<&row::by_owner>(owners_[r.owner], n);
        if (r.shared) unlink<&row::by_conversation>(conversations_[r.conversation], n);
        if (!r.shared && !r.target) return;
        list& same = targets_[about(r)];
        unlink<&row::by_target>(same.newest, n);
        if (same.newest == none) targets_.erase(about(r));
    }

    template <link row::* Link, class F>
    void each(std::uint32_t newest, tandem::position since, F f) const {
        for (std::uint32_t n = newest; n != none && rows_[n].position > since; n = (rows_[n].*Link).older) f(n);
    }

    flat_index index_;
    std::vector<row> rows_;
    number_pool numbers_;
    std::vector<std::uint32_t> owners_;         // the newest of each owner
    std::vector<std::uint32_t> conversations_;  // the newest shared one of each conversation
    flat_map<subject, list> targets_;
};

}  // namespace tandem
