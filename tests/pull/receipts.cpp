#include <tandem/pull/receipts.hpp>

#include "fixture.hpp"

#include <nlohmann/json.hpp>

using namespace pulling;

namespace {

membership member(const user_id& user, std::uint64_t visible_from = 1, std::uint64_t last_sent = 0) {
    return {.user = user, .intervals = {{seq{visible_from}}}, .last_sent = seq{last_sent}};
}

mark marked(const user_id& owner, mark_key key, std::uint64_t value) {
    mark m;
    m.owner = owner, m.key = key, m.value = value;
    return m;
}

std::string text_of(const receipts& r) {
    return std::to_string(r.delivered) + " and " + std::to_string(r.read) + " of " + std::to_string(r.members);
}

// As it is answered over HTTP: "2 and 1 of 3".
template <class Server>
std::string receipts_of(Server& s, std::string_view user, std::string_view query) {
    const pull_answer a = s.get(user, "/api/messages/receipts?" + std::string{query});
    if (a.status != 200) return s.refusal(a);
    const auto b = nlohmann::json::parse(a.body);
    return text_of({b["members"], b["delivered"], b["read"]});
}

template <class Server>
void mark_read(Server& s, const char* user, const char* conversation, int value, int key = 2) {
    const auto asked =
        s.ask_post(user, "/api/messages/read", {{"conversation", conversation}, {"value", value}, {"key", key}});
    s.clock.advance(seconds(1));
    s.running->tick();
    REQUIRE(s.have(asked).status == 200);
}

// owner 1, alice 2, bob 3, carol 4, and a message: 5.
template <class Server>
void gather(Server& s) {
    s.join("g", "owner", role::owner);
    for (const char* who : {"alice", "bob", "carol"}) s.join("g", who);
    s.send("alice", "group:g", "a");
}

}  // namespace

TEST_CASE("counted are those who may see it, without its sender") {
    const receipt_count count{seq{5}, "alice", {member("alice"), member("bob"), member("carol", 6), member("dave", 5)}};
    CHECK(text_of(count.total()) == "0 and 0 of 2");
    CHECK(text_of(receipt_count{seq{5}, "alice", {}}.total()) == "0 and 0 of 0");
}

TEST_CASE("who has read has received; marks of lesser seqs, of others, and of other kinds say nothing") {
    receipt_count count{seq{5}, "alice", {member("alice"), member("bob"), member("carol"), member("dave")}};
    count.hear(marked("bob", mark_key::read, 4));
    count.hear(marked("bob", mark_key::received, 4));
    count.hear(marked("bob", mark_key::pinned, 5));
    count.hear(marked("alice", mark_key::read, 5));
    count.hear(marked("eve", mark_key::read, 5));
    CHECK(text_of(count.total()) == "0 and 0 of 3");
    count.hear(marked("bob", mark_key::received, 5));
    CHECK(text_of(count.total()) == "1 and 0 of 3");
    count.hear(marked("carol", mark_key::read, 6));
    CHECK(text_of(count.total()) == "2 and 1 of 3");
    count.hear(marked("carol", mark_key::received, 6));
    count.hear(marked("bob", mark_key::read, 5));
    count.hear(marked("bob", mark_key::received, 5));
    CHECK(text_of(count.total()) == "2 and 2 of 3");
}

TEST_CASE("who wrote something later has read what was before") {
    const receipt_count count{seq{5}, "alice", {member("bob", 1, 4), member("carol", 1, 6)}};
    CHECK(text_of(count.total()) == "1 and 1 of 2");
}

TEST_CASE("receipts of a message are figures, and everybody in the conversation may ask for them") {
    server<> s;
    gather(s);
    CHECK(receipts_of(s, "alice", "conversation=group:g&seq=5") == "0 and 0 of 3");
    mark_read(s, "bob", "group:g", 5, 1);
    mark_read(s, "carol", "group:g", 5);
    CHECK(receipts_of(s, "alice", "conversation=group:g&seq=5") == "2 and 1 of 3");
    s.send("owner", "group:g", "b");
    CHECK(receipts_of(s, "carol", "conversation=group:g&seq=5") == "3 and 2 of 3");
    CHECK(receipts_of(s, "carol", "conversation=group:g&seq=6") == "0 and 0 of 3");
}

