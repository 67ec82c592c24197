// An entry that a device keeps, as a row.
#pragma once

#include "local_names.hpp"

#include "../../protocol/pages.hpp"

#include <algorithm>

namespace tandem::sqlite {

// One that is known is replaced, unless it is amended by a later one already: one statement does both, and looks for
// nothing first.
inline constexpr const char* put_local_entry = R"(
    insert into entries values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict do update set
        position = excluded.position, number = excluded.number, sender = excluded.sender, kind = excluded.kind,
        content_type = excluded.content_type, time = excluded.time, fingerprint = excluded.fingerprint,
        trusted = excluded.trusted, target = excluded.target, subject = excluded.subject, role = excluded.role,
        history = excluded.history, visible_from = excluded.visible_from, amended_by = excluded.amended_by,
        revoked = excluded.revoked, mentions = excluded.mentions, send_id = excluded.send_id, body = excluded.body
    where amended_by <= excluded.amended_by)";

inline void write_local_entry(statement& put, const entry& e, std::uint64_t key, std::uint64_t sender) {
    put.bind(1, key).bind(2, e.place.position.value).bind(3, e.number).bind(4, sender);
    put.bind(5, static_cast<std::uint64_t>(e.kind)).bind(6, std::uint64_t{e.content_type});
    put.bind(7, static_cast<std::uint64_t>(e.time.milliseconds)).bind(8, e.fingerprint);
    put.bind(9, std::uint64_t{e.trusted}).bind(10, e.target.value).bind(11, e.subject.view());
    put.bind(12, static_cast<std::uint64_t>(e.role)).bind(13, std::uint64_t{e.history}).bind(14, e.visible_from.value);
    put.bind(15, e.amended_by.value).bind(16, std::uint64_t{e.revoked}).bind(18, e.send_id.view());
    put.bind_blob(19, e.body);
    if (e.mentions.empty()) return put.bind(17, std::string_view{}).run();
    const std::string mentions = text_of(e.mentions);
    put.bind(17, std::string_view{mentions}).run();
}

inline constexpr const char* last_local_entries =
    "select * from entries where key between ? and ? order by key desc limit ?";

inline entry read_local_entry(const columns& row, const conversation_id& c, local_names& names) {
    entry e;
    e.conversation = c, e.place = {seq_in(row.number(0)), position{row.number(1)}};
    e.number = row.number(2), e.sender = names.user(row.number(3)), e.kind = row.small<entry_kind>(4);
    e.content_type = row.small<std::uint32_t>(5), e.time = row.time(6), e.fingerprint = row.number(7);
    e.trusted = row.flag(8), e.target = {row.number(9)}, e.subject = row.id<user_id>(10), e.role = row.small<role>(11);
    e.history = row.small<std::uint32_t>(12), e.visible_from = {row.number(13)}, e.amended_by = {row.number(14)};
    e.revoked = row.flag(15), e.mentions = row.users(16), e.send_id = row.id<send_id>(17), e.body = row.text(18);
    return e;
}

// In order of seq.
inline std::vector<entry> read_local_entries(const database& db, statement& last, std::uint64_t conversation,
                                             const conversation_id& c, seq_range range, std::size_t count,
                                             local_names& names) {
    std::vector<entry> all;
    if (range.first.value > largest_seq || range.last < range.first) return all;
    last.bind(1, key_of(conversation, range.first));
    last.bind(2, key_of(conversation, {std::min(range.last.value, largest_seq)}));
    last.bind(3, std::min<std::uint64_t>(count, std::numeric_limits<std::int64_t>::max()));
    for (rows found{last}; found.next();) all.push_back(read_local_entry({db, last}, c, names));
    std::reverse(all.begin(), all.end());
    return all;
}

}  // namespace tandem::sqlite
