// A life nobody would think of, lived by a store and by the model.
#pragma once

#include "law.hpp"
#include "likeness.hpp"

namespace tandem {

// Few people in few places, so that everything meets everything. Readers pull in the middle of the traffic: a page may
// cut its range as it likes, what lies in the range is decided.
class law_of_chance : scene {
public:
    law_of_chance(store_probe& store, std::uint64_t seed)
        : store_{store}, random_{seed}, steps_{random_, store.trims()} {}

    void live(int steps) {
        for (int i = 0; i < steps; ++i) {
            const auto what = random_.below(10);
            if (what < 7) write();
            else if (what < 9) pull();
            else look_around();
        }
        look_around();
    }

    static bool one_life(store_probe& s, const store_life& life) {
        law_of_chance{s, life.seed}.live(life.steps);
        return false;
    }

private:
    struct reader {
        const user_id* user = nullptr;  // null: a tail
        position cursor{};
    };

    static void same(const std::string& got, const std::string& wanted, std::string_view what) {
        expect_same(got, wanted, what);
    }

    void write() {
        const store_step step = steps_.any(model_);
        const auto got = carry_out(store_.store(), step);
        expect(static_cast<bool>(got), "a verb failed although nothing was wrong: " + to_line(step));
        same(*got, carry_out(model_, step), to_line(step));
        same(std::to_string(store_.head().newest.value), std::to_string(model_.newest().value), "head");
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
        const std::string range = " of a page of " + (r.user ? std::string{r.user->view()} : std::string{"the tail"}) +
                                  ", from @" + std::to_string(got.from.value) + " to @" +
                                  std::to_string(got.examined.value);
        same(to_lines(got.entries), to_lines(wanted.entries), "entries" + range);
        same(to_lines(got.marks), to_lines(wanted.marks), "marks" + range);
        same(likeness::sorted(got.memberships), likeness::sorted(wanted.memberships), "memberships" + range);
        expect(got.heads.size() == got.memberships.size(), "heads stand beside memberships");
        for (std::size_t i = 0; i < got.heads.size(); ++i)
            same(to_line(got.heads[i]), to_line(model_.head(got.memberships[i].conversation)), "head in a page");
        std::size_t bytes = 0;
        for (const entry& e : got.entries) bytes += e.body.size();
        const std::size_t items = got.entries.size() + got.marks.size();
        expect(items <= 1 || (items <= most.entries && bytes <= most.bytes), "a page keeps its limits");
    }

    void look_around() {
        const user_id& u = random_.pick(steps_.users());
        const conversation_id& c = random_.pick(steps_.conversations());
        same(likeness::sorted(store_.memberships(u).memberships), likeness::sorted(model_.memberships(u)),
             "memberships");
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
        same(likeness::to_line(c, o.head, o.read, o.received, o.unread),
             likeness::to_line(c, model_.head(c), model_.read(c, u), model_.received(c, u), model_.unread(c, u)),
             "overview");
        const auto last = model_.history(c, {o.head.seq, o.head.seq});
        same(o.last ? to_line(*o.last) : "", last.empty() ? "" : to_line(last[0]), "last entry of an overview");
    }

    store_probe& store_;
    seeded_random random_;
    store_steps steps_;
    store_model model_;
    std::vector<reader> readers_{{}, {&ann, {}}, {&bob, {}}, {&bob, {}}, {&cid, {}}};
};

}  // namespace tandem
