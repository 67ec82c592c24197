// What a page must show.
#pragma once

#include "law.hpp"
#include "scene.hpp"

#include <span>

namespace tandem {

struct laws_of_reading : scene {
    static void everything_in_order(store_probe& s) {
        draft naming = message(pair(), ann, "1");
        naming.mentions = {eve, bob};
        s.append({joined(group(), ann), naming, message(group(), ann, "2"), message(pair(), bob, "3")});
        s.put(mark(pair(), ann, mark_key::read, 2));
        const page p = s.tail({});
        expect(bodies(p.entries) == ",1,2,3," && p.marks.size() == 1, "the tail has every entry and mark, in order");
        expect(p.memberships.empty() && p.heads.empty(), "the tail tells memberships by their entries alone");
        expect(p.head.newest == position{5} && p.examined == position{5} && !p.more, "it has examined up to the head");
        expect(bodies(s.tail(position{2}).entries) == "2,3,", "it begins after the position that was given");
        const entry& e = p.entries[1];
        expect(e.sender == ann && e.conversation == pair() && e.kind == entry_kind::message && e.number == 1 &&
                   e.mentions == naming.mentions,
               "an entry is told as it was sent");
        expect(p.entries[0].subject == ann && p.entries[0].visible_from == seq{1},
               "a joined entry tells who sees what");
    }

    static void only_what_one_may_see(store_probe& s) {
        s.append({joined(group(), ann), message(group(), ann, "before"), joined(group(), bob),
                  message(group(), ann, "in"), left(group(), bob), message(group(), ann, "after"),
                  message(conversation_id::self(ann), ann, "own")});
        const page p = s.changes(bob, {});
        expect(p.entries.size() == 3 && p.entries[0].place.seq == seq{3} && p.entries[2].place.seq == seq{5},
               "a member sees from visible_from up to and including the entry that ended it, and nothing else");
        s.append({joined(group(), bob), message(group(), ann, "again")});
        expect(s.changes(bob, {}).entries.size() == 5, "several intervals are seen, and nothing between them");
        expect(s.changes(eve, {}).entries.empty() && s.changes(eve, {}).examined == position{9},
               "a stranger sees nothing");
        s.placed(joined(group(), cid, role::member, 3));
        expect(s.changes(cid, {}).entries.size() == 4, "history given at the join is seen");
    }

    static void pages(store_probe& s) {
        for (int i = 0; i < 12; ++i) {
            s.placed(message(pair(), ann, "mine" + std::to_string(i)));
            for (int k = 0; k < 5; ++k) s.placed(message(conversation_id::self(cid), cid, "foreign"));
        }
        position at{};
        std::size_t seen = 0;
        for (int rounds = 0; rounds < 100; ++rounds) {
            const page p = s.changes(bob, at, {.entries = 5, .bytes = 1000});
            expect(p.from == at && p.entries.size() <= 5, "a page begins at the cursor and keeps its limit of entries");
            for (const entry& e : p.entries)
                expect(e.place.seq == seq{++seen} && e.place.position > p.from && e.place.position <= p.examined,
                       "pages give every entry once, in order, within the range they say");
            expect(p.examined > at, "every page examines something");
            expect(p.more == (p.examined < p.head.newest), "`more` says whether the head was reached");
            at = p.examined;
            if (!p.more) break;
        }
        expect(seen == 12 && at == position{72},
               "the last page's `examined` is the head, also when foreign entries end it");
        expect(s.changes(bob, at).entries.empty() && s.changes(bob, at).examined == at, "then there is nothing");
    }

