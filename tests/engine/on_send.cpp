#include <tandem/engine/on_send.hpp>

#include "fixture.hpp"

using namespace tandem;

namespace {

// What the others are told of it, and what a pull returns.
template <class Script>
std::vector<user_id> mentions_in(Script& s, std::size_t n = 0) {
    return s.page_of("bob").entries.at(n).mentions;
}

using users = std::vector<user_id>;

}  // namespace

TEST_CASE("a message names users, members or not: they are told as they were sent") {
    script s;
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
    alice.says("SEND_REQ 1 to=bob send_id=a body=hi mentions=bob,zoe,bob");
    CHECK(alice.heard() == "ack a");
    CHECK(bob.last_line().ends_with(" mentions=bob,zoe,bob"));
    CHECK(mentions_in(s) == users{"bob", "zoe", "bob"});
}

TEST_CASE("a mention that is no id is refused like any other id") {
    script s;
    peer alice = s.sign_in("alice");
    alice.says("SEND_REQ 1 to=bob send_id=a body=hi mentions=bob,,zoe");
    alice.says("SEND_REQ 2 to=bob send_id=b body=hi mentions=" + std::string(48, 'x'));
    CHECK(alice.heard() == "no: invalid argument | no: invalid argument");
    CHECK(s.log() == "");
}

TEST_CASE("a message names at most mentions_per_message users") {
    options o = calm();
    o.mentions_per_message = 2;
    script s{o};
    peer alice = s.sign_in("alice");
    alice.says("SEND_REQ 1 to=bob send_id=a body=hi mentions=x,y,z");
    alice.says("SEND_REQ 2 to=bob send_id=b body=hi mentions=x,y");
    CHECK(alice.heard() == "no send_id=a: too large | ack b");
}

TEST_CASE("the same send id with other mentions is another send") {
    script s;
    peer alice = s.sign_in("alice");
    alice.says("SEND_REQ 1 to=bob send_id=a body=hi mentions=bob");
    alice.says("SEND_REQ 2 to=bob send_id=a body=hi mentions=bob");
    alice.says("SEND_REQ 3 to=bob send_id=a body=hi mentions=zoe");
    alice.says("SEND_REQ 4 to=bob send_id=a body=hi");
    CHECK(alice.heard() == "ack a | ack a repeated | no send_id=a: send id reused | no send_id=a: send id reused");
}

TEST_CASE("a revoke takes the mentions too, an edit leaves them") {
    script s;
    peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
    alice.says("SEND_REQ 1 to=bob send_id=a body=hi mentions=bob");
    alice.says("EDIT_REQ 2 to=bob send_id=b target=1 body=ho mentions=zoe");
    CHECK(mentions_in(s) == users{"bob"});
    CHECK(mentions_in(s, 1).empty());
    alice.says("REVOKE_REQ 3 to=bob send_id=c target=1");
    CHECK(mentions_in(s).empty());
}

TEST_CASE("a gatekeeper may change whom a message names, and makes no edit name anybody") {
    guarded_script s;
    guarded_peer alice = s.sign_in("alice"), bob = s.sign_in("bob");
    s.first().gatekeeper.judge = [](draft d) {
        d.mentions = {"eve"};
        return d;
    };
    alice.says("SEND_REQ 1 to=bob send_id=a body=hi mentions=bob");
    CHECK(bob.last_line().ends_with(" mentions=eve"));
    alice.says("EDIT_REQ 2 to=bob send_id=b target=1 body=ho");
    CHECK(mentions_in(s) == users{"eve"});
    CHECK(mentions_in(s, 1).empty());
    alice.says("SEND_REQ 3 to=bob send_id=a body=hi mentions=bob");  // as it was sent
    CHECK(alice.heard().ends_with("ack a repeated"));
}
