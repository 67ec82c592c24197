// Puts pieces of the log, from wherever they come, into the order of their positions.
#pragma once

#include "origin.hpp"

#include "../protocol/pages.hpp"

#include <memory>
#include <vector>

namespace tandem {

// A stretch of the log (page.from, page.examined]. `origins` is aligned with page.entries in what this engine appended
// itself, and empty in what it heard from others.
template <class Origin>
struct piece {
    tandem::page page;
    std::vector<Origin> origins;
    std::vector<std::vector<reply_to>> askers;  // likewise aligned with page.marks
    bool own = false;
};

// Everything up to `told` has been handed out, each position once, in order. Pieces may overlap, repeat, come in any
// order; where an own piece and a foreign one cover the same positions the own one is used, because it knows whom to
// answer.
template <class Origin>
class follower {
public:
    using piece_type = piece<Origin>;
    using piece_ptr = std::shared_ptr<piece_type>;

    void start(position head) { told_ = heard_ = head, waiting_.clear(); }

    position told() const { return told_; }
    position heard() const { return heard_; }

    // Somebody says the log goes at least up to here.
    void hear(position newest) {
        if (newest > heard_) heard_ = newest;
    }

    // The log itself says it ends here: what was heard was wrong.
    void correct(position newest) { heard_ = newest > told_ ? newest : told_; }

    void add(piece_ptr p) {
        hear(p->page.examined);
        hear(p->page.head.newest);
        if (p->page.examined > told_) waiting_.push_back(std::move(p));
    }

    // Hands out what has become contiguous: deliver(piece, after, up_to) for the positions in (after, up_to].
    template <class Deliver>
    void drain(Deliver deliver) {
        while (const piece_ptr next = take_next()) {
            const position after = told_;
            told_ = end_of(*next);
            deliver(next, after, told_);
        }
    }

    // The log is known to go on, and no piece here continues it: read the tail from `told`.
    bool has_hole() const { return heard_ > told_; }

private:
    bool continues(const piece_type& p) const { return p.page.from <= told_ && p.page.examined > told_; }

    piece_ptr take_next() {
        std::erase_if(waiting_, [&](const piece_ptr& p) { return p->page.examined <= told_; });
        piece_ptr best;
        for (const piece_ptr& p : waiting_)
            if (continues(*p) && (!best || p->own)) best = p;
        return best;
    }

    // A foreign piece is used only up to where an own one begins.
    position end_of(const piece_type& p) const {
        position end = p.page.examined;
        if (p.own) return end;
        for (const piece_ptr& other : waiting_)
            if (other->own && other->page.from > told_ && other->page.from < end) end = other->page.from;
        return end;
    }

    position told_;
    position heard_;
    std::vector<piece_ptr> waiting_;
};

}  // namespace tandem
