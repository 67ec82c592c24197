#include <tandem/codec/tiny_codec.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tandem;
using texts = std::vector<std::string_view>;

namespace dice {

struct roll_request {
    static constexpr command_name is{1001, "ROLL_REQ"};
    std::uint32_t sides = 6;
};
struct rolled {
    static constexpr command_name is{1002, "ROLLED"};
    std::uint32_t eyes;
};
struct nameless {};

result<roll_request> read_tiny(const tiny_fields& fields, as<roll_request>) {
    roll_request r;
    return fields.fill(r, "sides", r.sides);
}
void write_tiny(const rolled& r, tiny_writer& to) { to.put("eyes", r.eyes); }
void write_tiny(const nameless&, tiny_writer&) {}

}  // namespace dice

namespace {

template <class... Requests>
constexpr bool reads_all = (reads<tiny_dialect, Requests> && ...);
template <class... Events>
constexpr bool writes_all = (writes<tiny_dialect, Events> && ...);
template <class... Replies>
constexpr bool answers_all = (answers_with<tiny_dialect, Replies> && ...);

static_assert(reads_all<auth_request, heartbeat_request, logout_request, background_request, send_request,
                        revoke_request, edit_request, mark_request, typing_request, presence_request, relay_request>);
static_assert(writes_all<push_message, push_revoke, push_edit, push_batch, news, push_read_receipt, push_received,
                         push_mark, push_trimmed, push_typing, push_presence, push_relay, kick_out, refusal>);
static_assert(answers_all<auth_reply, heartbeat_reply, logout_reply, background_reply, send_reply, revoke_reply,
                          edit_reply, mark_reply, presence_reply, relay_reply, refusal>);
static_assert(reads_all<dice::roll_request> && writes_all<dice::rolled> && answers_all<dice::rolled>);
static_assert(!reads_all<dice::rolled> && !writes_all<dice::roll_request> && !writes_all<dice::nameless>);
static_assert(!reads_all<int> && !writes_all<int> && !answers_all<int>);

struct peer {
    // Opens one line, reads it as a Request and hands it to `look` while it is alive.
    template <class Request, class Look>
    void asks(bytes line, Look look) {
        int opened = 0;
        const auto ok = codec.open({line, true}, state, [&](tiny_dialect::envelope& e) {
            ++opened;
            CHECK(e.name == Request::is.name);
            const auto request = codec.read<Request>(e);
            REQUIRE(request);
            look(*request);
        });
        CHECK(ok);
        CHECK(opened == 1);
    }

    template <class Event>
    std::string told(const Event& e) {
        return line_of(codec.write(e, 0));
    }
    template <class Reply>
    std::string answered(const Reply& r, std::uint32_t sequence = 7) {
        return line_of(codec.answer(state, r, correlation::of(sequence)));
    }

    static std::string line_of(const frames& written) {
        std::string lines;
        written.each([&](const frame& f) {
            CHECK(f.text());
            lines += f.payload();
        });
        return lines;
    }

    tiny_dialect codec;
    tiny_dialect::state state;
};

const entry hello_entry = [] {
    entry e;
    e.conversation = conversation_id::direct("alice", "bob");
    e.sender = "alice";
    e.send_id = "a1";
    e.content_type = 3;
    e.body = "hello world";
    e.time = {1000};
    e.place = {{4}, {9}};
    e.number = 2;
    return e;
}();
const std::string hello_fields = "conversation=direct:alice:bob seq=4 position=9 number=2 sender=alice send_id=a1 "
                                 "kind=message content_type=3 time=1000 body=hello%20world";

}  // namespace

