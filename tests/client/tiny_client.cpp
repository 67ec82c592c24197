#include <tandem/client/tiny_client.hpp>

#include "told.hpp"

#include <doctest/doctest.h>

using namespace tandem;

namespace dice {

struct roll {
    static constexpr command_name is{1001, "ROLL"};
    unsigned sides = 6;
};
void write_tiny(const roll& r, tiny_writer& to) { to.put("sides", r.sides); }
result<roll> read_tiny(const tiny_fields& f, as<roll>) {
    roll r;
    return f.fill(r, "sides", r.sides);
}

}  // namespace dice

namespace {

// Both ends of a connection, and of the pull API.
struct both_ends {
    // What the server reads of a request.
    template <class Request, class Look>
    void says(const Request& r, Look look) {
        const std::string line = client.say(r, 7);
        bool seen = false;
        const auto opened = dialect.open({line, true}, state, [&](tiny_dialect::envelope& e) {
            CHECK(e.name == Request::is.name);
            CHECK(e.correlation.as<std::uint32_t>() == 7);
            const auto read = dialect.read<Request>(e);
            REQUIRE(read);
            look(*read);
            seen = true;
        });
        CHECK(opened);
        CHECK(seen);
    }
    template <class Request, class Look>
    void posts(const Request& r, Look look) {
        const std::string body = client.write_body(r);
        const auto read = pages.read_body<Request>(body);
        REQUIRE(read);
        look(*read);
    }

    // What the client hears of an event, or a reply.
    template <class Word, class Event>
    Word told(const Event& e) {
        return heard<Word>(dialect.write(e, 0), 0);
    }
    template <class Word, class Reply>
    Word answered(const Reply& r) {
        return heard<Word>(dialect.answer(state, r, correlation::of(std::uint32_t{9})), 9);
    }
    template <class Word>
    Word heard(const frames& written, std::uint32_t sequence) {
        std::string line;
        written.each([&](const frame& f) { line += f.payload(); });
        auto said = client.hear({line, true});
        REQUIRE_MESSAGE(said, line);
        CHECK(said->sequence == sequence);
        REQUIRE_MESSAGE(std::holds_alternative<Word>(said->word), line);
        return std::get<Word>(std::move(said->word));
    }
    // Everything of a reply: what was heard, said again, is what was said.
    template <class Reply>
    void answers(const Reply& r) {
        CHECK(detail::tiny_line(answered<Reply>(r)).line() == detail::tiny_line(r).line());
    }

    template <class Answer, class Written>
    Answer pulled(const Written& w) {
        auto read = client.read_answer<Answer>(pages.write_answer(w));
        REQUIRE(read);
        return std::move(*read);
    }

    tiny_client client;
    tiny_dialect dialect;
    tiny_dialect::state state;
    tiny_pages pages;
};

// As the server would tell it.
std::string spelled(const entry& e) { return detail::tiny_line(push_message{e}).line(); }
std::string spelled(const mark& m) { return detail::tiny_line(push_mark{m}).line(); }
std::string spelled(const membership& m, const conversation_head& h) { return detail::tiny_membership(m, h); }
template <class T>
std::string spelled(const std::vector<T>& all) {
    std::string lines;
    for (const T& one : all) lines += spelled(one) + "\n";
    return lines;
}

// Nothing of it is as it begins.
entry full_entry(entry_kind kind) {
    entry e = told::said("g", 5, 50);
    e.kind = kind, e.content_type = 3, e.body = "a = b, 100%\n\xC3\xA9", e.time = {1234}, e.number = 4;
    e.target = {2}, e.subject = told::me, e.role = role::admin, e.visible_from = {1}, e.amended_by = {6};
    e.revoked = true, e.mentions = {"c,d", "e f"};
    return e;
}
mark full_mark(mark_key key = mark_key::reaction) {
    mark m = told::marked("g", 5, 50);
    m.key = key, m.owner = "bob", m.shared = true, m.target = {3};
    return m;
}
membership full_membership() {
    return {.conversation = told::in("g"),
            .user = told::me,
            .role = role::owner,
            .intervals = {{{2}, {4}}, {{7}, {}}},
            .changed = {70}};
}
constexpr conversation_head full_head{{9}, {90}, 8, {3}};

const std::vector<std::string_view> names{"c,d", "e f"};

}  // namespace

