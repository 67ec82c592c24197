#include <tandem/store/worker_store.hpp>

#include "worker_fixture.hpp"

#include <tandem/testing/random.hpp>
#include <tandem/testing/store_laws.hpp>

#include <latch>

using namespace tandem;

static_assert(trimming_store<worker_store<memory_store>>);
static_assert(trimming_store<worker_store<watched_store&>>);
static_assert(!std::is_copy_constructible_v<worker_store<memory_store>>);

namespace {

struct collected {
    std::string* broken;
    void operator()(const law_verdict& v) const {
        if (v.became == law_verdict::what::broken) *broken += std::string{v.name} + ": " + v.why + "\n";
    }
};

// A fresh store and all that it takes to ask it.
template <class Store>
struct household {
    household(test_loop& l, const worker_options& o)
        : store{std::make_unique<Store>()}, disk{std::make_unique<worker<Store&>>(*store, o)}, asker{*disk, l.post()} {}
    worker_store<Store&>& operator*() { return asker; }

    std::unique_ptr<Store> store;
    std::unique_ptr<worker<Store&>> disk;
    worker_store<Store&> asker;
};

template <class Store>
std::string broken_laws(const worker_options& o) {
    test_loop loop;
    std::string broken;
    const auto settle = [&](auto& asker) { loop.run_until([&] { return asker.waiting() == 0; }); };
    store_laws([&] { return household<Store>{loop, o}; }, collected{&broken}, settle, {.count = 5});
    return broken;
}

// An engine's thread, without the engine: asks whatever comes to its mind, and counts what becomes of its tickets.
class visitor {
public:
    visitor(worker<shared_store&>& disk, std::uint64_t seed)
        : leaves_early{seed % 3 == 0}, disk_{disk}, random_{seed} {}

    void live(std::latch& in_the_middle, const std::latch& stopped) {
        home_ = std::this_thread::get_id();
        std::optional<worker_store<shared_store&>> asker{std::in_place, disk_, loop_.post()};
        for (int n = 0; n < 12; ++n) ask(*asker);
        in_the_middle.count_down();
        for (int n = 0; n < 12; ++n) ask(*asker);
        if (leaves_early) asker.reset();
        stopped.wait();
        loop_.run();
        if (asker) still_waiting = asker->waiting();
    }

    const bool leaves_early;
    std::size_t asked = 0, answers = 0, unanswered = 0, gone = 0, gone_elsewhere = 0, still_waiting = 0;

private:
    template <class T>
    done<T> ticket(std::shared_ptr<const void> about = {}) {
        ++asked;
        const auto let_go = [this](visitor*) {
            ++gone;
            if (std::this_thread::get_id() != home_) ++gone_elsewhere;
        };
        return done<T>{[this, held = std::shared_ptr<visitor>{this, let_go}](result<T> r) {
                           ++answers;
                           if (!r && r.error().detail == "the question was dropped without an answer") ++unanswered;
                       },
                       std::move(about)};
    }

    void ask(worker_store<shared_store&>& asker) {
        const conversation_id c = scene::pair();
        switch (random_.below(8)) {
            case 0:
            case 1: {
                const auto of = std::make_shared<std::vector<draft>>();
                for (auto left = random_.below(4); left > 0; --left)
                    of->push_back(
                        scene::message(c, scene::ann, "a body that is too long to be kept inside its string"));
                return asker.append(*of, ticket<outcomes>(of));
            }
            case 2: {
                const auto of = std::make_shared<mark_change>(scene::mark(c, scene::ann, mark_key::read, 1));
                return asker.put(mark_changes{of.get(), 1}, ticket<mark_outcomes>(of));
            }
            case 3: return asker.trim(c, seq{random_.below(10)}, ticket<nothing>());
            case 4: return asker.head(ticket<log_head>());
            case 5: return asker.changes(scene::bob, {}, {}, ticket<page>());
            case 6: return asker.members(c, {}, 10, ticket<member_page>());
            default: return loop_.run();
        }
    }