TEST_CASE("requests are read from one line each") {
    peer p;
    p.asks<auth_request>("AUTH_REQ 1 credential=c%20d device=phone platform=ios cursor=12 epoch=3", [](const auto& r) {
        CHECK(r.credential == "c d");
        CHECK(r.device == "phone");
        CHECK(r.platform == "ios");
        CHECK(r.cursor == position{12});
        CHECK(r.epoch == epoch{3});
    });
    p.asks<heartbeat_request>("HEARTBEAT_REQ 1 cursor=0", [](const auto& r) { CHECK(r.cursor == position{0}); });
    p.asks<heartbeat_request>("HEARTBEAT_REQ 1", [](const auto& r) { CHECK_FALSE(r.cursor); });
    p.asks<logout_request>("LOGOUT_REQ 2", [](const auto&) {});
    p.asks<background_request>("BACKGROUND_REQ 2 background=1", [](const auto& r) { CHECK(r.background); });
    p.asks<send_request>("SEND_REQ 7 to=bob send_id=a1 content_type=3 body=hello%20world", [](const auto& r) {
        CHECK(r.conversation.empty());
        CHECK(r.to == "bob");
        CHECK(r.send_id == "a1");
        CHECK(r.content_type == 3);
        CHECK(r.body == "hello world");
    });
    p.asks<send_request>("SEND_REQ 7 conversation=group:team body=x",
                         [](const auto& r) { CHECK(r.conversation == "group:team"); });
    p.asks<send_request>("SEND_REQ 7 to=bob body=x mentions=bob,c%2Cd",
                         [](const auto& r) { CHECK(r.mentions == texts{"bob", "c,d"}); });
    p.asks<revoke_request>("REVOKE_REQ 8 conversation=group:team to=bob send_id=a2 target=4", [](const auto& r) {
        CHECK(r.conversation == "group:team");
        CHECK(r.to == "bob");
        CHECK(r.send_id == "a2");
        CHECK(r.target == seq{4});
    });
    p.asks<edit_request>("EDIT_REQ 8 conversation=group:team to=bob send_id=a2 target=4 content_type=1 body=b",
                         [](const auto& r) {
                             CHECK(r.conversation == "group:team");
                             CHECK(r.to == "bob");
                             CHECK(r.send_id == "a2");
                             CHECK(r.target == seq{4});
                             CHECK(r.content_type == 1);
                             CHECK(r.body == "b");
                         });
    p.asks<mark_request>("MARK_REQ 9 to=bob key=reaction value=4 target=12", [](const auto& r) {
        CHECK(r.key == mark_key::reaction);
        CHECK(r.target == seq{12});
    });
    p.asks<mark_request>("MARK_REQ 9 conversation=group:team to=bob key=read value=4", [](const auto& r) {
        CHECK(r.conversation == "group:team");
        CHECK(r.to == "bob");
        CHECK(r.key == mark_key::read);
        CHECK(r.value == 4);
    });
    p.asks<typing_request>("TYPING_REQ 9 conversation=group:team to=bob typing=0", [](const auto& r) {
        CHECK(r.conversation == "group:team");
        CHECK(r.to == "bob");
        CHECK_FALSE(r.typing);
    });
    p.asks<typing_request>("TYPING_REQ 9 to=bob", [](const auto& r) { CHECK(r.typing); });
    p.asks<presence_request>("PRESENCE_REQ 9 users=alice,b%2Cob watch=start", [](const auto& r) {
        CHECK(r.users == texts{"alice", "b,ob"});
        CHECK(r.watch == watch::start);
    });
    p.asks<relay_request>("RELAY_REQ 9 to=bob content_type=5 body=ring", [](const auto& r) {
        CHECK(r.to == "bob");
        CHECK(r.content_type == 5);
        CHECK(r.body == "ring");
    });
}

TEST_CASE("a request is read from the codec's own memory, not from the message") {
    peer p;
    std::string line = "SEND_REQ 7 to=bob body=hello";
    p.asks<send_request>(line, [&](const auto& r) {
        line.assign(line.size(), '#');
        CHECK(r.to == "bob");
        CHECK(r.body == "hello");
    });
}

TEST_CASE("the reply repeats the sequence of its request") {
    peer p;
    std::string reply;
    const auto answer = [&](tiny_dialect::envelope& e) {
        reply = peer::line_of(p.codec.answer(p.state, background_reply{}, e.correlation));
    };
    REQUIRE(p.codec.open({"BACKGROUND_REQ 4294967295"}, p.state, answer));
    CHECK(reply == "BACKGROUND_RSP 4294967295");
}

TEST_CASE("what cannot be opened is an error, and nobody hears of it") {
    peer p;
    for (const char* line : {"", "SEND_REQ", "SEND_REQ x", "SEND_REQ 7 to", "SEND_REQ 7 body=100%", "\x16\x03\x01"}) {
        CAPTURE(line);
        int opened = 0;
        const auto ok = p.codec.open({line}, p.state, [&](tiny_dialect::envelope&) { ++opened; });
        REQUIRE_FALSE(ok);
        CHECK(ok.error().code == errc::malformed);
        CHECK(opened == 0);
    }
}

TEST_CASE("what can be opened but not read is an error of that request alone") {
    peer p;
    const auto why = [&](auto request, const char* line) {
        std::string said;
        REQUIRE(p.codec.open({line}, p.state, [&](tiny_dialect::envelope& e) {
            const auto r = p.codec.read<decltype(request)>(e);
            said = r ? "read" : text(r.error().code);
        }));
        return said;
    };
    CHECK(why(send_request{}, "SEND_REQ 7 to=bob content_type=text") == "malformed");
    CHECK(why(revoke_request{}, "REVOKE_REQ 7 target=-1") == "malformed");
    CHECK(why(mark_request{}, "MARK_REQ 7 key=seen") == "malformed");
    CHECK(why(presence_request{}, "PRESENCE_REQ 7 users=bob watch=always") == "malformed");
    CHECK(why(heartbeat_request{}, "HEARTBEAT_REQ 7 cursor=") == "malformed");
    CHECK(why(heartbeat_request{}, "HEARTBEAT_REQ 7 unknown=1") == "read");
}

