// The same in JSON, read by nlohmann's own means: nothing here is shared with the adapter but base64.
#pragma once

#include "speech.hpp"

#include <tandem/adapters/json/json_dialect.hpp>
#include <tandem/protocol/pages.hpp>

#include <charconv>

namespace world {

using nlohmann::json;

// From JSON to nouns. Whatever is missing stays empty, and is found out by whoever compares it with the log.
namespace from_json {

inline void take(const json& from, std::uint64_t& to) {
    if (from.is_number_unsigned()) to = from.get<std::uint64_t>();
    if (!from.is_string()) return;
    const auto& digits = from.get_ref<const std::string&>();
    std::from_chars(digits.data(), digits.data() + digits.size(), to);
}
inline void take(const json& from, bool& to) { to = from.is_boolean() && from.get<bool>(); }
inline void take(const json& from, std::string& to) {
    if (from.is_string()) to = from.get_ref<const std::string&>();
}
inline void take(const json& from, instant& to) {
    std::uint64_t n = 0;
    take(from, n);
    to.milliseconds = static_cast<std::int64_t>(n);
}
template <class Kind>
void take(const json& from, detail::ordinal<Kind>& to) {
    take(from, to.value);
}
inline void take(const json& from, tandem::cursor& to) { take(from, to.emplace()); }
inline void take(const json& from, std::uint32_t& to) {
    std::uint64_t n = 0;
    take(from, n);
    to = static_cast<std::uint32_t>(n);
}
template <class Enum>
    requires std::is_enum_v<Enum>
void take(const json& from, Enum& to) {
    std::uint64_t n = 0;
    take(from, n);
    to = static_cast<Enum>(n);
}
template <class Kind>
void take(const json& from, basic_id<Kind>& to) {
    std::string s;
    take(from, s);
    if (auto id = basic_id<Kind>::parse(s)) to = *id;
}
inline void take(const json& from, conversation_id& to) {
    std::string s;
    take(from, s);
    if (auto id = conversation_id::parse(s)) to = *id;
}

template <class T>
void take(const json& object, const char* key, T& to) {
    if (const auto f = object.find(key); f != object.end()) take(*f, to);
}
// Octets: as text, or in base64 under another name.
inline bool take_octets(const json& object, const std::string& key, std::string& to) {
    if (const auto f = object.find(key); f != object.end()) return take(*f, to), true;
    const auto f = object.find(key + "Base64");
    return f != object.end() && f->is_string() && detail::in_json::read_base64(f->get_ref<const std::string&>(), to);
}

inline entry entry_of(const json& j) {
    entry e;
    take(j, "conversation", e.conversation), take(j, "sender", e.sender), take(j, "clientMsgId", e.send_id);
    take(j, "kind", e.kind), take(j, "contentType", e.content_type), take_octets(j, "body", e.body);
    take(j, "seq", e.place.seq), take(j, "position", e.place.position), take(j, "number", e.number);
    take(j, "time", e.time), take(j, "target", e.target), take(j, "subject", e.subject), take(j, "role", e.role);
    take(j, "visibleFrom", e.visible_from), take(j, "amendedBy", e.amended_by), take(j, "revoked", e.revoked);
    return e;
}
inline mark mark_of(const json& j) {
    mark m;
    take(j, "conversation", m.conversation), take(j, "key", m.key), take(j, "owner", m.owner);
    take(j, "value", m.value), take(j, "shared", m.shared), take(j, "position", m.position);
    return m;
}
inline conversation_head head_of(const json& j) {
    conversation_head h;
    take(j, "seq", h.seq), take(j, "position", h.position), take(j, "number", h.number),
        take(j, "firstKept", h.first_kept);
    return h;
}
inline membership membership_of(const json& j) {
    membership m;
    take(j, "conversation", m.conversation), take(j, "user", m.user), take(j, "role", m.role),
        take(j, "position", m.changed);
    for (const json& i : j.value("intervals", json::array())) {
        interval& one = m.intervals.emplace_back();
        take(i, "visibleFrom", one.visible_from), take(i, "endedAt", one.ended_at);
    }
    return m;
}

template <class T, class Read>
void each(const json& object, const char* key, std::vector<T>& to, Read read) {
    if (const auto f = object.find(key); f != object.end())
        for (const json& one : *f) to.push_back(read(one));
}

// GET /api/sync; all but `from`, which the asker knows.
inline page page_of(const json& j) {
    page p;
    each(j, "messages", p.entries, entry_of), each(j, "marks", p.marks, mark_of);
    each(j, "memberships", p.memberships, membership_of);
    each(j, "memberships", p.heads, [](const json& m) { return head_of(m.value("head", json::object())); });
    take(j, "nextSeq", p.examined), take(j, "serverMaxSeq", p.head.newest), take(j, "hasMore", p.more),
        take(j, "epoch", p.head.epoch);
    return p;
}
// GET /api/messages/history
inline history_page history_page_of(const json& j) {
    history_page p;
    each(j, "messages", p.entries, entry_of);
    p.head = head_of(j.value("membership", json::object()).value("head", json::object()));
    take(j, "coveredFrom", p.covered.first), take(j, "coveredTo", p.covered.last), take(j, "hasMore", p.more);
    return p;
}

}  // namespace from_json

class json_speech final : public speech {
public:
    std::string_view subprotocol() const override { return json_dialect::subprotocol; }
    bool is_text() const override { return true; }

