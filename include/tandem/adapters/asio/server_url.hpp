// Where a server is, as people write it: https://chat.example, http://127.0.0.1:8080, https://example.org:444/chat.
#pragma once

#include "../../core/result.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace tandem {

struct server_url {
    std::string host;
    std::uint16_t port = 0;
    bool is_encrypted = false;
    std::string folder{};  // before every path: "/chat"; empty at the top

    // ws and wss are http and https: it is one port.
    static result<server_url> parse(std::string_view text) {
        const std::size_t after_scheme = text.find("://");
        if (after_scheme == text.npos) return wrong(text, "begins with no https:// or http://");
        server_url made;
        const std::string_view scheme = text.substr(0, after_scheme);
        made.is_encrypted = scheme == "https" || scheme == "wss";
        if (!made.is_encrypted && scheme != "http" && scheme != "ws")
            return wrong(text, "begins with no https:// or http://");

        const std::string_view rest = text.substr(after_scheme + 3);
        const std::size_t end = std::min(rest.find('/'), rest.size());
        std::string_view folder = rest.substr(end);
        if (folder.ends_with('/')) folder.remove_suffix(1);
        if (rest.find_first_of(" ?#@") != rest.npos) return wrong(text, "has more than a host, a port and a folder");
        made.folder = folder;
        if (!made.take_authority(rest.substr(0, end))) return wrong(text, "has no host, or no port from 1 to 65535");
        return made;
    }

private:
    bool take_authority(std::string_view text) {
        std::string_view name = text, number;
        if (text.starts_with('[')) {
            const std::size_t closed = text.find(']');
            if (closed == text.npos) return false;
            name = text.substr(1, closed - 1), number = text.substr(closed + 1);
            if (!number.empty() && number.front() != ':') return false;
        } else if (const std::size_t colon = text.find(':'); colon != text.npos) {
            name = text.substr(0, colon), number = text.substr(colon);
        }
        host = name;
        return !host.empty() && take_port(number);
    }
    bool take_port(std::string_view with_colon) {
        port = is_encrypted ? 443 : 80;
        if (with_colon.empty()) return true;
        std::uint32_t n = 0;
        for (const char c : with_colon.substr(1)) {
            if (c < '0' || c > '9' || n > 65535) return false;
            n = n * 10 + static_cast<std::uint32_t>(c - '0');
        }
        port = static_cast<std::uint16_t>(n);
        return n > 0 && n <= 65535;
    }
    static error wrong(std::string_view text, std::string_view what) {
        return {errc::invalid_argument, std::string{text}.append(" is no server: it ").append(what)};
    }
};

}  // namespace tandem
