#include <tandem/pull/sync.hpp>

#include "fixture.hpp"

#include <nlohmann/json.hpp>

#include <map>

using namespace pulling;

namespace {

// Between its reads of the head and of the entries something else happens.
struct interrupted_store : memory_store {
    using memory_store::memory_store;
    explicit interrupted_store(memory_store s) : memory_store{std::move(s)} {}

    result<page> changes(const user_id& user, position cursor, limits most) {
        const log_head head = *memory_store::head();
        if (auto once = std::move(meanwhile)) once(*this);
        page p = *memory_store::changes(user, cursor, most);
        p.head = head;
        std::erase_if(p.entries, [&](const entry& e) { return e.place.position > head.newest; });
        p.examined = std::min(p.examined, head.newest);
        p.more = p.examined < head.newest;
        return p;
    }

    function<void(interrupted_store&)> meanwhile;
};

draft said(const conversation_id& c, const user_id& by, std::string_view id) {
    draft d;
    d.conversation = c, d.sender = by, d.send_id = send_id{id}, d.body = "x";
    return d;
}

std::string wrong_in(std::string_view text) {
    query_string q{text};
    sync_question_of(q, {});
    return q.failed() ? std::string{q.wrong()} : "sound";
}

}  // namespace

TEST_CASE("lastSeq is exclusive, fromSeq is inclusive, neither is the beginning") {
    const auto from = [](std::string_view text) {
        query_string q{text};
        return sync_question_of(q, {}).from.value;
    };
    CHECK(from("lastSeq=1000&count=500") == 1000);
    CHECK(from("fromSeq=1001&count=500") == 1000);
    CHECK(from("fromSeq=1") == 0);
    CHECK(from("fromSeq=0") == 0);
    CHECK(from("") == 0);
    CHECK(from("fromSeq=9223372036854775807") == 9223372036854775806u);
}

TEST_CASE("S39: a bad number is refused and named, a large count is capped") {
    CHECK(wrong_in("lastSeq=1&fromSeq=2") == "fromSeq");
    CHECK(wrong_in("lastSeq=-1") == "lastSeq");
    CHECK(wrong_in("lastSeq=") == "lastSeq");
    CHECK(wrong_in("fromSeq=9223372036854775808") == "fromSeq");
    CHECK(wrong_in("lastSeq=18446744073709551615") == "lastSeq");
    CHECK(wrong_in("count=0") == "count");
    CHECK(wrong_in("count=-5") == "count");
    CHECK(wrong_in("count=1x") == "count");
    CHECK(wrong_in("epoch=x") == "epoch");
    CHECK(wrong_in("epoch=18446744073709551615") == "sound");
    query_string q{"count=9223372036854775807"};
    CHECK(sync_question_of(q, {.entries = 500}).limits.entries == 500);
    query_string few{"count=3"};
    CHECK(sync_question_of(few, {.entries = 500, .bytes = 9}).limits.entries == 3);
}

TEST_CASE("paging through a thousand entries meets each exactly once") {
    server<> s;
    std::map<std::string, int> met;
    for (int i = 0; i < 1000; ++i) {
        const std::string to = i % 3 == 0 ? "bob" : "direct:alice:" + std::string{i % 3 == 1 ? "bob" : "zoe"};
        if (i % 3 == 0) s.post("alice", "/api/messages/send", {{"to", to}, {"clientMsgId", std::to_string(i)}});
        else s.send("alice", to, std::to_string(i));
    }
    std::string cursor = "0";
    int pages = 0;
    for (bool more = true; more; ++pages) {
        const json p = s.page("alice", "/api/sync?lastSeq=" + cursor + "&count=100");
        CHECK(p["messages"].size() <= 100);
        for (const json& m : p["messages"]) ++met[m["clientMsgId"]];
        CHECK(p["serverMaxSeq"] == "1000");
        CHECK(p["epoch"] == "7");
        cursor = p["nextSeq"];
        more = p["hasMore"];
    }
    CHECK(pages == 10);
    CHECK(met.size() == 1000);
    for (const auto& one : met) CHECK_MESSAGE(one.second == 1, one.first);
    CHECK(s.page("alice", "/api/sync?lastSeq=" + cursor)["messages"].empty());
}

TEST_CASE("nextSeq is what was examined, not what was last returned") {
    server<> s;
    s.send("alice", "direct:alice:bob", "1");
    for (int i = 2; i <= 5; ++i) s.send("xenia", "direct:xenia:yan", std::to_string(i));
    const json p = s.page("bob", "/api/sync?lastSeq=0");
    CHECK(places(p) == "direct:alice:bob 1");
    CHECK(p["messages"][0]["position"] == "1");
    CHECK(p["nextSeq"] == "5");
    CHECK(!p["hasMore"].get<bool>());
    const json nothing = s.page("carol", "/api/sync?lastSeq=2");
    CHECK(nothing["messages"].empty());
    CHECK(nothing["nextSeq"] == "5");
}

TEST_CASE("what is placed while a page is read is not skipped by its nextSeq") {
    server<interrupted_store> s;
    s.send("alice", "direct:alice:bob", "1");
    s.store.meanwhile = [](interrupted_store& store) {
        const draft d = said(conversation_id::direct("alice", "bob"), "alice", "2");
        REQUIRE(store.append(drafts{&d, 1}));
    };
    const json first = s.page("bob", "/api/sync?lastSeq=0");
    CHECK(places(first) == "direct:alice:bob 1");
    CHECK(first["nextSeq"] == "1");
    const json second = s.page("bob", "/api/sync?lastSeq=1");
    CHECK(places(second) == "direct:alice:bob 2");
    CHECK(second["nextSeq"] == "2");
}

