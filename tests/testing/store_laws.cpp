#include <tandem/testing/store_laws.hpp>

#include <tandem/store/memory_store.hpp>
#include <tandem/testing/scripted_store.hpp>

#include <doctest/doctest.h>

using namespace tandem;

// That every law catches a wrong store of its own is seen beside each kit: tests/testing/store_laws/.
namespace {

struct collected {
    std::string* broken;
    void operator()(const law_verdict& v) const {
        if (v.became == law_verdict::what::broken) *broken += std::string{v.name} + ": " + v.why + "\n";
    }
};

template <class Make>
std::string broken_laws(Make make, lives by_chance = {}) {
    std::string broken;
    store_laws(make, collected{&broken}, release_answers{}, by_chance);
    return broken;
}

struct never_answers : memory_store {
    void head(done<log_head>) {}
};

struct answers_when_nobody_asks : memory_store {
    void head(done<log_head> then) { kept = then; }
    done<log_head> kept;
};

struct forgets_content_types : memory_store {
    result<page> tail(position from, limits most) {
        page p = *memory_store::tail(from, most);
        for (entry& e : p.entries) e.content_type = 0;
        return p;
    }
};

// A store whose calls fail, or are of unknown outcome, on order.
struct failing_bench {
    store_fault fault;
    scripted_store<memory_store>* store = nullptr;
    std::size_t calls_before = 0, planned = 0;

    auto make() {
        auto made = std::make_unique<scripted_store<memory_store>>(memory_store{epoch{1}});
        store = made.get(), planned = 0;
        return made;
    }
    bool break_at(std::size_t n) {
        const bool struck = planned != 0 && store->calls() - calls_before >= planned;
        if (n != 0) store->plan(fault, n);
        calls_before = store->calls(), planned = n;
        return struck;
    }
};

}  // namespace

