// A life nobody would think of, lived by a store and by the model.
#pragma once

#include "../random.hpp"
#include "../store_model.hpp"
#include "../store_probe.hpp"
#include "../store_text.hpp"
#include "scene.hpp"

namespace tandem {

// Few people in few places, so that everything meets everything. Readers pull in the middle of the traffic: a page may
// cut its range as it likes, what lies in the range is decided.
class law_of_chance : scene {
public:
    law_of_chance(store_probe& store, std::uint64_t seed) : store_{store}, random_{seed} {
        for (const user_id& u : users_) conversations_.push_back(conversation_id::self(u));
        for (const char* g : {"g", "h", "i"}) conversations_.push_back(group(g));
        for (const user_id& u : users_) conversations_.push_back(conversation_id::direct(users_[0], u));
    }

    void live(int steps) {
        for (int i = 0; i < steps; ++i) {
            const auto what = random_.below(10);
            if (what < 5) append();
            else if (what < 7) put();
            else if (what < 9) pull();
            else look_around();
            if (store_.trims() && random_.chance(3)) trim();
        }
        look_around();
    }

private:
    struct reader {
        const user_id* user = nullptr;  // null: a tail
        position cursor{};
    };

    static void same(const std::string& got, const std::string& wanted, const char* what) {
        expect(got == wanted, std::string{what} + "\n--- the store says\n" + got + "\n--- the model says\n" + wanted);
    }

    draft any_draft() {
        draft d = message(random_.pick(conversations_), random_.pick(users_), "b" + std::to_string(random_.below(3)));
        if (random_.chance(50)) d.send_id = send_id{std::to_string(random_.below(40))};
        d.trusted = random_.chance(5);
        d.content_type = static_cast<std::uint32_t>(random_.below(2));
        d.time = {1000 + static_cast<std::int64_t>(++time_)};
        const auto kind = random_.below(12);
        if (kind < 4) d.kind = kind == 3 ? entry_kind::left : entry_kind::joined;
        else if (kind < 6) d.kind = kind == 5 ? entry_kind::revoke : entry_kind::edit;
        else if (kind == 6) d.kind = static_cast<entry_kind>(1000);
        if (d.kind == entry_kind::message && random_.chance(20)) d.mentions = {random_.pick(users_), "stranger"};
        if (is_membership(d.kind))
            d.subject = random_.pick(users_), d.role = random_.chance(70) ? role::member : role::admin;
        if (d.kind == entry_kind::joined) d.history = static_cast<std::uint32_t>(random_.below(4));
        // What somebody wrote before they were ever a member is of no account to their read mark; keep that out.
        const bool stranger = model_.member(d.conversation, d.sender).intervals.empty();
        if (stranger && (d.trusted || (is_membership(d.kind) && d.subject != d.sender))) d.sender = "system";
        if (is_amendment(d.kind)) d.target = seq{random_.below(model_.head(d.conversation).seq.value + 2)};
        return d;
    }

    void append() {
        std::vector<draft> ds;
        for (auto n = random_.below(4) + 1; n != 0; --n) ds.push_back(any_draft());
        std::vector<outcome> wanted;
        for (const draft& d : ds) wanted.push_back(model_.append(d));
        same(to_lines(store_.append(ds)), to_lines(wanted), "append");
        same(std::to_string(store_.head().newest.value), std::to_string(model_.newest().value), "head");
    }

    void put() {
        static constexpr mark_key keys[] = {mark_key::received, mark_key::read,    mark_key::muted,
                                            mark_key::reaction, mark_key::deleted, static_cast<mark_key>(1001)};
        const auto& c = random_.pick(conversations_);
        const auto value = random_.below(model_.head(c).seq.value + 2);
        mark_change change = mark(c, random_.pick(users_), random_.pick(keys), value, random_.chance(50));
        if (is_about(change.key, seq{1}) != random_.chance(5)) change.target = seq{random_.below(value + 2)};
        same(to_line(store_.put(change)), to_line(model_.put(change)), "put");
    }

    void trim() {
        const auto& c = random_.pick(conversations_);
        const seq to{random_.below(model_.head(c).seq.value + 3)};
        store_.trim(c, to);
        model_.trim(c, to);
    }

