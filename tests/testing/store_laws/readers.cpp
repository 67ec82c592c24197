#include "changeable_store.hpp"

#include <tandem/testing/store_laws.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

using namespace tandem;

namespace {

// memory_store behind a lock; what its readers do wrong can be overridden, the lock being held.
struct locked_store {
    static constexpr bool reads_from_any_thread = true;

    virtual ~locked_store() = default;

    template <class Verb>
    auto locked(Verb verb) {
        const std::lock_guard lock{mutex};
        return verb();
    }

    virtual result<outcomes> append(drafts ds) {
        return locked([&] { return s.append(ds); });
    }
    result<mark_outcomes> put(mark_changes cs) {
        return locked([&] { return s.put(cs); });
    }
    result<std::optional<found>> find(const user_id& u, const send_id& id) {
        return locked([&] { return s.find(u, id); });
    }
    result<log_head> head() {
        return locked([&] { return s.head(); });
    }
    virtual result<page> tail(position from, limits most) {
        return locked([&] { return s.tail(from, most); });
    }
    virtual result<page> changes(const user_id& u, position from, limits most) {
        return locked([&] { return s.changes(u, from, most); });
    }
    virtual result<history_page> history(const conversation_id& c, seq_range range, limits most) {
        return locked([&] { return s.history(c, range, most); });
    }
    virtual result<membership_list> memberships(const user_id& u) {
        return locked([&] { return s.memberships(u); });
    }
    result<membership> member(const conversation_id& c, const user_id& u) {
        return locked([&] { return s.member(c, u); });
    }
    result<member_page> members(const conversation_id& c, const user_id& after, std::size_t count) {
        return locked([&] { return s.members(c, after, count); });
    }
    result<mark_page> marks(const conversation_id& c, seq_range targets, position after, std::size_t count) {
        return locked([&] { return s.marks(c, targets, after, count); });
    }
    virtual result<overview_page> overviews(const user_id& u) {
        return locked([&] { return s.overviews(u); });
    }

    memory_store s{epoch{1}};
    std::mutex mutex;
};
static_assert(seq_store<locked_store>);

// Once: the lock is let go in the middle of a batch, until a tail was read. If another read has seen it none may come.
struct shows_half_a_batch : locked_store {
    result<outcomes> append(drafts ds) override {
        std::unique_lock lock{mutex};
        const auto newest = [&] { return s.head()->newest; };
        const position before = newest();
        outcomes all;
        for (std::size_t i = 0; i < ds.size(); ++i) {
            if (newest() != before && !shown) {
                const std::size_t reads = tails;
                read.wait_for(lock, std::chrono::milliseconds{100}, [&] { return tails != reads; });
            }
            const position middle = newest();
            all.push_back((*s.append(ds.subspan(i, 1)))[0]);
            shown = shown || (middle != before && newest() != middle);
        }
        return all;
    }
    result<page> tail(position from, limits most) override {
        return locked([&] {
            ++tails;
            read.notify_all();
            return s.tail(from, most);
        });
    }
    std::condition_variable read;
    std::size_t tails = 0;
    bool shown = false;
};

// A replica that has not heard of the last append yet.
struct is_one_append_behind : locked_store {
    result<outcomes> append(drafts ds) override {
        return locked([&] {
            shown = s.head()->newest;
            return s.append(ds);
        });
    }
    result<page> tail(position from, limits most) override {
        return locked([&] {
            page p = *s.tail(from, most);
            std::erase_if(p.entries, [&](const entry& e) { return e.place.position > shown; });
            p.head.newest = std::max(from, shown), p.examined = std::min(p.examined, p.head.newest);
            p.more = p.examined < p.head.newest;
            return result<page>{std::move(p)};
        });
    }
    position shown{};
};

struct leaves_one_out : locked_store {
    result<page> changes(const user_id& u, position from, limits most) override {
        page p = *locked_store::changes(u, from, most);
        std::erase_if(p.entries, [](const entry& e) { return e.place.position.value % 7 == 0; });
        return p;
    }
};

struct tells_what_is_beyond_its_head : locked_store {
    result<page> tail(position from, limits most) override {
        page p = *locked_store::tail(from, most);
        if (!p.entries.empty() && !p.more) p.head.newest = p.head.newest.previous();
        return p;
    }
};

struct takes_the_head_too_late : locked_store {
    result<membership_list> memberships(const user_id& u) override {
        membership_list all = *locked_store::memberships(u);
        all.head.newest = all.head.newest.next();
        return all;
    }
};

struct has_holes_in_histories : locked_store {
    result<history_page> history(const conversation_id& c, seq_range range, limits most) override {
        history_page p = *locked_store::history(c, range, most);
        if (p.entries.size() > 2) p.entries.erase(p.entries.begin() + 1);
        return p;
    }
};

struct counts_later_than_it_looks : locked_store {
    result<overview_page> overviews(const user_id& u) override {
        overview_page p = *locked_store::overviews(u);
        for (overview& o : p.conversations) o.unread += o.unread != 0 ? 1 : 0;
        return p;
    }
};

using made = std::unique_ptr<locked_store>;

template <class Store>
made make_shared_by_threads() {
    return std::make_unique<Store>();
}

constexpr store_replay readers{"readers on other threads see whole commits"};

std::string broken_among_readers(made (*make)()) {
    std::string why;
    plain_bench<made (*)()> bench{make};
    store_laws(bench, [&](const law_verdict& v) { why += v.why; }, {.only = readers});
    return why;
}

bool says(const std::string& why, const char* what) { return why.find(what) != std::string::npos; }

}  // namespace

TEST_SUITE("store_laws/readers") {
    TEST_CASE("a store that is locked holds") {
        CHECK(broken_among_readers(make_shared_by_threads<locked_store>) == "");
    }

    TEST_CASE("readers on other threads catch what one thread never sees, and more") {
        CHECK(says(broken_among_readers(make_shared_by_threads<shows_half_a_batch>), "fits none of the steps"));
        CHECK(says(broken_among_readers(make_shared_by_threads<is_one_append_behind>), "not behind what was answered"));
        CHECK(says(broken_among_readers(make_shared_by_threads<leaves_one_out>), "leaves out what was answered"));
        CHECK(says(broken_among_readers(make_shared_by_threads<tells_what_is_beyond_its_head>), "a page"));
        CHECK(says(broken_among_readers(make_shared_by_threads<takes_the_head_too_late>), "at their head"));
        CHECK(says(broken_among_readers(make_shared_by_threads<has_holes_in_histories>), "the seqs of a history"));
        CHECK(says(broken_among_readers(make_shared_by_threads<counts_later_than_it_looks>), "overview"));
    }

    TEST_CASE("it is offered by those who say so, and answer at once") {
        const auto offered = [](auto make) {
            bool tried = false;
            const auto report = [&](const law_verdict& v) { tried = v.became != law_verdict::what::not_offered; };
            plain_bench<decltype(make)> bench{make};
            store_laws(bench, report, {.reading = {1, 1, 3}, .only = readers});
            return tried;
        };
        CHECK(offered(make_shared_by_threads<locked_store>));
        CHECK_FALSE(offered([] { return memory_store{epoch{1}}; }));
    }
}
