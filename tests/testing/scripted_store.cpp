#include <tandem/testing/scripted_store.hpp>

#include <tandem/store/memory_store.hpp>

#include <doctest/doctest.h>

using namespace tandem;

static_assert(trimming_store<scripted_store<memory_store>>);
static_assert(seq_store<scripted_store<scripted_store<memory_store>>>);

namespace {

struct bench {
    std::vector<std::string> said;  // outlives the store, whose end answers what still waits
    scripted_store<memory_store> store{memory_store{epoch{1}}};
    std::vector<draft> drafts = std::vector<draft>(1);

    bench() {
        drafts[0].conversation = conversation_id::direct("ann", "bob");
        drafts[0].sender = "ann";
        drafts[0].body = "hi";
    }

    void append() {
        store.append(drafts, done<outcomes>{
                                 [this](result<outcomes> r) { said.push_back(r ? "stored" : text(r.error().code)); }});
    }
    void head() {
        store.head(done<log_head>{[this](result<log_head> r) {
            said.push_back(r ? "head " + std::to_string(r->newest.value) : text(r.error().code));
        }});
    }
    std::uint64_t stored() { return store.inner().head()->newest.value; }
};

using lines = std::vector<std::string>;

}  // namespace

TEST_SUITE("scripted_store") {
    TEST_CASE_FIXTURE(bench, "answers when it is told to, one question a step, oldest first") {
        append();
        head();
        CHECK(said.empty());
        CHECK(stored() == 0);
        CHECK(store.step());
        CHECK(said == lines{"stored"});
        store.release_all();
        CHECK(said == lines{"stored", "head 1"});
        CHECK_FALSE(store.step());
    }

    TEST_CASE_FIXTURE(bench, "carries a write out before it answers, if the script says so") {
        append();
        CHECK(store.carry_out());
        CHECK(stored() == 1);
        CHECK(said.empty());
        store.step();
        CHECK(said == lines{"stored"});
        CHECK(stored() == 1);
    }

    TEST_CASE_FIXTURE(bench, "answers from inside the call, but lets no write overtake another") {
        store.answer_at_once();
        append();
        CHECK(said == lines{"stored"});
        store.answer_at_once(false);
        append();
        store.answer_at_once();
        append();
        head();
        CHECK(said == lines{"stored", "head 1"});
    }

    TEST_CASE_FIXTURE(bench, "fails the nth call: nothing happened") {
        store.plan(store_fault::failed, 2);
        store.plan(store_fault::failed, 1, store_verb::head);
        append();
        append();
        head();
        store.release_all();
        CHECK(said == lines{"stored", "store failed", "store failed"});
        CHECK(stored() == 1);
    }

    TEST_CASE_FIXTURE(bench, "leaves an outcome unknown, with and without the commit") {
        store.plan(store_fault::unknown_done, 1);
        store.plan(store_fault::unknown_lost, 2);
        append();
        append();
        store.release_all();
        CHECK(said == lines{"unknown outcome", "unknown outcome"});
        CHECK(stored() == 1);
    }

    TEST_CASE_FIXTURE(bench, "an outage lasts until it is over") {
        store.fail_all();
        append();
        store.release_all();
        store.fail_all(false);
        append();
        store.release_all();
        CHECK(said == lines{"store failed", "stored"});
    }

    TEST_CASE_FIXTURE(bench, "a crash keeps what was answered, and of the rest what the script keeps") {
        append();
        store.release_all();
        append();
        append();
        append();
        store.crash(1);
        CHECK(said == lines{"stored", "unknown outcome", "unknown outcome", "unknown outcome"});
        CHECK(stored() == 2);
        CHECK(store.waiting() == 0);
    }

    TEST_CASE_FIXTURE(bench, "counts its calls") {
        append();
        append();
        head();
        CHECK(store.calls() == 3);
        CHECK(store.calls(store_verb::append) == 2);
        CHECK(store.calls(store_verb::tail) == 0);
    }

    TEST_CASE("the same seed gives the same run") {
        const auto run = [](std::uint64_t seed) {
            bench b;
            b.store =
                scripted_store<memory_store>{memory_store{epoch{1}},
                                             {.failed = 20, .unknown = 20, .at_once = 20, .early = 20, .overtaken = 20},
                                             seed};
            for (int i = 0; i < 40; ++i) i % 3 == 0 ? b.head() : b.append();
            b.store.release_all();
            return b.said;
        };
        CHECK(run(1) == run(1));
        CHECK(run(1) != run(2));
        CHECK(run(1).size() == 40);
    }

    TEST_CASE_FIXTURE(bench, "a question may be asked from inside an answer") {
        store.append(drafts, done<outcomes>{[this](result<outcomes>) { head(); }});
        store.release_all();
        CHECK(said == lines{"head 1"});
    }
}
