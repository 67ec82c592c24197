// What a server says to a client, in the client's hands: it owns what it was told, because pushes wait while a page is under way.
#pragma once

#include "../protocol/pages.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tandem::heard {

// One entry, several, or the page that came with the sign-in (next). Marks come beside them, or alone.
struct news_of_log {
    std::vector<entry> entries{};
    std::vector<mark> marks{};
    tandem::cursor next{};
    bool backfill = false;
};

struct more {  // NEWS
    position cursor{};
};
struct trimmed {
    conversation_id conversation{};
    seq first_kept{};
};
struct typing {
    conversation_id conversation{};
    user_id user{};
    bool typing = false;
};
struct presences {
    std::vector<presence> users{};
};
struct relayed {
    user_id from{};
    std::uint32_t content_type = 0;
    std::string body{};
};
struct farewell {  // KICK_OUT
    errc why{};
    duration come_back{};
};
struct refused {  // ERROR
    errc why{};
    duration retry_after{};
    tandem::send_id send_id{};
};
// A command that this client does not know: a later server's, or the application's own.
struct unknown {
    std::string name{};  // or its number
    std::string body{};
};

using word = std::variant<unknown, news_of_log, auth_reply, heartbeat_reply, logout_reply, background_reply, send_reply,
                          revoke_reply, edit_reply, mark_reply, presence_reply, relay_reply, more, trimmed, typing,
                          presences, relayed, farewell, refused>;

struct said {
    std::uint32_t sequence = 0;  // of the request it answers; 0: nobody asked
    heard::word word{};
};

// --- answers of the pull API

struct sync_page {
    tandem::page page{};  // `from` is the asker's to know
    bool reset = false;
};
struct history {
    history_page page{};
    tandem::membership membership{};
    std::vector<mark> marks{};
    bool more_marks = false;
};
struct overviews {
    overview_page page{};
};

}  // namespace tandem::heard
