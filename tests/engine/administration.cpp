#include <tandem/engine/administration.hpp>

#include <tandem/policy/metrics.hpp>
#include <tandem/policy/observers.hpp>
#include <tandem/policy/trace.hpp>

#include "fixture.hpp"

using namespace tandem;

namespace {

// Users sign in with their id, operators with "op:" and theirs.
struct operators_of_ours {
    instant expires{};

    result<identity> verify(std::string_view credential) const {
        if (!credential.starts_with("op:")) return errc::bad_credential;
        return identity{.user = user_id{credential.substr(3)}, .expires = expires};
    }
};

struct revocable : desk {
    std::vector<user_id> invalid{};

    result<identity> verify(std::string_view credential) const {
        for (const user_id& u : invalid)
            if (u.view() == credential) return errc::bad_credential;
        return trust_everyone{}.verify(credential.substr(0, credential.find('/')));
    }
    void invalidate(const user_id& user, done<nothing> then) {
        ask([this, user, then] { invalid.push_back(user), then(nothing{}); });
    }
};

struct administered_chat : default_policies {
    using store = memory_store;
    using authenticator = revocable&;
    using operators = operators_of_ours&;
    using dialects = tandem::dialects<tiny_dialect, loud_dialect>;
    using observer = observers<metrics, trace>;
    using clock = manual_clock&;
};
using administered_engine = engine<administered_chat>;
using office = administration<administered_engine>;

struct theatre {
    manual_clock clock;
    operators_of_ours operators;
    revocable users;
    std::unique_ptr<administered_engine> engine = std::make_unique<administered_engine>(
        parts<administered_chat>{.authenticator = users, .clock = clock, .operators = operators}, calm());

    result<office> enter(std::string_view credential) {
        std::optional<result<office>> got;
        engine->administer(credential, done<office>{[&](result<office> r) { got.emplace(std::move(r)); }});
        REQUIRE(got);
        return std::move(*got);
    }
    basic_peer<administered_engine> sign_in(const std::string& user, const std::string& device = "phone") {
        basic_peer<administered_engine> p{*engine};
        p.says("AUTH_REQ 1 credential=" + user + " device=" + device);
        p.heard();
        return p;
    }
};

}  // namespace

TEST_CASE("S34 an operator's credential is no user's, and no user's an operator's") {
    theatre s;
    CHECK(s.enter("alice").error().code == errc::bad_credential);
    CHECK(s.enter("op:root")->who() == user_id{"root"});
    plain_script plain;
    bool refused = false;
    plain.running->administer("anybody", done<administration<plain_engine>>{[&](const auto& r) {
                                  refused = !r && r.error().code == errc::bad_credential;
                              }});
    CHECK(refused);  // nobody is an operator until you say who
}

TEST_CASE("S34 an operator's credential ends like any other") {
    theatre s;
    s.clock.advance(seconds(10));
    s.operators.expires = s.clock.now() + seconds(60);
    auto office = s.enter("op:root");
    REQUIRE(office);
    CHECK(office->sessions("alice"));
    s.clock.advance(seconds(60));
    CHECK(office->sessions("alice").error().code == errc::expired);
    CHECK(office->kick("alice").error().code == errc::expired);
    CHECK(office->broadcast(push_typing{conversation_id::self("a"), "a", true}).error().code == errc::expired);
    CHECK(s.enter("op:root").error().code == errc::expired);
}

