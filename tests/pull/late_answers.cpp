#include <tandem/pull/http_api.hpp>

#include "fixture.hpp"

#include <nlohmann/json.hpp>

using namespace pulling;

namespace {

struct late_authenticator {
    late_authenticator() = default;
    void verify(std::string_view credential, done<identity> then) { waiting.push_back({credential, std::move(then)}); }
    void answer_all() {
        for (auto& [credential, then] : std::exchange(waiting, {})) then(identity{.user = user_id{credential}});
    }
    std::vector<std::pair<std::string_view, done<identity>>> waiting;
};

using late_server = server<slow_store, late_authenticator>;

constexpr std::string_view bodies[] = {R"({"to":"bob","clientMsgId":"1","body":"x"})", R"({"to":"bob","value":"1"})",
                                       R"({"to":"bob","clientMsgId":"2","target":"1"})",
                                       R"({"to":"bob","clientMsgId":"3","target":"1","body":"y"})"};

std::vector<pending_ptr> ask_everything(late_server& s) {
    std::vector<pending_ptr> all;
    const auto ask = [&](std::string_view method, std::string_view target, std::string_view body = {}) {
        all.push_back(s.ask({.method = method, .target = target, .authorization = "Bearer alice", .body = body}));
    };
    ask("GET", "/api/sync?lastSeq=0");
    ask("GET", "/api/messages/history?to=bob");
    ask("GET", "/api/conversations");
    ask("GET", "/api/users?ids=bob");
    ask("POST", "/api/messages/send", bodies[0]);
    ask("POST", "/api/messages/read", bodies[1]);
    ask("POST", "/api/messages/revoke", bodies[2]);
    ask("POST", "/api/messages/edit", bodies[3]);
    return all;
}

// Answers until nobody is left to ask.
void settle_all(late_server& s) {
    for (int i = 0; i < 20; ++i) {
        s.authenticator.answer_all();
        s.settle();
        s.clock.advance(seconds(2));
        s.running->tick();
    }
}

}  // namespace

TEST_CASE("an authenticator and a store that answer later make the answer late, not different") {
    late_server s{{.pulls_per_user = 100}};
    const auto all = ask_everything(s);
    for (const auto& p : all) CHECK(p->times == 0);
    settle_all(s);
    for (const auto& p : all) CHECK(p->times == 1);
    CHECK(json::parse(all[4]->answer.body)["seq"] == "1");
    CHECK(all[3]->answer.status == 200);
    CHECK(s.authenticator.waiting.empty());
}

TEST_CASE("an engine that ends with pulls under way answers each once, by letting go") {
    for (int steps = 0; steps < 24; ++steps) {
        late_server s{{.pulls_per_user = 100}};
        const auto all = ask_everything(s);
        if (steps > 0) s.authenticator.answer_all();
        for (int i = 1; i < steps; ++i) s.store.step();
        s.running.reset();
        s.authenticator.answer_all();  // they answer an engine that is gone
        s.store.release_all();
        s.store.crash();
        s.authenticator.waiting.clear();
        for (const auto& p : all) {
            CHECK(p->times == 1);
            if (p->dropped) CHECK(p->why == errc::unknown_outcome);
        }
    }
}

TEST_CASE("who forgets a question has it answered: come back") {
    late_server s;
    const auto nobody_knows = s.ask_get("alice", "/api/sync");
    s.authenticator.waiting.clear();
    CHECK(s.have(nobody_knows).status == 503);
    const auto lost = s.ask_get("alice", "/api/sync");
    s.authenticator.answer_all();
    s.store.crash();
    CHECK(s.have(lost).status == 503);
    CHECK(lost->answer.retry_after == seconds(1));
}

TEST_CASE("a store that fails is a 503, whatever was asked, and the next pull goes on") {
    late_server s{{.pulls_per_user = 8}};
    s.store.fail_all();
    for (int round = 0; round < 3; ++round) {
        const auto all = ask_everything(s);
        settle_all(s);
        for (std::size_t i = 0; i < all.size(); ++i) {
            REQUIRE(all[i]->times == 1);
            CHECK_MESSAGE(all[i]->answer.status == (i == 3 ? 200 : 503), all[i]->answer.body);
            CHECK(all[i]->answer.body.find("scripted") == std::string::npos);  // S42
        }
    }
}

TEST_CASE("S48: a user has so many pulls in flight, and others are not in their way") {
    late_server s{{.pulls_per_user = 2}};
    const auto first = s.ask_get("alice", "/api/sync"), second = s.ask_get("alice", "/api/sync"),
               third = s.ask_get("alice", "/api/sync");
    const auto other = s.ask_get("bob", "/api/sync");
    s.authenticator.answer_all();
    CHECK(first->times == 0);
    REQUIRE(third->times == 1);
    CHECK(s.refusal(third->answer) == "429 rate limited");
    CHECK(third->answer.retry_after == seconds(1));
    CHECK(s.have(first).status == 200);
    CHECK(s.have(second).status == 200);
    CHECK(s.have(other).status == 200);
    const auto fourth = s.ask_get("alice", "/api/sync");
    s.authenticator.answer_all();
    CHECK(s.have(fourth).status == 200);
}
