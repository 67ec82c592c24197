#include <tandem/adapters/protobuf/protobuf_dialect.hpp>
#include <tandem/adapters/protobuf/protobuf_pages.hpp>

#include "spelled.hpp"
#include "spoken.hpp"
#include "wire_fields.hpp"

#include <doctest/doctest.h>

using namespace tandem;

namespace dice {

result<roll_request> read_protobuf(bytes body, as<roll_request>) {
    if (body.size() != 1) return errc::malformed;
    return roll_request{static_cast<std::uint32_t>(body[0])};
}
void write_protobuf(const rolled& r, std::string& body) { body += static_cast<char>(r.eyes); }

}  // namespace dice

namespace {

static_assert(reads<protobuf_dialect, dice::roll_request> && !reads<protobuf_dialect, dice::unspoken>);
static_assert(writes<protobuf_dialect, dice::rolled> && !writes<protobuf_dialect, dice::unspoken>);
static_assert(answers_with<protobuf_dialect, dice::rolled> && !answers_with<protobuf_dialect, dice::unspoken>);
static_assert(!writes<protobuf_dialect, sync_answer> && !writes<protobuf_dialect, send_request> &&
              !reads<protobuf_dialect, int>);

struct peer {
    protobuf_dialect dialect{};
    protobuf_dialect::state state{};
    protobuf_dialect::envelope opened{};
    std::string received{};  // requests view it

    result<> open(bytes data, bool text = false) {
        return dialect.open({data, text}, state, [&](const protobuf_dialect::envelope& e) { opened = e; });
    }

    template <class Request>
    result<Request> read(bytes body) {
        received = std::string{body};  // a block of its own, so that a sanitizer sees a read beyond it
        opened.body = received;
        return dialect.read<Request>(opened);
    }
    template <class Request>
    errc refused(bytes body) {
        const auto answer = read<Request>(body);
        return answer ? errc{} : answer.error().code;
    }
};

v1::Envelope only(const frames& made) {
    v1::Envelope out;
    int count = 0;
    made.each([&](const frame& f) {
        ++count;
        CHECK_FALSE(f.text());
        CHECK(out.ParseFromArray(f.payload().data(), static_cast<int>(f.size())));
    });
    CHECK(count == 1);
    return out;
}

template <class Message>
Message parsed(const std::string& body) {
    Message out;
    CHECK(out.ParseFromString(body));
    return out;
}

}  // namespace

