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
    std::span<const mark> marks{};  // shared ones about these entries, in order of position …
    bool more_marks = false;        // … as many as fit: ask for fewer entries
};

// GET /api/messages/receipts: of how many members. Neither the sender counts, nor who may not see the message; who has
// read it has received it, and who wrote something later has read it.
struct receipts {
    std::uint32_t members = 0;
    std::uint32_t delivered = 0;
    std::uint32_t read = 0;
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
