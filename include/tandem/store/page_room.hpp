// How much goes into a page.
#pragma once

#include "../protocol/pages.hpp"

#include <algorithm>

namespace tandem {

// Counts items and bytes. The first item always fits, or a page could never get past it.
class page_room {
public:
    explicit page_room(limits most) : most_{most} {}

    // Takes the room if it is there.
    bool take(std::size_t body_bytes) {
        if (items_ != 0 && (items_ >= most_.entries || bytes_ + body_bytes > most_.bytes)) return false;
        ++items_;
        bytes_ += body_bytes;
        return true;
    }

private:
    limits most_;
    std::size_t items_ = 0;
    std::size_t bytes_ = 0;
};

// Keeps `examined` and `more` right while a page is filled in order of position: everything up to the head, unless
// something does not fit, then everything before that.
class page_filler {
public:
    page_filler(page& filled, limits most) : page_{filled}, room_{most} {
        page_.examined = std::max(page_.from, page_.head.newest);
        page_.more = false;
    }

    // Nothing behind this is looked at.
    void end_at(position last) {
        if (last >= page_.examined) return;
        page_.examined = last;
        page_.more = true;
    }

    // Is there room for what stands at this position? If not, the page is done.
    bool fits(position at, std::size_t body_bytes) {
        if (room_.take(body_bytes)) return true;
        page_.examined = at.previous();
        page_.more = true;
        return false;
    }

private:
    page& page_;
    page_room room_;
};

}  // namespace tandem
