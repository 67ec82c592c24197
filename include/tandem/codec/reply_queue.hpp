// Replies in the order of their requests, for dialects whose peers count on it.
#pragma once

#include "frame_codec.hpp"

#include <deque>
#include <optional>

namespace tandem {

// Kept in a dialect's state. `open` notes each request that will be answered; `answer` gives the reply and gets what may leave
// now: nothing while an earlier request waits for its own. A note is whatever the dialect must remember of a request
// and a correlation has no room for.
template <class Note>
class reply_queue {
public:
    // How many requests may wait for their replies. What is held back waits here, not in the outlet.
    static constexpr std::size_t most = 256;

    // The correlation to open the envelope with; none if too many wait.
    std::optional<correlation> expect(Note note) {
        if (waiting_.size() >= most) return std::nullopt;
        waiting_.push_back({std::move(note), {}, false});
        return correlation::of(first_ + waiting_.size() - 1);
    }

    // spell(const Note*) -> frames. What answers no request (a session-wide error), or one that was answered already, has
    // no note and leaves at once.
    template <class Spell>
    frames answer(const correlation& to, Spell spell) {
        request* asked = find(to);
        if (!asked) return spell(static_cast<const Note*>(nullptr));
        asked->reply = spell(static_cast<const Note*>(&asked->note));
        asked->answered = true;
        return what_may_leave();
    }

    std::size_t size() const { return waiting_.size(); }

private:
    struct request {
        Note note;
        frames reply;
        bool answered;
    };

    request* find(const correlation& to) {
        const auto number = to.as<std::uint64_t>();
        if (to.empty() || number < first_ || number - first_ >= waiting_.size()) return nullptr;
        request& found = waiting_[static_cast<std::size_t>(number - first_)];
        return found.answered ? nullptr : &found;
    }

    frames what_may_leave() {
        frames all;
        for (; !waiting_.empty() && waiting_.front().answered; waiting_.pop_front(), ++first_)
            all.add(waiting_.front().reply);
        return all;
    }

    std::deque<request> waiting_;
    std::uint64_t first_ = 1;  // number of the front
};

}  // namespace tandem
