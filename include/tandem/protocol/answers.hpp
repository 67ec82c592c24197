// What the pull API answers. Views: they die when the answer is written.
#pragma once

#include "pages.hpp"

#include <span>

namespace tandem {

// GET /api/sync. With `reset` the page is empty: the asker's cursor belongs to another log, start from position 0.
struct sync_answer {
    const tandem::page& page;
    bool reset = false;
};

// GET /api/messages/history. Entries outside `membership` are left out already; its intervals say why there is a hole.
struct history_answer {
    const tandem::history_page& page;
    const tandem::membership& membership;
};

// GET /api/conversations
struct conversations_answer {
    const overview_page& page;
};

// GET /api/users
struct users_answer {
    std::span<const presence> users;
};

// Anything that went wrong. `parameter` names the offending one, if it was one.
struct failure {
    errc why;
    std::string_view parameter{};
    duration retry_after{};
};

// POST answers are the replies of the same requests: send_reply, revoke_reply, edit_reply, mark_reply.

}  // namespace tandem