TEST_CASE("entries are told with all a receiver needs") {
    peer p;
    CHECK(p.told(push_message{hello_entry}) == "PUSH_MSG 0 " + hello_fields);

    entry revoke = hello_entry;
    revoke.kind = entry_kind::revoke;
    revoke.body.clear();
    revoke.target = {2};
    CHECK(p.told(push_revoke{revoke}).ends_with("kind=revoke content_type=3 time=1000 body= target=2"));

    entry joined = hello_entry;
    joined.kind = entry_kind::joined;
    joined.body.clear();
    joined.subject = "carol";
    joined.role = role::admin;
    joined.visible_from = {3};
    CHECK(p.told(push_message{joined})
              .ends_with("kind=joined content_type=3 time=1000 body= subject=carol role=admin visible_from=3"));

    entry naming = hello_entry;
    naming.mentions = {"bob", "c,d"};
    CHECK(p.told(push_message{naming}) == "PUSH_MSG 0 " + hello_fields + " mentions=bob,c%2Cd");

    entry blank = hello_entry;
    blank.body.clear();
    blank.revoked = true;
    blank.amended_by = {8};
    CHECK(p.told(push_message{blank}).ends_with("body= amended_by=8 revoked=1"));

    entry edit = hello_entry;
    edit.kind = entry_kind::edit;
    edit.target = {2};
    CHECK(p.told(push_edit{edit}).starts_with("EDIT_PUSH 0 conversation="));
    CHECK(p.told(push_edit{edit}).ends_with("body=hello%20world target=2"));
}

TEST_CASE("a batch carries the lines its entries would have been pushed as") {
    peer p;
    entry revoke = hello_entry;
    revoke.kind = entry_kind::revoke;
    revoke.target = {4};
    const entry* entries[] = {&hello_entry, &revoke};
    mark read;
    read.conversation = conversation_id::group("team");
    read.key = mark_key::read;
    read.owner = "alice";
    read.value = 4;
    read.position = {11};
    const mark marks[] = {read};

    const auto batch = tiny_fields::parse(p.told(push_batch{entries, marks, position{12}}));
    REQUIRE(batch);
    CHECK(batch->name() == "BATCH_MSG");
    CHECK(batch->text("next") == "12");
    CHECK_FALSE(batch->has("backfill"));
    CHECK(batch->all("entry") == texts{p.told(push_message{hello_entry}), p.told(push_revoke{revoke})});
    CHECK(batch->all("mark") == texts{p.told(push_mark{read})});

    const auto first = tiny_fields::parse(batch->all("entry")[0]);
    REQUIRE(first);
    CHECK(first->name() == "PUSH_MSG");
    CHECK(first->number("seq") == 4);
    CHECK(first->text("body") == "hello world");

    CHECK(p.told(push_batch{.entries = {}, .backfill = true}) == "BATCH_MSG 0 backfill=1");
}

TEST_CASE("the other events are told") {
    peer p;
    mark m;
    m.conversation = conversation_id::group("team");
    m.key = mark_key::read;
    m.owner = "alice";
    m.value = 4;
    m.shared = true;
    m.position = {11};
    const std::string mark_fields = " 0 conversation=group:team key=read owner=alice value=4 position=11 shared=1";
    CHECK(p.told(push_read_receipt{m}) == "READ_RECEIPT_PUSH" + mark_fields);
    CHECK(p.told(push_received{m}) == "RECEIVED_PUSH" + mark_fields);
    CHECK(p.told(push_mark{m}) == "MARK_PUSH" + mark_fields);

    m.key = mark_key::reaction;
    m.target = {12};
    CHECK(p.told(push_mark{m}) ==
          "MARK_PUSH 0 conversation=group:team key=reaction owner=alice value=4 position=11 shared=1 target=12");

    const user_id alice = "alice";
    CHECK(p.told(news{{12}}) == "NEWS 0 cursor=12");
    CHECK(p.told(push_trimmed{m.conversation, seq{7}}) == "TRIMMED_PUSH 0 conversation=group:team first_kept=7");
    CHECK(p.told(push_typing{m.conversation, alice, true}) ==
          "TYPING_STATUS_PUSH 0 conversation=group:team user=alice typing=1");
    const presence users[] = {{"alice", true}, {"bob", false}, {"c,d", true}};
    CHECK(p.told(push_presence{users}) == "PRESENCE_PUSH 0 online=alice,c%2Cd offline=bob");
    CHECK(p.told(push_relay{alice, 5, "ring"}) == "RELAY_PUSH 0 from=alice content_type=5 body=ring");
    CHECK(p.told(kick_out{errc::replaced}) == "KICK_OUT 0 code=21 why=replaced");
    CHECK(p.told(kick_out{errc::shutting_down, seconds(3)}) == "KICK_OUT 0 code=26 why=shutting%20down come_back=3000");
    CHECK(p.told(refusal{errc::malformed}) == "ERROR 0 code=1 why=malformed");
}