TEST_SUITE("tiny_client: what it says, the dialect reads") {
    TEST_CASE("signing in, staying, leaving") {
        both_ends b;
        b.says(auth_request{"a b", "phone", "ios", position{12}, {3}}, [](const auth_request& r) {
            CHECK(r.credential == "a b");
            CHECK(r.device == "phone");
            CHECK(r.platform == "ios");
            CHECK(r.cursor == position{12});
            CHECK(r.epoch == epoch{3});
        });
        b.says(auth_request{"a"}, [](const auth_request& r) {
            CHECK_FALSE(r.cursor);
            CHECK(r.epoch == epoch{});
        });
        b.says(auth_request{.cursor = position{0}}, [](const auth_request& r) { CHECK(r.cursor == position{0}); });
        b.says(heartbeat_request{position{0}}, [](const heartbeat_request& r) { CHECK(r.cursor == position{0}); });
        b.says(heartbeat_request{}, [](const heartbeat_request& r) { CHECK_FALSE(r.cursor); });
        b.says(logout_request{}, [](const logout_request&) {});
        b.says(background_request{true}, [](const background_request& r) { CHECK(r.background); });
        b.says(background_request{false}, [](const background_request& r) { CHECK_FALSE(r.background); });
    }

    TEST_CASE("messages, and what amends them") {
        both_ends b;
        const auto sent = [](const send_request& r) {
            CHECK(r.conversation == "group:g");
            CHECK(r.to == "bob");
            CHECK(r.send_id == "7.1");
            CHECK(r.content_type == 3);
            CHECK(r.body == "a = b,\n100%");
            CHECK(r.mentions == names);
        };
        const send_request send{"group:g", "bob", "7.1", 3, "a = b,\n100%", names};
        b.says(send, sent);
        b.posts(send, sent);
        b.says(send_request{.to = "bob"}, [](const send_request& r) {
            CHECK(r.conversation.empty());
            CHECK(r.body.empty());
            CHECK(r.mentions.empty());
        });
        const auto revoked = [](const revoke_request& r) {
            CHECK(r.conversation == "group:g");
            CHECK(r.to == "bob");
            CHECK(r.send_id == "7.2");
            CHECK(r.target == seq{5});
        };
        b.says(revoke_request{"group:g", "bob", "7.2", {5}}, revoked);
        b.posts(revoke_request{"group:g", "bob", "7.2", {5}}, revoked);
        const auto edited = [](const edit_request& r) {
            CHECK(r.conversation == "group:g");
            CHECK(r.to == "bob");
            CHECK(r.send_id == "7.3");
            CHECK(r.target == seq{5});
            CHECK(r.content_type == 3);
            CHECK(r.body == "b c");
        };
        b.says(edit_request{"group:g", "bob", "7.3", {5}, 3, "b c"}, edited);
        b.posts(edit_request{"group:g", "bob", "7.3", {5}, 3, "b c"}, edited);
        const auto marked = [](const mark_request& r) {
            CHECK(r.conversation == "group:g");
            CHECK(r.to == "bob");
            CHECK(r.key == mark_key::reaction);
            CHECK(r.value == 9);
            CHECK(r.target == seq{5});
        };
        b.says(mark_request{"group:g", "bob", mark_key::reaction, 9, {5}}, marked);
        b.posts(mark_request{"group:g", "bob", mark_key::reaction, 9, {5}}, marked);
    }

    TEST_CASE("what passes") {
        both_ends b;
        for (const bool typing : {true, false})
            b.says(typing_request{"group:g", "bob", typing}, [&](const typing_request& r) {
                CHECK(r.conversation == "group:g");
                CHECK(r.to == "bob");
                CHECK(r.typing == typing);
            });
        for (const watch w : {watch::none, watch::start, watch::stop})
            b.says(presence_request{names, w}, [&](const presence_request& r) {
                CHECK(r.users == names);
                CHECK(r.watch == w);
            });
        b.says(relay_request{"bob", 3, "b c"}, [](const relay_request& r) {
            CHECK(r.to == "bob");
            CHECK(r.content_type == 3);
            CHECK(r.body == "b c");
        });
        b.says(dice::roll{20}, [](const dice::roll& r) { CHECK(r.sides == 20); });
    }
}

