// A script of the reader's: bytes in, what it tells out; the same however the bytes are cut.
#pragma once

#include <tandem/transport/websocket/websocket_reader.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace scripts {

using tandem::websocket_close_code, tandem::websocket_limits, tandem::websocket_message, tandem::websocket_opcode,
    tandem::websocket_reader, tandem::websocket_role;

inline std::string shown(std::string_view payload) {
    if (payload.size() <= 300) return "'" + std::string{payload} + "'";
    return std::to_string(payload.size()) + " bytes #" + std::to_string(tandem::hash_bytes(payload));
}

inline std::string shown(const websocket_message& message) {
    switch (message.opcode) {
        case websocket_opcode::text: return "text " + shown(message.payload);
        case websocket_opcode::binary: return "binary " + shown(message.payload);
        case websocket_opcode::ping: return "ping " + shown(message.payload);
        case websocket_opcode::pong: return "pong " + shown(message.payload);
        case websocket_opcode::close:
            return "close " + std::to_string(static_cast<int>(message.code)) + " " + shown(message.payload);
        case websocket_opcode::continuation: break;
    }
    return "a continuation told as a message";
}

struct script {
    std::string name;
    std::string in;
    std::string expected;  // parts joined by " | "; "fails <code>" and "unfinished" are parts, too
    websocket_role role = websocket_role::server;
    websocket_limits limits = {};
};

// One connection, fed in pieces; what is fed is not asked again after an end, as a transport would do it.
class listener {
public:
    explicit listener(const script& of) : reader_{of.role, of.limits} {}

    void feed(std::string piece) {
        if (over_) return;
        const websocket_close_code fault = reader_.feed(piece.data(), piece.size(), [&](const websocket_message& m) {
            add(shown(m));
            over_ = m.opcode == websocket_opcode::close;
            return true;
        });
        if (fault == websocket_close_code::none) return;
        over_ = true;
        add("fails " + std::to_string(static_cast<int>(fault)));
    }

    std::string told() {
        if (over_) CHECK(reader_.idle());
        if (!reader_.idle()) add("unfinished");
        else CHECK(reader_.held_bytes() <= 2 * 4096);
        return told_;
    }

private:
    void add(const std::string& part) { told_ += told_.empty() ? part : " | " + part; }

    websocket_reader reader_;
    std::string told_;
    bool over_ = false;
};

inline std::string at_once(const script& of) {
    listener one{of};
    one.feed(of.in);
    return one.told();
}

inline std::string cut_at(const script& of, std::size_t where) {
    listener one{of};
    one.feed(of.in.substr(0, where));
    one.feed(of.in.substr(where));
    return one.told();
}

inline std::string byte_by_byte(const script& of) {
    listener one{of};
    for (const char byte : of.in) one.feed(std::string{byte});
    return one.told();
}

inline void check(const script& of) {
    CAPTURE(of.name);
    CHECK(at_once(of) == of.expected);
    CHECK(byte_by_byte(of) == of.expected);
    // Long ones are cut where something may happen, and here and there.
    const std::size_t size = of.in.size();
    const auto worth_it = [&](std::size_t where) {
        return size < 1200 || where < 40 || size - where < 40 || where % 4001 == 0;
    };
    for (std::size_t where = 1; where < size; ++where) {
        if (!worth_it(where)) continue;
        CAPTURE(where);
        CHECK(cut_at(of, where) == of.expected);
    }
}

inline void check(const std::vector<script>& all) {
    for (const script& one : all) check(one);
}

}  // namespace scripts