TEST_SUITE("store_laws") {
    TEST_CASE("hold for memory_store") {
        CHECK(broken_laws([] { return memory_store{epoch{1}}; }) == "");
    }

    TEST_CASE("hold for a store behind a pointer, too") {
        CHECK(broken_laws([] { return std::make_unique<memory_store>(epoch{1}); }, {.count = 1}) == "");
    }

    TEST_CASE("hold for a store that answers later, early, at once, out of order") {
        const auto make = [seed = std::uint64_t{0}]() mutable {
            const store_chaos chaos{.at_once = 20, .early = 30, .overtaken = 30};
            return std::make_unique<scripted_store<memory_store>>(memory_store{epoch{1}}, chaos, ++seed);
        };
        CHECK(broken_laws(make) == "");
    }

    TEST_CASE("hold for a store whose calls fail, or may have happened") {
        for (const auto fault : {store_fault::failed, store_fault::unknown_done, store_fault::unknown_lost}) {
            std::string broken;
            failing_bench bench{fault};
            CHECK(store_laws(bench, collected{&broken}, {.by_chance = {1, 1, 50}}));
            CHECK(broken == "");
        }
    }

    TEST_CASE("break for a store that never answers, or when nobody listens any more") {
        CHECK(broken_laws([] { return never_answers{}; }, {.count = 0}) != "");
        const std::string broken = broken_laws([] { return answers_when_nobody_asks{}; }, {.count = 0});
        CHECK(broken.find("a verb never answered") != std::string::npos);
    }

    TEST_CASE("hold for a store that answers every question twice: the first counts") {
        struct twice : memory_store {
            void head(done<log_head> then) {
                then(memory_store::head());
                then(errc::store_failed);
            }
        };
        CHECK(broken_laws([] { return twice{}; }, {.count = 1}) == "");
    }

    TEST_CASE("a life by chance catches what no named law asks for, and can be had again") {
        struct forgetful_bench {
            auto make() { return ++made, forgets_content_types{}; }
            int made = 0;
        } bench;
        law_verdict broken{};
        int tried = 0, broke = 0;
        const auto report = [&](const law_verdict& v) {
            ++tried;
            if (v.became == law_verdict::what::broken) broken = v, ++broke;
        };
        CHECK_FALSE(store_laws(bench, report));
        CHECK(broke == 1);
        CHECK(broken.why.find("seed 1: ") == 0);
        const std::string law = "lives by chance are as the model has them";
        CHECK(broken.replay == "store_laws(bench, {}, {.only = {\"" + law + "\", 1}})");
        const std::string before = broken.why;
        tried = bench.made = 0;
        CHECK_FALSE(store_laws(bench, report, {.only = {law, 1}}));
        CHECK(tried == 1);
        CHECK(bench.made == 1);
        CHECK(broken.why == before);
        int lived = 0;
        const auto sound = [&] { return ++lived, memory_store{epoch{1}}; };
        CHECK(store_laws(plain_bench{sound}, report, {.only = {law, 7}}));
        CHECK(lived == 1);
        CHECK_FALSE(store_laws(plain_bench{[] { return forgets_content_types{}; }}, report, {.only = {law, 1}}));
    }

    TEST_CASE("a store is worth what it was tried for") {
        struct told {
            std::string* worth;
            void operator()(const law_verdict&) const {}
            void operator()(const store_worth& w) const {
                for (const guarantee_verdict& g : w.guarantees())
                    *worth += std::string{g.guarantee} + " " + std::to_string(static_cast<int>(g.became)) + " " +
                              g.tried + (g.broken_by ? g.broken_by->name : "") + "\n";
            }
        };
        std::string worth;
        store_laws([] { return memory_store{epoch{1}}; }, told{&worth}, release_answers{}, {.count = 1});
        CHECK(worth.find("durable 3 \n") != std::string::npos);
        CHECK(worth.find("unique 0 calls, large batches\n") != std::string::npos);
        CHECK(worth.find("retention 0 calls\n") != std::string::npos);
        worth.clear();
        store_laws([] { return forgets_content_types{}; }, told{&worth}, release_answers{}, {.count = 1});
        CHECK(worth.find("prefix 2 callslives by chance are as the model has them\n") != std::string::npos);
        CHECK(worth.find("bounded 0 calls\n") != std::string::npos);
        worth.clear();
        struct stopping_bench {
            memory_store disk{epoch{1}};
            auto make() { return disk = memory_store{epoch{1}}, &disk; }
            auto restart() { return &disk; }
        } bench;
        store_laws(bench, told{&worth}, {.by_chance = {1, 1, 50}});
        CHECK(worth.find("durable 1 restarts\n") != std::string::npos);
    }

    TEST_CASE("a store that cannot trim is told so, and holds") {
        struct keeps_everything {
            result<outcomes> append(drafts ds) { return s.append(ds); }
            result<mark_outcomes> put(mark_changes cs) { return s.put(cs); }
            result<std::optional<found>> find(const user_id& u, const send_id& i) { return s.find(u, i); }
            result<log_head> head() { return s.head(); }
            result<page> tail(position p, limits l) { return s.tail(p, l); }
            result<page> changes(const user_id& u, position p, limits l) { return s.changes(u, p, l); }
            result<history_page> history(const conversation_id& c, seq_range r, limits l) { return s.history(c, r, l); }
            result<membership_list> memberships(const user_id& u) { return s.memberships(u); }
            result<membership> member(const conversation_id& c, const user_id& u) { return s.member(c, u); }
            result<member_page> members(const conversation_id& c, const user_id& u, std::size_t n) {
                return s.members(c, u, n);
            }
            result<mark_page> marks(const conversation_id& c, seq_range r, position p, std::size_t n) {
                return s.marks(c, r, p, n);
            }
            result<overview_page> overviews(const user_id& u) { return s.overviews(u); }
            memory_store s;
        };
        static_assert(seq_store<keeps_everything> && !trimming_store<keeps_everything>);
        int not_offered = 0;
        const auto report = [&](const law_verdict& v) {
            not_offered += v.became == law_verdict::what::not_offered && v.why == "the store has no trim()";
        };
        CHECK(store_laws([] { return keeps_everything{}; }, report, release_answers{}, {.count = 1}));
        CHECK(not_offered == 2);
    }
}
