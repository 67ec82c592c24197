// What must hold of an append, or a put, of very many.
#pragma once

#include "law.hpp"
#include "scene.hpp"

#include <algorithm>
#include <span>

namespace tandem {

// Ten drafts for each of a thousand conversations, in one commit. What should come of them is counted along, not
// asked of the model, which walks through everything for every draft.
struct laws_of_large_batches : scene {
    static constexpr std::size_t conversations = 1000, rounds = 10;

    static conversation_id group_of(std::size_t n) { return group(std::to_string(n)); }

    // Round 0: all join. Then each round writes; in between are repeated sends, reused ids, strangers and revokes.
    static draft any_draft(std::size_t c, std::size_t round) {
        if (round == 0) return joined(group_of(c), ann);
        if (round == 4) return joined(group_of(c), bob);
        draft d = message(group_of(c), ann, "b" + std::to_string(round), send_id{std::to_string(c) + "." + "1"});
        switch (round == 1 ? 0 : (c + round) % 5) {
            case 0: d.send_id = send_id{std::to_string(c) + "." + std::to_string(round)}; return d;
            case 1: d.body = "b1"; return d;  // repeats the first
            case 2: return d;                 // reuses its id
            case 3: return message(group_of(c), eve, "stranger");
            default: return revoke(group_of(c), ann, seq{2});
        }
    }

    struct counted {
        std::uint64_t seqs = 0, messages = 0;
        place first{};
        bool revoked = false;
    };

    // What should become of it: counts it in.
    static outcome wanted(const draft& d, counted& c, position& newest) {
        outcome o;
        if (d.sender == eve) return o.why = errc::not_member, o;
        if (d.kind == entry_kind::message && c.first.seq && d.send_id.view().ends_with(".1")) {
            if (d.body != "b1") return o.why = errc::send_id_reused, o;
            return o.became = outcome::what::already, o.place = c.first, o;
        }
        if (d.kind == entry_kind::revoke && std::exchange(c.revoked, true)) return o.why = errc::gone, o;
        c.messages += d.kind == entry_kind::message ? 1 : 0;
        o.became = outcome::what::placed;
        o.place = {{++c.seqs}, newest = newest.next()};
        if (d.kind == entry_kind::message && !c.first.seq) c.first = o.place;
        return o;
    }

    static void appending(store_probe& s) {
        std::vector<draft> ds;
        for (std::size_t round = 0; round < rounds; ++round)
            for (std::size_t c = 0; c < conversations; ++c) ds.push_back(any_draft(c, round));
        const outcomes all = s.append(ds);
        std::vector<counted> counts(conversations);
        position newest{};
        std::vector<const draft*> placed;
        for (std::size_t i = 0; i < ds.size(); ++i) {
            const outcome w = wanted(ds[i], counts[i % conversations], newest);
            expect(all[i].became == w.became &&
                       (w.became == outcome::what::refused ? all[i].why == w.why : all[i].place == w.place),
                   "draft " + std::to_string(i) + " of a large append has its own outcome");
            if (w.became == outcome::what::placed) placed.push_back(&ds[i]);
        }
        expect(s.head().newest == newest, "a large append is one range of positions, without holes");
        told_again(s, placed);
        for (const std::size_t c : {std::size_t{0}, conversations / 2, conversations - 1}) {
            const conversation_head h = s.history(group_of(c), {seq{1}, seq{0}}).head;
            expect(h.seq.value == counts[c].seqs && h.number == counts[c].messages,
                   "every conversation of a large append has its own seqs and numbers");
        }
        expect(s.overviews(ann).conversations.size() == conversations, "who joined all of them is in all of them");
    }

    static void told_again(store_probe& s, const std::vector<const draft*>& placed) {
        std::size_t seen = 0;
        for (page p{.more = true}; p.more;) {
            p = s.tail(p.examined);
            expect(p.examined > p.from, "a page examines something");
            for (const entry& e : p.entries) {
                expect(seen < placed.size() && e.place.position == position{seen + 1} &&
                           e.conversation == placed[seen]->conversation && e.kind == placed[seen]->kind,
                       "the tail tells a large append in its order");
                ++seen;
            }
        }
        expect(seen == placed.size(), "the tail tells all of a large append");
    }

    static void marking(store_probe& s) {
        std::vector<draft> ds;
        for (std::size_t c = 0; c < conversations; ++c) {
            ds.push_back(joined(group_of(c), ann));
            ds.push_back(message(group_of(c), ann, "x"));
        }
        const position begin = s.append(ds).back().place.position;
        std::vector<mark_change> cs;
        for (std::size_t round = 0; round < rounds; ++round)
            for (std::size_t c = 0; c < conversations; ++c)
                cs.push_back(round % 2 == 0 ? mark(group_of(c), ann, mark_key::muted, round)
                                            : mark(group_of(c), c % 3 == 0 ? eve : ann, mark_key::read, round % 3));
        const mark_outcomes all = s.put(cs);
        std::vector<std::uint64_t> muted(conversations), read(conversations);
        position newest = begin;
        for (std::size_t i = 0; i < cs.size(); ++i) {
            std::uint64_t& now = (cs[i].key == mark_key::muted ? muted : read)[i % conversations];
            const bool changes = cs[i].key == mark_key::muted ? cs[i].value != now : cs[i].value > now;
            const auto became = cs[i].owner == eve ? mark_outcome::what::refused
                                : changes          ? mark_outcome::what::changed
                                                   : mark_outcome::what::unchanged;
            if (became == mark_outcome::what::changed) now = cs[i].value, newest = newest.next();
            expect(all[i].became == became && (became != mark_outcome::what::changed || all[i].position == newest) &&
                       (became == mark_outcome::what::refused || all[i].value == now),
                   "change " + std::to_string(i) + " of a large put has its own outcome");
        }
        expect(s.head().newest == newest, "a large put is one range of positions, without holes");
        std::size_t seen = 0;
        for (page p{.examined = begin, .more = true}; p.more;) {
            p = s.tail(p.examined);
            expect(p.examined > p.from, "a page examines something");
            seen += p.marks.size();
        }
        const auto set = [](const auto& values) {
            return values.size() - static_cast<std::size_t>(std::count(values.begin(), values.end(), 0u));
        };
        expect(seen == set(muted) + set(read), "the tail tells every mark of a large put once");
    }

    static std::span<const store_law> all() {
        static constexpr auto here = circumstance::large_batches;
        static constexpr store_law laws[] = {
            {"an append of ten thousand is one like any other",
             "contiguous, one order, unique, idempotent, no phantom",
             appending,
             {},
             here},
            {"a put of ten thousand is one like any other", "marks, contiguous", marking, {}, here},
        };
        return laws;
    }
};

}  // namespace tandem