TEST_SUITE("tiny_client: what it is told, it hears") {
    TEST_CASE("entries, with everything there is to them") {
        both_ends b;
        for (const entry_kind kind : {entry_kind::message, entry_kind::revoke, entry_kind::edit, entry_kind::joined,
                                      entry_kind::left, entry_kind{1000}}) {
            const entry e = full_entry(kind);
            told_as(e, [&](const auto& event) {
                const auto n = b.told<heard::news_of_log>(event);
                REQUIRE(n.entries.size() == 1);
                CHECK(n.marks.empty());
                CHECK_FALSE(n.next);
                CHECK(spelled(n.entries[0]) == spelled(e));
                CHECK(n.entries[0].body == e.body);
            });
        }
    }

    TEST_CASE("marks, by all their names") {
        both_ends b;
        const mark m = full_mark();
        for (const auto& n :
             {b.told<heard::news_of_log>(push_mark{m}), b.told<heard::news_of_log>(push_read_receipt{m}),
              b.told<heard::news_of_log>(push_received{m})}) {
            REQUIRE(n.marks.size() == 1);
            CHECK(n.entries.empty());
            CHECK(spelled(n.marks[0]) == spelled(m));
        }
    }

    TEST_CASE("batches: entries and marks, a page, a backfill") {
        both_ends b;
        const entry one = full_entry(entry_kind::message), two = full_entry(entry_kind::revoke);
        const entry* both[] = {&one, &two};
        const mark marks[] = {full_mark(), full_mark(mark_key::read)};
        auto n = b.told<heard::news_of_log>(push_batch{.entries = both, .marks = marks});
        CHECK(spelled(n.entries) == spelled(std::vector{one, two}));
        CHECK(spelled(n.marks) == spelled(std::vector{marks[0], marks[1]}));
        CHECK_FALSE(n.next);
        CHECK_FALSE(n.backfill);
        CHECK(b.told<heard::news_of_log>(push_batch{.entries = both, .backfill = true}).backfill);
        CHECK(b.told<heard::news_of_log>(push_batch{.entries = {}, .next = position{0}}).next == position{0});
    }

    TEST_CASE("news, trims, typing, presence, relays") {
        both_ends b;
        CHECK(b.told<heard::more>(news{{7}}).cursor == position{7});
        const conversation_id c = told::in("g");
        const user_id bob{"bob"};
        const auto t = b.told<heard::trimmed>(push_trimmed{c, {4}});
        CHECK(t.conversation == c);
        CHECK(t.first_kept == seq{4});
        const auto typing = b.told<heard::typing>(push_typing{c, bob, true});
        CHECK(typing.conversation == c);
        CHECK(typing.user == bob);
        CHECK(typing.typing);
        CHECK_FALSE(b.told<heard::typing>(push_typing{c, bob, false}).typing);
        const presence users[] = {{"a,b", true}, {"c", false}, {"d", true}};
        const auto p = b.told<heard::presences>(push_presence{users});
        REQUIRE(p.users.size() == 3);
        CHECK((p.users[0].user == user_id{"a,b"} && p.users[0].online));
        CHECK((p.users[1].user == user_id{"d"} && p.users[1].online));
        CHECK((p.users[2].user == user_id{"c"} && !p.users[2].online));
        const auto r = b.told<heard::relayed>(push_relay{bob, 3, "b c"});
        CHECK(r.from == bob);
        CHECK(r.content_type == 3);
        CHECK(r.body == "b c");
    }

    TEST_CASE("a farewell, a refusal") {
        both_ends b;
        const auto k = b.told<heard::farewell>(kick_out{errc::replaced, seconds(3)});
        CHECK(k.why == errc::replaced);
        CHECK(k.come_back == seconds(3));
        const auto r = b.answered<heard::refused>(refusal{errc::rate_limited, seconds(4), "7.1"});
        CHECK(r.why == errc::rate_limited);
        CHECK(r.retry_after == seconds(4));
        CHECK(r.send_id == send_id{"7.1"});
        CHECK(b.told<heard::refused>(refusal{errc::malformed}).why == errc::malformed);
    }

    TEST_CASE("every reply, whole") {
        both_ends b;
        const conversation_id c = told::in("g");
        b.answers(auth_reply{told::me, "phone", {3}, {9}, true, true, 4096, seconds(60), {1234}});
        b.answers(auth_reply{.user = told::me});
        b.answers(heartbeat_reply{position{7}, {9}, {1234}});
        b.answers(heartbeat_reply{.newest = {9}});
        CHECK_FALSE(b.answered<heartbeat_reply>(heartbeat_reply{.newest = {9}}).checkpoint);
        b.answers(logout_reply{});
        b.answers(background_reply{});
        b.answers(send_reply{"7.1", c, {{5}, {50}}, 4, {1234}, true, "b c"});
        b.answers(send_reply{.conversation = c, .place = {{5}, {50}}});
        CHECK_FALSE(b.answered<send_reply>(send_reply{.conversation = c, .place = {{5}, {50}}}).changed);
        b.answers(revoke_reply{"7.1", c, {2}, {{5}, {50}}, {1234}});
        b.answers(edit_reply{"7.1", c, {2}, {{5}, {50}}, {1234}, "b c"});
        b.answers(mark_reply{c, mark_key::reaction, 9, {5}, {50}});
        b.answers(mark_reply{.conversation = c, .key = mark_key::read});
        b.answers(presence_reply{{{"a,b", true}, {"c", false}}});
        b.answers(relay_reply{3});
    }

    TEST_CASE("what it does not know is passed on as it came") {
        both_ends b;
        const auto u = b.told<heard::unknown>(dice::roll{20});
        CHECK(u.name == "ROLL");
        CHECK(u.body == "ROLL 0 sides=20");
    }
}

