// Who is in what, since when, as what; by number.
#pragma once

#include "../core/chunked.hpp"
#include "../core/number_table.hpp"
#include "../protocol/pages.hpp"

#include <algorithm>
#include <span>
#include <vector>

namespace tandem {

// How somebody stands in a conversation: their latest interval, and the entry that changed it last.
struct standing {
    struct change {
        tandem::place place{};
        std::uint64_t number = 0;
        instant time{};
    };

    tandem::role role = role::none;
    interval latest{};
    change changed{};

    bool current() const { return latest.open(); }
};

// One row per (user, conversation), for ever: who has left may still see what was. A row's intervals are disjoint and
// in order. A user's lines are in order of their last change, so what changed since a cursor is at the end.
class membership_table {
public:
    static constexpr std::uint32_t none = flat_index::none;

    struct row : standing {
        std::uint32_t user = none;
        std::uint32_t conversation = none;
        std::uint32_t number = none;  // of this row
        std::vector<interval> earlier{};
        seq last_sent{};  // the newest entry this user wrote here

        // The first seq at or after `from` that the user may see, or 0: none so far.
        seq next_visible(seq from) const {
            for (const interval& i : earlier)
                if (from <= i.ended_at) return std::max(from, i.visible_from);
            return current() || from <= latest.ended_at ? std::max(from, latest.visible_from) : seq{};
        }
        bool sees(seq s) const { return next_visible(s) == s; }
    };

    struct line {
        position changed;
        std::uint32_t conversation;
        std::uint32_t row;
    };

    // A new interval, another role, or the end of the interval. `listed`: members_after shall find the user (a direct
    // conversation's members stand in its id).
    void change(std::uint32_t user, std::uint32_t conversation, const standing& to, bool listed) {
        const std::uint32_t n = row_for(user, conversation);
        row& r = rows_[n];
        const bool is_new = !r.latest.visible_from, was_in = !is_new && r.current();
        if (!is_new && !was_in && to.current()) r.earlier.push_back(r.latest);
        move_line(r, to.changed.place.position);
        static_cast<standing&>(r) = to;
        if (listed && to.current() && !was_in) list_of(conversation).push_back(n);
        if (listed && !to.current() && was_in) list_of(conversation).take_out(n);
    }

    // As it was told; in order of change.
    void restore(const row& as, bool listed) {
        change(as.user, as.conversation, as, listed);
        row& r = rows_[number_of(as.user, as.conversation)];
        r.earlier = as.earlier, r.last_sent = as.last_sent;
    }

    void sent(const row& by, seq s) { rows_[by.number].last_sent = s; }

    const row* find(std::uint32_t user, std::uint32_t conversation) const {
        const std::uint32_t n = number_of(user, conversation);
        return n == none ? nullptr : &rows_[n];
    }
    const row& operator[](std::uint32_t n) const { return rows_[n]; }

    // For a `find` that comes soon: first the one, then the other.
    void prefetch_slot(std::uint32_t user, std::uint32_t conversation) const {
        index_.prefetch(hash_of(user, conversation));
    }
    void prefetch_row(std::uint32_t user, std::uint32_t conversation) const {
        const std::uint32_t n = index_.candidate(hash_of(user, conversation));
        if (n != none) detail::prefetch(rows_[n]);
    }

    // Every conversation the user is or was in, in order of the last change.
    std::span<const line> of(std::uint32_t user) const {
        return user < lines_.size() ? std::span<const line>{lines_[user]} : std::span<const line>{};
    }

    // Those that changed after `p`.
    std::span<const line> changed_after(std::uint32_t user, position p) const {
        const auto all = of(user);
        const auto at =
            std::upper_bound(all.begin(), all.end(), p, [](position q, const line& l) { return q < l.changed; });
        return all.subspan(static_cast<std::size_t>(at - all.begin()));
    }

    // Current members in order of user id, those after `from`; not const: the order is made when asked for.
    std::span<const std::uint32_t> members_after(std::uint32_t conversation, const user_id& from,
                                                 const number_table<user_id>& names) {
        if (conversation >= members_.size()) return {};
        settle(members_[conversation], names);
        const list& m = members_[conversation];
        const auto at = std::upper_bound(m.begin(), m.end(), from,
                                         [&](const user_id& id, std::uint32_t n) { return id < names[rows_[n].user]; });
        return std::span<const std::uint32_t>{m}.subspan(static_cast<std::size_t>(at - m.begin()));
    }

private:
    // Row numbers: sorted by user id up to `sorted`, then as they came.
    struct list : std::vector<std::uint32_t> {
        std::size_t sorted = 0;

        void take_out(std::uint32_t n) {
            const auto at = std::find(begin(), end(), n);
            if (static_cast<std::size_t>(at - begin()) < sorted) --sorted;
            erase(at);
        }
    };

    static std::uint64_t hash_of(std::uint32_t user, std::uint32_t conversation) {
        return detail::mix(static_cast<std::uint64_t>(conversation) << 32 | user, 0x9e3779b97f4a7c15u);
    }

    std::uint32_t number_of(std::uint32_t user, std::uint32_t conversation) const {
        return index_.find(hash_of(user, conversation), [&](std::uint32_t n) {
            return rows_[n].user == user && rows_[n].conversation == conversation;
        });
    }

    std::uint32_t row_for(std::uint32_t user, std::uint32_t conversation) {
        if (const std::uint32_t known = number_of(user, conversation); known != none) return known;
        const auto n = static_cast<std::uint32_t>(rows_.size());
        row& r = rows_.add();
        r.user = user, r.conversation = conversation, r.number = n;
        index_.insert(hash_of(user, conversation), n);
        return n;
    }

    // The line of a row moves to the end. Rare after the first time, so the search may be a plain one.
    void move_line(const row& r, position changed) {
        if (r.user >= lines_.size()) lines_.resize(r.user + std::size_t{1});
        auto& lines = lines_[r.user];
        if (r.changed.place.position)
            lines.erase(std::find_if(lines.begin(), lines.end(), [&](const line& l) { return l.row == r.number; }));
        lines.push_back({changed, r.conversation, r.number});
    }

    list& list_of(std::uint32_t conversation) {
        if (conversation >= members_.size()) members_.resize(conversation + std::size_t{1});
        return members_[conversation];
    }

    void settle(list& m, const number_table<user_id>& names) const {
        if (m.sorted == m.size()) return;
        const auto by_id = [&](std::uint32_t a, std::uint32_t b) {
            return names[rows_[a].user] < names[rows_[b].user];
        };
        const auto middle = m.begin() + static_cast<std::ptrdiff_t>(m.sorted);
        std::sort(middle, m.end(), by_id);
        std::inplace_merge(m.begin(), middle, m.end(), by_id);
        m.sorted = m.size();
    }

    flat_index index_;
    chunked<row> rows_;
    std::vector<std::vector<line>> lines_;  // by user
    std::vector<list> members_;             // by conversation
};

}  // namespace tandem
