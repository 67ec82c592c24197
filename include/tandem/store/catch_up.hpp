// What one reader has missed, ready to be told page by page.
#pragma once

#include "../core/entry.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace tandem {

// Holds for positions up to `until`. Streams are conversations, each at its next unread entry; together they are a
// heap, the lowest position first. Marks are positions in order; one that has moved on since is not a mark there any
// more. Nothing here knows what a reader may see now: whoever tells an item asks again.
class catch_up {
public:
    struct stream {
        tandem::position position;
        tandem::seq seq;
        std::uint32_t membership;  // its row
    };

    catch_up(std::uint32_t user, position from, position until) : user_{user}, at_{from}, until_{until} {}

    void add(const stream& s) {
        if (s.position <= until_) streams_.push_back(s);
    }
    void add_mark(position at) {
        if (at <= until_) marks_.push_back(at);
    }
    void begin() {
        std::make_heap(streams_.begin(), streams_.end(), later);
        std::sort(marks_.begin(), marks_.end(), [](position a, position b) { return a > b; });
    }

    bool has_entry() const { return !streams_.empty(); }
    bool has_mark() const { return !marks_.empty(); }
    bool mark_is_next() const { return has_mark() && !(has_entry() && streams_.front().position < marks_.back()); }
    const stream& next_entry() const { return streams_.front(); }
    position next_mark() const { return marks_.back(); }

    void mark_told() { marks_.pop_back(); }
    void stream_ended() {
        std::pop_heap(streams_.begin(), streams_.end(), later);
        streams_.pop_back();
    }
    void stream_goes_on(seq next, position at) {
        if (at > until_) return stream_ended();
        std::pop_heap(streams_.begin(), streams_.end(), later);
        streams_.back().seq = next;
        streams_.back().position = at;
        std::push_heap(streams_.begin(), streams_.end(), later);
    }

    // A reader is known again by the cursor it was given.
    bool is_of(std::uint32_t user, position cursor) const { return user_ == user && at_ == cursor; }
    void pause(position cursor) { at_ = cursor; }
    position until() const { return until_; }
    std::size_t size() const { return streams_.size() + marks_.size(); }

private:
    static bool later(const stream& a, const stream& b) { return a.position > b.position; }

    std::uint32_t user_;
    position at_;
    position until_;
    std::vector<stream> streams_;
    std::vector<position> marks_;  // the next one last
};

// The last few readers that did not get everything in one page.
class recent_readers {
public:
    // Taken out; put back what goes on. What was found before `not_before` is of no use any more.
    std::optional<catch_up> take(std::uint32_t user, position cursor, position not_before) {
        std::optional<catch_up> found;
        const auto at = std::find_if(readers_.begin(), readers_.end(), [&](auto& c) { return c.is_of(user, cursor); });
        if (at == readers_.end()) return found;
        if (at->until() >= not_before) found = std::move(*at);
        readers_.erase(at);
        return found;
    }

    void put(catch_up reader) {
        if (reader.size() > most_items) return;
        if (readers_.size() == most_readers) readers_.erase(readers_.begin());
        readers_.push_back(std::move(reader));
    }

private:
    static constexpr std::size_t most_readers = 32;
    static constexpr std::size_t most_items = 1 << 16;

    std::vector<catch_up> readers_;  // the longest waiting first
};

}  // namespace tandem
