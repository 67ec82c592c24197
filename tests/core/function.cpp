#include <tandem/core/function.hpp>

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <string>
#include <utility>

using namespace tandem;

namespace {

// Counts how many of it are alive, and is as big as it is told to be.
template <std::size_t Padding>
struct counted {
    explicit counted(int& alive) : alive_{&alive} { ++alive; }
    counted(const counted& other) : alive_{other.alive_} { ++*alive_; }
    counted(counted&& other) noexcept : alive_{other.alive_} { ++*alive_; }
    ~counted() { --*alive_; }
    int operator()(int x) const { return x + static_cast<int>(Padding); }

    int* alive_;
    std::array<char, Padding> padding_{};
};

struct throws_when_moved {
    throws_when_moved() = default;
    throws_when_moved(const throws_when_moved&) = default;
    throws_when_moved(throws_when_moved&&) noexcept(false) {}
    int operator()(int x) const { return x * 2; }
};

}  // namespace

TEST_CASE_TEMPLATE("what a function holds is destroyed exactly once, inline or not", T, counted<8>, counted<40>,
                   counted<41>, counted<400>) {
    int alive = 0;
    {
        function<int(int)> f{T{alive}};
        CHECK(alive == 1);
        CHECK(f(1) == 1 + static_cast<int>(sizeof(T::padding_)));

        function<int(int)> g{std::move(f)};
        CHECK(alive == 1);
        CHECK_FALSE(f);
        REQUIRE(g);
        CHECK(g(2) == 2 + static_cast<int>(sizeof(T::padding_)));

        function<int(int)> h{T{alive}};
        CHECK(alive == 2);
        h = std::move(g);
        CHECK(alive == 1);
        CHECK_FALSE(g);
        CHECK(h(0) == static_cast<int>(sizeof(T::padding_)));

        auto& same = h;
        h = std::move(same);
        CHECK(alive == 1);
        REQUIRE(h);
        CHECK(h(1) == 1 + static_cast<int>(sizeof(T::padding_)));

        h.reset();
        CHECK(alive == 0);
        CHECK_FALSE(h);
        h.reset();
        CHECK(alive == 0);

        h = T{alive};
        CHECK(alive == 1);
    }
    CHECK(alive == 0);
}

TEST_CASE("a function holds what can only be moved") {
    auto seven = std::make_unique<int>(7);
    function<int()> f{[seven = std::move(seven)] { return *seven; }};
    function<int()> g = std::move(f);
    CHECK(g() == 7);
}

TEST_CASE("a function holds what throws when it is moved") {
    function<int(int)> f{throws_when_moved{}};
    function<int(int)> g = std::move(f);
    CHECK(g(4) == 8);
}

TEST_CASE("a function passes references and moves values through") {
    int n = 1;
    function<void(int&)> add{[](int& x) { ++x; }};
    add(n);
    CHECK(n == 2);

    function<std::string(std::string)> pass{[](std::string s) { return s + "!"; }};
    CHECK(pass("a text too long to be held without allocating") == "a text too long to be held without allocating!");

    function<int(std::unique_ptr<int>)> take{[](std::unique_ptr<int> p) { return *p; }};
    CHECK(take(std::make_unique<int>(5)) == 5);
}

TEST_CASE("a function keeps the state of what it holds") {
    function<int()> next{[n = 0]() mutable { return ++n; }};
    CHECK(next() == 1);
    function<int()> moved = std::move(next);
    CHECK(moved() == 2);
}

TEST_CASE("a function of void may hold what returns something") {
    int called = 0;
    function<void(int)> f{[&](int by) { return called += by; }};
    f(3);
    CHECK(called == 3);
}

TEST_CASE("an empty function is false") {
    function<void()> f;
    CHECK_FALSE(f);
    f = [] {};
    CHECK(f);
    f = {};
    CHECK_FALSE(f);
}

TEST_CASE("what a function held may give the function something new while it is destroyed") {
    // A dropped ticket answers, and the one who waited asks its next question: with the same function.
    struct calls_back {
        explicit calls_back(function<void()> f) : then{std::move(f)} {}
        calls_back(calls_back&&) noexcept = default;
        ~calls_back() {
            if (then) then();
        }
        void operator()() {}
        function<void()> then;
    };
    int said = 0;
    auto pending = std::make_unique<function<void()>>();
    SUBCASE("when it is reset") {
        *pending = calls_back{[&] { *pending = [&] { ++said; }; }};
        pending->reset();
        REQUIRE(*pending);
        (*pending)();
        CHECK(said == 1);
    }
    SUBCASE("when it gets something else: that counts, it came last") {
        int alive = 0;
        *pending = calls_back{[&] { *pending = [&said, held = counted<8>{alive}] { ++said; }; }};
        *pending = [&] { said += 10; };
        pending.reset();
        CHECK(alive == 0);
    }
}
