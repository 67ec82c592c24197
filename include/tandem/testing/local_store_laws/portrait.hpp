// Everything one can ask of a local_store, as text: two that look the same are the same to everybody.
#pragma once

#include "../../client/local_store.hpp"
#include "../store_bench.hpp"
#include "../store_text.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace tandem {

inline constexpr seq_range every_seq{seq{0}, seq{std::numeric_limits<std::uint64_t>::max()}};
inline constexpr std::size_t any_count = std::numeric_limits<std::size_t>::max();

template <class T>
T had(result<T> r, const char* of) {
    if (!r) throw broken_law{std::string{of} + " failed: " + text(r.error().code) + ", " + r.error().detail};
    return std::move(*r);
}

// Every field, also those that nobody is shown.
inline std::string whole_line(const entry& e) {
    const auto n = [](std::uint64_t value) { return " " + std::to_string(value); };
    std::string line = to_line(e) + ", subject " + std::string{e.subject.view()};
    line += n(static_cast<std::uint64_t>(e.role)) + n(e.visible_from.value) + n(e.history) + n(e.fingerprint);
    for (const user_id& u : e.mentions) line += " " + std::string{u.view()};
    return line + (e.trusted ? " trusted" : "") + n(e.target.value);
}
inline std::string whole_line(const kept_conversation& k) {
    return k.conversation.text() + " next " + std::to_string(k.next.value) + " from " +
           std::to_string(k.first_kept.value) + " received " + std::to_string(k.received.value) + " number " +
           std::to_string(k.number) + (k.inside ? " inside" : " outside");
}
inline std::string whole_line(const queued_send& q) {
    std::string line = std::to_string(q.number) + " " + std::string{q.send_id.view()} + " " + q.conversation.text() +
                       " kind " + std::to_string(static_cast<unsigned>(q.kind)) + " type " +
                       std::to_string(q.content_type) + " target " + std::to_string(q.target.value) + " said " +
                       std::to_string(q.said.milliseconds) + " failed " +
                       std::to_string(static_cast<unsigned>(q.failed)) + " \"" + q.body + "\"";
    for (const user_id& u : q.mentions) line += " " + std::string{u.view()};
    return line;
}
inline std::string whole_line(const mark_change& m) { return to_line(mark{m, {}}); }

namespace detail {

template <class Items, class Line>
std::string lines_of(const Items& items, bool sorted, Line line) {
    std::vector<std::string> lines;
    for (const auto& item : items) lines.push_back(line(item));
    if (sorted) std::sort(lines.begin(), lines.end());
    std::string all;
    for (const std::string& l : lines) all += l + "\n";
    return all;
}

}  // namespace detail

inline std::string portrait(const local_state& s) {
    const auto whole = [](const auto& item) { return whole_line(item); };
    return "tag " + std::to_string(s.tag) + "\nsends " + std::to_string(s.sends) + "\nlog " +
           std::to_string(s.epoch.value) + "\ncursor " + std::to_string(s.cursor.value) + "\n" +
           detail::lines_of(s.conversations, true, whole) + "--- queue\n" + detail::lines_of(s.queue, false, whole) +
           "--- wishes\n" + detail::lines_of(s.wishes, true, whole);
}

// As far as these conversations and logs are concerned.
template <local_store S>
std::string portrait(S& store, const std::vector<conversation_id>& conversations, const std::vector<epoch>& logs) {
    const auto entries = [](const std::vector<entry>& all) {
        return detail::lines_of(all, false, [](const entry& e) { return whole_line(e); });
    };
    std::string all = portrait(had(store.state(), "state()")) + "--- logs\n";
    for (const epoch e : had(store.logs(), "logs()")) all += std::to_string(e.value) + "\n";
    all += "--- memberships\n" +
           detail::lines_of(had(store.memberships(), "memberships()"), true, [](const membership& m) {
               return to_line(m) + " " + std::to_string(m.changed.value) + " " +
                      std::to_string(static_cast<unsigned>(m.role));
           });
    for (const conversation_id& c : conversations) {
        all += "--- marks of " + c.text() + "\n" +
               detail::lines_of(had(store.marks(c), "marks()"), true, [](const mark& m) { return to_line(m); });
        all += "--- entries\n" + entries(had(store.entries(c, every_seq, any_count), "entries()"));
        for (const epoch e : logs)
            all += "--- in log " + std::to_string(e.value) + "\n" +
                   entries(had(store.entries_of(e, c, every_seq, any_count), "entries_of()"));
    }
    return all;
}

inline void expect_same_portrait(const std::string& got, const std::string& wanted, const std::string& when) {
    if (got == wanted) return;
    const auto differs = std::mismatch(got.begin(), got.end(), wanted.begin(), wanted.end());
    const auto at = static_cast<std::size_t>(differs.first - got.begin());
    const auto line = [&](const std::string& text) {
        const std::size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
        const std::string all = text.substr(begin, text.find('\n', begin) - begin);
        return all.size() > 300 ? all.substr(0, 300) + "…" : all;
    };
    throw broken_law{when + ": it says `" + line(got) + "`, and should say `" + line(wanted) + "`"};
}

}  // namespace tandem