TEST_CASE("protobuf: an envelope is opened where it lies") {
    v1::Envelope sent;
    sent.set_command(20);
    sent.set_sequence(4'000'000'000);
    sent.set_body("abc");
    const std::string data = sent.SerializeAsString();
    peer p;
    REQUIRE(p.open(data));
    CHECK(p.opened.number == command::send_req);
    CHECK(p.opened.name.empty());
    CHECK(p.opened.correlation.as<std::uint32_t>() == 4'000'000'000);
    CHECK(p.opened.body == "abc");
    CHECK(p.opened.body.data() > data.data());
    CHECK(p.opened.body.data() < data.data() + data.size());
}

TEST_CASE("protobuf: an unknown command, and an empty envelope, are still envelopes") {
    peer p;
    REQUIRE(p.open(varint_field(1, 4'294'967'295)));
    CHECK(p.opened.number == static_cast<command>(4'294'967'295));
    REQUIRE(p.open(""));
    CHECK(p.opened.number == command::none);
    CHECK(p.opened.correlation.as<std::uint32_t>() == 0);
}

TEST_CASE("protobuf: it greets its subprotocol, and whoever names none") {
    peer p;
    const std::string_view json[] = {"tandem.v1.json"}, both[] = {"x", "tandem.v1.protobuf"};
    CHECK(p.dialect.greet({.subprotocols = both}, p.state).subprotocol == "tandem.v1.protobuf");
    CHECK(p.dialect.greet({}, p.state).what == greeting::verdict::accept);
    CHECK(p.dialect.greet({.subprotocols = json}, p.state).what == greeting::verdict::decline);
}

TEST_CASE("S38 protobuf: what is no envelope ends the session") {
    const std::string group = "\x0b\x0c", deep(10'000, '\x0b');
    const std::string junk[] = {"\xff",
                                "\x08",
                                "\x1a\x05"
                                "abc",
                                "\x1a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
                                varint_field(1, 1ull << 32),
                                varint_field(2, 1ull << 32),
                                varint_field(3, 1),
                                octets_field(1, "x"),
                                std::string(1, '\0') + '\0',
                                group,
                                deep,
                                "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
                                "\x0d"
                                "abc",
                                "\x09"
                                "abcdefg"};
    for (const std::string& data : junk) {
        peer p;
        const auto answer = p.open(data);
        REQUIRE_FALSE(answer);
        CHECK(answer.error().code == errc::malformed);
    }
    peer p;
    CHECK_FALSE(p.open("", true));
}

TEST_CASE("protobuf: every prefix of a request is refused or is a request, and never a crash") {
    v1::SendRequest sent;
    sent.set_conversation("group:team");
    sent.set_client_msg_id("6a1f");
    sent.set_body(spoken::not_utf8);
    const std::string data = sent.SerializeAsString();
    peer p;
    for (std::size_t n = 0; n < data.size(); ++n) {
        const auto answer = p.read<send_request>(data.substr(0, n));
        if (answer) CHECK(answer->body.empty());
        else CHECK(answer.error().code == errc::malformed);
    }
}

TEST_CASE("protobuf: fields we do not know are passed over, and the last of two counts") {
    peer p;
    const std::string fixed = std::string("\x7d"
                                          "abcd",
                                          5) +
                              std::string("\x79"
                                          "abcdefgh",
                                          9);
    const auto unknown =
        p.read<send_request>(varint_field(15, 1) + octets_field(15, "x") + fixed + octets_field(5, "kept"));
    REQUIRE(unknown);
    CHECK(unknown->body == "kept");
    const auto twice = p.read<send_request>(octets_field(2, "bob") + octets_field(2, "carol"));
    REQUIRE(twice);
    CHECK(twice->to == "carol");
}

TEST_CASE("S37 protobuf: text is UTF-8, a body is anything") {
    peer p;
    CHECK(p.refused<send_request>(octets_field(1, "\xff")) == errc::malformed);
    CHECK(p.refused<send_request>(octets_field(3, "eight ascii bytes, then \xed\xa0\x80")) == errc::malformed);
    CHECK(p.refused<presence_request>(octets_field(1, "\xc0\x80")) == errc::malformed);
    CHECK(p.refused<send_request>(octets_field(3, "eight ascii bytes, then \xe2\x82\xac")) == errc{});
    CHECK(p.refused<send_request>(octets_field(5, spoken::not_utf8)) == errc{});
}

TEST_CASE("protobuf: a known field of another type is malformed, and the error says which") {
    peer p;
    CHECK(p.refused<send_request>(octets_field(4, "3")) == errc::malformed);
    CHECK(p.refused<heartbeat_request>(varint_field(1, 3)) == errc::malformed);
    const auto answer = p.read<send_request>(varint_field(3, 3));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().detail == "field 3 of SEND_REQ: malformed");
    CHECK(p.refused<send_request>(varint_field(4, 1ull << 32)) == errc::invalid_argument);
    CHECK(p.refused<mark_request>(varint_field(3, 65536)) == errc::invalid_argument);
    CHECK(p.refused<presence_request>(varint_field(2, 3)) == errc::invalid_argument);
}

TEST_CASE("S38 protobuf: at most 1000 users are asked about at once") {
    std::string users;
    for (int i = 0; i < 1000; ++i) users += octets_field(1, "bob");
    peer p;
    CHECK(p.read<presence_request>(users)->users.size() == 1000);
    CHECK(p.refused<presence_request>(users + octets_field(1, "bob")) == errc::too_large);
}

TEST_CASE("S39 protobuf: a cursor is digits in their one spelling") {
    const auto cursor_of = [](std::string_view text) {
        peer p;
        const auto answer = p.read<heartbeat_request>(octets_field(1, text));
        if (!answer) CHECK(answer.error().code == errc::invalid_argument);
        return answer ? answer->cursor : cursor{};
    };
    CHECK(cursor_of("0") == position{0});
    CHECK(cursor_of("9223372036854775808") == position{1ull << 63});
    CHECK(cursor_of("18446744073709551615") == position{~0ull});
    for (const char* bad :
         {"", "-1", "+1", "18446744073709551616", "99999999999999999999999", "01", " 1", "1 ", "1.0", "1e3", "x"})
        CHECK_FALSE(cursor_of(bad));
    peer p;
    CHECK_FALSE(p.read<heartbeat_request>("")->cursor);
}

TEST_CASE("protobuf: every request is read from what the generated classes write") {
    peer p;
    const auto wire = [](const auto& message) { return message.SerializeAsString(); };

    v1::AuthRequest auth;
    auth.set_credential("token");
    auth.set_device("phone");
    auth.set_platform("ios");
    auth.set_cursor("17");
    auth.set_epoch("3");
    const auto a = p.read<auth_request>(wire(auth));
    REQUIRE(a);
    CHECK(a->credential == "token");
    CHECK(a->device == "phone");
    CHECK(a->platform == "ios");
    CHECK(a->cursor == position{17});
    CHECK(a->epoch == epoch{3});

    v1::SendRequest send;
    send.set_conversation("group:team");
    send.set_to("bob");
    send.set_client_msg_id("6a1f");
    send.set_content_type(3);
    send.set_body("good morning");
    send.add_mentions("bob");
    send.add_mentions("carol");
    const auto s = p.read<send_request>(wire(send));
    REQUIRE(s);
    CHECK(s->conversation == "group:team");
    CHECK(s->to == "bob");
    CHECK(s->send_id == "6a1f");
    CHECK(s->content_type == 3);
    CHECK(s->body == "good morning");
    CHECK(s->mentions == std::vector<std::string_view>{"bob", "carol"});

    v1::EditRequest edit;
    edit.set_to("bob");
    edit.set_target(7);
    edit.set_content_type(2);
    edit.set_body("good evening");
    const auto e = p.read<edit_request>(wire(edit));
    REQUIRE(e);
    CHECK(e->to == "bob");
    CHECK(e->target == seq{7});
    CHECK(e->content_type == 2);
    CHECK(e->body == "good evening");

    v1::RevokeRequest revoke;
    revoke.set_client_msg_id("6a20");
    revoke.set_target(~0ull);
    CHECK(p.read<revoke_request>(wire(revoke))->target == seq{~0ull});
    CHECK(p.read<revoke_request>(wire(revoke))->send_id == "6a20");

    v1::MarkRequest mark;
    mark.set_key(static_cast<v1::MarkKey>(1234));
    mark.set_value(1ull << 63);
    mark.set_target(12);
    CHECK(p.read<mark_request>(wire(mark))->key == static_cast<mark_key>(1234));
    CHECK(p.read<mark_request>(wire(mark))->value == 1ull << 63);
    CHECK(p.read<mark_request>(wire(mark))->target == seq{12});

    v1::TypingRequest typing;
    CHECK(p.read<typing_request>(wire(typing))->typing);
    typing.set_typing(false);
    CHECK_FALSE(p.read<typing_request>(wire(typing))->typing);

    v1::PresenceRequest presence;
    presence.add_users("alice");
    presence.add_users("bob");
    presence.set_watch(v1::WATCH_STOP);
    CHECK(p.read<presence_request>(wire(presence))->users == std::vector<std::string_view>{"alice", "bob"});
    CHECK(p.read<presence_request>(wire(presence))->watch == watch::stop);

    v1::RelayRequest relay;
    relay.set_to("bob");
    relay.set_content_type(8);
    relay.set_body("x");
    CHECK(p.read<relay_request>(wire(relay))->to == "bob");
    CHECK(p.read<relay_request>(wire(relay))->content_type == 8);
    CHECK(p.read<relay_request>(wire(relay))->body == "x");

    v1::BackgroundRequest background;
    background.set_background(true);
    CHECK(p.read<background_request>(wire(background))->background);
    CHECK(p.read<logout_request>(wire(v1::LogoutRequest{})));
}

TEST_CASE("protobuf: every reply repeats its sequence, every push carries 0") {
    peer p;
    spoken::each_reply([&]<class Reply>(const Reply& reply) {
        const auto sent = only(p.dialect.answer(p.state, reply, correlation::of(std::uint32_t{300})));
        CHECK(sent.command() == static_cast<std::uint32_t>(Reply::is.number));
        CHECK(sent.sequence() == 300);
        CHECK(only(p.dialect.answer(p.state, reply, {})).sequence() == 0);
    });
    spoken::each_event([&]<class Event>(const Event& event) {
        const auto sent = only(p.dialect.write(event, 0));
        CHECK(sent.command() == static_cast<std::uint32_t>(Event::is.number));
        CHECK(sent.sequence() == 0);
    });
}

TEST_CASE("protobuf: an entry arrives with all it has, and nothing of the one before") {
    peer p;
    const entry join = spoken::a_join(), plain = spoken::a_message();
    const auto first = parsed<v1::Message>(only(p.dialect.write(push_message{join}, 0)).body());
    CHECK(first.conversation() == "direct:alice:bob%3A%25");
    CHECK(first.sender() == "alice");
    CHECK(first.client_msg_id() == "6a1f");
    CHECK(first.kind() == v1::ENTRY_KIND_JOINED);
    CHECK(first.content_type() == 3);
    CHECK(first.body() == spoken::not_utf8);
    CHECK(first.seq() == 9);
    CHECK(first.position() == "18446744073709551615");
    CHECK(first.number() == 8);
    CHECK(first.time() == 1'700'000'000'123);
    CHECK(first.subject() == "carol");
    CHECK(first.role() == v1::ROLE_ADMIN);
    CHECK(first.visible_from() == 4);
    CHECK(first.amended_by() == 11);
    CHECK(first.revoked());
    REQUIRE(first.mentions_size() == 2);
    CHECK(first.mentions(1) == "c\"d");
    const auto second = parsed<v1::Message>(only(p.dialect.write(push_message{plain}, 0)).body());
    CHECK(second.subject().empty());
    CHECK(second.role() == v1::ROLE_NONE);
    CHECK_FALSE(second.revoked());
    CHECK(second.mentions_size() == 0);
}

TEST_CASE("protobuf: a conversation is spelled as its text() is") {
    for (const conversation_id& c :
         {conversation_id::direct("b", "a"), conversation_id::group("t"), conversation_id::self("s"),
          conversation_id::app("x", "y"), conversation_id::app("x:", "%")}) {
        entry e = spoken::a_message();
        e.conversation = c;
        peer p;
        CHECK(parsed<v1::Message>(only(p.dialect.write(push_message{e}, 0)).body()).conversation() == c.text());
    }
}

TEST_CASE("protobuf: a batch is a page when it carries a cursor, also at position 0") {
    peer p;
    const entry one = spoken::a_message(), two = spoken::a_revoke();
    const entry* both[] = {&one, &two};
    const mark read = spoken::a_mark();
    const auto batch = parsed<v1::Batch>(only(p.dialect.write(push_batch{both}, 0)).body());
    CHECK(batch.messages_size() == 2);
    CHECK(batch.messages(1).target() == 7);
    CHECK_FALSE(batch.has_next_seq());
    const auto page = parsed<v1::Batch>(only(p.dialect.write(push_batch{both, {&read, 1}, position{0}}, 0)).body());
    CHECK(page.next_seq() == "0");
    CHECK(page.marks(0).owner() == "bob");
    CHECK(page.marks(0).value() == 1ull << 60);
}

TEST_CASE("S42 protobuf: an error tells its name and nothing else") {
    peer p;
    const auto told = parsed<v1::Refusal>(only(p.dialect.write(refusal{errc::store_failed, seconds(2)}, 0)).body());
    CHECK(told.code() == v1::ERROR_CODE_STORE_FAILED);
    CHECK(told.text() == "store failed");
    CHECK(told.retry_after() == 2000);
}

TEST_CASE("protobuf: the names in the .proto have our numbers") {
    CHECK(v1::ERROR_CODE_SHUTTING_DOWN == static_cast<int>(errc::shutting_down));
    CHECK(v1::ErrorCode_MAX == v1::ERROR_CODE_SHUTTING_DOWN);
    for (int code = v1::ErrorCode_MIN + 1; code <= v1::ErrorCode_MAX; ++code)
        CHECK(std::string_view{text(static_cast<errc>(code))} != "unnamed error");
    CHECK(v1::ENTRY_KIND_LEFT == static_cast<int>(entry_kind::left));
    CHECK(v1::ROLE_OWNER == static_cast<int>(role::owner));
    CHECK(v1::MARK_KEY_MUTED == static_cast<int>(mark_key::muted));
    CHECK(v1::MARK_KEY_REACTION == static_cast<int>(mark_key::reaction));
    CHECK(v1::MarkKey_MAX == static_cast<int>(mark_key::deleted));
    CHECK(v1::WATCH_STOP == static_cast<int>(watch::stop));
}

TEST_CASE("protobuf: an application's own command is read and told") {
    peer p;
    CHECK(p.read<dice::roll_request>("\x06")->sides == 6);
    CHECK(p.refused<dice::roll_request>("") == errc::malformed);
    const auto told = only(p.dialect.answer(p.state, dice::rolled{4}, correlation::of(std::uint32_t{9})));
    CHECK(told.command() == 1001);
    CHECK(told.sequence() == 9);
    CHECK(told.body() == "\x04");
}

TEST_CASE("protobuf: what is written is, byte for byte, what the generated classes write") {
    peer p;
    spoken::each_reply([&](const auto& reply) {
        const std::string body = only(p.dialect.answer(p.state, reply, {})).body();
        CHECK(parsed<decltype(spoken::spelled(reply))>(body).SerializeAsString() == body);
    });
    spoken::each_event([&](const auto& event) {
        const std::string body = only(p.dialect.write(event, 0)).body();
        CHECK(parsed<decltype(spoken::spelled(event))>(body).SerializeAsString() == body);
    });
    protobuf_pages pages;
    spoken::each_answer([&](const auto& answer) {
        const std::string body = pages.write_answer(answer);
        CHECK(parsed<decltype(spoken::spelled(answer))>(body).SerializeAsString() == body);
    });
}

TEST_CASE("protobuf pages: a page says how far it looked, and a reset starts from 0") {
    protobuf_pages pages;
    const page full{
        {{3}, {99}},       {5}, {42}, true, {spoken::a_message()}, {spoken::a_mark()}, {spoken::a_membership()},
        {spoken::a_head()}};
    const auto told = parsed<v1::SyncAnswer>(pages.write_answer(sync_answer{full}));
    CHECK(told.next_seq() == "42");
    CHECK(told.server_max_seq() == "99");
    CHECK(told.has_more());
    CHECK(told.epoch() == "3");
    CHECK(told.messages(0).seq() == 7);
    CHECK(told.memberships(0).intervals(0).ended_at() == 5);
    CHECK(told.memberships(0).intervals(1).ended_at() == 0);
    CHECK(told.memberships(0).head().first_kept() == 3);
    CHECK(parsed<v1::SyncAnswer>(pages.write_answer(sync_answer{full, true})).next_seq() == "0");
}

TEST_CASE("protobuf pages: the bodies of POSTs are the same requests") {
    protobuf_pages pages;
    const std::string body = octets_field(2, "bob");
    CHECK(pages.read_body<send_request>(body)->to == "bob");
    CHECK(pages.read_body<edit_request>("\xff").error().code == errc::malformed);
}
