// What a put must decide, and what is unread.
#pragma once

#include "law.hpp"
#include "scene.hpp"

#include <span>

namespace tandem {

struct laws_of_marking : scene {
    using what = mark_outcome::what;

    static void merging(store_probe& s) {
        for (const char* body : {"1", "2", "3"}) s.placed(message(pair(), ann, body));
        const auto up = s.put(mark(pair(), bob, mark_key::read, 2));
        expect(is_changed(up) && up.value == 2 && up.position == position{4}, "a change takes the next position");
        const auto down = s.put(mark(pair(), bob, mark_key::read, 1));
        expect(down.became == what::unchanged && down.value == 2, "a seq mark never goes down");
        s.put(mark(pair(), bob, mark_key::muted, 7));
        expect(is_changed(s.put(mark(pair(), bob, mark_key::muted, 3))), "other marks: the newest value counts");
        expect(s.put(mark(pair(), bob, mark_key::muted, 3)).became == what::unchanged, "the same value is no change");
        expect(s.put(mark(pair(), bob, mark_key::pinned, 0)).became == what::unchanged, "a mark nobody has set is 0");
        expect(s.head().newest == position{6}, "what changes nothing takes no position");
    }

    static void refusing(store_probe& s) {
        s.append({joined(group(), ann), joined(group(), bob), left(group(), bob)});
        expect(is_refused(s.put(mark(group(), ann, mark_key::read, 4)), errc::invalid_argument),
               "a seq mark beyond the head is refused");
        expect(is_changed(s.put(mark(group(), ann, mark_key::muted, 99))), "other marks are no seqs");
        expect(is_refused(s.put(mark(group(), eve, mark_key::read, 1)), errc::not_member) &&
                   is_refused(s.put(mark(group("none"), ann, mark_key::muted, 1)), errc::not_member),
               "who never was a member marks nothing");
        expect(is_changed(s.put(mark(group(), bob, mark_key::read, 2))), "who was one may");
    }

    static void moving(store_probe& s) {
        for (const char* body : {"1", "2"}) s.placed(message(pair(), ann, body));
        s.put(mark(pair(), bob, mark_key::read, 1));
        s.put(mark(pair(), bob, mark_key::read, 2));
        s.placed(message(pair(), ann, "3"));
        const page p = s.tail({});
        expect(p.marks.size() == 1 && p.marks[0].value == 2 && p.marks[0].position == position{4},
               "a mark that moves leaves its old position empty");
        expect(p.examined == position{5} && p.entries.size() == 3, "an empty position is examined like any other");
        expect(s.tail(position{4}).marks.empty(), "a mark stands at its last position only");
    }

    static void targets(store_probe& s) {
        s.append({message(pair(), ann, "1"), message(pair(), ann, "2")});
        const auto one = s.put(reaction(pair(), bob, seq{1}, 5)), two = s.put(reaction(pair(), bob, seq{2}, 6));
        expect(is_changed(one) && is_changed(two) && one.value == 5 && two.value == 6,
               "a mark of another entry is another mark");
        expect(is_changed(s.put(reaction(pair(), ann, seq{1}, 5))), "and so is another user's");
        expect(is_changed(s.put(reaction(pair(), bob, seq{1}, 0))), "0 takes a reaction back");
        const auto marks = s.tail({}).marks;
        expect(marks.size() == 3 && marks[0].target == seq{2} && marks[2].target == seq{1} && marks[2].value == 0,
               "a mark is told with its target");
        const auto own = static_cast<mark_key>(1000);
        expect(is_changed(s.put(mark(pair(), bob, own, 1))) &&
                   is_changed(s.put(about(seq{1}, mark(pair(), bob, own, 1)))),
               "a mark of the application's has a target or not");
        for (const mark_key key : {mark_key::read, mark_key::muted})
            expect(is_refused(s.put(about(seq{1}, mark(pair(), bob, key, 1))), errc::invalid_argument),
                   "what is said of a conversation has no target");
        for (const mark_key key : {mark_key::reaction, mark_key::deleted}) {
            expect(is_refused(s.put(mark(pair(), bob, key, 1)), errc::invalid_argument),
                   "what is said of an entry has one");
            expect(is_refused(s.put(about(seq{3}, mark(pair(), bob, key, 1))), errc::invalid_argument),
                   "the target is not beyond the head");
        }
    }

