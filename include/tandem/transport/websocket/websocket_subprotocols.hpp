// What a client offers to speak: the names in its Sec-WebSocket-Protocol.
#pragma once

#include "token_list.hpp"

#include <array>
#include <cstddef>
#include <optional>

namespace tandem {

// A view of the header field's value, in the client's order of preference.
class websocket_subprotocols {
public:
    static constexpr std::size_t most = 16;

    // An absent field is an empty value. No value where a name is no token, is repeated or is one too many: answer 400.
    static std::optional<websocket_subprotocols> parse(std::string_view value) {
        websocket_subprotocols all;
        if (value.empty()) return all;
        const bool fine = detail::each_listed(value, [&](std::string_view name) {
            if (!detail::is_token(name) || all.has(name) || all.size_ == most) return false;
            all.names_[all.size_++] = name;
            return true;
        });
        return fine ? std::optional{all} : std::nullopt;
    }

    // Names are compared as they are: case counts.
    bool has(std::string_view name) const {
        for (const std::string_view other : *this)
            if (other == name) return true;
        return false;
    }

    std::size_t size() const { return size_; }
    const std::string_view* begin() const { return names_.data(); }
    const std::string_view* end() const { return names_.data() + size_; }

private:
    std::array<std::string_view, most> names_;
    std::size_t size_ = 0;
};

}  // namespace tandem