TEST_CASE("an operator sees a user's sessions as they are") {
    theatre s;
    auto phone = s.sign_in("alice"), tablet = s.sign_in("alice", "tablet");
    s.sign_in("bob");
    tablet.says("BACKGROUND_REQ 2 background=1");
    phone.is_slow(300'000);
    s.engine->send({.conversation = conversation_id::direct("alice", "bob"), .sender = "bob", .body = "hi"});
    s.clock.advance(seconds(7));
    const auto all = *s.enter("op:root")->sessions("alice");
    REQUIRE(all.size() == 2);
    const session_report& t = all[0].device == device_id{"tablet"} ? all[0] : all[1];
    const session_report& p = all[0].device == device_id{"tablet"} ? all[1] : all[0];
    CHECK(t.background);
    CHECK_FALSE(t.behind);
    CHECK(t.signed_in);
    CHECK(t.silent == seconds(7));
    CHECK(p.device == device_id{"phone"});
    CHECK(p.session == phone.session());
    CHECK(p.behind);
    CHECK(p.queued_bytes == 300'000);
    CHECK(s.enter("op:root")->sessions("nobody")->empty());
}

TEST_CASE("an operator kicks one session, or all of a user") {
    theatre s;
    auto phone = s.sign_in("alice"), tablet = s.sign_in("alice", "tablet"), bob = s.sign_in("bob");
    auto office = s.enter("op:root");
    CHECK(office->kick(phone.session()));
    CHECK(phone.closed() == errc::kicked);
    CHECK_FALSE(tablet.closed());
    CHECK(office->kick("alice", errc::shutting_down));
    CHECK(tablet.closed() == errc::shutting_down);
    CHECK_FALSE(bob.closed());
}

TEST_CASE("invalidated tokens: first they are void, then the sessions end, so nobody comes back with them") {
    theatre s;
    auto alice = s.sign_in("alice"), bob = s.sign_in("bob");
    s.users.late = true;
    std::optional<bool> done_well;
    s.enter("op:root")->invalidate("alice", done<nothing>{[&](result<nothing> r) { done_well = bool(r); }});
    CHECK_FALSE(alice.closed());
    s.users.answer_all();
    CHECK(done_well == true);
    CHECK(alice.closed() == errc::expired);
    CHECK_FALSE(bob.closed());
    basic_peer<administered_engine> again{*s.engine};
    again.says("AUTH_REQ 1 credential=alice");
    CHECK(again.heard() == "no: bad credential");
}

TEST_CASE("an operator lists the members of a conversation, page by page") {
    theatre s;
    s.engine->create_group("team", "alice", std::vector<user_id>{"bob", "carol"});
    std::vector<std::string> names;
    const auto note = done<member_page>{[&](result<member_page> r) {
        for (const membership& m : r->members) names.emplace_back(m.user.view());
        names.emplace_back(r->more ? "more" : "end");
    }};
    s.enter("op:root")->members(conversation_id::group("team"), {}, 2, note);
    CHECK(names == std::vector<std::string>{"alice", "bob", "more"});
}

TEST_CASE("an operator asks what became of one message for one device") {
    theatre s;
    auto phone = s.sign_in("bob"), alice = s.sign_in("alice", "laptop");
    alice.sends("bob", "hi");
    const auto both = conversation_id::direct("alice", "bob");
    const std::string told = *s.enter("op:root")->why(both, {1}, "bob", "phone");
    CHECK(told.find("stored at position 1") != told.npos);
    CHECK(told.find("pushed") != told.npos);
    plain_script plain;  // nobody remembers anything there
    administration<plain_engine> office{*plain.running, identity{.user = "root"}};
    CHECK(office.why(both, {1}, "bob", "phone").error().code == errc::unsupported);
}

TEST_CASE("a broadcast reaches everybody who is signed in, each in their language, in slices, encoded once") {
    theatre s;
    const std::vector<std::string_view> louder{"louder"};
    std::deque<basic_peer<administered_engine>> crowd;
    for (int i = 0; i < 1200; ++i) crowd.push_back(s.sign_in("u" + std::to_string(i)));
    basic_peer<administered_engine> loud{*s.engine, louder}, stranger{*s.engine};
    loud.says("AUTH_REQ 1 credential=loud");
    loud.heard();
    crowd[7].is_slow();
    {
        const user_id from = "ops";
        const std::string text = "maintenance at noon";
        CHECK(s.enter("op:root")->broadcast(push_relay{from, 1, text}));
    }  // what it views is gone before the last slice
    int turns = 0;
    while (s.engine->tick() <= s.clock.now()) REQUIRE(++turns < 10);
    CHECK(turns >= 1);
    CHECK(crowd.front().outlet().frames().at(0) == crowd.back().outlet().frames().at(0));  // the same frame
    std::size_t heard = 0;
    for (auto& p : crowd) heard += !p.heard().empty();
    CHECK(heard == 1199);
    CHECK(!loud.heard().empty());
    CHECK(stranger.heard() == "");
    s.engine->tick();
    CHECK(crowd[0].heard() == "");
}
