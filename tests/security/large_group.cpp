// A group of a hundred thousand is one item of the security list alone: it takes its time.
#include "engine/fixture.hpp"

using namespace tandem;

namespace {

// One connection's worth of everybody: counts what they are told.
struct ears {
    std::size_t told = 0;

    void send(const frame&) { ++told; }
    void close(const error&) {}
    std::size_t queued_bytes() const { return 0; }
};

}  // namespace

TEST_CASE("S51 a 100 000-member group delays no other conversation") {
    constexpr std::size_t size = 100'000;
    plain_script s;
    ears crowd;
    std::vector<user_id> members;
    members.reserve(size);
    for (std::size_t i = 0; i < size; ++i) members.emplace_back(("u" + std::to_string(i)).c_str());
    for (std::size_t i = 0; i < size; i += 10'000)  // the journal takes so many at once
        for (std::size_t k = i; k < i + 10'000; ++k) s.running->join(conversation_id::group("city"), members[k]);
    for (const user_id& user : members) {
        const auto opened = s.running->open(crowd);
        REQUIRE(s.running->receive(opened->session, {"AUTH_REQ 1 credential=" + std::string{user.view()}, true}));
    }
    plain_peer mayor = s.sign_in("u0"), alice = s.sign_in("alice"), bob = s.sign_in("bob");
    crowd.told = 0;

    draft d;
    d.conversation = conversation_id::group("city"), d.sender = "u0", d.body = "hello all";
    s.running->send(std::move(d));
    std::size_t turns = 0;
    for (; crowd.told < size - 1 && turns < 1000; ++turns) {
        const std::size_t before = crowd.told;
        const std::string body = "m" + std::to_string(turns);
        alice.sends("bob", body);
        CHECK(crowd.told - before <= options{}.slice);  // its share of a turn
        REQUIRE(alice.heard() == "ack " + body);
        REQUIRE(bob.heard() == "push " + body);
    }
    CHECK(crowd.told == size - 1);
    CHECK(turns >= size / options{}.slice);
    CHECK(mayor.heard() == "push hello all");
}