TEST_CASE("in a direct conversation it is the other who has read or not, whoever is named") {
    server<> s;
    s.send("alice", "direct:alice:bob", "1");
    CHECK(receipts_of(s, "alice", "to=bob&seq=1") == "0 and 0 of 1");
    mark_read(s, "bob", "direct:alice:bob", 1);
    CHECK(receipts_of(s, "alice", "to=bob&seq=1") == "1 and 1 of 1");
    CHECK(receipts_of(s, "bob", "conversation=direct:alice:bob&seq=1") == "1 and 1 of 1");
    s.send("alice", "self:alice", "2");
    CHECK(receipts_of(s, "alice", "to=alice&seq=1") == "0 and 0 of 0");
}

TEST_CASE("who came later, and who has left, is not counted") {
    server<> s;
    gather(s);
    s.join("g", "dave");
    CHECK(receipts_of(s, "alice", "conversation=group:g&seq=5") == "0 and 0 of 3");
    mark_read(s, "carol", "group:g", 5);
    s.leave("g", "carol");
    CHECK(receipts_of(s, "alice", "conversation=group:g&seq=5") == "0 and 0 of 2");
}

TEST_CASE("receipts are shown up to a size, in direct conversations always") {
    server<> s{{.receipts_up_to = 3}};
    gather(s);
    CHECK(receipts_of(s, "alice", "conversation=group:g&seq=5") == "413 too large");
    s.leave("g", "bob");
    CHECK(receipts_of(s, "alice", "conversation=group:g&seq=5") == "0 and 0 of 2");
    server<> none{{.receipts_up_to = 1}};
    none.send("alice", "direct:alice:bob", "1");
    CHECK(receipts_of(none, "alice", "to=bob&seq=1") == "0 and 0 of 1");
}

TEST_CASE("many former members' marks do not hide those of the members") {
    server<> s{{.pull_page = {.entries = 2}}};
    gather(s);
    for (int i = 0; i < 7; ++i) {
        const std::string who = "guest" + std::to_string(i);
        s.join("g", user_id{who});
        mark_read(s, who.c_str(), "group:g", 5);
        s.leave("g", user_id{who});
    }
    mark_read(s, "bob", "group:g", 5);
    CHECK(receipts_of(s, "alice", "conversation=group:g&seq=5") == "1 and 1 of 3");
}

TEST_CASE("S31: where one is not, and where nothing is, receipts are answered alike") {
    server<> s;
    gather(s);
    s.send("alice", "direct:alice:zoe", "1");
    const auto answer = [&](std::string_view c) {
        const pull_answer a = s.get("eve", "/api/messages/receipts?seq=1&conversation=" + std::string{c});
        return std::to_string(a.status) + a.body;
    };
    CHECK(answer("group:g") == answer("group:nowhere"));
    CHECK(answer("direct:alice:zoe") == answer("direct:alice:yan"));
    CHECK(answer("group:g") == answer("direct:alice:zoe"));
    CHECK(answer("group:g").substr(0, 3) == "403");
    s.leave("g", "bob");
    CHECK(receipts_of(s, "bob", "conversation=group:g&seq=5") == "403 not a member");
}

TEST_CASE("S28: what one may not see has no receipts, nor has what is not there") {
    server<> s;
    gather(s);
    s.join("g", "dave");  // 6
    CHECK(receipts_of(s, "dave", "conversation=group:g&seq=5") == "404 not found");
    CHECK(receipts_of(s, "dave", "conversation=group:g&seq=6") == "0 and 0 of 4");
    CHECK(receipts_of(s, "dave", "conversation=group:g&seq=7") == "404 not found");
    CHECK(receipts_of(s, "dave", "to=zoe&seq=1") == "404 not found");
    REQUIRE(s.store.trim(conversation_id::group("g"), seq{6}));
    CHECK(receipts_of(s, "alice", "conversation=group:g&seq=5") == "404 not found");
}

TEST_CASE("S39: receipts are of one message of one conversation") {
    server<> s;
    gather(s);
    const auto refused = [&](std::string_view query) { return receipts_of(s, "alice", query); };
    CHECK(refused("conversation=group:g") == "400 invalid argument: seq");
    CHECK(refused("conversation=group:g&seq=0") == "400 invalid argument: seq");
    CHECK(refused("conversation=group:g&seq=-1") == "400 invalid argument: seq");
    CHECK(refused("conversation=group:g&seq=18446744073709551615") == "400 invalid argument: seq");
    CHECK(refused("seq=5") == "400 invalid argument: conversation");
    CHECK(refused("conversation=group:g&to=bob&seq=5") == "400 invalid argument: to");
}