    std::string say(const asked& r, std::uint32_t sequence) const override {
        json body = json::object();
        for (const auto& [key, value] : r.texts) {
            const std::string name{key == "send_id" ? "clientMsgId" : key};
            if (is_utf8(value)) {
                body[name] = value;
                continue;
            }
            std::string octets;
            detail::in_json::append_base64(octets, value);
            body[name + "Base64"] = octets;
        }
        // Both spellings of a number are allowed.
        for (const auto& [key, value] : r.numbers)
            body[std::string{key}] = value % 2 ? json(value) : json(std::to_string(value));
        return json{{"command", r.name}, {"sequence", sequence}, {"body", std::move(body)}}.dump();
    }

    result<heard> hear(const frame& f) const override {
        const json all = json::parse(f.payload(), nullptr, false);
        if (!all.is_object() || !all.contains("body")) return error{errc::malformed, "no JSON"};
        heard h;
        from_json::take(all, "command", h.name), from_json::take(all, "sequence", h.sequence);
        const json& body = all["body"];
        if (is_entry(h.name)) h.entries.push_back(from_json::entry_of(body));
        else if (is_mark(h.name)) h.marks.push_back(from_json::mark_of(body));
        else if (h.name == "BATCH_MSG") read_batch(body, h);
        else read_reply(body, h);
        return h;
    }

private:
    static void read_batch(const json& b, heard& h) {
        from_json::take(b, "nextSeq", h.next), from_json::take(b, "backfill", h.backfill);
        from_json::each(b, "messages", h.entries, from_json::entry_of);
        from_json::each(b, "marks", h.marks, from_json::mark_of);
    }
    static void read_reply(const json& b, heard& h) {
        using from_json::take;
        take(b, "conversation", h.conversation), take(b, "clientMsgId", h.send_id);
        take(b, "seq", h.place.seq), take(b, "position", h.place.position), take(b, "number", h.number);
        take(b, "target", h.target), take(b, "time", h.time), take(b, "repeated", h.repeated);
        if (std::string changed; from_json::take_octets(b, "changed", changed)) h.changed = changed;
        take(b, "key", h.key), take(b, "value", h.value), take(b, "code", h.code);
        take(b, "head", h.head), take(b, "epoch", h.epoch), take(b, "reset", h.reset);
        take(b, "pageFollows", h.page_follows), take(b, "checkpoint", h.checkpoint);
        take(b, "newest", h.newest), take(b, "cursor", h.cursor);
    }
};

}  // namespace world
