// What an append must decide.
#pragma once

#include "law.hpp"
#include "scene.hpp"

#include <span>

namespace tandem {

// Every law is given a store in which nothing has happened yet.
struct laws_of_writing : scene {
    static void order(store_probe& s) {
        expect(s.head().newest == position{}, "an empty store's newest position is 0");
        const epoch e = s.head().epoch;
        const auto all = s.append({joined(group(), ann), message(group(), ann, "1"), message(pair(), ann, "2")});
        expect(is_placed(all[0]) && all[0].place == place{seq{1}, position{1}}, "the first entry is seq 1, position 1");
        expect(all[1].place == place{seq{2}, position{2}},
               "the next one of a conversation is the next seq and position");
        expect(all[2].place == place{seq{1}, position{3}},
               "each conversation counts its own seqs, the log one position");
        expect(is_refused(s.append(message(group(), eve, "no")), errc::not_member), "a stranger is no member");
        expect(s.placed(message(group(), ann, "3")) == place{seq{3}, position{4}}, "a refused draft leaves no hole");
        expect(s.head().newest == position{4} && s.head().epoch == e,
               "the head is the newest position, the epoch stays");
        expect(all[0].number == 0 && all[1].number == 1 && all[2].number == 1,
               "number counts messages and nothing else");
    }

    static void one_by_one(store_probe& s) {
        draft again = message(group(), ann, "hi", "s1");
        const auto all = s.append({message(group(), ann, "too early"), joined(group(), ann), again, again,
                                   revoke(group(), ann, seq{2}), revoke(group(), ann, seq{2}), left(group(), ann),
                                   message(group(), ann, "too late")});
        expect(is_refused(all[0], errc::not_member) && is_placed(all[1]) && is_placed(all[2]),
               "a join counts from the next draft of the same append on");
        expect(is_already(all[3], all[2].place), "the same send twice in one append is stored once");
        expect(is_placed(all[4]) && is_refused(all[5], errc::gone), "a revoke counts within the same append");
        expect(is_placed(all[6]) && is_refused(all[7], errc::not_member), "so does a leave");
    }

    static void joined_to_one(store_probe& s) {
        const std::vector<draft> first{joined(group(), ann), message(group(), ann, "1", "s1")}, none,
            second{message(group(), ann, "1", "s1"), message(group(), ann, "2")}, third{message(group(), bob, "no")};
        const auto all = s.append_together({first, none, second, third});
        expect(all.size() == 5, "appends that are joined have the outcomes of all, and no others");
        expect(is_placed(all[0]) && is_placed(all[1]) && all[3].place == place{seq{3}, position{3}},
               "the outcomes stand one after the other, as the drafts do");
        expect(is_already(all[2], all[1].place), "the drafts of one see those of the one before");
        expect(is_refused(all[4], errc::not_member) && s.head().newest == position{3}, "each has its own outcome");
        expect(s.append_together({}).empty() && bodies(s.tail({}).entries) == ",1,2,", "and is stored once");
    }

    static void repeated(store_probe& s) {
        draft d = message(pair(), ann, "hi", "s1");
        d.time = {5000};
        const place at = s.placed(d);
        s.placed(message(pair(), bob, "hi", "s1"));  // another sender's same id is another send
        draft retry = d;
        retry.time = {9000};
        const outcome o = s.append(retry);
        expect(is_already(o, at), "a repeated send is answered with its first place");
        expect(o.time == d.time && o.number == 1, "`already` tells the time and number of the first");
        const auto f = s.find(ann, "s1");
        expect(f && f->conversation == pair() && f->place == at && f->number == 1 && f->time == d.time,
               "find tells where a send is stored");
        expect(!s.find(ann, "s2") && !s.find(eve, "s1") && !s.find(ann, {}),
               "find knows nothing of what was not stored");
        s.append({message(pair(), ann, "same"), message(pair(), ann, "same")});
        expect(s.head().newest == position{4}, "drafts without a send id are never repetitions");
    }

    static void repeated_by_one_who_left(store_probe& s) {
        s.append({joined(group(), ann), message(group(), ann, "hi", "s1"), left(group(), ann)});
        expect(is_already(s.append(message(group(), ann, "hi", "s1")), {seq{2}, position{2}}),
               "the send id is looked up before anything may be refused");
        expect(is_refused(s.append(message(group(), ann, "hi", "s2")), errc::not_member),
               "who has left writes no more");
        expect(!s.find(ann, "s2"), "a refused send id is not remembered");
    }