    worker<shared_store&>& disk_;
    seeded_random random_;
    test_loop loop_;
    std::thread::id home_{};
};

}  // namespace

TEST_SUITE("worker_store") {
    TEST_CASE("holds what a store holds, reading in line with the writes, or beside them") {
        CHECK(broken_laws<watched_store>({}) == "");
        CHECK(broken_laws<shared_store>({}) == "");
        CHECK(broken_laws<shared_store>({.readers = 1}) == "");
    }

    TEST_CASE("answers come through its post, whenever the loop gets there, and in the order of the writes") {
        scenery s;
        auto asker = s.asker();
        an_append a{{"a"}}, b{{"b"}};
        asker.append(a.of, a.then());
        asker.append(b.of, b.then());
        s.disk.stop(when_stopped::carry_out);
        CHECK(scene::bodies(s.store.tail({}, {})->entries) == "a,b,");
        CHECK(a.answers == 0);
        CHECK(asker.waiting() == 2);
        CHECK(s.loop.size() == 2);
        s.loop.run_one();
        CHECK(a.became() == "1");
        CHECK(b.answers == 0);
        CHECK(asker.waiting() == 1);
        s.loop.run_one();
        CHECK(b.became() == "2");
        CHECK(asker.waiting() == 0);
    }

    TEST_CASE("each answer goes to the loop of who asked") {
        scenery s;
        test_loop elsewhere;
        auto here = s.asker();
        worker_store<watched_store&> there{s.disk, elsewhere.post()};
        std::string heads, others;
        here.head(told_to<log_head>(heads));
        there.head(told_to<log_head>(others));
        elsewhere.run_one();
        CHECK(others == "ok");
        CHECK(heads == "");
        s.loop.run_one();
        CHECK(heads == "ok");
    }

    TEST_CASE("ids need not live until they are asked about") {
        scenery s;
        auto asker = s.asker();
        an_append a{{"a"}};
        s.store.writes.close();
        asker.append(a.of, a.then());
        s.store.writes.wait_for();
        std::string was;
        {
            user_id sender = scene::ann;
            send_id id{"a"};
            asker.find(sender, id, done<std::optional<found>>{[&](result<std::optional<found>> r) {
                           was = *r ? std::to_string((*r)->place.seq.value) : "none";
                       }});
            sender = scene::bob, id = send_id{"b"};
        }
        s.store.writes.open();
        s.settle(asker);
        CHECK(was == "1");
    }

    TEST_CASE("what is asked after an append was answered sees it") {
        test_loop loop;
        shared_store store;
        worker<shared_store&> disk{store};
        worker_store<shared_store&> asker{disk, loop.post()};
        for (std::uint64_t n = 1; n <= 100; ++n) {
            an_append a{{std::to_string(n)}};
            std::uint64_t newest = 0;
            asker.append(a.of, done<outcomes>{[&](result<outcomes>) {
                             asker.head(done<log_head>{[&](result<log_head> r) { newest = r->newest.value; }});
                         }});
            loop.run_until([&] { return asker.waiting() == 0; });
            CHECK(newest == n);
        }
    }

    TEST_CASE("dropped, it drops the tickets of what has not begun, and nothing of it happens") {
        scenery s;
        an_append running{{"a"}}, waiting{{"b"}}, others{{"c"}};
        auto other = s.asker();
        s.store.writes.close();
        {
            auto asker = s.asker();
            asker.append(running.of, running.then());
            s.store.writes.wait_for();
            asker.append(waiting.of, waiting.then());
            other.append(others.of, others.then());
            CHECK(s.disk.load().waiting == 3);
        }
        CHECK(waiting.became() == "unknown outcome");
        CHECK(s.disk.load().waiting == 2);
        CHECK(s.disk.load().drafts == 2);
        CHECK(running.answers == 0);
        s.store.writes.open();
        s.settle(other);
        CHECK(running.became() == "1");
        CHECK(scene::bodies(s.store.tail({}, {})->entries) == "a,c,");
    }

    TEST_CASE("drafts that are being stored live as long as their ticket, though nobody else has them any more") {
        scenery s;
        s.store.writes.close();
        int answers = 0;
        {
            auto asker = s.asker();
            auto drafts_of_it = std::make_shared<std::vector<draft>>(
                std::vector<draft>{scene::message(scene::pair(), scene::ann, std::string(100, 'x'))});
            const drafts span{*drafts_of_it};
            asker.append(span, done<outcomes>{[&](result<outcomes>) { ++answers; }, std::move(drafts_of_it)});
            s.store.writes.wait_for();
        }
        s.store.writes.open();
        s.loop.run_one();
        CHECK(answers == 1);
        CHECK(s.store.tail({}, {})->entries.front().body == std::string(100, 'x'));
    }

    TEST_CASE("moved, it goes on with what it had asked") {
        scenery s;
        auto first = s.asker(), second = s.asker();
        s.store.heads.close();
        std::string a, b;
        first.head(told_to<log_head>(a));
        second.head(told_to<log_head>(b));
        worker_store<watched_store&> now{std::move(first)};
        CHECK(now.waiting() == 1);
        now = std::move(second);
        CHECK(now.waiting() == 1);
        s.store.heads.open();
        s.settle(now);
        CHECK(b == "ok");
        CHECK(a == "ok");
    }

    TEST_CASE("its post lives until it has returned, though the answer it carried and who asked are gone") {
        gate on_the_way_out;
        scenery s;
        auto life = std::make_shared<int>();
        const std::weak_ptr<int> alive = life;
        std::string head;
        {
            worker_store<watched_store&> asker{s.disk, [&, post = s.loop.post(), life](function<void()> f) {
                                                   post(std::move(f));
                                                   on_the_way_out.pass();
                                               }};
            life.reset();
            on_the_way_out.close();
            asker.head(told_to<log_head>(head));
            on_the_way_out.wait_for();
            s.settle(asker);
        }
        CHECK(head == "ok");
        CHECK(!alive.expired());
        on_the_way_out.open();
        s.disk.stop();
        CHECK(alive.expired());
    }

    TEST_CASE("a loop that ends drops the tickets, and nobody is left waiting") {
        watched_store store;
        an_append a{{"a"}};
        worker<watched_store&> disk{store};
        auto loop = std::make_unique<test_loop>();
        worker_store<watched_store&> asker{disk, loop->post()};
        asker.append(a.of, a.then());
        disk.stop(when_stopped::carry_out);
        CHECK(a.answers == 0);
        loop.reset();
        CHECK(a.became() == "unknown outcome");
        CHECK(scene::bodies(store.tail({}, {})->entries) == "a,");
    }

    TEST_CASE("of four threads that ask while it is stopped, each has every question answered once, and at home") {
        for (std::uint64_t round = 0; round < 200; ++round) {
            CAPTURE(round);
            shared_store store;
            worker<shared_store&> disk{store, {.readers = round % 3, .most_waiting = 16, .most_drafts = 20}};
            std::deque<visitor> visitors;
            for (std::uint64_t n = 0; n < 4; ++n) visitors.emplace_back(disk, 4 * round + n);
            std::latch in_the_middle{4}, stopped{1};
            std::vector<std::thread> threads;
            for (visitor& v : visitors) threads.emplace_back([&] { v.live(in_the_middle, stopped); });
            in_the_middle.wait();
            disk.stop(round % 2 ? when_stopped::abandon : when_stopped::carry_out);
            stopped.count_down();
            for (std::thread& t : threads) t.join();
            for (const visitor& v : visitors) {
                CHECK(v.asked > 0);
                CHECK(v.answers == v.asked);
                CHECK(v.gone == v.asked);
                CHECK(v.gone_elsewhere == 0);
                CHECK(v.still_waiting == 0);
                if (!v.leaves_early) CHECK(v.unanswered == 0);
            }
            CHECK(disk.load().waiting == 0);
            CHECK(disk.load().drafts == 0);
        }
    }
}