TEST_SUITE("tiny_client: what is answered over HTTP, it reads") {
    TEST_CASE("a page") {
        both_ends b;
        page p;
        p.head = {{3}, {90}}, p.examined = {70}, p.more = true;
        p.entries = {full_entry(entry_kind::message), full_entry(entry_kind::edit)};
        p.marks = {full_mark(), full_mark(mark_key::read)};
        p.memberships = {full_membership(), {.conversation = told::in("h"), .user = told::me}};
        p.heads = {full_head, {}};
        const auto s = b.pulled<heard::sync_page>(sync_answer{p});
        CHECK_FALSE(s.reset);
        CHECK(s.page.head.epoch == epoch{3});
        CHECK(s.page.head.newest == position{90});
        CHECK(s.page.examined == position{70});
        CHECK(s.page.more);
        CHECK(spelled(s.page.entries) == spelled(p.entries));
        CHECK(spelled(s.page.marks) == spelled(p.marks));
        REQUIRE(s.page.memberships.size() == 2);
        REQUIRE(s.page.heads.size() == 2);
        for (std::size_t n : {0u, 1u})
            CHECK(spelled(s.page.memberships[n], s.page.heads[n]) == spelled(p.memberships[n], p.heads[n]));
        CHECK(s.page.memberships[0].intervals == p.memberships[0].intervals);

        const auto reset = b.pulled<heard::sync_page>(sync_answer{p, true});
        CHECK(reset.reset);
        CHECK(reset.page.examined == position{0});
    }

    TEST_CASE("a history") {
        both_ends b;
        history_page p{full_head, {{2}, {8}}, true, {full_entry(entry_kind::message), full_entry(entry_kind::revoke)}};
        const mark marks[] = {full_mark()};
        const membership m = full_membership();
        const auto h = b.pulled<heard::history>(history_answer{p, m, marks, true});
        CHECK(h.page.covered.first == seq{2});
        CHECK(h.page.covered.last == seq{8});
        CHECK(h.page.more);
        CHECK(h.more_marks);
        CHECK(spelled(h.page.entries) == spelled(p.entries));
        CHECK(spelled(h.marks) == spelled(std::vector{marks[0]}));
        CHECK(spelled(h.membership, h.page.head) == spelled(m, full_head));
        p.more = false;
        CHECK_FALSE(b.pulled<heard::history>(history_answer{p, m}).page.more);
        CHECK_FALSE(b.pulled<heard::history>(history_answer{p, m}).more_marks);
    }

    TEST_CASE("a list of conversations") {
        both_ends b;
        overview o{full_membership(), full_head, {4}, {5}, 6, {full_mark()}, full_entry(entry_kind::message)};
        const overview_page p{{{3}, {90}}, {o, {.membership = full_membership()}}, true};
        const auto all = b.pulled<heard::overviews>(conversations_answer{p});
        CHECK(all.page.head.epoch == epoch{3});
        CHECK(all.page.head.newest == position{90});
        CHECK(all.page.more);
        REQUIRE(all.page.conversations.size() == 2);
        const overview& first = all.page.conversations[0];
        CHECK(spelled(first.membership, first.head) == spelled(o.membership, o.head));
        CHECK(first.read == seq{4});
        CHECK(first.received == seq{5});
        CHECK(first.unread == 6);
        CHECK(spelled(first.marks) == spelled(o.marks));
        REQUIRE(first.last);
        CHECK(spelled(*first.last) == spelled(*o.last));
        CHECK_FALSE(all.page.conversations[1].last);
    }

    TEST_CASE("replies, and what went wrong") {
        both_ends b;
        const conversation_id c = told::in("g");
        const auto same = [&]<class R>(const R& r) {
            CHECK(detail::tiny_line(b.pulled<R>(r)).line() == detail::tiny_line(r).line());
        };
        same(send_reply{"7.1", c, {{5}, {50}}, 4, {1234}, true, "b c"});
        same(revoke_reply{"7.1", c, {2}, {{5}, {50}}, {1234}});
        same(edit_reply{"7.1", c, {2}, {{5}, {50}}, {1234}, "b c"});
        same(mark_reply{c, mark_key::reaction, 9, {5}, {50}});
        const auto r = b.pulled<heard::refused>(failure{errc::not_member, "conversation", seconds(4)});
        CHECK(r.why == errc::not_member);
        CHECK(r.retry_after == seconds(4));
    }
}