TEST_CASE("a page is capped by bytes too, and has at least one entry") {
    server<> s{{.pull_page = {.entries = 500, .bytes = 250}}};
    for (int i = 1; i <= 5; ++i)
        s.send("alice", "direct:alice:bob", std::to_string(i), std::string(i == 4 ? 1000 : 100, 'x'));
    CHECK(seqs(s.page("bob", "/api/sync?lastSeq=0")) == "1 2");
    CHECK(seqs(s.page("bob", "/api/sync?lastSeq=2")) == "3");
    CHECK(seqs(s.page("bob", "/api/sync?lastSeq=3")) == "4");
    CHECK(seqs(s.page("bob", "/api/sync?lastSeq=4")) == "5");
}

TEST_CASE("a cursor of another log is answered with reset, and nothing else") {
    server<> s;
    for (int i = 1; i <= 3; ++i) s.send("alice", "direct:alice:bob", std::to_string(i));
    const auto is_reset = [&](std::string_view target) {
        const json p = s.page("bob", target);
        if (!p["reset"].get<bool>()) return false;
        CHECK(p["messages"].empty());
        CHECK(p["memberships"].empty());
        CHECK(p["marks"].empty());
        CHECK(p["nextSeq"] == "0");
        CHECK(p["epoch"] == "7");
        return true;
    };
    CHECK(!is_reset("/api/sync?lastSeq=3"));
    CHECK(!is_reset("/api/sync?fromSeq=4"));
    CHECK(!is_reset("/api/sync?lastSeq=0&epoch=7"));
    CHECK(is_reset("/api/sync?lastSeq=4"));
    CHECK(is_reset("/api/sync?fromSeq=5"));
    CHECK(is_reset("/api/sync?lastSeq=9223372036854775807"));
    CHECK(is_reset("/api/sync?lastSeq=1&epoch=8"));
    CHECK(is_reset("/api/sync?lastSeq=0&epoch=6"));
}

TEST_CASE("an acked send is in the page") {
    server<slow_store> s;
    const auto sent = s.ask_post("alice", "/api/messages/send", {{"to", "bob"}, {"clientMsgId", "1"}, {"body", "x"}});
    const auto early = s.ask_get("bob", "/api/sync?lastSeq=0");
    while (sent->times == 0) REQUIRE(s.store.step());
    CHECK(seqs(s.page("bob", "/api/sync?lastSeq=0")) == "1");
    CHECK(early->times == 1);
}

TEST_CASE("S28, S29: who has left gets nothing beyond, and what was between two memberships is not theirs") {
    server<> s;
    s.join("g", "owner", role::owner);          // 1
    s.send("owner", "group:g", "a");            // 2
    s.join("g", "bob");                         // 3
    s.send("owner", "group:g", "b");            // 4
    s.leave("g", "bob");                        // 5
    s.send("owner", "group:g", "c", "secret");  // 6
    const json left = s.page("bob", "/api/sync?lastSeq=0");
    CHECK(seqs(left) == "3 4 5");
    CHECK(left["memberships"][0]["intervals"].dump() == R"([{"endedAt":"5","visibleFrom":"3"}])");
    CHECK(left["memberships"][0]["head"]["seq"] == "5");  // not even how far it went on
    CHECK(left["memberships"][0]["head"]["position"] == "5");
    CHECK(left["memberships"][0]["head"]["number"] == "2");
    s.send("owner", "group:g", "d");  // 7
    CHECK(seqs(s.page("bob", "/api/sync?lastSeq=5")) == "");
    s.join("g", "bob");               // 8
    s.send("owner", "group:g", "e");  // 9
    CHECK(seqs(s.page("bob", "/api/sync?lastSeq=5")) == "8 9");
    const json all = s.page("bob", "/api/sync?lastSeq=0");
    CHECK(seqs(all) == "3 4 5 8 9");
    CHECK(all["memberships"][0]["head"]["seq"] == "9");
    CHECK(s.page("stranger", "/api/sync?lastSeq=0")["messages"].empty());
}

TEST_CASE("S33: marks that are not shared are seen by their owner only") {
    server<> s;
    s.send("alice", "direct:alice:bob", "1");
    CHECK(s.post("bob", "/api/messages/read", {{"to", "alice"}, {"key", 4}, {"value", "1"}}).status == 200);
    CHECK(s.page("bob", "/api/sync?lastSeq=0")["marks"].size() == 1);
    CHECK(s.page("alice", "/api/sync?lastSeq=0")["marks"].empty());
    CHECK(s.page("alice", "/api/conversations")["conversations"][0]["marks"].empty());
}

TEST_CASE("an engine learns from what it reads for others") {
    server<slow_store> s;
    s.store.answer_at_once();
    const draft d = said(conversation_id::direct("alice", "bob"), "alice", "1");
    REQUIRE(s.store.inner().append(drafts{&d, 1}));  // by another engine, whose bus is down
    CHECK(s.running->newest() == position{0});
    s.page("bob", "/api/sync?lastSeq=0");
    CHECK(s.running->newest() == position{1});
    CHECK(s.running->settled() == position{1});
}
