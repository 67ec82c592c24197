// The native language as a client speaks it, in protobuf and in JSON: what it asks, written by hand, and what it is told, read
// no further than needed.
#pragma once

#include <tandem/adapters/protobuf/wire_reader.hpp>
#include <tandem/protocol/events.hpp>
#include <tandem/protocol/requests.hpp>
#include <tandem/transport/websocket/websocket_writer.hpp>

#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <string>
#include <string_view>

namespace tandem::benchmarks::native {

enum class language : unsigned char { protobuf, json };

constexpr std::string_view subprotocol_of(language l) {
    return l == language::json ? "tandem.v1.json" : "tandem.v1.protobuf";
}

inline void append_number(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
    out += static_cast<char>(value);
}
inline void append_field(std::string& out, std::uint32_t tag, std::string_view octets) {
    append_number(out, tag << 3 | 2);
    append_number(out, octets.size());
    out.append(octets);
}
inline void append_field(std::string& out, std::uint32_t tag, std::uint64_t value) {
    append_number(out, tag << 3);
    append_number(out, value);
}

// As it goes on the wire: masked, one frame.
inline void append_request(std::string& out, command what, std::uint32_t sequence, std::string_view body) {
    std::string envelope;
    append_field(envelope, 1, static_cast<std::uint64_t>(what));
    append_field(envelope, 2, std::uint64_t{sequence});
    append_field(envelope, 3, body);
    append_masked(out, websocket_opcode::binary, envelope, 0x37fa213d);
}

// In JSON a field is a name and text that needs no escape; without text it is left out.
struct json_field {
    std::string_view name, value;
};
inline void append_request(std::string& out, std::string_view what, std::initializer_list<json_field> fields) {
    std::string text = R"({"command":")";
    text.append(what).append(R"(","sequence":1,"body":{)");
    const char* before = "\"";
    for (const json_field& f : fields) {
        if (f.value.empty()) continue;
        text.append(before).append(f.name).append("\":\"").append(f.value).append("\"");
        before = ",\"";
    }
    append_masked(out, websocket_opcode::text, text.append("}}"), 0x37fa213d);
}

inline std::string sign_in(language l, std::string_view user, std::string_view cursor, std::string_view epoch) {
    std::string body, out;
    if (l == language::json) {
        append_request(out, "AUTH_REQ", {{"credential", user}, {"device", "device"}});
        return out;
    }
    append_field(body, 1, user);
    append_field(body, 2, "device");
    if (!cursor.empty()) append_field(body, 4, cursor), append_field(body, 5, epoch);
    append_request(out, command::auth_req, 1, body);
    return out;
}

struct message {
    std::string_view conversation{};  // either this
    std::string_view to{};            // or this
    std::string_view body{};
};

inline void append_send(std::string& out, const message& m, std::string_view send_id, language l = language::protobuf) {
    if (l == language::json)
        return append_request(
            out, "SEND_REQ",
            {{"conversation", m.conversation}, {"to", m.to}, {"clientMsgId", send_id}, {"body", m.body}});
    std::string body;
    body.reserve(m.body.size() + 128);
    if (!m.conversation.empty()) append_field(body, 1, m.conversation);
    if (!m.to.empty()) append_field(body, 2, m.to);
    append_field(body, 3, send_id);
    append_field(body, 4, std::uint64_t{1});
    append_field(body, 5, m.body);
    append_request(out, command::send_req, 2, body);
}

// 36 characters, as UUIDs have, in an order of their own.
inline std::string id_36(const char* kind, std::uint64_t n) {
    char text[64];
    const auto mixed = hash_bytes(std::string_view{reinterpret_cast<const char*>(&n), sizeof n});
    std::snprintf(text, sizeof text, "%016llx-%s-%018llu", static_cast<unsigned long long>(mixed), kind,
                  static_cast<unsigned long long>(n));
    return {text, 36};
}

struct told {
    command what = command::none;
    std::string_view body{};
    std::size_t entries = 0;  // of conversations' logs; a page's and live ones alike
};

inline std::string_view octets_of(std::string_view body, std::uint32_t tag) {
    detail::in_protobuf::wire_reader in{body};
    for (detail::in_protobuf::wire_field f; in.next(f);)
        if (f.tag == tag) return f.octets;
    return {};
}
inline std::uint64_t number_of(std::string_view body, std::uint32_t tag) {
    detail::in_protobuf::wire_reader in{body};
    for (detail::in_protobuf::wire_field f; in.next(f);)
        if (f.tag == tag) return f.number;
    return 0;
}

inline told read_protobuf(std::string_view payload) {
    told t;
    detail::in_protobuf::wire_reader in{payload};
    for (detail::in_protobuf::wire_field f; in.next(f);) {
        if (f.tag == 1) t.what = static_cast<command>(f.number);
        else if (f.tag == 3) t.body = f.octets;
    }
    t.entries = t.what == command::push_msg;
    if (t.what != command::batch_msg) return t;
    detail::in_protobuf::wire_reader page{t.body};
    for (detail::in_protobuf::wire_field f; page.next(f);) t.entries += f.tag == 1;
    return t;
}

// Its command comes first, and each entry says who sent it.
inline told read_json(std::string_view payload) {
    constexpr std::string_view begins = R"({"command":")", each = R"("sender":)";
    told t{.body = payload};
    const std::string_view name = payload.substr(0, payload.find('"', begins.size())).substr(begins.size());
    for (const command_name& known :
         {push_message::is, push_batch::is, news::is, auth_reply::is, send_reply::is, kick_out::is, refusal::is})
        if (known.name == name) t.what = known.number;
    if (t.what == command::push_msg || t.what == command::batch_msg)
        for (std::size_t at = 0; (at = payload.find(each, at)) != payload.npos; at += each.size()) ++t.entries;
    return t;
}

inline told read(std::string_view payload, language l = language::protobuf) {
    return l == language::json ? read_json(payload) : read_protobuf(payload);
}

// Why something was refused; in JSON, with all there is about it.
inline std::string_view reason_in(const told& t, language l) {
    return l == language::json ? t.body : octets_of(t.body, 2);
}

}  // namespace tandem::benchmarks::native
