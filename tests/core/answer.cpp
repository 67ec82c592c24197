#include <tandem/core/answer.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace tandem;

namespace {

constexpr auto question = [](auto& p, auto&&... x) -> decltype(p.question(x...)) { return p.question(x...); };

struct answers_at_once {
    int question(int x) const { return x + 1; }
};
struct answers_with_a_result {
    result<int> question(int x) const {
        if (x < 0) return errc::invalid_argument;
        return x + 1;
    }
};
struct answers_when_asked_to {
    void question(int x, done<int> then) { waiting.push_back({x, std::move(then)}); }
    std::vector<std::pair<int, done<int>>> waiting;
};
struct answers_inside_the_call {
    void question(int x, const done<int>& then) const { then(x + 1); }
};
struct forgets {
    void question(int, done<int>) const {}
};
struct answers_something_else {
    std::string question(int) const { return {}; }
};
struct has_no_such_verb {};

template <class P>
constexpr bool now = answers_now<decltype(question), int, P&, int>;
template <class P>
constexpr bool later = answers_later<decltype(question), int, P&, int>;
template <class P>
constexpr bool at_all = answers<decltype(question), int, P&, int>;

static_assert(now<answers_at_once> && !later<answers_at_once>);
static_assert(now<answers_with_a_result> && !later<answers_with_a_result>);
static_assert(!now<answers_when_asked_to> && later<answers_when_asked_to>);
static_assert(later<answers_inside_the_call> && later<forgets>);
static_assert(!at_all<answers_something_else> && !at_all<has_no_such_verb>);

// What the tickets of one test were answered.
struct heard {
    done<int> ticket(std::shared_ptr<const void> about = {}) {
        return done<int>{[this](result<int> r) { answers.push_back(r ? std::to_string(*r) : text(r.error().code)); },
                         std::move(about)};
    }
    std::vector<std::string> answers;
};
using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("the first answer counts, later ones do nothing") {
    heard h;
    const auto t = h.ticket();
    const auto copy = t;
    copy(1);
    t(2);
    copy(errc::gone);
    CHECK(h.answers == texts{"1"});
}

TEST_CASE("a ticket dropped unanswered answers unknown_outcome, once, with its last copy") {
    heard h;
    {
        std::optional<done<int>> first = h.ticket(), second = first;
        first.reset();
        CHECK(h.answers.empty());
        second.reset();
        CHECK(h.answers == texts{"unknown outcome"});
    }
    CHECK(h.answers.size() == 1);
}

TEST_CASE("a ticket that was answered is silent when it is dropped") {
    heard h;
    h.ticket()(3);
    CHECK(h.answers == texts{"3"});
}

TEST_CASE("a ticket may be dropped by its own answer") {
    texts answers;
    auto held = std::make_unique<done<int>>();
    *held = done<int>{[&](result<int> r) {
        held.reset();
        answers.push_back(std::to_string(*r));
    }};
    (*held)(4);
    CHECK(answers == texts{"4"});
}

TEST_CASE("a ticket may be answered again by its own answer") {
    texts answers;
    done<int> held;
    held = done<int>{[&](result<int> r) {
        held(6);
        answers.push_back(std::to_string(*r));
    }};
    held(5);
    CHECK(answers == texts{"5"});
}

TEST_CASE("an empty ticket does nothing") {
    const done<int> empty;
    CHECK_FALSE(empty);
    empty(1);
    heard h;
    CHECK(h.ticket());
}

TEST_CASE("a ticket shares ownership of what it was asked about") {
    heard h;
    auto about = std::make_shared<const std::string>("the drafts");
    const std::weak_ptr<const std::string> alive = about;
    auto t = h.ticket(std::move(about));
    auto copy = t;
    t = {};
    REQUIRE(alive.lock());
    copy(1);
    CHECK(alive.lock());  // whoever answered may still be reading
    copy = {};
    CHECK_FALSE(alive.lock());
}

TEST_CASE("what it was asked about is still there while a dropped ticket answers") {
    bool there = false;
    auto about = std::make_shared<int>(1);
    const std::weak_ptr<int> alive = about;
    done<int>{[&](result<int>) { there = !alive.expired(); }, std::move(about)};
    CHECK(there);
    CHECK(alive.expired());
}

TEST_CASE("a ticket carries what can only be moved") {
    int got = 0;
    const done<std::unique_ptr<int>> t{[&](result<std::unique_ptr<int>> r) { got = **r; }};
    t(std::make_unique<int>(8));
    CHECK(got == 8);
}

TEST_CASE("ask makes now and later look alike") {
    heard h;
    answers_at_once at_once;
    ask<int>(question, h.ticket(), at_once, 1);
    CHECK(h.answers == texts{"2"});

    answers_with_a_result checked;
    ask<int>(question, h.ticket(), checked, -1);
    CHECK(h.answers.back() == "invalid argument");

    answers_inside_the_call inside;
    ask<int>(question, h.ticket(), inside, 2);
    CHECK(h.answers.back() == "3");

    forgets nothing_done;
    ask<int>(question, h.ticket(), nothing_done, 2);
    CHECK(h.answers.back() == "unknown outcome");

    answers_when_asked_to slow;
    ask<int>(question, h.ticket(), slow, 3);
    ask<int>(question, h.ticket(), slow, 4);
    CHECK(h.answers.size() == 4);
    slow.waiting[1].second(40);
    slow.waiting[0].second(30);
    CHECK(h.answers == texts{"2", "invalid argument", "3", "unknown outcome", "40", "30"});
    slow.waiting.clear();
    CHECK(h.answers.size() == 6);
}
