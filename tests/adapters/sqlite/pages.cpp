// Every page of the disk store beside the same stretch of memory_store, while both live the same life.
#include <tandem/adapters/sqlite/sqlite_store.hpp>

#include "adapters/sqlite/folder.hpp"

#include <tandem/store/memory_store.hpp>
#include <tandem/testing/random.hpp>
#include <tandem/testing/store_text.hpp>

#include <doctest/doctest.h>

using namespace tandem;

namespace {

std::string text_of(const page& p, position until) {
    std::string all;
    for (const entry& e : p.entries)
        if (e.place.position <= until) all += to_line(e) + "\n";
    for (const mark& m : p.marks)
        if (m.position <= until) all += to_line(m) + "\n";
    for (const membership& m : p.memberships)
        if (m.changed <= until) all += to_line(m) + "\n";
    return all;
}

class twins {
public:
    twins(const std::string& file, std::uint64_t seed)
        : random_{seed}, disk_{*sqlite_store::open(file, {.settle_after = 30})} {
        for (std::size_t g = 0; g < groups; ++g)
            for (std::size_t u = 0; u < users; ++u)
                if (random_.chance(60)) append(membership_of(g, u, entry_kind::joined));
    }

    void live() {
        const auto chance = random_.below(100);
        if (chance < 55) append(message());
        else if (chance < 60) append(amendment());
        else if (chance < 65) append(change());
        else if (chance < 75) put();
        else if (chance < 77) trim();
        else pull(readers_[any(readers_.size())]);
    }

private:
    static constexpr std::size_t groups = 12, users = 6;
    struct reader {
        position cursor{};
    };

    std::size_t any(std::size_t below) { return static_cast<std::size_t>(random_.below(below)); }
    static conversation_id group(std::size_t g) { return conversation_id::group(group_id{"g" + std::to_string(g)}); }
    static user_id user(std::size_t u) { return user_id{"u" + std::to_string(u)}; }
    seq any_seq(const conversation_id& c) {
        return seq{1 + random_.below(memory_.history(c, {seq{1}, seq{0}}, {})->head.seq.value + 1)};
    }

    draft message() {
        draft d;
        d.conversation = group(any(groups)), d.sender = user(any(users)), d.body = std::string(any(20), 'x');
        if (random_.chance(70)) d.send_id = send_id{"s" + std::to_string(random_.below(400))};
        d.trusted = random_.chance(30);
        return d;
    }
    draft amendment() {
        draft d = message();
        d.kind = random_.chance(50) ? entry_kind::revoke : entry_kind::edit;
        d.target = any_seq(d.conversation);
        return d;
    }
    draft change() {
        const std::size_t g = any(groups), u = any(users);
        return membership_of(g, u, random_.chance(50) ? entry_kind::joined : entry_kind::left);
    }
    static draft membership_of(std::size_t g, std::size_t u, entry_kind kind, std::uint32_t history = 0) {
        draft d;
        d.conversation = group(g), d.sender = d.subject = user(u), d.kind = kind, d.trusted = true;
        d.history = history;
        return d;
    }

    void append(draft d) {
        if (d.kind == entry_kind::joined) d.history = static_cast<std::uint32_t>(any(40));
        const auto a = disk_.append({&d, 1});
        const auto b = memory_.append({&d, 1});
        REQUIRE(a);
        REQUIRE(to_line((*a)[0]) == to_line((*b)[0]));
    }
    void put() {
        mark_change c{group(any(groups)), random_.chance(50) ? mark_key::read : mark_key::reaction, user(any(users))};
        c.value = random_.below(30), c.shared = random_.chance(60);
        if (c.key == mark_key::reaction) c.target = any_seq(c.conversation);
        const auto a = disk_.put({&c, 1});
        const auto b = memory_.put({&c, 1});
        REQUIRE(to_line((*a)[0]) == to_line((*b)[0]));
    }
    void trim() {
        const conversation_id c = group(any(groups));
        const seq to = any_seq(c);
        REQUIRE(disk_.trim(c, to));
        REQUIRE(memory_.trim(c, to));
    }

    // From the beginning, or from where a page ended: whatever happened meanwhile.
    void pull(reader& r) {
        const user_id who = user(static_cast<std::size_t>(&r - readers_.data()) % users);
        if (random_.chance(5)) r.cursor = position{random_.below(memory_.head()->newest.value + 1)};
        const page a = *disk_.changes(who, r.cursor, {.entries = 1 + any(8), .bytes = 10 + any(60)});
        const page all = *memory_.changes(who, r.cursor, {.entries = 1'000'000, .bytes = 1'000'000'000});
        REQUIRE(a.examined <= a.head.newest);
        REQUIRE(a.more == (a.examined < a.head.newest));
        REQUIRE((a.examined > r.cursor || !a.more));
        REQUIRE(text_of(a, a.examined) == text_of(all, a.examined));
        const auto& at = random_.chance(50) ? group(any(groups)) : group(0);
        const seq last = any_seq(at);
        const limits few{.entries = 1 + any(8)};
        const history_page h = *disk_.history(at, {seq{1}, last}, few),
                           same = *memory_.history(at, {seq{1}, last}, few);
        REQUIRE(h.covered.first == same.covered.first);
        REQUIRE(h.entries.size() == same.entries.size());
        for (std::size_t i = 0; i < h.entries.size(); ++i) REQUIRE(to_line(h.entries[i]) == to_line(same.entries[i]));
        r.cursor = a.examined;
    }

    seeded_random random_;
    sqlite_store disk_;
    memory_store memory_;
    std::vector<reader> readers_{3 * users};
};

}  // namespace

TEST_CASE("sqlite_store: a page is what memory_store says of the same stretch, whatever happened since the last one") {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        CAPTURE(seed);
        const folder here;
        twins both{here.file("log"), seed};
        for (int step = 0; step < 700; ++step) both.live();
    }
}