TEST_CASE("replies are told") {
    peer p;
    auth_reply in;
    in.user = "alice";
    in.device = "phone";
    in.epoch = {3};
    in.head = {12};
    in.max_frame_bytes = 65536;
    in.heartbeat = seconds(30);
    in.time = {1000};
    CHECK(p.answered(in) == "AUTH_RSP 7 user=alice device=phone epoch=3 head=12 max_frame_bytes=65536 heartbeat=30000 "
                            "time=1000");
    in.reset = in.page_follows = true;
    CHECK(p.answered(in).find(" reset=1 page_follows=1 ") != std::string::npos);

    CHECK(p.answered(heartbeat_reply{position{9}, {12}, {1000}}) == "HEARTBEAT_RSP 7 checkpoint=9 newest=12 time=1000");
    CHECK(p.answered(heartbeat_reply{{}, {12}, {1000}}) == "HEARTBEAT_RSP 7 newest=12 time=1000");
    CHECK(p.answered(logout_reply{}) == "LOGOUT_RSP 7");

    const auto team = conversation_id::group("team");
    CHECK(p.answered(send_reply{"a1", team, {{4}, {9}}, 2, {1000}, false, {}}) ==
          "SEND_RSP 7 send_id=a1 conversation=group:team seq=4 position=9 number=2 time=1000");
    CHECK(p.answered(send_reply{"a1", team, {{4}, {9}}, 2, {1000}, true, "****"})
              .ends_with(" time=1000 repeated=1 changed=****"));
    CHECK(p.answered(revoke_reply{"a2", team, {4}, {{5}, {10}}, {1000}, 3}) ==
          "REVOKE_RSP 7 send_id=a2 conversation=group:team target=4 seq=5 position=10 number=3 time=1000");
    CHECK(p.answered(edit_reply{"a2", team, {4}, {{5}, {10}}, {1000}, {}, 3}) ==
          "EDIT_RSP 7 send_id=a2 conversation=group:team target=4 seq=5 position=10 number=3 time=1000");
    CHECK(p.answered(mark_reply{team, mark_key::received, 4}) ==
          "MARK_RSP 7 conversation=group:team key=received value=4");
    CHECK(p.answered(mark_reply{team, mark_key::deleted, 1, {12}, {40}}) ==
          "MARK_RSP 7 conversation=group:team key=deleted value=1 target=12 position=40");
    CHECK(p.answered(presence_reply{{{"bob", true}}}) == "PRESENCE_RSP 7 online=bob");
    CHECK(p.answered(relay_reply{2}) == "RELAY_RSP 7 reached=2");
    CHECK(p.answered(refusal{errc::rate_limited, seconds(1), "a1"}) ==
          "ERROR 7 code=14 why=rate%20limited retry_after=1000 send_id=a1");
}

TEST_CASE("an application's own types are spoken in the same way") {
    peer p;
    p.asks<dice::roll_request>("ROLL_REQ 5 sides=20", [](const auto& r) { CHECK(r.sides == 20); });
    p.asks<dice::roll_request>("ROLL_REQ 5", [](const auto& r) { CHECK(r.sides == 6); });
    CHECK(p.told(dice::rolled{4}) == "ROLLED 0 eyes=4");
    CHECK(p.answered(dice::rolled{4}, 5) == "ROLLED 5 eyes=4");
}

TEST_CASE("it is the default language, and has a name of its own") {
    peer p;
    CHECK(p.codec.greet({}, p.state).what == greeting::verdict::accept);
    const std::string_view tiny[] = {"tandem.v1.tiny"}, other[] = {"tandem.v1.json"};
    CHECK(p.codec.greet({.subprotocols = tiny}, p.state).subprotocol == "tandem.v1.tiny");
    CHECK(p.codec.greet({.subprotocols = other}, p.state).what == greeting::verdict::decline);
}