    static void seen_targets(store_probe& s) {
        s.append({joined(group(), ann), message(group(), ann, "x"), joined(group(), bob), message(group(), ann, "y")});
        for (const std::uint64_t target : {2u, 4u}) s.put(reaction(group(), ann, seq{target}, 1));
        const auto told = s.changes(bob, {}).marks;
        expect(told.size() == 1 && told[0].target == seq{4}, "of an entry one may not see one is told no marks");
        expect(is_refused(s.put(reaction(group(), bob, seq{2}, 1)), errc::not_found), "and sets none");
        s.put(about(seq{4}, mark(group(), bob, mark_key::deleted, 1)));
        expect(s.overviews(bob).conversations.at(0).marks.empty(), "overviews tell no marks of entries");
        s.placed(left(group(), bob));
        expect(is_changed(s.put(about(seq{4}, mark(group(), bob, mark_key::deleted, 0)))) &&
                   is_refused(s.put(about(seq{2}, mark(group(), bob, mark_key::deleted, 1))), errc::not_found),
               "who has left deletes what they may see");
    }

    static void said_of(store_probe& s) {
        s.append({joined(group(), ann), joined(group(), bob), message(group(), ann, "3"), message(group(), ann, "4")});
        s.put(reaction(group(), bob, seq{4}, 1));
        s.put(reaction(group(), ann, seq{3}, 2));
        s.put(reaction(group(), bob, seq{3}, 3));
        s.put(mark(group(), ann, mark_key::read, 3, true));
        s.put(mark(group(), bob, mark_key::muted, 4));
        s.put(about(seq{3}, mark(group(), bob, mark_key::deleted, 5)));
        const auto values = [](const mark_page& p) {
            std::string all;
            for (const tandem::mark& m : p.marks) all += std::to_string(m.value) + ",";
            return all + (p.more ? "more" : "");
        };
        expect(values(s.marks(group(), everything)) == "1,2,3,",
               "marks tells the shared marks of entries, in order of position");
        expect(values(s.marks(group(), {seq{3}, seq{3}})) == "2,3,", "those of the range");
        expect(values(s.marks(group(), {seq{0}, seq{0}})) == "3,", "0 is the whole conversation");
        expect(values(s.marks(group(), {seq{0}, seq{3}})) == "2,3,3,", "also as the beginning of a range");
        expect(s.marks(group(), {seq{0}, seq{0}}).marks[0].key == mark_key::read, "private marks are not told");
        expect(values(s.marks(group(), everything, {}, 2)) == "1,2,more" &&
                   values(s.marks(group(), everything, position{6}, 2)) == "3," &&
                   values(s.marks(group(), everything, position{5}, 2)) == "2,3,",
               "page by page, each after the last position of the page before");
        expect(values(s.marks(group(), {seq{5}, seq{9}})) == "" && values(s.marks(group("none"), everything)) == "",
               "of nothing there are none");
        s.put(reaction(group(), bob, seq{3}, 0));
        expect(values(s.marks(group(), {seq{3}, seq{3}})) == "2,0,", "a mark is told as it is now");
        s.placed(left(group(), bob));
        expect(s.marks(group(), everything).marks.size() == 3, "what was said stays, also of those who have left");
    }

    static void trimmed_targets(store_probe& s) {
        s.append({message(pair(), ann, "1"), message(pair(), ann, "2"), message(pair(), ann, "3")});
        for (const std::uint64_t target : {1u, 2u, 3u}) s.put(reaction(pair(), bob, seq{target}, 1));
        s.put(about(seq{2}, mark(pair(), bob, mark_key::deleted, 1)));
        s.trim(pair(), seq{3});
        for (const page& p : {s.tail({}), s.changes(bob, {}), s.changes(ann, {})})
            expect(p.marks.size() == 1 && p.marks[0].target == seq{3} && p.examined == position{7},
                   "marks go with the entry they are about");
        expect(s.marks(pair(), everything).marks.size() == 1, "and are told of no more");
        expect(is_refused(s.put(reaction(pair(), bob, seq{2}, 2)), errc::gone), "and none are set on what is trimmed");
        expect(is_changed(s.put(reaction(pair(), bob, seq{3}, 2))), "what is kept is marked as before");
    }