TEST_SUITE("tiny_client: junk") {
    TEST_CASE("what a server cannot have said is an error") {
        tiny_client client;
        for (const char* line : {"",
                                 "PUSH_MSG",
                                 "PUSH_MSG x",
                                 "PUSH_MSG 0",
                                 "PUSH_MSG 0 conversation=group:g seq=5",
                                 "PUSH_MSG 0 conversation=group:g position=5",
                                 "PUSH_MSG 0 seq=5 position=50",
                                 "PUSH_MSG 0 conversation=group:g seq=x position=50",
                                 "PUSH_MSG 0 conversation=nowhere seq=5 position=50",
                                 "PUSH_MSG 0 conversation=group:g seq=5 position=50 sender=%01",
                                 "PUSH_MSG 0 conversation=group:g seq=5 position=50 mentions=a,,b",
                                 "REVOKE_MSG_PUSH 0 conversation=group:g",
                                 "MARK_PUSH 0 key=read value=1",
                                 "MARK_PUSH 0 conversation=x",
                                 "BATCH_MSG 0 next=x",
                                 "BATCH_MSG 0 entry=PUSH_MSG",
                                 "BATCH_MSG 0 entry=PUSH_MSG%200%20seq%3Dx",
                                 "BATCH_MSG 0 entry=PUSH_MSG%200%20seq%3D1",
                                 "BATCH_MSG 0 mark=MARK_PUSH%200%20value%3D1",
                                 "NEWS 0 cursor=x",
                                 "AUTH_RSP 1 head=x",
                                 "SEND_RSP 1 conversation=group:g seq=-1 position=5",
                                 "SEND_RSP 1 conversation=group:g",
                                 "REVOKE_RSP 1 seq=5 position=50",
                                 "EDIT_RSP 1 conversation=group:g seq=5",
                                 "MARK_RSP 1 key=read",
                                 "ERROR 0 code=x",
                                 "PRESENCE_PUSH 0 online=a,,b",
                                 "PRESENCE_RSP 1 offline=%01",
                                 "TRIMMED_PUSH 0 conversation=x",
                                 "\x16\x03\x01"}) {
            CAPTURE(line);
            const auto said = client.hear({line, true});
            REQUIRE_FALSE(said);
            CHECK((said.error().code == errc::malformed || said.error().code == errc::invalid_argument));
        }
    }

    TEST_CASE("an answer with anything wrong in it is an error") {
        tiny_client client;
        for (const char* body :
             {"", "<html>", "SYNC", "SYNC 0 next=x", "SYNC 0 entry=PUSH_MSG", "SYNC 0 entry=PUSH_MSG%200%20seq%3D1",
              "SYNC 0 membership=MEMBERSHIP%200%20visible_from%3D1",
              "SYNC 0 membership=MEMBERSHIP%200%20visible_from%3D1%20ended_at%3Dx",
              "SYNC 0 membership=MEMBERSHIP%200%20role%3Dx", "SYNC 0 membership=MEMBERSHIP"})
            CHECK_FALSE(client.read_answer<heard::sync_page>(body));
        for (const char* body : {"", "HISTORY 0 first=x", "HISTORY 0 entry=x", "HISTORY 0 membership=x"})
            CHECK_FALSE(client.read_answer<heard::history>(body));
        for (const char* body : {"", "CONVERSATIONS 0 head=x", "CONVERSATIONS 0 overview=x",
                                 "CONVERSATIONS 0 overview=OVERVIEW%200%20read%3Dx",
                                 "CONVERSATIONS 0 overview=OVERVIEW%200%20membership%3Dx",
                                 "CONVERSATIONS 0 overview=OVERVIEW%200%20entry%3Dx"})
            CHECK_FALSE(client.read_answer<heard::overviews>(body));
        CHECK_FALSE(client.read_answer<send_reply>("SEND_RSP 0 seq=x"));
        CHECK_FALSE(client.read_answer<heard::refused>("FAILURE 0 code=x"));
    }

    TEST_CASE("an answer to another question is an error") {
        tiny_client client;
        const std::string placed = " 0 conversation=group:g seq=5 position=50";
        const std::string answers[] = {
            "SYNC 0",           "HISTORY 0",         "CONVERSATIONS 0",     "FAILURE 0",
            "USERS 0",          "SEND_RSP" + placed, "REVOKE_RSP" + placed, "EDIT_RSP" + placed,
            "MARK_RSP" + placed};
        const auto reads = [&]<class Answer>(as<Answer>) {
            std::string read;
            for (const std::string& a : answers)
                if (client.read_answer<Answer>(a)) read += a.substr(0, a.find(' '));
            return read;
        };
        CHECK(reads(as<heard::sync_page>{}) == "SYNC");
        CHECK(reads(as<heard::history>{}) == "HISTORY");
        CHECK(reads(as<heard::overviews>{}) == "CONVERSATIONS");
        CHECK(reads(as<send_reply>{}) == "SEND_RSP");
        CHECK(reads(as<revoke_reply>{}) == "REVOKE_RSP");
        CHECK(reads(as<edit_reply>{}) == "EDIT_RSP");
        CHECK(reads(as<mark_reply>{}) == "MARK_RSP");
        CHECK(reads(as<heard::refused>{}) == "FAILURE");
    }

    TEST_CASE("a cut or changed line never does harm") {
        both_ends b;
        page p;
        p.entries = {full_entry(entry_kind::message)}, p.marks = {full_mark()};
        p.memberships = {full_membership()}, p.heads = {full_head};
        const std::string answer = b.pages.write_answer(sync_answer{p});
        std::size_t read = 0;
        for (std::size_t n = 0; n < answer.size(); ++n) {
            std::string changed = answer;
            changed[n] = changed[n] == '%' ? 'x' : '%';
            read += static_cast<bool>(b.client.read_answer<heard::sync_page>(changed));
            read += static_cast<bool>(b.client.read_answer<heard::sync_page>(answer.substr(0, n)));
            (void)b.client.hear({bytes{answer}.substr(0, n), true});
        }
        CHECK(read < answer.size() / 2);
    }
}
