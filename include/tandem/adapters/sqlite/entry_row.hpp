// An entry as a row.
#pragma once

#include "column_text.hpp"

#include "../../store/rules.hpp"

#include <algorithm>
#include <vector>

namespace tandem::sqlite {

// Users and conversations are numbers on disk; whoever has the books puts the names in.
struct entry_numbers {
    std::uint32_t conversation = flat_index::none;
    std::uint32_t sender = flat_index::none;
    std::uint32_t subject = flat_index::none;
};

inline constexpr const char* insert_entry =
    "insert into entries(position, conversation, seq, number, sender, kind, content_type, time, fingerprint, trusted, "
    "target, subject, role, history, visible_from, mentions, send_id, body) "
    "values(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)";

inline void write_entry(statement& insert, const draft& d, const outcome& placed, std::uint32_t conversation,
                        std::uint32_t sender, std::uint32_t subject, std::uint64_t fingerprint) {
    insert.bind(1, placed.place.position.value).bind(2, std::uint64_t{conversation}).bind(3, placed.place.seq.value);
    insert.bind(4, placed.number).bind(5, std::uint64_t{sender}).bind(6, static_cast<std::uint64_t>(d.kind));
    insert.bind(7, std::uint64_t{d.content_type}).bind(8, static_cast<std::uint64_t>(d.time.milliseconds));
    insert.bind(9, fingerprint).bind_rare(10, d.trusted ? 1 : 0).bind_rare(11, d.target.value);
    if (subject == flat_index::none) insert.bind_null(12);
    else insert.bind(12, std::uint64_t{subject});
    insert.bind_rare(13, static_cast<std::uint64_t>(d.role)).bind_rare(14, d.history);
    insert.bind_rare(15, placed.visible_from.value);
    if (d.send_id.empty()) insert.bind_null(17);
    else insert.bind(17, d.send_id.view());
    insert.bind_blob(18, d.body);
    if (d.mentions.empty()) return insert.bind_null(16).run();
    const std::string mentions = text_of(d.mentions);
    insert.bind(16, std::string_view{mentions}).run();
}

// What `read_entry` reads, in its order. The body stands last: whoever does not look at it does not read it.
inline const std::string entry_columns =
    "position, conversation, seq, number, sender, kind, content_type, time, fingerprint, trusted, revoked, amended_by, "
    "target, subject, role, history, visible_from, mentions, send_id, body";

inline entry_numbers read_entry(const statement& s, entry& e) {
    entry_numbers n{s.small<std::uint32_t>(1), s.small<std::uint32_t>(4), flat_index::none};
    e.place = {seq{s.number(2)}, position{s.number(0)}};
    e.number = s.number(3);
    e.kind = s.small<entry_kind>(5), e.content_type = s.small<std::uint32_t>(6);
    e.time = {static_cast<std::int64_t>(s.number(7))}, e.fingerprint = s.number(8), e.trusted = s.number(9) != 0;
    e.revoked = s.number(10) != 0, e.amended_by = {s.number(11)}, e.target = {s.number(12)};
    if (!s.is_null(13)) n.subject = s.small<std::uint32_t>(13);
    e.role = s.small<role>(14), e.history = s.small<std::uint32_t>(15), e.visible_from = {s.number(16)};
    if (!s.is_null(17)) e.mentions = users_in(s.blob(17));
    e.send_id = send_id{s.blob(18)}, e.body = s.blob(19);
    return n;
}

// What has been read and has no names yet: a page is as large as a thread's cache, and is not made twice.
class nameless_entries {
public:
    explicit nameless_entries(std::vector<entry>& to) : entries_{to} {}

    void reserve(std::size_t n) { entries_.reserve(n), numbers_.reserve(n); }
    void read(const statement& s) { numbers_.push_back(read_entry(s, entries_.emplace_back())); }
    void reverse() { std::reverse(entries_.begin(), entries_.end()), std::reverse(numbers_.begin(), numbers_.end()); }

    // name(numbers, entry) for each.
    template <class Name>
    void each(Name name) {
        for (std::size_t i = 0; i < numbers_.size(); ++i) name(numbers_[i], entries_[i]);
    }

private:
    std::vector<entry>& entries_;
    std::vector<entry_numbers> numbers_;
};

}  // namespace tandem::sqlite