    static void limits_of_bytes(store_probe& s) {
        for (const char c : {'a', 'b', 'c'}) s.placed(message(pair(), ann, std::string(100, c)));
        expect(s.changes(bob, {}, {.entries = 9, .bytes = 250}).entries.size() == 2, "a page keeps its limit of bytes");
        expect(s.changes(bob, {}, {.entries = 9, .bytes = 1}).entries.size() == 1,
               "but has one item, whatever its size");
        expect(s.tail({}, {.entries = 9, .bytes = 1}).entries.size() == 1, "so has a tail");
        expect(s.tail({}, {.entries = 2, .bytes = 999}).examined >= position{2} && s.tail({}, {.entries = 2}).more,
               "a tail keeps its limit of entries");
        expect(s.history(pair(), everything, {.entries = 9, .bytes = 1}).entries.size() == 1, "so has a history");
        s.put(mark(pair(), bob, mark_key::read, 1));
        s.put(mark(pair(), bob, mark_key::muted, 1));
        expect(s.changes(bob, position{3}, {.entries = 1}).marks.size() == 1, "marks count like entries");
    }

    static void beyond_the_head(store_probe& s) {
        s.placed(message(pair(), ann, "x"));
        const page p = s.changes(bob, position{9});
        expect(p.entries.empty() && p.marks.empty() && p.memberships.empty() && p.examined == position{9} && !p.more,
               "beyond the head there is an empty page, and the cursor stays");
        expect(p.head.newest == position{1}, "the head tells that the cursor is not of this log");
        expect(s.tail(position{9}).examined == position{9}, "so it is for a tail");
    }

    static void changed_memberships(store_probe& s) {
        s.append({joined(group(), ann), message(group(), ann, "x"), joined(group(), bob), message(pair(), ann, "y")});
        const page p = s.changes(bob, {});
        expect(p.memberships.size() == 2 && p.heads.size() == 2,
               "a page tells which memberships changed, and their heads");
        for (std::size_t i = 0; i < 2; ++i)
            expect(p.memberships[i].user == bob &&
                       p.heads[i].position == (p.memberships[i].conversation == pair() ? position{4} : position{3}),
                   "the heads stand beside their memberships");
        expect(s.changes(bob, position{4}).memberships.empty(), "what did not change since is not told");
        s.append({message(group(), ann, "z"), left(group(), bob)});
        const page q = s.changes(bob, position{4});
        expect(q.memberships.size() == 1 && !q.memberships[0].current() && q.memberships[0].changed == position{6},
               "an ended membership is told");
    }

    static void history(store_probe& s) {
        for (const char* body : {"1", "2", "3", "4", "5"}) s.placed(message(pair(), ann, body));
        history_page p = s.history(pair(), everything);
        expect(bodies(p.entries) == "1,2,3,4,5," && !p.more && p.covered.first == seq{1} && p.covered.last == seq{5},
               "a history is in order of seq, and says what it covers");
        expect(p.head.seq == seq{5} && p.head.number == 5 && p.head.position == position{5}, "and where the head is");
        p = s.history(pair(), {seq{1}, seq{4}}, {.entries = 2});
        expect(bodies(p.entries) == "3,4," && p.more && p.covered.first == seq{3} && p.covered.last == seq{4},
               "of a range larger than the limits it gives the newest part");
        p = s.history(pair(), {seq{2}, seq{3}});
        expect(bodies(p.entries) == "2,3," && !p.more, "a range is inclusive");
        p = s.history(pair(), {seq{1}, seq{0}});
        expect(p.entries.empty() && p.head.seq == seq{5}, "an empty range asks for the head alone");
        p = s.history(group(), everything);
        expect(p.entries.empty() && p.covered.first > p.covered.last && p.head.seq == seq{},
               "of nothing it covers nothing");
    }

