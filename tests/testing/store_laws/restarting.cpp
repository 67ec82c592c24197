#include "journalled_store.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace tandem;

namespace {

// Plays what `change(step)` has made of what was written.
template <class Change>
void play_changed(journalled_store& s, Change change) {
    s.s = memory_store{epoch{1}};
    for (store_step step : s.disk.written) {
        change(step);
        s.play(step);
    }
}

struct forgets_mentions_at_restart : journalled_store {
    using journalled_store::journalled_store;
    void start() override {
        play_changed(*this, [](store_step& step) {
            for (draft& d : step.drafts) {
                if (d.fingerprint == 0) d.fingerprint = fingerprint_of(d);
                d.mentions.clear();
            }
        });
    }
};

struct lowers_receipts_at_restart : journalled_store {
    using journalled_store::journalled_store;
    void start() override {
        play_changed(*this, [](store_step& step) {
            for (mark_change& c : step.changes)
                if (c.key == mark_key::read && c.shared) c.value = std::min<std::uint64_t>(c.value, 1);
        });
    }
};

struct takes_the_last_entry_for_the_head : journalled_store {
    using journalled_store::journalled_store;
    void start() override { journalled_store::start(), restarted = disk.starts > 1; }
    errc write(const store_step& step) override { return restarted = false, journalled_store::write(step); }
    result<log_head> head() override {
        auto h = journalled_store::head();
        const auto entries = s.tail({}, {})->entries;
        if (h && restarted && !entries.empty()) h->newest = entries.back().place.position;
        return h;
    }
    bool restarted = false;
};

struct untrims_at_restart : journalled_store {
    using journalled_store::journalled_store;
    void start() override {
        play_changed(*this, [](store_step& step) { step.first_kept = {}; });
    }
};

struct finds_nothing_after_restart : journalled_store {
    using journalled_store::journalled_store;
    result<std::optional<found>> find(const user_id& u, const send_id& id) override {
        auto f = journalled_store::find(u, id);
        if (f && disk.starts > 1) f->reset();
        return f;
    }
};

struct takes_a_new_epoch_at_every_start : journalled_store {
    using journalled_store::journalled_store;
    void start() override {
        journalled_store::start();
        now = epoch{static_cast<std::uint64_t>(disk.starts)};
    }
    result<log_head> head() override {
        auto h = journalled_store::head();
        if (h) h->epoch = now;
        return h;
    }
    epoch now{};
};

constexpr struct {
    const char* law;
    made_journalled (*make)(test_disk&);
} wrong_restarting[] = {
    {"a restart keeps what was answered", make_journalled<forgets_mentions_at_restart>},
    {"a restart keeps marks", make_journalled<lowers_receipts_at_restart>},
    {"a restart goes on where it was", make_journalled<takes_the_last_entry_for_the_head>},
    {"a restart gives out nothing again", make_journalled<untrims_at_restart>},
    {"a restart knows the sends before it", make_journalled<finds_nothing_after_restart>},
    {"a restart is no new epoch", make_journalled<takes_a_new_epoch_at_every_start>},
};

struct loses_the_last_append_at_restart : journalled_store {
    using journalled_store::journalled_store;
    void start() override {
        if (disk.starts > 1 && !disk.written.empty()) disk.written.pop_back();
        journalled_store::start();
    }
};

struct forgets_send_ids_at_restart : journalled_store {
    using journalled_store::journalled_store;
    void start() override {
        play_changed(*this, [](store_step& step) {
            for (draft& d : step.drafts) d.send_id = {};
        });
    }
};

struct reuses_the_positions_of_marks : journalled_store {
    using journalled_store::journalled_store;
    void start() override {
        while (disk.starts > 1 && !disk.written.empty() && disk.written.back().asks == store_step::verb::put)
            disk.written.pop_back();
        journalled_store::start();
    }
};

// No named law has one of these, and no outcome of a later call tells.
struct forgets_what_is_shared_at_restart : journalled_store {
    using journalled_store::journalled_store;
    void start() override {
        play_changed(*this, [](store_step& step) {
            for (mark_change& c : step.changes)
                if (is_application_key(c.key)) c.shared = false;
        });
    }
};

const std::string every_step = "a restart after each step changes nothing";

}  // namespace

TEST_SUITE("store_laws/restarting") {
    TEST_CASE("a store that is played from its disk holds all laws") {
        CHECK(broken_on_disk(make_journalled<journalled_store>, circumstance::restarts).empty());
    }

    TEST_CASE("every law has a wrong store that only it catches, of those with a name") {
        const auto named = names_of(law_kit::restarting);
        for (const std::string& law : named) {
            const auto* w = std::find_if(std::begin(wrong_restarting), std::end(wrong_restarting),
                                         [&](auto& one) { return one.law == law; });
            REQUIRE_MESSAGE(w != std::end(wrong_restarting), law);
            const auto broken = broken_on_disk(w->make, circumstance::restarts);
            for (const std::string& other : named) CHECK_MESSAGE(broken.contains(other) == (other == law), law, other);
        }
    }

    TEST_CASE("a life with restarts catches what no named law asks for") {
        CHECK(broken_on_disk(make_journalled<forgets_what_is_shared_at_restart>, circumstance::restarts) ==
              std::set{every_step});
    }

    TEST_CASE("gross mistakes are caught by several") {
        CHECK(broken_on_disk(make_journalled<loses_the_last_append_at_restart>, circumstance::restarts)
                  .contains(every_step));
        CHECK(broken_on_disk(make_journalled<loses_the_last_append_at_restart>, circumstance::restarts)
                  .contains("a restart keeps what was answered"));
        CHECK(broken_on_disk(make_journalled<forgets_send_ids_at_restart>, circumstance::restarts)
                  .contains("a restart knows the sends before it"));
        CHECK(broken_on_disk(make_journalled<reuses_the_positions_of_marks>, circumstance::restarts)
                  .contains("a restart goes on where it was"));
    }
}
