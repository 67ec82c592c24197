// Which target means what.
#pragma once

#include <array>
#include <string_view>

namespace tandem {

enum class pull_verb : unsigned char { sync, history, receipts, conversations, users, send, read, revoke, edit };

struct pull_route {
    std::string_view method;
    std::string_view path;
    pull_verb verb;

    constexpr bool has_body() const { return method == "POST"; }
};

inline constexpr std::array pull_routes{
    pull_route{"GET", "/api/sync", pull_verb::sync},
    pull_route{"GET", "/api/messages/history", pull_verb::history},
    pull_route{"GET", "/api/messages/receipts", pull_verb::receipts},
    pull_route{"GET", "/api/conversations", pull_verb::conversations},
    pull_route{"GET", "/api/users", pull_verb::users},
    pull_route{"POST", "/api/messages/send", pull_verb::send},
    pull_route{"POST", "/api/messages/read", pull_verb::read},
    pull_route{"POST", "/api/messages/revoke", pull_verb::revoke},
    pull_route{"POST", "/api/messages/edit", pull_verb::edit},
};

// By path alone: each has one method. Null: there is nothing at this path.
constexpr const pull_route* find_route(std::string_view path) {
    for (const pull_route& r : pull_routes)
        if (r.path == path) return &r;
    return nullptr;
}

}  // namespace tandem