    static void reused(store_probe& s) {
        s.placed(message(pair(), ann, "hi", "s1"));
        expect(is_refused(s.append(message(pair(), ann, "ho", "s1")), errc::send_id_reused),
               "another body, the same id");
        expect(is_refused(s.append(message(conversation_id::self(ann), ann, "hi", "s1")), errc::send_id_reused),
               "another conversation, the same id");
        draft own = message(pair(), ann, "changed by a gatekeeper", "s2");
        own.fingerprint = 77;
        const place at = s.placed(own);
        own.body = "changed in another way";
        expect(is_already(s.append(own), at), "a given fingerprint decides, not the body");
        expect(s.head().newest == position{2}, "a refused draft takes no position");
    }

    static void members_only(store_probe& s) {
        expect(is_refused(s.append(message(pair(), eve, "x")), errc::not_member),
               "a direct conversation is its two users'");
        s.append({joined(group(), ann)});
        expect(is_refused(s.append(message(group(), bob, "x")), errc::not_member), "a group is its members'");
        expect(is_refused(s.append(message(group("none"), ann, "x")), errc::not_member), "no such group: not a member");
        expect(is_refused(s.append(left(group(), bob)), errc::not_member), "who is no member cannot leave");
        expect(is_refused(s.append(revoke(group(), bob, seq{1})), errc::not_member), "a stranger amends nothing");
        draft system = message(group(), eve, "welcome");
        system.trusted = true;
        expect(is_placed(s.append(system)), "the application's own code needs no membership");
        draft added = joined(group(), bob);
        added.sender = eve;
        expect(is_placed(s.append(added)), "membership changes do not ask who makes them");
        expect(is_placed(s.append(message(group(), bob, "hi"))), "whoever joined may write");
        expect(!s.member(group(), eve).current(), "writing does not make a member");
    }

    static void personal(store_probe& s) {
        const auto self = conversation_id::self(cid);
        s.append({message(pair(), ann, "x"), message(self, cid, "x")});
        for (const user_id& who : {ann, bob}) {
            const membership m = s.member(pair(), who);
            expect(m.current() && m.intervals == std::vector{interval{seq{1}}} && m.changed == position{1},
                   "the first entry of a direct conversation makes both its users members, from seq 1");
        }
        expect(s.member(self, cid).current() && s.members(self, {}, 9).members.size() == 1, "self has one member");
        expect(is_refused(s.append(joined(pair(), eve)), errc::invalid_argument) &&
                   is_refused(s.append(left(pair(), bob)), errc::invalid_argument) &&
                   is_refused(s.append(left(self, cid)), errc::invalid_argument),
               "nobody joins or leaves direct and self");
    }

    static void joining(store_probe& s) {
        const outcome first = s.append(joined(group(), ann, role::owner));
        expect(first.visible_from == seq{1}, "who begins a group sees it from its first entry");
        for (const char* body : {"1", "2", "3"}) s.placed(message(group(), ann, body));
        expect(s.append(joined(group(), bob)).visible_from == seq{5}, "without history one sees from the join on");
        expect(s.append(joined(group(), cid, role::member, 2)).visible_from == seq{4},
               "with history n, n entries more");
        expect(s.append(joined(group(), eve, role::member, 99)).visible_from == seq{1},
               "but never more than there are");
        const outcome same = s.append(joined(group(), ann, role::owner));
        expect(is_already(same, first.place) && s.head().newest == position{7}, "joining again changes nothing");
        const outcome raised = s.append(joined(group(), bob, role::admin, 99));
        const membership bobs = s.member(group(), bob);
        expect(is_placed(raised) && bobs.role == role::admin && bobs.changed == raised.place.position &&
                   bobs.intervals == std::vector{interval{seq{5}}} && raised.visible_from == seq{5},
               "another role is a role change: an entry, and the same interval");
    }