    // One more page for one of several readers that are at different places.
    void pull() {
        reader& r = random_.pick(readers_);
        if (random_.chance(10)) r.cursor = {};
        const limits most{1 + static_cast<std::size_t>(random_.below(6)),
                          1 + static_cast<std::size_t>(random_.below(12))};
        const page got = r.user ? store_.changes(*r.user, r.cursor, most) : store_.tail(r.cursor, most);
        check(got, r, most);
        r.cursor = got.examined;
    }

    void check(const page& got, const reader& r, limits most) {
        expect(got.from == r.cursor && got.head.newest == model_.newest(), "a page has its cursor and the head");
        expect(got.examined > got.from || got.from == model_.newest(), "a page examines something");
        expect(got.examined <= model_.newest() && got.more == (got.examined < model_.newest()),
               "`more` is examined < head");
        const page wanted = model_.range(r.user, got.from, got.examined);
        same(to_lines(got.entries), to_lines(wanted.entries), "entries of a page");
        same(to_lines(got.marks), to_lines(wanted.marks), "marks of a page");
        same(sorted(got.memberships), sorted(wanted.memberships), "memberships of a page");
        expect(got.heads.size() == got.memberships.size(), "heads stand beside memberships");
        for (std::size_t i = 0; i < got.heads.size(); ++i)
            same(to_line(got.heads[i]), to_line(model_.head(got.memberships[i].conversation)), "head in a page");
        std::size_t bytes = 0;
        for (const entry& e : got.entries) bytes += e.body.size();
        const std::size_t items = got.entries.size() + got.marks.size();
        expect(items <= 1 || (items <= most.entries && bytes <= most.bytes), "a page keeps its limits");
    }

    static std::string sorted(std::vector<membership> all) {
        std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.conversation < b.conversation; });
        return to_lines(all);
    }

    void look_around() {
        const user_id& u = random_.pick(users_);
        const conversation_id& c = random_.pick(conversations_);
        same(sorted(store_.memberships(u).memberships), sorted(model_.memberships(u)), "memberships");
        same(to_line(store_.member(c, u)), to_line(model_.member(c, u)), "member");
        same(to_lines(store_.members(c, {}, 99).members), to_lines(model_.members(c)), "members");
        same(to_lines(store_.history(c, everything).entries), to_lines(model_.history(c, everything)), "history");
        same(to_line(store_.history(c, everything).head), to_line(model_.head(c)), "head of a history");
        const seq_range some{seq{random_.below(4)}, seq{random_.below(30)}};
        same(to_lines(all_marks(c, some)), to_lines(model_.marks(c, some)), "marks");
        std::size_t current = 0;
        for (const membership& m : model_.memberships(u)) current += m.current() ? 1 : 0;
        const auto overviews = store_.overviews(u).conversations;
        expect(overviews.size() == current, "overviews are of the conversations one is in");
        for (const overview& o : overviews) check(o, u);
    }

    std::vector<tandem::mark> all_marks(const conversation_id& c, seq_range targets) {
        std::vector<tandem::mark> all;
        for (mark_page p{.more = true}; p.more;) {
            p = store_.marks(c, targets, all.empty() ? position{} : all.back().position, 3);
            expect(p.marks.size() <= 3 && (p.marks.size() == 3 || !p.more), "a page of marks is full, or the last one");
            all.insert(all.end(), p.marks.begin(), p.marks.end());
        }
        return all;
    }

    void check(const overview& o, const user_id& u) {
        const auto& c = o.membership.conversation;
        const auto line = [&](seq read, seq received, std::uint64_t unread) {
            return to_line(model_.head(c)) + " " + c.text() + " read " + std::to_string(read.value) + " received " +
                   std::to_string(received.value) + " unread " + std::to_string(unread);
        };
        same(line(o.read, o.received, o.unread), line(model_.read(c, u), model_.received(c, u), model_.unread(c, u)),
             "overview");
        const auto last = model_.history(c, {o.head.seq, o.head.seq});
        same(o.last ? to_line(*o.last) : "", last.empty() ? "" : to_line(last[0]), "last entry of an overview");
    }

    store_probe& store_;
    seeded_random random_;
    store_model model_;
    std::uint64_t time_ = 0;
    std::vector<user_id> users_{ann, bob, cid, eve};
    std::vector<conversation_id> conversations_;
    std::vector<reader> readers_{{}, {&users_[0], {}}, {&users_[1], {}}, {&users_[1], {}}, {&users_[2], {}}};
};

}  // namespace tandem
