// What readers on other threads must see while one thread writes.
#pragma once

#include "law.hpp"
#include "likeness.hpp"

#include <atomic>
#include <mutex>
#include <thread>

namespace tandem {

// The life is lived by models beforehand, so that at any moment it is known what may be seen: a read sees what was
// answered before it began, and nothing that was not begun when it ended.
class law_of_readers : scene {
public:
    law_of_readers(tried_store& store, const store_life& life)
        : store_{store}, seed_{life.seed}, random_{life.seed}, steps_{random_, false, 12} {
        states_.emplace_back();
        for (int i = 0; i < life.steps; ++i) {
            plan_.push_back(steps_.any(states_.back()));
            answers_.push_back(carry_out(states_.emplace_back(states_.back()), plan_.back()));
        }
    }

    void live(std::size_t readers) {
        epoch_ = store_probe{store_}.head().epoch;
        std::vector<std::thread> threads;
        for (std::size_t n = 0; n < readers; ++n) threads.emplace_back([this, n] { read_along(n); });
        try {
            write_all(readers);
        } catch (const broken_law& broken) { tell(broken.why); }
        written_ = true;
        for (std::thread& t : threads) t.join();
        expect(why_.empty(), why_);
    }

    static bool together(store_probe& s, const store_life& life) {
        law_of_readers{s.store(), life}.live(2);
        return false;
    }

private:
    // The states of the life that a read may have seen.
    struct moment {
        std::size_t first, last;
    };

    void write_all(std::size_t readers) {
        for (std::size_t n = 0; n < readers; ++n) let_them_read();
        for (std::size_t i = 0; i < plan_.size() && !broken_; ++i) {
            if (i % 4 == 0) let_them_read();
            begun_ = i + 1;
            const auto got = carry_out(store_, plan_[i]);
            expect(static_cast<bool>(got), "a verb failed although nothing was wrong: " + to_line(plan_[i]));
            expect_same(*got, answers_[i], to_line(plan_[i]));
            answered_ = i + 1;
        }
    }

    // Until one of them has come round once more.
    void let_them_read() {
        const std::size_t rounds = rounds_;
        if (!broken_) rounds_.wait(rounds);
    }

    void read_along(std::size_t n) {
        seeded_random random{seed_ * 97 + n};
        store_probe probe{store_};
        position cursor{}, own{};
        try {
            for (bool last = false; !last && !broken_; come_round()) {
                last = written_;
                read_tail(probe, random, cursor);
                read_changes(probe, random, own);
                read_state(probe, random);
            }
        } catch (const broken_law& broken) { tell(broken.why); } catch (const std::exception& e) {
            tell(std::string{"something that should be there is not: "} + e.what());
        }
        come_round();
    }

    void come_round() {
        ++rounds_;
        rounds_.notify_all();
    }

    void tell(const std::string& why) {
        const std::lock_guard lock{mutex_};
        if (why_.empty()) why_ = why;
        broken_ = true;
    }

    // fits(state): could it be what a reader of that moment saw?
    template <class Fits>
    void expect_any(const moment& m, Fits fits, const std::string& what) const {
        for (std::size_t i = m.first; i <= m.last; ++i)
            if (fits(states_[i])) return;
        throw broken_law{what + "\n--- fits none of the steps " + std::to_string(m.first) + " to " +
                         std::to_string(m.last) +
                         "; the last of them was: " + (m.last == 0 ? "none" : to_line(plan_[m.last - 1]))};
    }

    template <class Read>
    auto at_a_moment(Read read, moment& m) {
        m.first = answered_;
        auto got = read();
        m.last = begun_;
        return got;
    }

    static limits some(seeded_random& random) { return {.entries = 1 + static_cast<std::size_t>(random.below(9))}; }

    void read_tail(store_probe& s, seeded_random& random, position& cursor) {
        moment m{};
        const page p = at_a_moment([&] { return s.tail(cursor, some(random)); }, m);
        check_page(p, cursor, nullptr, m);
        cursor = random.chance(10) ? position{} : p.examined;
    }

    void read_changes(store_probe& s, seeded_random& random, position& cursor) {
        moment m{};
        const page p = at_a_moment([&] { return s.changes(bob, cursor, some(random)); }, m);
        check_page(p, cursor, &bob, m);
        cursor = random.chance(10) ? position{} : p.examined;
    }

