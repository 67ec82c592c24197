#include <tandem/pull/conversations.hpp>

#include "fixture.hpp"

using namespace pulling;

namespace {

overview_page list_of(std::size_t count) {
    overview_page p;
    for (std::size_t i = 0; i < count; ++i) {
        overview o;
        o.head.position = {count - i};  // newest activity first
        o.last.emplace().body = std::string(100, 'x');
        p.conversations.push_back(o);
    }
    return p;
}

}  // namespace

TEST_SUITE("pull/conversations") {
    TEST_CASE("a list is cut by count, and by bytes, but never to nothing") {
        overview_page p = list_of(10);
        cut(p, {.limits = {.entries = 3}});
        CHECK(p.conversations.size() == 3);
        CHECK(p.more);

        p = list_of(10);
        cut(p, {.limits = {.bytes = 450}});
        CHECK(p.conversations.size() == 4);
        CHECK(p.more);

        p = list_of(2);
        cut(p, {.limits = {.bytes = 1}});
        CHECK(p.conversations.size() == 1);
        CHECK(p.more);

        p = list_of(2);
        cut(p, {});
        CHECK(p.conversations.size() == 2);
        CHECK_FALSE(p.more);
    }

    TEST_CASE("S48: GET /api/conversations comes in pages that meet each conversation once") {
        server<> s;
        for (int i = 0; i < 25; ++i) s.send("alice", "direct:alice:u" + std::to_string(100 + i), std::to_string(i));
        std::vector<std::string> met;
        std::string target = "/api/conversations?count=10";
        for (int pages = 1;; ++pages) {
            const json answer = s.page("alice", target);
            for (const json& c : answer["conversations"]) met.push_back(c["membership"]["conversation"]);
            if (!answer.value("hasMore", false)) break;
            REQUIRE(pages < 4);
            target = "/api/conversations?count=10&before=" +
                     answer["conversations"].back()["membership"]["head"]["position"].get<std::string>();
        }
        REQUIRE(met.size() == 25);
        CHECK(met.front() == "direct:alice:u124");
        std::sort(met.begin(), met.end());
        CHECK(std::unique(met.begin(), met.end()) == met.end());
    }

    TEST_CASE("S39: a count or position that is no number is refused by its name") {
        server<> s;
        CHECK(s.refusal(s.get("alice", "/api/conversations?count=0")) == "400 invalid argument: count");
        CHECK(s.refusal(s.get("alice", "/api/conversations?before=-1")) == "400 invalid argument: before");
    }
}