    static void seen_by(store_probe& s) {
        s.append({joined(group(), ann), joined(group(), bob), joined(group(), cid), message(group(), ann, "x")});
        s.put(mark(group(), bob, mark_key::read, 4, true));
        s.put(mark(group(), bob, mark_key::muted, 1, false));
        const auto sees = [&](const user_id& who) { return s.changes(who, {}).marks.size(); };
        expect(sees(bob) == 2, "one sees all one's own marks");
        expect(sees(ann) == 1 && s.changes(ann, {}).marks[0].key == mark_key::read, "and the shared ones of others");
        s.placed(left(group(), cid));
        expect(sees(cid) == 0, "who has left sees no marks of others any more");
        expect(sees(eve) == 0, "a stranger sees none");
    }

    static void unread(store_probe& s) {
        s.append({joined(group(), ann), joined(group(), bob)});
        for (const char* body : {"3", "4", "5", "6"}) s.placed(message(group(), ann, body));
        const auto of = [&](const user_id& who) { return s.overviews(who).conversations.at(0); };
        expect(of(bob).unread == 4 && of(ann).unread == 0, "one's own sends are read");
        expect(of(ann).read == seq{6} && of(ann).received == seq{6},
               "a send raises the sender's read, and so received");
        s.put(mark(group(), bob, mark_key::read, 4));
        expect(of(bob).unread == 2 && of(bob).read == seq{4}, "what is read is not unread");
        s.append({revoke(group(), ann, seq{6}), revoke(group(), ann, seq{3})});
        expect(of(bob).unread == 1, "a revoked message beyond read is not unread, one before it does not matter");
        s.placed(joined(group(), cid, role::member, 2));
        expect(of(cid).unread == 0, "notices are not unread");
        draft out = left(group(), bob), in = joined(group(), bob);
        out.sender = in.sender = ann;  // what one does oneself would be read
        s.append({out, message(group(), ann, "unseen"), in, message(group(), ann, "seen")});
        expect(of(bob).unread == 2 && of(bob).read == seq{4}, "only what one may see is unread");
        s.placed(message(group(), bob, "mine"));
        expect(of(bob).unread == 0 && of(bob).read == seq{14}, "who writes has read");
        expect(of(bob).membership.last_sent == seq{14} && s.member(group(), bob).last_sent == seq{14} &&
                   s.member(group(), ann).last_sent == seq{13} && s.member(group(), cid).last_sent == seq{9},
               "memberships tell what one wrote last");
    }

    static void overviews(store_probe& s) {
        s.append({message(pair(), ann, "a"), joined(group(), ann), joined(group(), bob), message(pair(), bob, "b")});
        s.put(mark(pair(), bob, mark_key::read, 1, true));
        s.put(mark(pair(), bob, mark_key::pinned, 1));
        auto all = s.overviews(bob);
        expect(all.head.newest == position{6} && all.conversations.size() == 2 &&
                   all.conversations[0].membership.conversation == pair(),
               "overviews tell the conversations one is in, the newest activity first");
        expect(all.conversations[0].last && all.conversations[0].last->body == "b", "with their last entry");
        expect(all.conversations[0].marks.size() == 2, "with one's own marks");
        expect(s.overviews(ann).conversations.at(0).marks.size() == 1, "and the shared ones of others");
        s.placed(left(group(), bob));
        expect(s.overviews(bob).conversations.size() == 1, "without those one has left");
        expect(s.overviews(eve).conversations.empty(), "a stranger has none");
    }

    static std::span<const store_law> all() {
        static constexpr store_law laws[] = {
            {"marks merge by their rule", "marks", merging},
            {"marks have a member and a seq that exists", "marks", refusing},
            {"a mark may be of one entry", "marks", targets},
            {"a mark of an entry is for those who see the entry", "marks, membership", seen_targets},
            {"marks tells what is said of entries", "marks", said_of},
            {"marks go with what they are about", "marks, retention", trimmed_targets, {.trim = true}},
            {"a mark stands where it changed last", "marks, prefix", moving},
            {"a mark is seen by its owner, and if shared by members", "marks, membership", seen_by},
            {"unread is the formula", "unread", unread},
            {"overviews list what one is in", "unread", overviews},
        };
        return laws;
    }
};

}  // namespace tandem
