#include <tandem/engine/tally.hpp>

#include "fixture.hpp"

using namespace tandem;

namespace {

struct counted : script {
    counted() {
        group("team", {"alice", "bob", "carol"});  // 1 2 3
        sign_in("alice").sends("group:team", "a");
    }

    // "1 and 1 of 2", or what was wrong; empty while there is no answer.
    std::string ask(const conversation_id& c, std::uint64_t of) {
        answer.clear();
        engine().receipts(c, seq{of}, done<receipts>{[this](result<receipts> r) {
                              CHECK(answer.empty());
                              answer = r ? script_pages{}.write_answer(*r) : text(r.error().code);
                          }});
        return answer;
    }

    std::string answer;
    conversation_id team = conversation_id::group("team");
};

}  // namespace

TEST_CASE("the application asks how far a message has come, in nobody's name") {
    counted s;
    CHECK(s.ask(s.team, 4) == "0 and 0 of 2");
    peer bob = s.sign_in("bob");
    bob.says("MARK_REQ 1 conversation=group:team key=read value=4");
    CHECK(s.ask(s.team, 4) == "1 and 1 of 2");
    CHECK(s.ask(s.team, 1) == "0 and 0 of 0");
}

TEST_CASE("where nobody is any more is told apart from nowhere by nothing") {
    counted s;
    for (const char* who : {"alice", "bob", "carol"}) s.engine().leave(s.team, who);
    CHECK(s.ask(s.team, 4) == "not found");
    CHECK(s.ask(conversation_id::group("none"), 4) == "not found");
    CHECK(s.ask(conversation_id::direct("x", "y"), 1) == "not found");
}

TEST_CASE("receipts may be answered later, and fail at every step") {
    counted s;
    s.slow();
    CHECK(s.ask(s.team, 4) == "");
    s.quick();
    CHECK(s.answer == "0 and 0 of 2");
    for (const store_verb step : {store_verb::members, store_verb::history, store_verb::marks}) {
        s.store.plan(store_fault::failed, 1, step);
        CHECK(s.ask(s.team, 4) == "store failed");
    }
    CHECK(s.ask(s.team, 4) == "0 and 0 of 2");
    CHECK(s.ask(s.team, 5) == "not found");
}
