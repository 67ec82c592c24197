#include "journalled_store.hpp"

#include <doctest/doctest.h>

using namespace tandem;

namespace {

// What was written counts as durable, though it was not flushed: a crash takes it.
struct answers_before_it_flushes : journalled_store {
    using journalled_store::journalled_store;
    void start() override {
        if (!disk.clean && !disk.written.empty()) disk.written.pop_back();
        journalled_store::start();
    }
};

struct keeps_half_of_what_crashed : journalled_store {
    using journalled_store::journalled_store;
    errc write(const store_step& step) override {
        const errc why = journalled_store::write(step);
        if (!disk.dead || why != errc::store_failed || step.drafts.size() < 2) return why;
        disk.written.push_back(step);
        disk.written.back().drafts.pop_back();
        return errc::unknown_outcome;
    }
};

struct denies_what_crashed : journalled_store {
    using journalled_store::journalled_store;
    errc write(const store_step& step) override {
        const errc why = journalled_store::write(step);
        return disk.dead && why != errc{} ? errc::store_failed : why;
    }
};

struct loses_marks_in_a_crash : journalled_store {
    using journalled_store::journalled_store;
    void start() override {
        if (!disk.clean) std::erase_if(disk.written, [](auto& step) { return step.asks == store_step::verb::put; });
        journalled_store::start();
    }
};

// No outcome of a later call tells.
struct forgets_content_types_in_a_crash : journalled_store {
    using journalled_store::journalled_store;
    void start() override {
        for (store_step& step : disk.written)
            for (draft& d : step.drafts) {
                if (d.fingerprint == 0) d.fingerprint = fingerprint_of(d);
                if (!disk.clean) d.content_type = 0;
            }
        journalled_store::start();
    }
};

// May have lost something, and says so.
struct owns_up_to_it : answers_before_it_flushes {
    using answers_before_it_flushes::answers_before_it_flushes;
    void start() override {
        if (!disk.clean) ++log;
        answers_before_it_flushes::start();
    }
    result<log_head> head() override {
        auto h = answers_before_it_flushes::head();
        if (h) h->epoch = epoch{log};
        return h;
    }
    static inline std::uint64_t log = 1;
};

const std::string crashing_law = "a crash takes back nothing that was answered";

}  // namespace

TEST_SUITE("store_laws/crashing") {
    TEST_CASE("a store that is played from its disk holds") {
        CHECK(broken_on_disk(make_journalled<journalled_store>, circumstance::crashes).empty());
    }

    TEST_CASE("a crash at every call catches what only a crash does") {
        CHECK(broken_on_disk(make_journalled<answers_before_it_flushes>, circumstance::crashes) ==
              std::set{crashing_law});
        CHECK(broken_on_disk(make_journalled<keeps_half_of_what_crashed>, circumstance::crashes) ==
              std::set{crashing_law});
        CHECK(broken_on_disk(make_journalled<denies_what_crashed>, circumstance::crashes) == std::set{crashing_law});
        CHECK(broken_on_disk(make_journalled<loses_marks_in_a_crash>, circumstance::crashes) == std::set{crashing_law});
        CHECK(broken_on_disk(make_journalled<forgets_content_types_in_a_crash>, circumstance::crashes) ==
              std::set{crashing_law});
    }

    TEST_CASE("a store that takes a new epoch after a crash breaks no law") {
        CHECK(broken_on_disk(make_journalled<owns_up_to_it>, circumstance::crashes).empty());
    }
}
