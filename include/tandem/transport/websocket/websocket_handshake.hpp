// How a WebSocket begins, seen from the server: is this request an upgrade, and what proves that we understood it?
#pragma once

#include "processor.hpp"
#include "token_list.hpp"

namespace tandem {

// Of a request whose head has been read. A field that was not there is empty; one that came several times is joined
// with commas, as HTTP has it, and then two keys are no key.
struct websocket_upgrade {
    std::string_view method = {};   // GET
    std::string_view version = {};  // HTTP/1.1
    std::string_view upgrade = {}, connection = {};
    std::string_view key = {};                // Sec-WebSocket-Key
    std::string_view websocket_version = {};  // Sec-WebSocket-Version
    bool has_body = false;                    // a Content-Length other than 0, or a Transfer-Encoding
};

// Does this request mean to become a WebSocket? What does not is a request like any other.
inline bool asks_for_websocket(const websocket_upgrade& request) {
    return detail::lists(request.upgrade, "websocket") && detail::lists(request.connection, "upgrade");
}

namespace detail {

// base64 of 16 bytes, as one encoder and no other writes it: the 22nd letter has four bits to spare, all zero.
inline bool is_websocket_key(std::string_view key) {
    constexpr std::size_t letters = 22;
    if (key.size() != 24 || key.substr(letters) != "==") return false;
    for (const char c : key.substr(0, letters)) {
        const bool base64 =
            (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
        if (!base64) return false;
    }
    return std::string_view{"AQgw"}.find(key[letters - 1]) != std::string_view::npos;
}

}  // namespace detail

// 0: it is one, answer 101. Otherwise the HTTP status to refuse it with; 426 names the version that is spoken
// (websocket_version_field), 405 the method.
inline int websocket_refusal(const websocket_upgrade& request) {
    if (request.method != "GET") return 405;
    if (request.version != "HTTP/1.1" || request.has_body || !asks_for_websocket(request)) return 400;
    if (request.websocket_version != "13") return 426;
    return detail::is_websocket_key(request.key) ? 0 : 400;
}

inline constexpr std::string_view websocket_version_field = "Sec-WebSocket-Version: 13\r\n";

// Sec-WebSocket-Accept for a Sec-WebSocket-Key.
inline std::string websocket_accept(std::string_view key) {
    return detail::websocket_processor{websocket_role::server}.accept(std::string{key});
}

}  // namespace tandem
