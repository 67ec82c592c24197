// What an operator reads of what strangers sent: logs and metrics.
#include <tandem/adapters/json/json_dialect.hpp>
#include <tandem/policy/metrics.hpp>
#include <tandem/policy/observers.hpp>
#include <tandem/policy/trace.hpp>
#include <tandem/pull/query_string.hpp>

#include "policy/fixture.hpp"

#include <algorithm>

using namespace tandem;

namespace {

const std::string turned = "\xe2\x80\xae";  // U+202E: what follows is read from right to left

bool is_safe_to_print(std::string_view line) {
    return !has_control(line) && is_utf8(line) && line.find(turned) == line.npos;
}

// An application's request that carries a document within the document.
struct wrapped_request {
    static constexpr command_name is{1003, "WRAPPED_REQ"};
};
result<wrapped_request> read_json(const nlohmann::json& body, as<wrapped_request>) {
    const auto inner = nlohmann::json::parse(body.at("inner").get<std::string>());
    return inner.is_object() ? result<wrapped_request>{wrapped_request{}} : errc::invalid_argument;
}

}  // namespace

TEST_CASE("S41 a trace's text is one line per fact, whatever the ids are") {
    const user_id user{"bob\r\n1700000000.000 pushed"};
    const device_id device{turned + "phone\x1b[2J\xff"};
    trace t;
    const auto c = conversation_id::direct(user_id{"al\nice" + turned}, user);
    entry e;
    e.conversation = c, e.place = {{1}, {17}};
    t.placed(e);
    t.pushed({user, device}, carried_by(e));
    const std::string text = t.text(c, {1}, user, device);
    CHECK(text == "direct:al\\x0aice\\u202e:bob\\x0d\\x0a1700000000.000 pushed 1 "
                  "for bob\\x0d\\x0a1700000000.000 pushed on \\u202ephone\\x1b[2J\\xff\n"
                  "0.000 stored at position 17\n"
                  "0.000 pushed\n");
}

TEST_CASE("S41 what a JSON reader says of a peer's text is safe to log, and short") {
    json_dialect d;
    json_dialect::state state;
    for (const std::string& inner : {turned + "x", std::string(1000, '['), std::string(100'000, 'x'),
                                     std::string{"\\n\\u001b[2J\\u2028"}, std::string{"\\u0000"}}) {
        CAPTURE(inner.substr(0, 20));
        const std::string line = "{\"command\":\"WRAPPED_REQ\",\"sequence\":1,\"body\":{\"inner\":\"" + inner + "\"}}";
        bool read = false;
        CHECK(d.open({line, true}, state, [&](const json_dialect::envelope& e) {
            const auto r = d.read<wrapped_request>(e);
            REQUIRE_FALSE(r);
            read = true;
            CHECK(is_safe_to_print(r.error().detail));
            CHECK(r.error().detail.size() <= 220);
            CHECK(r.error().detail.starts_with("WRAPPED_REQ: "));
        }));
        CHECK(read);
    }
}

TEST_CASE("S41 the name of a bad parameter is safe to log") {
    CHECK(query_string{"a%e2%80%aeb=1&a%e2%80%aeb=2"}.wrong() == "a\\u202eb");
    CHECK(query_string{turned}.wrong() == "\\u202e");
    CHECK(query_string{"a%0ab=1"}.wrong() == "a%0ab");
    CHECK(query_string{"a\nb=1"}.wrong() == "");
}

TEST_CASE("S55 metrics name nobody: no user, no device, no conversation, whatever they are called") {
    metrics m;
    watched s{m};
    const std::vector<std::string> odd{"al\"ice", "bob\\", "{reason%3D\"x\"}", "eve}9", "zoë", "\xf0\x9f\x98\x80",
                                       "NaN",     "#_HELP"};
    std::vector<user_id> users;
    std::vector<watched<metrics>::peer> peers;
    for (const std::string& name : odd) peers.push_back(s.sign_in(name + "/dev~" + name));
    for (const std::string& name : odd) users.emplace_back(*detail::unescaped(name));
    s.running.create_group("gr\"oup}", users.front(), users);
    for (auto& p : peers) p.sends("group:gr\"oup}", "bo~dy", "id~1").sends(odd.front(), "bo~dy", "id~2");
    for (const std::string& name : odd) s.get(name, "/api/sync?lastSeq=0&odd~=1");
    peers.front().says("SEND_REQ 1 to=" + std::string(60, '~'));
    peers.back().hangs_up();
    s.running.kick(users[1], error{errc::kicked, "whom~"});
    std::string text;
    m.write(text);
    CHECK(text.find("tandem_entries_placed_total 0\n") == text.npos);
    CHECK(text.find('~') == text.npos);
    for (const user_id& u : users) CHECK_MESSAGE(text.find(u.view()) == text.npos, u.view());
    CHECK(text.find("gr\"oup") == text.npos);
    metrics fresh;
    std::string before;
    fresh.write(before);
    const auto lines = [](const std::string& t) { return std::count(t.begin(), t.end(), '\n'); };
    CHECK(lines(text) == lines(before));  // whatever happens, no series is added
}

TEST_CASE("S15 a token that comes in a URL is in no metric and in no word to the peer") {
    metrics m;
    watched s{m};
    recorded_outlet out;
    const std::string token = "mallory/s3cr3t";
    REQUIRE(s.running.open(out, {.path = "/ws", .query = "token=s3cr3t", .credential = token}));
    CHECK(s.get(token, "/api/sync?lastSeq=0&token=s3cr3t") == 401);
    CHECK(s.get(token, "/api/nowhere?token=s3cr3t") == 404);
    std::string text;
    m.write(text);
    for (const frame& f : out.frames()) text += f.payload();
    if (out.reason()) text += out.reason()->detail;
    CHECK(text.find("ERROR") != text.npos);
    CHECK(text.find("s3cr3t") == text.npos);
}

TEST_CASE("S55 metrics are not on the public API") {
    metrics m;
    watched s{m};
    for (const char* target : {"/metrics", "/api/metrics", "/metrics?lastSeq=0", "//metrics"}) {
        CHECK(s.get("alice", target) == 404);
        CHECK(s.get("mallory", target) == 404);
    }
}
