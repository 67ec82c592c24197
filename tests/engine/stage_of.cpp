#include <tandem/engine/stage_of.hpp>

#include <doctest/doctest.h>

using namespace tandem;

TEST_CASE("a verb's stage has the verb's name; a verb nobody listed is another one") {
    using detail::stage_of;
    CHECK(stage_of(verbs::append) == stage::append);
    CHECK(stage_of(verbs::put) == stage::put);
    CHECK(stage_of(verbs::find) == stage::find);
    CHECK(stage_of(verbs::head) == stage::head);
    CHECK(stage_of(verbs::tail) == stage::tail);
    CHECK(stage_of(verbs::changes) == stage::changes);
    CHECK(stage_of(verbs::history) == stage::history);
    CHECK(stage_of(verbs::memberships) == stage::memberships);
    CHECK(stage_of(verbs::member) == stage::member);
    CHECK(stage_of(verbs::members) == stage::members);
    CHECK(stage_of(verbs::overviews) == stage::overviews);
    CHECK(stage_of(verbs::marks) == stage::marks);
    CHECK(stage_of(verbs::trim) == stage::trim);
    CHECK(stage_of(verbs::reached) == stage::reached);
    CHECK(stage_of(verbs::publish) == stage::publish);
    CHECK(stage_of(verbs::verify) == stage::verify);
    CHECK(stage_of(verbs::may) == stage::may);
    CHECK(stage_of(verbs::admit) == stage::admit);
    CHECK(stage_of([](auto& s) { return s.something_else(); }) == stage::other);
}
