#include <tandem/testing/recorded_outlet.hpp>

#include <doctest/doctest.h>

using namespace tandem;

TEST_SUITE("recorded_outlet") {
    TEST_CASE("keeps the frames as they were sent") {
        recorded_outlet o;
        outlet_ref ref{o};
        const frame f{"abc"};
        ref.send(f);
        ref.flush();
        CHECK(o.frames() == std::vector{f});
        CHECK(o.flushes() == 1);
        CHECK(o.take().size() == 1);
        CHECK(o.frames().empty());
    }

    TEST_CASE("what was sent is queued until the peer reads") {
        recorded_outlet o;
        o.send(frame{"abc"});
        o.send(frame{"de"});
        CHECK(o.queued_bytes() == 5);
        o.drain();
        CHECK(o.queued_bytes() == 0);
        o.hold(99);
        CHECK(o.queued_bytes() == 99);
        o.hold({});
        CHECK(o.queued_bytes() == 0);
    }

    TEST_CASE("remembers the first reason, and sends that came too late") {
        recorded_outlet o;
        CHECK_FALSE(o.closed());
        o.close({errc::kicked});
        o.close({errc::timed_out});
        o.send(frame{"abc"});
        CHECK(o.reason()->code == errc::kicked);
        CHECK(o.frames().empty());
        CHECK(o.sent_after_close() == 1);
    }
}
