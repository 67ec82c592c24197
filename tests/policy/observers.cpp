#include <tandem/policy/observers.hpp>

#include <tandem/policy/metrics.hpp>
#include <tandem/policy/trace.hpp>

#include "fixture.hpp"

using namespace tandem;

namespace {

struct counts_pushes {
    int pushes = 0;
    void pushed() { ++pushes; }
};

struct knows_pushes {
    std::vector<std::string> users{};
    void pushed(const named_device& d, const carried&) { users.emplace_back(d.user.view()); }
};

struct with_clock {
    std::uint64_t now = 0;
    std::uint64_t sum = 0;
    std::uint64_t nanoseconds() const { return now; }
    void took(stage, std::uint64_t n) { sum += n; }
};

struct told_times {
    std::uint64_t sum = 0;
    void took(stage, std::uint64_t n) { sum += n; }
};

}  // namespace

TEST_CASE("several observers: each has the hooks it wants, in its own way") {
    observers<counts_pushes, no_observer, knows_pushes> all;
    const user_id user{"bob"};
    const device_id device{"phone"};
    const conversation_id c = conversation_id::self(user);
    detail::notify(hooks::pushed, all, named_device{user, device}, carried{c});
    detail::notify(hooks::encoded, all);
    CHECK(all.get<counts_pushes>().pushes == 1);
    CHECK(all.get<knows_pushes>().users == std::vector<std::string>{"bob"});
}

TEST_CASE("several observers within several observers") {
    counts_pushes counted;
    observers<observers<counts_pushes&>, no_observer> all{observers<counts_pushes&>{counted}, no_observer{}};
    detail::notify(hooks::pushed, all, 1, 2);
    CHECK(counted.pushes == 1);
}

TEST_CASE("several observers have a clock if one of them has: the first that has one, and all that want to are told") {
    static_assert(!timing_observer<observers<counts_pushes, no_observer>>);
    static_assert(!timing_observer<observers<told_times>>);
    with_clock first{.now = 5}, second{.now = 9};
    told_times third;
    observers<no_observer, with_clock&, told_times&, with_clock&> all{{}, first, third, second};
    static_assert(timing_observer<decltype(all)>);
    CHECK(all.nanoseconds() == 5);
    all.took(stage::turn, 3);
    CHECK(first.sum == 3);
    CHECK(third.sum == 3);
    CHECK(second.sum == 3);
}

TEST_CASE("an engine with metrics and a trace feeds both") {
    metrics counted;
    trace traced;
    observers<metrics&, trace&> both{counted, traced};
    watched s{both};
    auto alice = s.sign_in("alice/a"), bob = s.sign_in("bob/phone");
    alice.sends("bob", "hi");
    const auto story = traced.why(conversation_id::direct("alice", "bob"), {1}, "bob", "phone");
    CHECK(story.size() == 3);
    std::string text;
    counted.write(text);
    CHECK(text.find("tandem_pushes_total 1\n") != text.npos);
    CHECK(text.find("tandem_stage_seconds_count{stage=\"append\"} 1\n") != text.npos);
}
