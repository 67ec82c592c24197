#include "journalled_store.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace tandem;

namespace {

struct stores_half_of_what_failed : journalled_store {
    using journalled_store::journalled_store;
    errc write(const store_step& step) override {
        const errc why = journalled_store::write(step);
        if (why != errc::store_failed || step.drafts.size() < 2) return why;
        store_step half = step;
        half.drafts.resize(half.drafts.size() / 2);
        disk.written.push_back(half), play(half);
        return why;
    }
};

struct says_it_failed_though_it_happened : journalled_store {
    using journalled_store::journalled_store;
    errc write(const store_step& step) override {
        const errc why = journalled_store::write(step);
        return why == errc::unknown_outcome ? errc::store_failed : why;
    }
};

// The tail does not return it, and later does.
struct remembers_too_late : journalled_store {
    using journalled_store::journalled_store;
    errc write(const store_step& step) override {
        if (late) play(*late), disk.written.push_back(*std::exchange(late, {}));
        if (!disk.io()) return errc::store_failed;
        if (disk.io()) return disk.written.push_back(step), errc{};
        late = step;
        return errc::unknown_outcome;
    }
    std::optional<store_step> late;
};

struct throws_what_went_wrong : journalled_store {
    using journalled_store::journalled_store;
    errc write(const store_step& step) override {
        const errc why = journalled_store::write(step);
        return why == errc{} ? why : throw std::runtime_error{"the disk is full"};
    }
};

struct never_recovers : journalled_store {
    using journalled_store::journalled_store;
    errc write(const store_step& step) override {
        const errc why = broken ? errc::store_failed : journalled_store::write(step);
        broken = why != errc{};
        return why;
    }
    bool broken = false;
};

struct takes_a_failure_for_the_end : journalled_store {
    using journalled_store::journalled_store;
    result<page> tail(position from, limits most) override {
        auto p = journalled_store::tail(from, most);
        return p ? std::move(p) : result<page>{page{.head = *s.head(), .from = from, .examined = s.head()->newest}};
    }
};

struct takes_a_new_epoch_when_something_failed : journalled_store {
    using journalled_store::journalled_store;
    errc write(const store_step& step) override {
        const errc why = journalled_store::write(step);
        failures += why != errc{};
        return why;
    }
    result<log_head> head() override {
        auto h = journalled_store::head();
        if (h) h->epoch = epoch{1 + failures};
        return h;
    }
    std::uint64_t failures = 0;
};

const std::string failing_law = "a failed call did nothing, or all of it";

}  // namespace

TEST_SUITE("store_laws/failing") {
    TEST_CASE("a store that tells what it does not know, and decides it, holds") {
        CHECK(broken_on_disk(make_journalled<journalled_store>, circumstance::failing_calls).empty());
    }

    TEST_CASE("a failing call catches what goes wrong only then") {
        CHECK(broken_on_disk(make_journalled<stores_half_of_what_failed>, circumstance::failing_calls) ==
              std::set{failing_law});
        CHECK(broken_on_disk(make_journalled<says_it_failed_though_it_happened>, circumstance::failing_calls) ==
              std::set{failing_law});
        CHECK(broken_on_disk(make_journalled<remembers_too_late>, circumstance::failing_calls) ==
              std::set{failing_law});
        CHECK(broken_on_disk(make_journalled<throws_what_went_wrong>, circumstance::failing_calls) ==
              std::set{failing_law});
        CHECK(broken_on_disk(make_journalled<never_recovers>, circumstance::failing_calls) == std::set{failing_law});
        CHECK(broken_on_disk(make_journalled<takes_a_failure_for_the_end>, circumstance::failing_calls) ==
              std::set{failing_law});
        CHECK(broken_on_disk(make_journalled<takes_a_new_epoch_when_something_failed>, circumstance::failing_calls) ==
              std::set{failing_law});
    }
}
