// What readers on other threads must see while one thread writes.
#pragma once

#include "planned_life.hpp"

#include <atomic>
#include <mutex>
#include <thread>

namespace tandem {

// One thread writes, others read all the while.
class law_of_readers : scene {
public:
    law_of_readers(tried_store& store, const store_life& life) : store_{store}, seed_{life.seed}, life_{life} {}

    void live(std::size_t readers) {
        epoch_ = store_probe{store_}.head().epoch;
        std::vector<std::thread> threads;
        for (std::size_t n = 0; n < readers; ++n) threads.emplace_back([this, n] { read_along(n); });
        try {
            write_all(readers);
        } catch (const broken_law& broken) { tell(broken.why); } catch (const std::exception& e) {
            tell(e.what());
        }
        written_ = true;
        for (std::thread& t : threads) t.join();
        expect(why_.empty(), why_);
    }

    static bool together(store_probe& s, const store_life& life) {
        law_of_readers{s.store(), life}.live(2);
        return false;
    }

private:
    using moment = planned_life::moment;

    void write_all(std::size_t readers) {
        for (std::size_t n = 0; n < readers; ++n) let_them_read();
        for (std::size_t i = 0; i < life_.size() && !broken_; ++i) {
            if (i % 4 == 0) let_them_read();
            begun_ = i + 1;
            life_.live(i, store_);
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
        check(p, cursor, nullptr, m);
        cursor = random.chance(10) ? position{} : p.examined;
    }

    void check(const page& p, position from, const user_id* user, const moment& m) const {
        expect(p.head.epoch == epoch_, "the epoch stays while one reads");
        expect(p.from == from, "a page begins at the cursor");
        life_.check_page(p, user, m);
    }

    void read_changes(store_probe& s, seeded_random& random, position& cursor) {
        moment m{};
        const page p = at_a_moment([&] { return s.changes(bob, cursor, some(random)); }, m);
        check(p, cursor, &bob, m);
        cursor = random.chance(10) ? position{} : p.examined;
    }

    // Everything that is not a page of the log is as it was at one moment.
    void read_state(store_probe& s, seeded_random& random) {
        const user_id& u = random.pick(life_.cast().users());
        const conversation_id& c = random.pick(life_.cast().conversations());
        switch (random.below(7)) {
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
            case 4:
                return expect_like([&] { return place_of(s.find(u, "1")); },
                                   [&](const store_model& m) { return place_of(m.find(u, "1")); }, "find");
            case 5: return expect_memberships(s, u);
            default: return expect_overviews(s, u);
        }
    }

    static std::string place_of(const std::optional<found>& f) {
        return f ? f->conversation.text() + " @" + std::to_string(f->place.position.value) : "nowhere";
    }

    template <class Got, class Wanted>
    void expect_like(Got got, Wanted wanted, const char* what) {
        moment m{};
        const std::string told = at_a_moment(got, m);
        life_.expect_any(m, [&](const store_model& s) { return wanted(s) == told; }, std::string{what} + "\n" + told);
    }

    void expect_history(store_probe& s, const conversation_id& c) {
        moment m{};
        const history_page h = at_a_moment([&] { return s.history(c, everything); }, m);
        life_.check_history(c, h, m);
    }

    void expect_memberships(store_probe& s, const user_id& u) {
        moment m{};
        const membership_list list = at_a_moment([&] { return s.memberships(u); }, m);
        const std::string told = likeness::sorted(list.memberships);
        life_.expect_any(
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
            life_.expect_any(
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
    planned_life life_;
    epoch epoch_{};
    std::atomic<std::size_t> begun_{0}, answered_{0}, rounds_{0};
    std::atomic<bool> written_{false}, broken_{false};
    std::mutex mutex_;
    std::string why_;
};

}  // namespace tandem
