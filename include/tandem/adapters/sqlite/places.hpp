// Where the entries of a conversation stand in the log.
#pragma once

#include "database.hpp"

#include "../../core/entry.hpp"
#include "../../core/flat_index.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace tandem::sqlite {

// A stretch of one conversation: seq first and those behind it.
struct places {
    tandem::seq first{};
    std::vector<tandem::position> positions;

    tandem::seq behind() const { return {first.value + positions.size()}; }
    bool has(tandem::seq s) const { return s >= first && s < behind(); }
    tandem::position at(tandem::seq s) const { return positions[static_cast<std::size_t>(s.value - first.value)]; }
    tandem::seq seq_at(std::size_t n) const { return {first.value + n}; }
};

// The newest of each conversation, by its number.
class recent_places {
public:
    void add(std::uint32_t conversation, seq s, position at) {
        if (conversation >= which_.size()) which_.resize(conversation + std::size_t{1}, flat_index::none);
        std::uint32_t& which = which_[conversation];
        if (which == flat_index::none) {
            which = static_cast<std::uint32_t>(conversations_.size());
            conversations_.push_back(conversation);
            if (which == all_.size()) all_.emplace_back();
            all_[which].first = s;
        }
        all_[which].positions.push_back(at);
    }

    const places* of(std::uint32_t conversation) const {
        const bool any = conversation < which_.size() && which_[conversation] != flat_index::none;
        return any ? &all_[which_[conversation]] : nullptr;
    }

    const std::vector<std::uint32_t>& conversations() const { return conversations_; }

    // The lists keep their memory: much the same conversations come again.
    void clear() {
        for (const std::uint32_t c : conversations_) which_[c] = flat_index::none;
        for (places& p : all_) p.positions.clear();
        conversations_.clear();
    }

private:
    std::vector<std::uint32_t> which_;  // by conversation
    std::vector<std::uint32_t> conversations_;
    std::vector<places> all_;
};

// Those of a stretch of the log go into one row: the first position, and for each the distance from it in four bytes.
inline std::string distances_of(const places& p) {
    std::string text;
    for (const position at : p.positions)
        for (std::uint64_t i = 0, far = at.value - p.positions.front().value; i < 4; ++i, far >>= 8)
            text += static_cast<char>(far & 0xff);
    return text;
}

// Over one connection.
class stored_places {
public:
    explicit stored_places(const database& db)
        : with_{db, "select first, position, distances from places where conversation = ? and first <= ? "
                    "order by first desc limit 1"},
          behind_{db, "select first, position, distances from places where conversation = ?1 and position >= "
                      "(select coalesce(max(position), 0) from places where conversation = ?1 and position <= ?2) "
                      "order by position"} {}

    // The stretch that has `s`, or what lies before it.
    std::optional<places> find(std::uint32_t conversation, seq s) {
        rows answer{with_.bind(1, std::uint64_t{conversation}).bind(2, s.value)};
        return answer.next() ? std::optional{stretch_in(with_)} : std::nullopt;
    }

    position at(std::uint32_t conversation, seq s) {
        const auto found = find(conversation, s);
        return found && found->has(s) ? found->at(s) : position{};
    }

    // go_on(places) for stretches, in order, that reach behind `from`, until it says no.
    template <class GoOn>
    void each_behind(std::uint32_t conversation, position from, GoOn go_on) {
        rows all{behind_.bind(1, std::uint64_t{conversation}).bind(2, from.value)};
        while (all.next() && go_on(stretch_in(behind_))) {}
    }

private:
    static places stretch_in(const statement& row) {
        places found{{row.number(0)}, {}};
        const bytes distances = row.blob(2);
        found.positions.reserve(distances.size() / 4);
        for (std::size_t i = 0; i + 4 <= distances.size(); i += 4)
            found.positions.push_back({row.number(1) + tandem::detail::load(distances.data() + i, 4)});
        return found;
    }

    statement with_;
    statement behind_;
};

}  // namespace tandem::sqlite