    static void rejoining(store_probe& s) {
        s.append({joined(group(), ann), joined(group(), bob), left(group(), bob), message(group(), ann, "unseen")});
        const outcome back = s.append(joined(group(), bob));
        const membership m = s.member(group(), bob);
        expect(m.intervals == std::vector{interval{seq{2}, seq{3}}, interval{seq{5}}} &&
                   m.changed == back.place.position,
               "coming back adds an interval; the one before ends with the entry that ended it");
        s.append({left(group(), bob), joined(group(), bob, role::member, 99)});
        expect(s.member(group(), bob).intervals.back() == interval{seq{7}}, "intervals never overlap");
    }

    static void revoking(store_probe& s) {
        draft secret = message(pair(), ann, "secret");
        secret.mentions = {bob};
        s.append({secret, edit(pair(), ann, seq{1}, "another secret"), message(pair(), bob, "x")});
        const place by = s.placed(revoke(pair(), ann, seq{1}));
        const auto hidden = [&](const std::vector<entry>& entries) {
            for (const entry& e : entries)
                if (e.body.find("secret") != std::string::npos) return false;
            const entry& target = entries.at(0);
            return target.revoked && target.body.empty() && target.mentions.empty() && target.amended_by == by.seq &&
                   target.number == 1 && target.place == place{seq{1}, position{1}};
        };
        expect(hidden(s.tail({}).entries), "a revoked body, and the edits of it, are blank in the tail");
        expect(hidden(s.changes(bob, {}).entries), "and in changes");
        expect(hidden(s.history(pair(), everything).entries), "and in the history");
        expect(is_refused(s.append(revoke(pair(), ann, seq{1})), errc::gone) &&
                   is_refused(s.append(edit(pair(), ann, seq{1}, "x")), errc::gone),
               "what is revoked can be amended no more");
        s.append({message(pair(), ann, "last"), revoke(pair(), ann, seq{5})});
        expect(s.history(pair(), {seq{5}, seq{5}}).entries.at(0).revoked, "the newest message can be revoked as well");
    }

    static void editing(store_probe& s) {
        s.append(
            {message(pair(), ann, "old", "s1"), edit(pair(), ann, seq{1}, "new"), edit(pair(), ann, seq{1}, "newer")});
        const auto entries = s.tail({}).entries;
        expect(bodies(entries) == "newer,new,newer,", "an edit replaces the body of its target, not of other edits");
        expect(entries[0].amended_by == seq{3} && !entries[0].revoked && entries[0].send_id == send_id{"s1"} &&
                   entries[0].sender == ann && entries[0].number == 1,
               "the target tells what amended it and keeps everything else");
        expect(is_already(s.append(message(pair(), ann, "old", "s1")), entries[0].place),
               "an edited message is still the send it was");
    }

    static void amending_nothing(store_probe& s) {
        s.append({joined(group(), ann), message(group(), ann, "x"), edit(group(), ann, seq{2}, "y")});
        for (const std::uint64_t none : {0u, 4u, 99u})
            expect(is_refused(s.append(revoke(group(), ann, seq{none})), errc::gone),
                   "what is not there cannot be revoked");
        expect(is_refused(s.append(revoke(conversation_id::self(ann), ann, seq{1})), errc::gone),
               "nor in an empty place");
        for (const std::uint64_t other : {1u, 3u})
            expect(is_refused(s.append(edit(group(), ann, seq{other}, "z")), errc::invalid_argument),
                   "only messages can be amended");
        expect(s.head().newest == position{3}, "nothing of this was stored");
    }

    static std::span<const store_law> all() {
        static constexpr store_law laws[] = {
            {"seqs and positions are given out without holes", "contiguous, one order", order},
            {"the drafts of an append see those before them", "one order", one_by_one},
            {"appends that are joined are one", "one order", joined_to_one, {.joins = true}},
            {"a repeated send is stored once", "unique, idempotent", repeated},
            {"a retry is recognised before it can be refused", "idempotent", repeated_by_one_who_left},
            {"a send id stands for one content", "unique", reused},
            {"only members write", "membership, no phantom", members_only},
            {"direct and self have those they name", "membership", personal},
            {"joining decides what one sees", "membership", joining},
            {"coming back adds an interval", "membership", rejoining},
            {"a revoked body is shown nowhere", "immutable, revoked", revoking},
            {"an edit replaces a body", "immutable", editing},
            {"only kept messages can be amended", "immutable", amending_nothing},
        };
        return laws;
    }
};

}  // namespace tandem