    // Cut against a head that is the end of a commit. Of what lies in the range everything is told that could be seen at
    // that head and can be still; what an entry was amended to, and where a mark moved to, may be seen early.
    void check_page(const page& p, position from, const user_id* user, moment m) const {
        const auto newest = p.head.newest;
        expect(p.head.epoch == epoch_, "the epoch stays while one reads");
        expect_any(
            m, [&](const store_model& s) { return s.newest() == newest; },
            "a page's head @" + std::to_string(newest.value) +
                " is the end of a commit, and not behind what was "
                "answered before");
        while (states_[m.first].newest() < newest) ++m.first;
        expect(p.from == from && p.examined <= newest && p.more == (p.examined < newest), "a page says its range");
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

    // Everything that is not a page of the log is as it was at one moment.
    void read_state(store_probe& s, seeded_random& random) {
        const user_id& u = random.pick(steps_.users());
        const conversation_id& c = random.pick(steps_.conversations());
        switch (random.below(6)) {
            case 0: return expect_history(s, c);
            case 1:
                return expect_like([&] { return to_line(s.member(c, u)); },
                                   [&](const store_model& m) { return to_line(m.member(c, u)); }, "member");
            case 2:
                return expect_like([&] { return to_lines(s.members(c, {}, 99).members); },
                                   [&](const store_model& m) { return to_lines(m.members(c)); }, "members");
            case 3:
                return expect_like(
                    [&] { return to_lines(s.marks(c, {seq{0}, everything.last}).marks); },
                    [&](const store_model& m) { return to_lines(m.marks(c, {seq{0}, everything.last})); }, "marks");
            case 4: return expect_memberships(s, u);
            default: return expect_overviews(s, u);
        }
    }

    template <class Got, class Wanted>
    void expect_like(Got got, Wanted wanted, const char* what) {
        moment m{};
        const std::string told = at_a_moment(got, m);
        expect_any(m, [&](const store_model& s) { return wanted(s) == told; }, std::string{what} + "\n" + told);
    }

    void expect_history(store_probe& s, const conversation_id& c) {
        moment m{};
        const history_page h = at_a_moment([&] { return s.history(c, everything); }, m);
        expect_any(
            m, [&](const store_model& was) { return to_line(was.head(c)) == to_line(h.head); },
            "a history's " + to_line(h.head) + " is the end of a commit");
        seq next = h.covered.first;
        for (const entry& e : h.entries)
            expect(e.place.seq == std::exchange(next, next.next()), "the seqs of a history have no holes");
        expect(h.more || next > h.head.seq, "a history goes up to its head");
        check_items(h.entries, m, [&](const store_model& was) { return was.history(c, everything); }, {});
    }

    void expect_memberships(store_probe& s, const user_id& u) {
        moment m{};
        const membership_list list = at_a_moment([&] { return s.memberships(u); }, m);
        const std::string told = likeness::sorted(list.memberships);
        expect_any(
            m,
            [&](const store_model& was) {
                return was.newest() == list.head.newest && likeness::sorted(was.memberships(u)) == told;
            },
            "memberships are those after the entry at their head @" + std::to_string(list.head.newest.value) + "\n" +
                told);
    }

    void expect_overviews(store_probe& s, const user_id& u) {
        moment m{};
        const overview_page p = at_a_moment([&] { return s.overviews(u); }, m);
        for (const overview& o : p.conversations) {
            const conversation_id& c = o.membership.conversation;
            const std::string told = likeness::to_line(c, o.head, o.read, o.received, o.unread);
            expect_any(
                m,
                [&](const store_model& was) {
                    return likeness::to_line(c, was.head(c), was.read(c, u), was.received(c, u), was.unread(c, u)) ==
                           told;
                },
                "overview\n" + told);
        }
    }

    tried_store& store_;
    std::uint64_t seed_;
    seeded_random random_;
    store_steps steps_;
    std::vector<store_step> plan_;
    std::vector<std::string> answers_;
    std::vector<store_model> states_;  // before the first step, and after each
    epoch epoch_{};
    std::atomic<std::size_t> begun_{0}, answered_{0}, rounds_{0};
    std::atomic<bool> written_{false}, broken_{false};
    std::mutex mutex_;
    std::string why_;
};

}  // namespace tandem
