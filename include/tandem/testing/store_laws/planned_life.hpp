// A life that is known before it is lived, for those who watch it from other threads.
#pragma once

#include "law.hpp"
#include "likeness.hpp"

namespace tandem {

// Lived by models beforehand, so that at any moment it is known what may be seen: a read sees what was answered before
// it began, and nothing that was not begun when it ended. Read by several threads at once.
class planned_life {
public:
    // The states of the life that a read may have seen.
    struct moment {
        std::size_t first, last;
    };

    explicit planned_life(const store_life& life) : random_{life.seed}, cast_{random_, false, 12} {
        states_.emplace_back();
        for (int i = 0; i < life.steps; ++i) {
            steps_.push_back(cast_.any(states_.back()));
            answers_.push_back(carry_out(states_.emplace_back(states_.back()), steps_.back()));
        }
    }

    std::size_t size() const { return steps_.size(); }
    const store_steps& cast() const { return cast_; }

    void live(std::size_t i, tried_store& store) const {
        const auto got = carry_out(store, steps_[i]);
        expect(static_cast<bool>(got), "a verb failed although nothing was wrong: " + to_line(steps_[i]));
        expect_same(*got, answers_[i], to_line(steps_[i]));
    }

    // fits(state): could it be what a reader of that moment saw?
    template <class Fits>
    void expect_any(const moment& m, Fits fits, const std::string& what) const {
        for (std::size_t i = m.first; i <= m.last; ++i)
            if (fits(states_[i])) return;
        throw broken_law{what + "\n--- fits none of the steps " + std::to_string(m.first) + " to " +
                         std::to_string(m.last) +
                         "; the last of them was: " + (m.last == 0 ? "none" : to_line(steps_[m.last - 1]))};
    }

    // Cut against a head that is the end of a commit. Of what lies in the range everything is told that could be seen
    // at that head and can be still; what an entry was amended to, and where a mark moved to, may be seen early.
    void check_page(const page& p, const user_id* user, moment m) const {
        const auto newest = p.head.newest;
        expect_any(
            m, [&](const store_model& s) { return s.newest() == newest; },
            "a page's head @" + std::to_string(newest.value) +
                " is the end of a commit, and not behind what was answered before");
        while (states_[m.first].newest() < newest) ++m.first;
        expect(p.examined <= newest && p.more == (p.examined < newest), "a page says its range");
        expect(p.examined > p.from || p.from == newest, "a page examines something");
        const store_model &then = states_[m.first], &later = states_[m.last];
        check_items(
            p.entries, m, [&](const store_model& s) { return s.range(user, p.from, p.examined).entries; },
            then.range(user, p.from, p.examined).entries);
        std::vector<tandem::mark> still;
        const auto shown_later = later.range(user, p.from, p.examined).marks;
        for (const tandem::mark& at_first : then.range(user, p.from, p.examined).marks)
            for (const tandem::mark& at_last : shown_later)
                if (at_first.position == at_last.position) still.push_back(at_first);
        check_items(p.marks, m, [&](const store_model& s) { return s.range(user, p.from, p.examined).marks; }, still);
    }

    // Contiguous up to its head, which is the end of a commit.
    void check_history(const conversation_id& c, const history_page& h, const moment& m) const {
        expect_any(
            m, [&](const store_model& was) { return to_line(was.head(c)) == to_line(h.head); },
            "a history's " + to_line(h.head) + " is the end of a commit");
        seq next = h.covered.first;
        for (const entry& e : h.entries)
            expect(e.place.seq == std::exchange(next, next.next()), "the seqs of a history have no holes");
        expect(h.more || next > h.head.seq, "a history goes up to its head");
        check_items(h.entries, m, [&](const store_model& was) { return was.history(c, scene::everything); }, {});
    }

private:
    static position at(const entry& e) { return e.place.position; }
    static position at(const tandem::mark& m) { return m.position; }

    // In order, each as it was at one of the moments, and none of `needed` left out.
    template <class Item, class Shown>
    void check_items(const std::vector<Item>& got, const moment& m, Shown shown,
                     const std::vector<Item>& needed) const {
        std::vector<std::vector<Item>> possible;
        for (std::size_t i = m.first; i <= m.last; ++i) possible.push_back(shown(states_[i]));
        position before{};
        for (const Item& item : got) {
            expect(at(item) > before, "a page is in order of position, each once");
            before = at(item);
            bool known = false;
            for (const auto& all : possible)
                for (const Item& other : all)
                    known = known || (at(other) == at(item) && to_line(other) == to_line(item));
            expect(known, "a page tells what never was: " + to_line(item));
        }
        for (const Item& item : needed) {
            bool told = false;
            for (const Item& other : got) told = told || at(other) == at(item);
            expect(told, "a page leaves out what was answered before it began: " + to_line(item));
        }
    }

    seeded_random random_;
    store_steps cast_;
    std::vector<store_step> steps_;
    std::vector<std::string> answers_;
    std::vector<store_model> states_;  // before the first step, and after each
};

}  // namespace tandem
