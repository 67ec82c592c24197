#include <tandem/store/rules.hpp>

#include <doctest/doctest.h>

#include <map>

using namespace tandem;

namespace {

draft of_kind(entry_kind kind) {
    draft d;
    d.conversation = conversation_id::group("club");
    d.sender = "ann";
    d.subject = "bob";
    d.kind = kind;
    return d;
}

// A club of ten entries, seven of them messages, in which the facts are put together by hand.
struct club {
    conversation_head head{seq{10}, position{50}, 7, seq{3}};
    standing in{role::member, {seq{4}}, {{seq{4}, position{20}}, 2, {99}}};
    standing out{role::member, {seq{4}, seq{8}}, {{seq{8}, position{40}}, 5, {}}};
    facts here{.conversation = 1, .head = &head};

    outcome decide(const draft& d) const { return rules::decide(d, here, rules::fingerprint_for(d), position{51}); }
    errc why(const draft& d) const { return decide(d).became == outcome::what::refused ? decide(d).why : errc{}; }
};

std::map<std::string, standing> new_standings(const draft& d, const outcome& placed, const standing* before = nullptr) {
    std::map<std::string, standing> all;
    rules::each_new_standing(d, placed, before,
                             [&](const user_id& u, const standing& s) { all.emplace(std::string{u.view()}, s); });
    return all;
}

}  // namespace

