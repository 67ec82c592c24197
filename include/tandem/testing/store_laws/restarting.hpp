// What a store must still know when it was stopped and started again.
#pragma once

#include "scene.hpp"
#include "shadowed.hpp"

#include <span>

namespace tandem {

struct laws_of_restarting : scene {
    static void kept(store_probe& s) {
        draft naming = message(group(), ann, "x", "s1");
        naming.mentions = {bob, eve};
        naming.content_type = 7, naming.time = {5000};
        s.append({joined(group(), ann, role::owner), joined(group(), bob), naming, message(group(), ann, "y")});
        s.append({revoke(group(), ann, seq{4}), edit(group(), ann, seq{3}, "z"), left(group(), bob)});
        s.put({mark(group(), ann, mark_key::muted, 1), reaction(group(), ann, seq{3}, 2)});
        const auto told = [&] {
            const page p = s.tail({});
            return to_lines(p.entries) + to_lines(p.marks) + to_lines(s.memberships(ann).memberships) +
                   to_line(s.member(group(), bob)) + to_line(s.history(group(), everything).head);
        };
        const std::string before = told();
        s.restart();
        expect_same(told(), before, "what was answered is there after a restart");
    }

    static void marked(store_probe& s) {
        s.append({message(pair(), ann, "1"), message(pair(), ann, "2")});
        s.put({mark(pair(), bob, mark_key::read, 2, true), mark(pair(), bob, mark_key::received, 2)});
        s.restart();
        const auto o = s.overviews(bob).conversations.at(0);
        expect(o.read == seq{2} && o.unread == 0 && o.marks.size() == 2, "a mark is as it was after a restart");
        expect(s.put(mark(pair(), bob, mark_key::read, 1)).became == mark_outcome::what::unchanged,
               "and does not go down then");
    }

    static void positions(store_probe& s) {
        s.append({message(pair(), ann, "1"), message(pair(), ann, "2")});
        s.put(mark(pair(), bob, mark_key::read, 1));
        s.restart();
        expect(s.head().newest == position{3}, "the newest position may be a mark's, after a restart too");
        expect(s.placed(message(pair(), ann, "3")) == place{seq{3}, position{4}},
               "after a restart seqs and positions go on where they were");
        s.put(mark(pair(), bob, mark_key::read, 2));
        s.restart();
        s.restart();
        expect(s.put(mark(pair(), bob, mark_key::read, 3)).position == position{6}, "those of marks as well");
    }

    static void trimmed(store_probe& s) {
        s.append({message(pair(), ann, "1", "s1"), message(pair(), ann, "2")});
        s.trim(pair(), seq{99});
        s.restart();
        expect(s.history(pair(), everything).head.first_kept == seq{3} && s.tail({}).entries.empty(),
               "what is trimmed is gone after a restart");
        expect(s.member(pair(), ann).last_sent == seq{2} && s.overviews(ann).conversations.at(0).read == seq{2},
               "who wrote what is trimmed has read it, after a restart too");
        const outcome next = s.append(message(pair(), ann, "3"));
        expect(next.place == place{seq{3}, position{3}} && next.number == 3,
               "the seq, position and number of a trimmed entry are not given out again after a restart");
        expect(is_already(s.append(message(pair(), ann, "1", "s1")), {seq{1}, position{1}}),
               "the send id of a trimmed entry still counts after a restart");
    }

    static void send_ids(store_probe& s) {
        draft given = message(pair(), ann, "x", "s2");
        given.fingerprint = 77;
        s.append({message(pair(), ann, "hi", "s1"), given});
        s.restart();
        expect(s.find(ann, "s1").has_value(), "find knows after a restart what was stored before");
        expect(is_already(s.append(message(pair(), ann, "hi", "s1")), {seq{1}, position{1}}),
               "a send repeated after a restart is stored once");
        expect(is_refused(s.append(message(pair(), ann, "ho", "s1")), errc::send_id_reused),
               "a send id stands for one content, after a restart too");
        given.body = "changed in another way";
        expect(is_already(s.append(given), {seq{2}, position{2}}), "a given fingerprint is known after a restart");
    }

    static void same_log(store_probe& s) {
        const epoch before = s.head().epoch;
        s.restart();
        expect(s.head().epoch == before, "a store that was stopped while empty has the same epoch");
        s.placed(message(pair(), ann, "x"));
        s.restart();
        expect(s.head().epoch == before && s.memberships(ann).head.epoch == before && s.tail({}).head.epoch == before,
               "after a clean stop a store has the same epoch");
    }

    static bool every_step(store_probe& s, const store_life& life) {
        shadowed_store both{s, life};
        const epoch before = both.epoch();
        for (int i = 0; i < life.steps; ++i) {
            const store_step step = both.nth(i);
            both.write(step);
            both.store().restart();
            both.settle_doubt("after a restart behind step " + std::to_string(i + 1) + ", " + to_line(step));
            expect(both.epoch() == before, "after a clean stop a store has the same epoch");
            if (both.random().chance(30)) both.repeat(step);
        }
        return false;
    }

    static std::span<const store_law> all() {
        static constexpr store_needs restart{.restart = true}, restart_and_trim{.trim = true, .restart = true};
        static constexpr auto here = circumstance::restarts;
        static constexpr store_law laws[] = {
            {"a restart keeps what was answered", "durable, immutable, membership", kept, restart, here},
            {"a restart keeps marks", "durable, marks, unread", marked, restart, here},
            {"a restart goes on where it was", "contiguous, one order", positions, restart, here},
            {"a restart gives out nothing again", "retention, contiguous", trimmed, restart_and_trim, here},
            {"a restart knows the sends before it", "unique, idempotent", send_ids, restart, here},
            {"a restart is no new epoch", "reset", same_log, restart, here},
        };
        return laws;
    }
};

}  // namespace tandem
