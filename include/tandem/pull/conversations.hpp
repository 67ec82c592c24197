// The conversation list, in pages: newest activity first.
#pragma once

#include "../protocol/pages.hpp"

namespace tandem {

// What the asker wants of the list: conversations whose newest entry lies before this position, so many.
struct conversations_question {
    cursor before{};
    tandem::limits limits{};
};

// Cuts what the store told, which is all, to one page. The first one always fits.
inline void cut(overview_page& p, const conversations_question& asked) {
    auto& all = p.conversations;
    if (asked.before) std::erase_if(all, [&](const overview& o) { return o.head.position >= *asked.before; });
    std::size_t kept = 0, bytes = 0;
    while (kept < all.size() && kept < asked.limits.entries) {
        bytes += all[kept].last ? all[kept].last->body.size() : 0;
        if (kept > 0 && bytes > asked.limits.bytes) break;
        ++kept;
    }
    p.more = kept < all.size();
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(kept), all.end());
}

}  // namespace tandem