// The store laws try the rules on whole stores; here is each decision alone, with facts no store would need long for.
TEST_SUITE("rules") {
    TEST_CASE_FIXTURE(club, "a member's message is the next of its conversation") {
        here.sender = &in;
        const outcome o = decide(of_kind(entry_kind::message));
        CHECK(o.became == outcome::what::placed);
        CHECK(o.place == place{seq{11}, position{51}});
        CHECK(o.number == 8);
    }

    TEST_CASE_FIXTURE(club, "only messages count") {
        here.subject = &in;
        CHECK(decide(of_kind(entry_kind::left)).number == 7);
    }

    TEST_CASE_FIXTURE(club, "who is not in, or not any more, says nothing, unless the application vouches") {
        draft d = of_kind(entry_kind::message);
        CHECK(why(d) == errc::not_member);
        here.sender = &out;
        CHECK(why(d) == errc::not_member);
        d.trusted = true;
        CHECK(why(d) == errc{});
    }

    TEST_CASE_FIXTURE(club, "a send id known already decides before anything else") {
        const draft d = of_kind(entry_kind::message);
        sent before{1, {seq{5}, position{22}}, 3, fingerprint_of(d), {77}};
        here.sent = &before;
        const outcome o = decide(d);
        CHECK(o.became == outcome::what::already);
        CHECK(o.place == before.place);
        CHECK(o.number == 3);
        CHECK(o.time == instant{77});
        before.fingerprint ^= 2;
        CHECK(why(d) == errc::send_id_reused);
        before.fingerprint ^= 2, before.conversation = 2;
        CHECK(why(d) == errc::send_id_reused);
    }

    TEST_CASE_FIXTURE(club, "who joins sees from here on, or as far back as the draft allows and the log has") {
        draft d = of_kind(entry_kind::joined);
        CHECK(decide(d).visible_from == seq{11});
        d.history = 2;
        CHECK(decide(d).visible_from == seq{9});
        d.history = 9;
        CHECK(decide(d).visible_from == head.first_kept);
        d.history = 1000;
        CHECK(decide(d).visible_from == head.first_kept);
        here.subject = &out;
        CHECK(decide(d).visible_from == seq{9});  // behind the interval that ended at 8
    }

    TEST_CASE_FIXTURE(club, "joining again is known by its role") {
        here.subject = &in;
        draft d = of_kind(entry_kind::joined);
        CHECK(decide(d).became == outcome::what::already);
        CHECK(decide(d).place == in.changed.place);
        CHECK(decide(d).visible_from == seq{4});
        d.role = role::admin;
        CHECK(decide(d).became == outcome::what::placed);
        CHECK(decide(d).visible_from == seq{4});
    }

    TEST_CASE_FIXTURE(club, "only who is in can leave, vouched for or not") {
        draft d = of_kind(entry_kind::left);
        d.trusted = true;
        CHECK(why(d) == errc::not_member);
        here.subject = &out;
        CHECK(why(d) == errc::not_member);
        here.subject = &in;
        CHECK(why(d) == errc{});
    }

    TEST_CASE_FIXTURE(club, "what makes no sense is told before who may") {
        draft d = of_kind(entry_kind::joined);
        d.subject = {};
        CHECK(why(d) == errc::invalid_argument);
        d = of_kind(entry_kind::left);
        d.conversation = conversation_id::direct("ann", "bob");
        CHECK(why(d) == errc::invalid_argument);
        d = of_kind(entry_kind::message);
        d.conversation = {};
        CHECK(why(d) == errc::invalid_argument);
    }

    TEST_CASE_FIXTURE(club, "an amendment needs a message that is kept") {
        here.sender = &in;
        draft d = of_kind(entry_kind::revoke);
        CHECK(why(d) == errc::gone);
        here.target = target_state::message;
        CHECK(why(d) == errc{});
        here.target = target_state::other;
        CHECK(why(d) == errc::invalid_argument);
        here.target = target_state::revoked;
        CHECK(why(d) == errc::gone);
        here.sender = nullptr;
        CHECK(why(d) == errc::not_member);
    }

    TEST_CASE_FIXTURE(club, "a target is looked for where there can be one") {
        draft d = of_kind(entry_kind::edit);
        for (const auto& [target, there] : {std::pair{2, false}, {3, true}, {10, true}, {11, false}}) {
            d.target = seq{static_cast<std::uint64_t>(target)};
            CHECK(rules::has_target(d, head) == there);
        }
        d = of_kind(entry_kind::message);
        d.target = seq{5};
        CHECK_FALSE(rules::has_target(d, head));
    }

    TEST_CASE_FIXTURE(club, "a placed change says how its subject stands now") {
        draft d = of_kind(entry_kind::joined);
        auto now = new_standings(d, decide(d));
        REQUIRE(now.size() == 1);
        CHECK(now["bob"].role == role::member);
        CHECK(now["bob"].latest == interval{seq{11}});
        CHECK(now["bob"].changed.place == place{seq{11}, position{51}});

        d = of_kind(entry_kind::left);
        here.subject = &in;
        now = new_standings(d, decide(d), &in);
        CHECK(now["bob"].latest == interval{seq{4}, seq{11}});
        CHECK(new_standings(of_kind(entry_kind::message), decide(of_kind(entry_kind::left))).empty());
    }

    TEST_CASE("the first entry of a personal conversation makes its members") {
        draft d = of_kind(entry_kind::message);
        d.conversation = conversation_id::direct("ann", "bob");
        outcome placed{outcome::what::placed, {}, {seq{1}, position{5}}, 1, {}, {}};
        auto now = new_standings(d, placed);
        CHECK(now.size() == 2);
        CHECK(now["ann"].latest == interval{seq{1}});
        CHECK(now["bob"].latest == interval{seq{1}});
        placed.place.seq = seq{2};
        CHECK(new_standings(d, placed).empty());
        placed.place.seq = seq{1};
        d.conversation = conversation_id::self("ann");
        CHECK(new_standings(d, placed).size() == 1);
    }

    TEST_CASE_FIXTURE(club, "a mark needs an owner who was there, and something to be about") {
        membership_table::row owner;
        static_cast<standing&>(owner) = out;
        mark_change c{conversation_id::group("club"), mark_key::read, "bob", 10};
        CHECK(rules::refusal(c, nullptr, head) == errc::not_member);
        CHECK(rules::refusal(c, &owner, head) == errc{});
        c.value = 11;
        CHECK(rules::refusal(c, &owner, head) == errc::invalid_argument);
        c.key = mark_key::reaction;
        CHECK(rules::refusal(c, &owner, head) == errc::invalid_argument);
        for (const auto& [target, expected] : {std::pair{2, errc::gone},
                                               {3, errc::not_found},
                                               {4, errc{}},
                                               {8, errc{}},
                                               {9, errc::not_found},
                                               {11, errc::invalid_argument}}) {
            c.target = seq{static_cast<std::uint64_t>(target)};
            CHECK(rules::refusal(c, &owner, head) == expected);
        }
    }
}
