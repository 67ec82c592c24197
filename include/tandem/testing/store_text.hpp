// Entries, marks and memberships as one line each: to compare them, and to say how they differ.
#pragma once

#include "../store/seq_store.hpp"

#include <string>

namespace tandem {

// Everything a reader may rely on; not how it was sent (trusted, history, fingerprint).
inline std::string to_line(const entry& e) {
    const auto n = [](std::uint64_t value) { return std::to_string(value); };
    std::string line = e.conversation.text() + " #" + n(e.place.seq.value) + " @" + n(e.place.position.value) +
                       " number " + n(e.number) + " kind " + n(static_cast<std::uint64_t>(e.kind)) + " from " +
                       std::string{e.sender.view()} + "/" + std::string{e.send_id.view()} + " type " +
                       n(e.content_type) + " time " + std::to_string(e.time.milliseconds) + " \"" + e.body + "\"";
    if (e.target) line += " target " + n(e.target.value);
    if (!e.subject.empty())
        line += " subject " + std::string{e.subject.view()} + " role " + n(static_cast<std::uint64_t>(e.role)) +
                " sees " + n(e.visible_from.value);
    for (const user_id& named : e.mentions) line += " names " + std::string{named.view()};
    if (e.amended_by) line += " amended by " + n(e.amended_by.value);
    return e.revoked ? line + " revoked" : line;
}

inline std::string to_line(const mark& m) {
    return m.conversation.text() + " mark " + std::to_string(static_cast<unsigned>(m.key)) + " of " +
           std::string{m.owner.view()} + " = " + std::to_string(m.value) +
           (m.target ? " about #" + std::to_string(m.target.value) : "") + (m.shared ? " shared @" : " private @") +
           std::to_string(m.position.value);
}

inline std::string to_line(const membership& m) {
    std::string line = std::string{m.user.view()} + " in " + m.conversation.text();
    if (!m.intervals.empty())
        line += " as " + std::to_string(static_cast<unsigned>(m.role)) + " @" + std::to_string(m.changed.value);
    for (const interval& i : m.intervals)
        line += " [" + std::to_string(i.visible_from.value) + "," + (i.open() ? "" : std::to_string(i.ended_at.value)) +
                "]";
    if (m.last_sent) line += " wrote #" + std::to_string(m.last_sent.value);
    return line;
}

inline std::string to_line(const conversation_head& h) {
    return "head #" + std::to_string(h.seq.value) + " @" + std::to_string(h.position.value) + " number " +
           std::to_string(h.number) + " kept from " + std::to_string(h.first_kept.value);
}

inline std::string to_line(const outcome& o) {
    if (o.became == outcome::what::refused) return std::string{"refused: "} + text(o.why);
    return std::string{o.became == outcome::what::placed ? "placed" : "already"} + " #" +
           std::to_string(o.place.seq.value) + " @" + std::to_string(o.place.position.value) + " number " +
           std::to_string(o.number) + " time " + std::to_string(o.time.milliseconds) + " sees " +
           std::to_string(o.visible_from.value);
}

inline std::string to_line(const mark_outcome& o) {
    if (o.became == mark_outcome::what::refused) return std::string{"refused: "} + text(o.why);
    return (o.became == mark_outcome::what::changed ? "changed to " : "stays ") + std::to_string(o.value) + " @" +
           std::to_string(o.position.value);
}

template <class T>
std::string to_lines(const std::vector<T>& all) {
    std::string lines;
    for (const T& one : all) lines += to_line(one) + "\n";
    return lines;
}

}  // namespace tandem