    static void members(store_probe& s) {
        for (const char* who : {"dan", "bob", "ann", "cid"}) s.placed(joined(group(), who));
        s.placed(left(group(), "bob"));
        const auto names = [](const member_page& p) {
            std::string all;
            for (const membership& m : p.members) all += std::string{m.user.view()} + ",";
            return all + (p.more ? "more" : "");
        };
        expect(names(s.members(group(), {}, 9)) == "ann,cid,dan,", "members are the current ones in order of user id");
        expect(names(s.members(group(), {}, 2)) == "ann,cid,more", "page by page");
        expect(names(s.members(group(), "cid", 2)) == "dan,", "each after the last one of the page before");
        s.placed(joined(group(), "bob"));
        expect(names(s.members(group(), "ann", 1)) == "bob,more", "who comes back is found");
        s.placed(message(pair(), ann, "x"));
        expect(names(s.members(pair(), {}, 9)) == "ann,bob," && names(s.members(pair(), {}, 1)) == "ann,more",
               "a direct conversation has its two");
        expect(s.members(group("none"), {}, 9).members.empty(), "no such group has nobody");
    }

    static void memberships(store_probe& s) {
        s.append({joined(group(), ann, role::owner), message(pair(), ann, "x"), joined(group("h"), ann),
                  left(group("h"), ann)});
        const auto all = s.memberships(ann);
        expect(all.head.newest == position{4} && all.memberships.size() == 3,
               "memberships tells current and past ones");
        for (const membership& m : all.memberships) {
            const membership one = s.member(m.conversation, ann);
            expect(m.user == ann && one.intervals == m.intervals && one.role == m.role && one.changed == m.changed,
                   "member tells the same of each");
        }
        const membership none = s.member(group(), eve);
        expect(none.intervals.empty() && !none.current() && none.user == eve && none.conversation == group(),
               "who never was a member has no interval");
        expect(s.memberships(eve).memberships.empty(), "a stranger is in nothing");
    }

    static void trimming(store_probe& s) {
        s.append({joined(group(), ann), joined(group(), bob), message(group(), ann, "1", "s1"),
                  message(group(), ann, "2"), message(group(), ann, "3")});
        s.trim(group(), seq{5});
        const page p = s.changes(bob, {});
        expect(bodies(p.entries) == "3,", "what is trimmed is not shown any more");
        expect(p.examined == position{5} && p.heads.size() == 1 && p.heads[0].first_kept == seq{5},
               "the membership is told all the same, and the head says from where on entries are kept");
        expect(bodies(s.tail({}).entries) == "3,", "nor in the tail");
        const history_page h = s.history(group(), everything);
        expect(bodies(h.entries) == "3," && h.covered.first == seq{5} && !h.more, "nor in the history");
        expect(is_refused(s.append(revoke(group(), ann, seq{3})), errc::gone), "what is trimmed cannot be revoked");
        expect(is_already(s.append(message(group(), ann, "1", "s1")), {seq{3}, position{3}}),
               "but its send id still counts");
        expect(s.overviews(bob).conversations.at(0).unread == 1, "unread is what can be read");
        s.trim(group(), seq{2});
        expect(s.history(group(), everything).head.first_kept == seq{5}, "trimming never goes back");
        s.trim(group(), seq{99});
        const outcome next = s.append(message(group(), ann, "4"));
        expect(next.place == place{seq{6}, position{6}} && next.number == 4, "trimming never renumbers");
        expect(s.append(joined(group(), cid, role::member, 99)).visible_from == seq{6}, "new members see what is kept");
        expect(s.overviews(bob).conversations.at(0).unread == 1, "numbers outlive what they counted");
    }

    static std::span<const store_law> all() {
        static constexpr store_law laws[] = {
            {"the tail is everything in order", "one order, progress", everything_in_order},
            {"changes are what one may see", "membership, prefix", only_what_one_may_see},
            {"pages leave nothing out", "prefix, progress", pages},
            {"pages keep their limits", "bounded", limits_of_bytes},
            {"a cursor beyond the head is told", "reset", beyond_the_head},
            {"pages tell changed memberships", "membership, prefix", changed_memberships},
            {"a history is the newest part of a range", "prefix", history},
            {"members come in order, page by page", "membership", members},
            {"memberships and member agree", "membership", memberships},
            {"trimming forgets entries and nothing else", "retention", trimming, {.trim = true}},
        };
        return laws;
    }
};

}  // namespace tandem
