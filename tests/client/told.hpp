// What a test's server says, and what became of it, in few letters.
#pragma once

#include <tandem/client/heard.hpp>
#include <tandem/client/local_store.hpp>

#include <initializer_list>
#include <string>

// Everything happens to ann. A conversation of one letter is a group; any other name is a user, for the direct conversation
// with her.
namespace told {

using namespace tandem;

inline const user_id me{"ann"};

inline conversation_id in(std::string_view name) {
    return name.size() == 1 ? conversation_id::group(group_id{name}) : conversation_id::direct(me, user_id{name});
}
inline std::string name_of(const conversation_id& c) {
    return std::string{(c.is_personal() ? c.other(me) : user_id{c.first().view()}).view()};
}

// --- entries: bob's, unless somebody else is named
inline entry said(std::string_view c, std::uint64_t seq, std::uint64_t position, user_id by = "bob") {
    entry e;
    e.conversation = in(c), e.sender = by, e.send_id = send_id{std::to_string(position)};
    e.place = {{seq}, {position}}, e.number = seq;
    return e;
}
inline entry amended(entry_kind kind, std::string_view c, std::uint64_t seq, std::uint64_t position,
                     std::uint64_t target, std::string body = {}) {
    entry e = said(c, seq, position);
    e.kind = kind, e.target = {target}, e.body = std::move(body);
    return e;
}
inline entry joined(std::string_view c, std::uint64_t seq, std::uint64_t position, std::uint64_t visible_from,
                    user_id who = me) {
    entry e = said(c, seq, position);
    e.kind = entry_kind::joined, e.subject = who, e.visible_from = {visible_from};
    return e;
}
inline entry left(std::string_view c, std::uint64_t seq, std::uint64_t position, user_id who = me) {
    entry e = said(c, seq, position);
    e.kind = entry_kind::left, e.subject = who;
    return e;
}
inline mark marked(std::string_view c, std::uint64_t value, std::uint64_t position) {
    mark m;
    m.conversation = in(c), m.key = mark_key::read, m.value = value, m.position = {position};
    return m;
}

// --- what a device has
inline kept_conversation kept(std::string_view c, std::uint64_t next, bool inside = true) {
    return {.conversation = in(c), .next = {next}, .inside = inside};
}

// --- answers
struct sync : heard::sync_page {
    sync(std::uint64_t examined, std::uint64_t newest, std::vector<entry> entries = {}, std::uint64_t epoch = 1) {
        page.examined = {examined}, page.head = {{epoch}, {newest}}, page.entries = std::move(entries);
    }
    sync& marks(std::vector<mark> all) { return page.marks = std::move(all), *this; }
    sync& membership(std::string_view c, std::vector<interval> intervals, std::uint64_t changed,
                     std::uint64_t first_kept = 1) {
        page.memberships.push_back({.conversation = in(c), .user = me, .intervals = std::move(intervals)});
        page.memberships.back().changed = {changed};
        page.heads.push_back({.first_kept = {first_kept}});
        return *this;
    }
};
struct history : heard::history {
    history(std::uint64_t first, std::uint64_t last, std::vector<entry> entries, bool more = false,
            std::uint64_t first_kept = 1) {
        page = {.head = {.first_kept = {first_kept}},
                .covered = {{first}, {last}},
                .more = more,
                .entries = std::move(entries)};
    }
};

// --- a change as text: "log=2 g1 g2 g1~2 g=4 @7": a log, entries, an edit ("x": a revoke), marks, the cursor.
inline std::string text(const entry& e) { return name_of(e.conversation) + std::to_string(e.place.seq.value); }
inline std::string text(const amendment& a) {
    return name_of(a.conversation) + std::to_string(a.target.value) + (a.revokes ? "x" : "~") +
           std::to_string(a.by.value);
}
inline std::string text(const mark_change& m) {
    return name_of(m.conversation) + (m.target ? std::to_string(m.target.value) : "") + "=" + std::to_string(m.value);
}
inline std::string text(const local_change& c) {
    std::string all;
    const auto say = [&](const std::string& word) { all += (all.empty() ? "" : " ") + word; };
    if (c.new_log) say("log=" + std::to_string(c.new_log->value));
    for (const entry& e : c.entries) say(text(e));
    for (const amendment& a : c.amendments) say(text(a));
    for (const mark& m : c.marks) say(text(m));
    if (c.cursor) say("@" + std::to_string(c.cursor->value));
    return all;
}

}  // namespace told
