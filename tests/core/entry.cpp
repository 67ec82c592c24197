#include <tandem/core/entry.hpp>

#include <doctest/doctest.h>

#include <set>
#include <type_traits>

using namespace tandem;

static_assert(!std::is_convertible_v<seq, position> && !std::is_constructible_v<seq, position>);

TEST_CASE("a seq has a next and a previous, and 0 is none") {
    CHECK(seq{1}.next() == seq{2});
    CHECK(seq{2}.previous() == seq{1});
    CHECK(seq{1} < seq{2});
    CHECK_FALSE(seq{});
    CHECK(seq{1});
}

TEST_CASE("the fingerprint sees everything that makes a send another send") {
    const draft original{.conversation = conversation_id::direct("alice", "bob"),
                         .sender = "alice",
                         .send_id = "a1",
                         .content_type = 1,
                         .body = "hello"};
    std::set<std::uint64_t> seen{fingerprint_of(original)};
    std::size_t changes = 1;
    const auto changed = [&](auto change) {
        draft d = original;
        change(d);
        seen.insert(fingerprint_of(d));
        ++changes;
    };
    changed([](draft& d) { d.conversation = conversation_id::direct("alice", "carol"); });
    changed([](draft& d) { d.conversation = conversation_id::app("alice", "bob"); });
    changed([](draft& d) { d.kind = entry_kind::edit; });
    changed([](draft& d) { d.content_type = 2; });
    changed([](draft& d) { d.body = "hello!"; });
    changed([](draft& d) { d.body = ""; });
    changed([](draft& d) { d.target = {1}; });
    changed([](draft& d) { d.subject = "bob"; });
    changed([](draft& d) { d.role = role::admin; });
    changed([](draft& d) { d.mentions = {"bob"}; });
    changed([](draft& d) { d.mentions = {"carol"}; });
    changed([](draft& d) { d.mentions = {"bob", "carol"}; });
    changed([](draft& d) { d.mentions = {"carol", "bob"}; });
    CHECK(seen.size() == changes);
}

TEST_CASE("a fingerprint is stored with its entry, so it is the same in every version") {
    const draft plain{.conversation = conversation_id::direct("alice", "bob"), .content_type = 1, .body = "hello"};
    CHECK(fingerprint_of(plain) == 12129982453979703813u);
    const draft joined{.conversation = conversation_id::group("team"),
                       .kind = entry_kind::joined,
                       .subject = "bob",
                       .role = role::admin};
    CHECK(fingerprint_of(joined) == 12078046601200014017u);
}

TEST_CASE("the fingerprint does not see when a send was taken, nor what id it has") {
    draft d{.conversation = conversation_id::group("g"), .sender = "alice", .send_id = "a1", .body = "hello"};
    const auto before = fingerprint_of(d);
    CHECK(before != 0);
    d.time = {5};
    d.send_id = "a2";
    d.fingerprint = before;
    CHECK(fingerprint_of(d) == before);
}

TEST_CASE("an interval contains both its ends, and has no end while it is open") {
    const interval closed{.visible_from = {3}, .ended_at = {5}}, open{.visible_from = {3}};
    for (std::uint64_t n = 1; n <= 7; ++n) {
        CHECK(closed.contains({n}) == (n >= 3 && n <= 5));
        CHECK(open.contains({n}) == (n >= 3));
    }
    CHECK(open.open());
    CHECK_FALSE(closed.open());
}

TEST_CASE("only messages count as unread, only memberships change who sees, only amendments have a target") {
    for (const auto kind : {entry_kind::message, entry_kind::revoke, entry_kind::edit, entry_kind::joined,
                            entry_kind::left, static_cast<entry_kind>(1000)}) {
        CHECK(is_countable(kind) == (kind == entry_kind::message));
        CHECK(is_amendment(kind) == (kind == entry_kind::revoke || kind == entry_kind::edit));
        CHECK(is_membership(kind) == (kind == entry_kind::joined || kind == entry_kind::left));
    }
}
