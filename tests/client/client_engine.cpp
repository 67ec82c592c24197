#include <tandem/client/client_engine.hpp>
#include <tandem/client/memory_local_store.hpp>
#include <tandem/client/tiny_client.hpp>
#include <tandem/testing/manual_clock.hpp>

#include "told.hpp"

#include <doctest/doctest.h>

#include <array>
#include <deque>

using namespace tandem;

namespace {

// What it is asked to do comes out as text, in order; the questions wait for their answers.
struct line_network {
    void connect(std::string_view server, std::string_view subprotocol) {
        CHECK(subprotocol == tiny_client::subprotocol);
        note("connect " + std::string{server});
    }
    void send(bytes payload, bool is_text) {
        CHECK(is_text);
        note(std::string{payload});
    }
    void disconnect() { note("disconnect"); }
    void ask(std::string_view server, const pull_request& r, done<pull_answer> then) {
        asked_of = server, authorization = r.authorization;
        note(std::string{r.method} + " " + std::string{r.target} + (r.body.empty() ? "" : " ") + std::string{r.body});
        if (at_once.empty()) return questions.push_back(std::move(then));
        const std::string body = at_once.front();
        at_once.pop_front();
        then(pull_answer{.body = body});
    }
    void note(const std::string& what) { done_so_far += (done_so_far.empty() ? "" : " | ") + what; }

    std::string done_so_far, asked_of, authorization;
    std::deque<done<pull_answer>> questions;
    std::deque<std::string> at_once;  // answers to the next questions, given before ask() returns
};

// Of which the next changes, or every reading, can fail.
struct failing_local_store : memory_local_store {
    result<local_state> state() {
        if (is_unreadable) return errc::store_failed;
        return memory_local_store::state();
    }
    result<> apply(const local_change& change) {
        if (fails != 0) return --fails, errc::store_failed;
        return memory_local_store::apply(change);
    }
    unsigned fails = 0;
    bool is_unreadable = false;
};

struct phone_parts {
    using store = failing_local_store&;
    using codec = tiny_client;
    using network = line_network&;
    using clock = manual_clock&;
};

client_options of_ann() {
    return {.user = told::me, .credential = "secret", .servers = {"one", "two"}, .seed = 7, .page = 2};
}

// A device of ann's: the server's lines go in, what it does, tells and keeps comes out as text.
struct phone {
    using engine = client_engine<phone_parts>;

    explicit phone(client_options o = of_ann()) : options{std::move(o)} { switch_on(); }

    void switch_on() {
        client_events e;
        e.changed = [this](const local_change& c) {
            note(changed, text_of(c));
            if (on_change) on_change(c);
        };
        e.state = [this](client_state s, errc why) { note(stated, text_of(s) + (why == errc{} ? "" : text_of(why))); };
        e.store_failed = [this](const error&) { note(stated, "store failed"); };
        e.typing = [this](const heard::typing& t) { note(told, "typing " + std::string{t.user.view()}); };
        e.presence = [this](const std::vector<presence>& all) {
            for (const presence& one : all)
                note(told, std::string{one.user.view()} + (one.online ? " is here" : " is not"));
        };
        e.relayed = [this](const heard::relayed& r) { note(told, "relayed " + r.body); };
        e.heard = [this](const heard::said& s) {
            const auto* r = std::get_if<heard::refused>(&s.word);
            note(told, std::to_string(s.sequence) + (r ? text_of(r->why) : " is answered"));
        };
        client.emplace(client_parts<phone_parts>{.store = store, .network = net, .codec = {}, .clock = clock}, options,
                       std::move(e));
    }
    // The program ends, and begins anew with what was kept.
    phone& restarts() {
        client.reset();
        net.questions.clear(), net.done_so_far.clear();
        changed.clear(), stated.clear(), told.clear();
        switch_on();
        return starts();
    }

    // --- what happens
    phone& starts() {
        CHECK(client->start());
        return *this;
    }
    phone& opens() { return client->opened(), *this; }
    template <class... Lines>
    phone& hears(const Lines&... lines) {
        (client->received({std::string{lines}, true}), ...);
        return *this;
    }
    phone& closes(errc why = errc::timed_out) { return client->closed(why), *this; }
    phone& passes(duration d) {
        clock.advance(d);
        client->tick();
        return *this;
    }
    phone& answers(std::string body, int status = 200) {
        return answers(pull_answer{.status = status, .body = std::move(body)});
    }
    phone& answers(result<pull_answer> a) {
        REQUIRE_FALSE(net.questions.empty());
        const done<pull_answer> then = net.questions.front();
        net.questions.pop_front();
        then(std::move(a));
        return *this;
    }

    // Signed in, with nothing missing; how it came there is told in the first tests.
    phone& signs_in(std::uint64_t head = 0, const std::string& more = {}) {
        opens();
        const std::string said = does();
        const std::size_t at = said.rfind("AUTH_REQ ");
        REQUIRE(at != std::string::npos);
        signed_in_as = std::stoul(said.substr(at + 9));
        return hears("AUTH_RSP " + std::to_string(signed_in_as) + " user=ann epoch=7 head=" + std::to_string(head) +
                     " heartbeat=75000" + more);
    }
    phone& lives() {
        starts().signs_in(client->cursor_now().value);
        REQUIRE(client->state() == client_state::live);
        return forgets();
    }
    // Time passes until it tries again.
    phone& comes_back() {
        for (int n = 0; n < 1000; ++n) {
            if (net.done_so_far.find("connect o") == 0 || net.done_so_far.find("connect t") == 0 ||
                net.done_so_far.find("| connect") != std::string::npos)
                return *this;
            clock.set(std::max(clock.now() + milliseconds(1), client->next_tick()));
            client->tick();
        }
        FAIL("it does not connect");
        return *this;
    }
    phone& polls() {
        starts();
        for (int n = 0; n < 3; ++n) {
            comes_back();
            does();
            closes();
        }
        return *this;
    }
    phone& forgets() {
        net.done_so_far.clear(), changed.clear(), stated.clear(), told.clear();
        return *this;
    }

    // --- what comes of it
    std::string does() { return std::exchange(net.done_so_far, {}); }
    std::string changes() { return std::exchange(changed, {}); }
    std::string states() { return std::exchange(stated, {}); }
    std::string tells() { return std::exchange(told, {}); }
    std::int64_t waits() const { return (client->next_tick() - clock.now()).milliseconds; }
    std::uint64_t cursor() const { return client->cursor_now().value; }
    std::string keeps(std::string_view c, epoch log = {7}) {
        std::string all;
        const auto entries = store.entries_of(log, told::in(c), {{1}, {1000}}, 1000);
        for (const entry& e : *entries) note(all, told::text(e), " ");
        return all;
    }
    std::string queue() {
        std::string all;
        const auto kept = store.memory_local_store::state();
        for (const queued_send& q : kept->queue) note(all, text_of(q), " ");
        return all;
    }
    std::string wishes() {
        std::string all;
        const auto kept = store.memory_local_store::state();
        for (const mark_change& w : kept->wishes) note(all, told::text(w), " ");
        return all;
    }
    std::string says(std::string body = "hi", std::string_view to = "bob") {
        const auto id = client->send(told::in(to), std::move(body));
        return id ? std::string{id->view()} : text_of(id.error().code);
    }

    // --- what the server says
    static std::string push(const entry& e) { return detail::tiny_line(push_message{e}).line(); }
    static std::string stored(std::uint32_t sequence, std::uint64_t send, std::uint64_t seq, std::uint64_t position,
                              std::string_view more = {}) {
        return "SEND_RSP " + std::to_string(sequence) + " send_id=1." + std::to_string(send) +
               " conversation=direct:ann:bob seq=" + std::to_string(seq) + " position=" + std::to_string(position) +
               " number=" + std::to_string(seq) + std::string{more};
    }
    static std::string refuses(std::uint32_t sequence, errc why, std::string_view more = {}) {
        return "ERROR " + std::to_string(sequence) + " code=" + std::to_string(static_cast<unsigned>(why)) +
               std::string{more};
    }
    static std::string kicks(errc why, std::string_view more = {}) {
        return "KICK_OUT 0 code=" + std::to_string(static_cast<unsigned>(why)) + std::string{more};
    }
    static std::string page(std::uint64_t examined, std::uint64_t newest, std::vector<entry> entries = {},
                            std::uint64_t epoch = 7) {
        const told::sync s{examined, newest, std::move(entries), epoch};
        return tiny_pages{}.write_answer(sync_answer{s.page});
    }
    static std::string history(std::uint64_t first, std::uint64_t last, std::vector<entry> entries, bool more = false) {
        told::history h{first, last, std::move(entries), more};
        h.membership.user = told::me;
        h.membership.conversation = h.page.entries.empty() ? told::in("bob") : h.page.entries.front().conversation;
        return tiny_pages{}.write_answer(history_answer{h.page, h.membership});
    }
    static std::string failure(errc why) { return "FAILURE 0 code=" + std::to_string(static_cast<unsigned>(why)); }

    // --- as text: what told::text says, then "+1.1" queued, "-1" struck, "?bob=3" wished, "!bob=3" wished no longer
    static std::string text_of(errc why) { return std::string{" ("} + text(why) + ")"; }
    static std::string text_of(const queued_send& q) {
        return "+" + std::string{q.send_id.view()} + (q.failed == errc{} ? "" : text_of(q.failed));
    }
    static std::string text_of(const local_change& c) {
        std::string all = told::text(c);
        for (const std::uint64_t n : c.unqueued) note(all, "-" + std::to_string(n), " ");
        for (const queued_send& q : c.queued) note(all, text_of(q), " ");
        for (const mark_change& w : c.wished) note(all, "?" + told::text(w), " ");
        for (const mark_change& g : c.granted) note(all, "!" + told::text(g), " ");
        return all;
    }
    static std::string text_of(client_state s) {
        static constexpr const char* names[] = {"offline", "connecting",       "catching_up", "live",
                                                "polling", "wants_credential", "ended"};
        return names[static_cast<std::size_t>(s)];
    }
    static void note(std::string& all, const std::string& what, const char* between = " | ") {
        all += (all.empty() ? "" : between) + what;
    }

    client_options options;
    manual_clock clock;
    line_network net;
    failing_local_store store;
    std::string changed, stated, told;
    function<void(const local_change&)> on_change;
    std::size_t signed_in_as = 0;
    std::optional<engine> client;
};

const std::string to_bob = " conversation=direct:ann:bob send_id=1.";

}  // namespace

TEST_SUITE("client_engine: signing in") {
    TEST_CASE("it connects, says who it is, and is live when nothing was missed") {
        client_options o = of_ann();
        o.device = "phone", o.platform = "ios";
        phone p{o};
        CHECK(p.client->state() == client_state::offline);
        p.starts();
        CHECK(p.does() == "connect one");
        CHECK(p.states() == "connecting");
        p.opens();
        CHECK(p.does() == "AUTH_REQ 1 credential=secret device=phone platform=ios");
        CHECK(p.states() == "");
        p.hears("AUTH_RSP 1 user=ann epoch=7 head=0 heartbeat=75000");
        CHECK(p.does() == "HEARTBEAT_REQ 2 cursor=0");
        CHECK(p.states() == "live");
        CHECK(p.changes() == "log=7");
        p.passes(milliseconds(74'999));
        CHECK(p.does() == "");
    }

    TEST_CASE("what a store has is said with the sign-in") {
        phone p;
        p.lives().hears(p.push(told::said("bob", 1, 5)), "HEARTBEAT_RSP 0 checkpoint=5 newest=5");
        CHECK(p.cursor() == 5);
        p.restarts().opens();
        CHECK(p.does() == "connect one | AUTH_REQ 1 credential=secret cursor=5 epoch=7");
        p.hears("AUTH_RSP 1 user=ann epoch=7 head=5");
        CHECK(p.states() == "connecting | live");
        CHECK(p.changes() == "");
    }

    TEST_CASE("nothing happens before it is started") {
        phone p;
        p.passes(days(1));
        p.opens().closes();
        CHECK(p.does() == "");
        CHECK(p.says() == " (store failed)");
        CHECK_FALSE(p.client->read(told::in("bob"), {1}));
        CHECK(p.states() == "");
    }

    TEST_CASE("a reply to another sign-in counts nothing") {
        phone p;
        p.starts().opens().hears("AUTH_RSP 9 user=ann epoch=7 head=0");
        CHECK(p.client->state() == client_state::connecting);
        CHECK(p.changes() == "");
    }

    TEST_CASE("a sign-in as somebody else is given up, and another credential is wanted") {
        phone p;
        p.starts().opens().forgets().hears("AUTH_RSP 1 user=eve epoch=7 head=0");
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "wants_credential (bad credential)");
        CHECK(p.changes() == "");
        p.passes(days(2));
        CHECK(p.does() == "");
        p.client->use_credential("better");
        CHECK(p.states() == "connecting");
        p.opens();
        CHECK(p.does() == "connect one | AUTH_REQ 2 credential=better");
    }

    TEST_CASE("a refused credential is not tried again, a server that is too busy is, when it says") {
        phone p;
        p.starts().opens().forgets().hears(p.refuses(1, errc::overloaded, " retry_after=60000"));
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "offline");
        CHECK(p.waits() >= 60'000);
        CHECK(p.waits() <= 61'000);
        p.comes_back().opens().forgets().hears(p.refuses(2, errc::bad_credential));
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "wants_credential (bad credential)");
    }

    TEST_CASE("a store that cannot be read is said by the start") {
        phone p;
        p.store.is_unreadable = true;
        CHECK_FALSE(p.client->start());
        p.passes(days(1));
        CHECK(p.does() == "");
        p.store.is_unreadable = false;
        p.starts();
        CHECK(p.does() == "connect one");
    }
}

TEST_SUITE("client_engine: the line") {
    TEST_CASE("who does not open, or does not answer the sign-in, is given up for the next server") {
        phone p;
        p.starts().passes(milliseconds(19'999));
        CHECK(p.does() == "connect one");
        p.passes(milliseconds(1));
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "connecting | offline");
        CHECK(p.waits() <= 1000);
        p.comes_back();
        CHECK(p.does() == "connect two");
        p.opens().passes(seconds(21));
        CHECK(p.does() == "AUTH_REQ 1 credential=secret | disconnect");
        CHECK(p.waits() <= 2000);
        p.comes_back();
        CHECK(p.does() == "connect one");
    }

    TEST_CASE("a connection that was live is tried again at the same server") {
        phone p;
        p.lives().closes();
        CHECK(p.states() == "offline");
        CHECK(p.does() == "");  // it is known to be closed
        CHECK(p.waits() <= 1000);
        p.comes_back();
        CHECK(p.does() == "connect one");
    }

    TEST_CASE("heartbeats go when nothing else does, as often as the server asks") {
        phone p;
        p.starts().opens().hears("AUTH_RSP 1 user=ann epoch=7 head=0 heartbeat=30000").forgets();
        p.passes(seconds(20));
        CHECK(p.client->typing(told::in("bob")));
        CHECK(p.does() == "TYPING_REQ 3 conversation=direct:ann:bob typing=1");
        p.passes(milliseconds(29'999));
        CHECK(p.does() == "");
        p.passes(milliseconds(1));
        CHECK(p.does() == "HEARTBEAT_REQ 4 cursor=0");
        p.hears("HEARTBEAT_RSP 4 checkpoint=0 newest=0").passes(seconds(29));
        CHECK(p.does() == "");
        CHECK(p.client->state() == client_state::live);
    }

    TEST_CASE("silence after a heartbeat ends the connection, anything heard does not") {
        phone p;
        p.lives().passes(seconds(75));
        CHECK(p.does() == "HEARTBEAT_REQ 3 cursor=0");
        CHECK(p.waits() == 10'000);
        p.hears("TYPING_STATUS_PUSH 0 conversation=direct:ann:bob user=bob typing=1").passes(seconds(75));
        CHECK(p.tells() == "typing bob");
        CHECK(p.does() == "HEARTBEAT_REQ 4 cursor=0");
        p.passes(seconds(10));
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "offline");
        p.comes_back();
        CHECK(p.does() == "connect one");
    }

    TEST_CASE("another network asks at once whether the server is there, and does not wait to connect") {
        phone p;
        p.lives().client->network_changed();
        CHECK(p.does() == "HEARTBEAT_REQ 3 cursor=0");
        CHECK(p.waits() == 10'000);
        p.hears(p.kicks(errc::shutting_down, " come_back=60000")).forgets();
        CHECK(p.waits() >= 60'000);
        p.client->network_changed();
        CHECK(p.does() == "connect one");
    }

    TEST_CASE("what cannot be read ends the connection") {
        phone p;
        p.lives().hears("nonsense");
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "offline");
        p.hears(p.push(told::said("bob", 1, 1)));  // what was behind it on the same connection
        CHECK(p.changes() == "");
    }

    TEST_CASE("a server that says farewell says when to come back") {
        phone p;
        p.lives().hears(p.kicks(errc::shutting_down, " come_back=60000"));
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "offline");
        CHECK(p.waits() >= 60'000);
        CHECK(p.waits() <= 61'000);
        p.comes_back();
        CHECK(p.does() == "connect one");
    }

    TEST_CASE("an operator's kick is the end, until it is started again") {
        phone p;
        p.lives().hears(p.kicks(errc::kicked));
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "ended (kicked)");
        p.passes(days(1));
        p.client->network_changed();
        p.client->use_credential("other");
        CHECK(p.does() == "");
        p.starts();
        CHECK(p.does() == "connect one");
        CHECK(p.states() == "connecting");
    }

    TEST_CASE("an expired session wants a credential") {
        phone p;
        p.lives().hears(p.kicks(errc::expired));
        CHECK(p.states() == "wants_credential (expired)");
        p.client->use_credential("fresh");
        p.opens();
        CHECK(p.does() == "disconnect | connect one | AUTH_REQ 3 credential=fresh cursor=0 epoch=7");
    }

    TEST_CASE(
        "a sign-in that replaces it may be one of its own that it gave up: the first is forgiven, the next is not") {
        phone p;
        p.lives().hears(p.kicks(errc::replaced));
        CHECK(p.states() == "offline");
        p.comes_back().signs_in().forgets();
        p.hears(p.kicks(errc::replaced));
        CHECK(p.states() == "ended (replaced)");
        p.passes(days(1));
        CHECK(p.does() == "disconnect");
    }

    TEST_CASE("each connection given up makes one more that is forgiven, three at most") {
        phone p;
        p.lives();
        for (int n = 0; n < 5; ++n) p.closes().comes_back().signs_in().forgets();
        for (int n = 0; n < 3; ++n) {
            p.hears(p.kicks(errc::replaced));
            CHECK(p.states() == "offline");
            p.comes_back().signs_in().forgets();
        }
        p.hears(p.kicks(errc::replaced));
        CHECK(p.states() == "ended (replaced)");
    }

    TEST_CASE("who logs out says so, and stays away") {
        phone p;
        p.lives().client->log_out();
        CHECK(p.does() == "LOGOUT_REQ 3 | disconnect");
        CHECK(p.states() == "ended (logged out)");
        p.passes(days(1));
        CHECK(p.does() == "");
    }

    TEST_CASE("who logs out without a connection says nothing") {
        phone p;
        p.lives().closes().forgets().client->log_out();
        CHECK(p.does() == "");
        CHECK(p.states() == "ended (logged out)");
        p.passes(days(1));
        CHECK(p.does() == "");
    }
}

TEST_SUITE("client_engine: sends") {
    TEST_CASE("what is said before there is a connection is kept, and said after the sign-in") {
        phone p;
        p.starts();
        CHECK(p.says("hi") == "1.1");
        CHECK(p.changes() == "+1.1");
        CHECK(p.queue() == "+1.1");
        CHECK_FALSE(p.client->has_said_everything());
        p.opens();
        CHECK(p.does() == "connect one | AUTH_REQ 1 credential=secret");
        p.hears("AUTH_RSP 1 user=ann epoch=7 head=0");
        CHECK(p.does() == "HEARTBEAT_REQ 2 cursor=0 | SEND_REQ 3" + to_bob + "1 body=hi");
    }

    TEST_CASE("its place puts the entry and strikes the queue, in one change") {
        phone p;
        p.lives();
        CHECK(p.says("hi") == "1.1");
        CHECK(p.does() == "SEND_REQ 3" + to_bob + "1 body=hi");
        CHECK(p.changes() == "+1.1");
        p.hears(p.stored(3, 1, 1, 4));
        CHECK(p.changes() == "bob1 -1");
        CHECK(p.queue() == "");
        CHECK(p.client->has_said_everything());
        const auto kept = p.store.entries(told::in("bob"), {{1}, {1}}, 1);
        REQUIRE(kept->size() == 1);
        CHECK(kept->front().body == "hi");
        CHECK(kept->front().sender == told::me);
        CHECK(kept->front().place.position == position{4});
        CHECK(kept->front().send_id.view() == "1.1");
    }

    TEST_CASE("what a rule of the server made of it is what is kept") {
        phone p;
        p.lives().says("damn");
        p.hears(p.stored(3, 1, 1, 4, " changed=d***"));
        CHECK(p.store.entries(told::in("bob"), {{1}, {1}}, 1)->front().body == "d***");
    }

    TEST_CASE("edits, revokes and mentions are said as such") {
        phone p;
        p.lives();
        CHECK(p.client->edit(told::in("bob"), {3}, "better"));
        CHECK(p.client->revoke(told::in("bob"), {4}));
        CHECK(p.client->send(told::in("g"), "you", 2, {"bob", "eve"}));
        CHECK(p.does() == "EDIT_REQ 3" + to_bob + "1 target=3 body=better | REVOKE_REQ 4" + to_bob +
                              "2 target=4 | SEND_REQ 5 conversation=group:g send_id=1.3 content_type=2 body=you "
                              "mentions=bob,eve");
        CHECK(p.queue() == "+1.1 +1.2 +1.3");
    }

    TEST_CASE("an acknowledged edit amends its target and is struck") {
        phone p;
        p.lives().hears(p.push(told::said("bob", 1, 1, told::me))).forgets();
        CHECK(p.client->edit(told::in("bob"), {1}, "better"));
        p.hears("EDIT_RSP 3 send_id=1.1 conversation=direct:ann:bob target=1 seq=2 position=2 number=1");
        CHECK(p.changes() == "+1.1 | bob2 bob1~2 -1");
        CHECK(p.client->revoke(told::in("bob"), {1}));
        p.hears("REVOKE_RSP 4 send_id=1.2 conversation=direct:ann:bob target=1 seq=3 position=3 number=1");
        CHECK(p.changes() == "+1.2 | bob3 bob1x3 -2");
    }

    TEST_CASE("a repeated acknowledgement of what is here strikes the queue, and puts nothing") {
        phone p;
        p.lives().says();
        p.closes().comes_back().signs_in(4);
        p.answers(p.page(4, 4)).forgets();  // of another conversation
        CHECK(p.queue() == "+1.1");
        p.hears(p.stored(5, 1, 1, 4, " repeated=1"));
        CHECK(p.changes() == "-1");
        CHECK(p.client->has_said_everything());
    }

    TEST_CASE("a repeated acknowledgement of what is still to come strikes the queue when it has come") {
        phone p;
        p.lives().says();
        p.closes().comes_back().signs_in().forgets();
        p.hears(p.stored(6, 1, 1, 4, " repeated=1"));
        CHECK(p.changes() == "");
        CHECK(p.queue() == "+1.1");
        entry own = told::said("bob", 1, 4, told::me);
        own.send_id = "1.1";
        p.hears(p.push(own));
        CHECK(p.changes() == "bob1 -1");
    }

    TEST_CASE("what was not confirmed is said again on the next connection") {
        phone p;
        p.lives().says();
        p.closes().comes_back().signs_in();
        CHECK(p.does() == "HEARTBEAT_REQ 5 cursor=0 | SEND_REQ 6" + to_bob + "1 body=hi");
        p.hears(p.stored(3, 1, 1, 4));  // of the connection before
        CHECK(p.queue() == "+1.1");
    }

    TEST_CASE("and after a restart, under its old id, and the next one has another") {
        phone p;
        p.lives().says();
        p.restarts().signs_in();
        CHECK(p.does() == "HEARTBEAT_REQ 2 cursor=0 | SEND_REQ 3" + to_bob + "1 body=hi");
        CHECK(p.says("ho") == "1.2");
    }

    TEST_CASE("what is refused for good is kept with its reason, and not said again") {
        phone p;
        p.lives().says();
        p.hears(p.refuses(3, errc::not_allowed));
        CHECK(p.changes() == "+1.1 | +1.1 (not allowed)");
        CHECK(p.queue() == "+1.1 (not allowed)");
        CHECK(p.client->has_said_everything());
        p.restarts().signs_in();
        CHECK(p.does() == "HEARTBEAT_REQ 2 cursor=0");
    }

    TEST_CASE("it is tried again when the user says so") {
        phone p;
        p.lives().says();
        CHECK_FALSE(p.client->try_again("1.1"));
        p.hears(p.refuses(3, errc::not_allowed)).forgets();
        CHECK(p.client->try_again("1.1"));
        CHECK(p.changes() == "+1.1");
        CHECK(p.queue() == "+1.1");
        CHECK(p.does() == "SEND_REQ 4" + to_bob + "1 body=hi");
        CHECK_FALSE(p.client->forget("1.1"));
        p.hears(p.stored(4, 1, 1, 1));
        CHECK(p.queue() == "");
    }

    TEST_CASE("or forgotten") {
        phone p;
        p.lives().says();
        CHECK_FALSE(p.client->forget("1.1"));
        p.hears(p.refuses(3, errc::not_allowed)).forgets();
        CHECK(p.client->forget("1.1"));
        CHECK(p.changes() == "-1");
        CHECK(p.queue() == "");
        CHECK(p.does() == "");
        CHECK_FALSE(p.client->try_again("1.1"));
    }

    TEST_CASE("what is refused for a while is said again, with all behind it") {
        phone p;
        p.lives().says("one");
        p.says("two");
        p.forgets().hears(p.refuses(3, errc::overloaded, " retry_after=40000"), p.refuses(4, errc::lane_closed));
        CHECK(p.does() == "");
        CHECK(p.changes() == "");
        CHECK(p.waits() == 40'000);
        p.passes(seconds(40));
        CHECK(p.does() == "SEND_REQ 5" + to_bob + "1 body=one | SEND_REQ 6" + to_bob + "2 body=two");
    }

    TEST_CASE("a closed lane that nothing here would open needs another connection") {
        phone p;
        p.lives().says();
        p.forgets().hears(p.refuses(3, errc::lane_closed));
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "offline");
    }

    TEST_CASE("a frame larger than the server takes is not sent: it fails") {
        phone p;
        p.starts().signs_in(0, " max_frame_bytes=100").forgets();
        CHECK(p.says(std::string(60, 'x')) == "1.1");
        CHECK(p.says("hi") == "1.2");
        CHECK(p.does() == "SEND_REQ 4" + to_bob + "2 body=hi");
        CHECK(p.changes() == "+1.1 | +1.1 (too large) | +1.2");
        CHECK(p.queue() == "+1.1 (too large) +1.2");
    }

    TEST_CASE("no more of one conversation are on their way than the window holds") {
        client_options o = of_ann();
        o.window = 2;
        phone p{o};
        p.lives().says();
        p.says();
        p.says();
        p.says("other", "eve");
        CHECK(p.does() == "SEND_REQ 3" + to_bob + "1 body=hi | SEND_REQ 4" + to_bob +
                              "2 body=hi | SEND_REQ 5 conversation=direct:ann:eve send_id=1.4 body=other");
        p.hears(p.stored(3, 1, 1, 1));
        CHECK(p.does() == "SEND_REQ 6" + to_bob + "3 body=hi");
    }
}

TEST_SUITE("client_engine: catching up") {
    TEST_CASE("it goes by pages, and tells how far it is when the last one is stored") {
        phone p;
        p.starts().signs_in(6);
        CHECK(p.states() == "connecting | catching_up");
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
        CHECK(p.net.asked_of == "one");
        CHECK(p.net.authorization == "Bearer secret");
        CHECK(p.changes() == "log=7");
        p.answers(p.page(3, 6, {told::said("bob", 1, 2), told::said("bob", 2, 3)}));
        CHECK(p.changes() == "bob1 bob2 @3");
        CHECK(p.does() == "GET /api/sync?lastSeq=3&count=2&epoch=7");
        CHECK(p.states() == "");
        p.answers(p.page(6, 6, {told::said("bob", 3, 5)}));
        CHECK(p.changes() == "bob3 @6");
        CHECK(p.does() == "HEARTBEAT_REQ 2 cursor=6");
        CHECK(p.states() == "live");
    }

    TEST_CASE("the next page is asked while the one before is being stored") {
        phone p;
        p.starts().signs_in(6).forgets();
        std::string asked;
        p.on_change = [&](const local_change&) { asked = p.does(); };
        p.answers(p.page(3, 6, {told::said("bob", 1, 2)}));
        CHECK(asked == "GET /api/sync?lastSeq=3&count=2&epoch=7");
    }

    TEST_CASE("what was pushed meanwhile comes after the pages") {
        phone p;
        p.starts().signs_in(3).forgets();
        p.hears(p.push(told::said("bob", 2, 4)));
        CHECK(p.changes() == "");
        p.answers(p.page(3, 4, {told::said("bob", 1, 2)}));
        CHECK(p.changes() == "bob1 bob2 @3");
        CHECK(p.states() == "live");
    }

    TEST_CASE("a page that comes with the sign-in is asked from nobody") {
        phone p;
        p.starts().signs_in(3, " page_follows=1");
        CHECK(p.does() == "");
        const entry one = told::said("bob", 1, 2);
        p.hears(detail::tiny_line(push_batch{.entries = std::array{&one}, .next = position{3}}).line());
        CHECK(p.does() == "HEARTBEAT_REQ 2 cursor=3");
        CHECK(p.changes() == "log=7 | bob1 @3");
        CHECK(p.states() == "connecting | catching_up | live");
    }

    TEST_CASE("news make it pull") {
        phone p;
        p.lives().hears("NEWS 0 cursor=3");
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
        CHECK(p.states() == "catching_up");
        p.answers(p.page(3, 3, {told::said("bob", 1, 3)}));
        CHECK(p.does() == "HEARTBEAT_REQ 3 cursor=3");
        CHECK(p.states() == "live");
    }

    TEST_CASE("a heartbeat that tells of more makes it pull") {
        phone p;
        p.lives().hears("HEARTBEAT_RSP 0 newest=3");
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
    }

    TEST_CASE("a pull that fails is tried again after a pause, longer each time, or as the server says") {
        phone p;
        p.lives().hears("NEWS 0 cursor=3").forgets();
        p.answers(error{errc::timed_out});
        CHECK(p.does() == "");
        CHECK(p.states() == "");
        CHECK(p.waits() <= 1000);
        p.passes(seconds(1));
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
        p.answers(pull_answer{.status = 503, .body = "busy", .retry_after = seconds(20)});
        CHECK(p.waits() == 20'000);
        p.passes(milliseconds(19'999));
        CHECK(p.does() == "");
        p.passes(milliseconds(1));
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
        p.answers("SYNC 0 nonsense").passes(seconds(4));
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
        p.answers(p.page(3, 3));
        CHECK(p.does() == "HEARTBEAT_REQ 3 cursor=3");
    }

    TEST_CASE("a page that brings nothing further is asked again after a pause") {
        phone p;
        p.lives().hears("NEWS 0 cursor=3").forgets();
        p.answers(p.page(0, 0));
        CHECK(p.does() == "");
        p.passes(seconds(1));
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
    }

    TEST_CASE("a pull without a right wants a credential") {
        phone p;
        p.lives().hears("NEWS 0 cursor=3").forgets();
        p.answers("", 401);
        CHECK(p.does() == "disconnect");
        CHECK(p.states() == "wants_credential (expired)");
        p.client->use_credential("fresh");
        p.signs_in(3).forgets();
        CHECK(p.net.authorization == "Bearer fresh");
        p.answers(p.page(3, 3));
        CHECK(p.states() == "live");
    }

    TEST_CASE("the answer to a pull of an earlier connection counts nothing") {
        phone p;
        p.lives().hears("NEWS 0 cursor=3");
        p.closes().comes_back().signs_in(3).forgets();
        REQUIRE(p.net.questions.size() == 2);
        p.answers(p.page(3, 3, {told::said("bob", 1, 3)}));
        CHECK(p.changes() == "");
        CHECK(p.cursor() == 0);
        p.answers(p.page(3, 3, {told::said("bob", 1, 3)}));
        CHECK(p.changes() == "bob1 @3");
    }

    TEST_CASE("what is missing before an entry of a page is asked from the history, the conversation's text escaped") {
        phone p;
        const conversation_id odd = conversation_id::direct(told::me, user_id{"b%/ \xC3\xA9"});
        p.starts().signs_in(9).forgets();
        entry e = told::said("bob", 4, 9);
        e.conversation = odd;
        p.answers(p.page(9, 9, {e}));
        CHECK(p.does() == "GET /api/messages/history?conversation=direct:ann:b%2525%2F%20%C3%A9&after=0&count=2");
        CHECK(p.cursor() == 0);
        entry one = e, two = e, three = e;
        one.place = {{1}, {1}}, two.place = {{2}, {2}}, three.place = {{3}, {3}};
        p.answers(p.history(1, 2, {one, two}, true));
        CHECK(p.does() == "GET /api/messages/history?conversation=direct:ann:b%2525%2F%20%C3%A9&after=2&count=1");
        CHECK(p.cursor() == 0);
        p.answers(p.history(3, 3, {three}));
        CHECK(p.cursor() == 9);
        CHECK(p.client->conversation(odd).next == seq{5});
        CHECK(p.client->state() == client_state::live);
    }

    TEST_CASE("a history that is not for this user has nothing, other failures are tried again") {
        phone p;
        p.starts().signs_in(9).forgets();
        p.answers(p.page(9, 9, {told::said("bob", 4, 9)}));
        p.answers(p.failure(errc::overloaded), 503);
        CHECK(p.cursor() == 0);
        p.passes(seconds(1)).answers(p.failure(errc::not_member), 403);
        CHECK(p.cursor() == 9);
        CHECK(p.keeps("bob") == "bob4");
    }
}

TEST_SUITE("client_engine: what is live") {
    TEST_CASE("a turn joins many pushes into one change") {
        phone p;
        p.lives();
        {
            phone::engine::turn t{*p.client};
            for (std::uint64_t n = 1; n <= 4; ++n) p.hears(p.push(told::said("bob", n, n)));
            p.hears("HEARTBEAT_RSP 0 checkpoint=4 newest=4");
            CHECK(p.changes() == "");
        }
        CHECK(p.changes() == "bob1 bob2 bob3 bob4 @4");
        p.hears(p.push(told::said("bob", 5, 5)), p.push(told::said("bob", 6, 6)));
        CHECK(p.changes() == "bob5 | bob6");
    }

    TEST_CASE("what is missing before a push is pulled after a while") {
        phone p;
        p.lives().hears(p.push(told::said("bob", 2, 2)));
        CHECK(p.changes() == "");
        CHECK(p.waits() == 200);
        p.passes(milliseconds(199));
        CHECK(p.does() == "");
        p.passes(milliseconds(1));
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
        p.answers(p.page(2, 2, {told::said("bob", 1, 1), told::said("bob", 2, 2)}));
        CHECK(p.changes() == "bob1 bob2 bob2 @2");  // the page's, and the one that waited: they are the same
        CHECK(p.client->state() == client_state::live);
    }

    TEST_CASE("what comes in time needs no pull, and the next one that is missing has its own time") {
        phone p;
        p.lives().hears(p.push(told::said("bob", 2, 2))).passes(milliseconds(150));
        p.hears(p.push(told::said("bob", 1, 1)));
        CHECK(p.changes() == "bob1 bob2");
        p.hears(p.push(told::said("bob", 4, 4))).passes(milliseconds(150));
        CHECK(p.does() == "");
        p.passes(milliseconds(50));
        CHECK(p.does() == "GET /api/sync?lastSeq=0&count=2&epoch=7");
    }

    TEST_CASE("who waits for what is missing asks nothing when the connection has gone") {
        phone p;
        p.lives().hears(p.push(told::said("bob", 2, 2))).closes().passes(milliseconds(200));
        CHECK(p.does().find("GET") == std::string::npos);
    }

    TEST_CASE("presence, typing, what others relay and what nobody knows are told") {
        phone p;
        p.lives().hears("PRESENCE_PUSH 0 online=bob offline=eve", "RELAY_PUSH 0 from=bob body=ring",
                        "TYPING_STATUS_PUSH 0 conversation=direct:ann:bob user=bob typing=1", "DANCE 9 with=me",
                        "RELAY_RSP 8 reached=2", p.refuses(4, errc::unsupported));
        CHECK(p.tells() == "bob is here | eve is not | relayed ring | typing bob | 9 is answered | 8 is answered | "
                           "4 (unsupported)");
        CHECK(p.client->state() == client_state::live);
    }

    TEST_CASE("who is watched is watched again after a reconnect") {
        phone p;
        p.starts();
        p.client->watch({"bob", "eve"});
        CHECK(p.does() == "connect one");
        p.signs_in();
        CHECK(p.does() == "PRESENCE_REQ 2 users=bob,eve watch=start | HEARTBEAT_REQ 3 cursor=0");
        p.client->unwatch({"eve"});
        p.client->watch({"dan"});
        CHECK(p.does() == "PRESENCE_REQ 4 users=eve watch=stop | PRESENCE_REQ 5 users=dan watch=start");
        p.closes().comes_back().signs_in();
        CHECK(p.does() == "PRESENCE_REQ 7 users=bob,dan watch=start | HEARTBEAT_REQ 8 cursor=0");
    }

    TEST_CASE("what is worth nothing later is not said without a connection") {
        phone p;
        p.starts().opens().forgets();
        CHECK_FALSE(p.client->typing(told::in("bob")));
        CHECK(p.client->say_now(relay_request{.to = "bob", .body = "ring"}) == 0);
        p.client->background(true);
        CHECK(p.does() == "");
        p.hears("AUTH_RSP 1 user=ann epoch=7 head=0").forgets();
        CHECK(p.client->typing(told::in("bob"), false));
        CHECK(p.client->say_now(relay_request{.to = "bob", .body = "ring"}) == 4);
        p.client->background(true);
        CHECK(p.does() == "TYPING_REQ 3 conversation=direct:ann:bob typing=0 | RELAY_REQ 4 to=bob body=ring | "
                          "BACKGROUND_REQ 5 background=1");
    }
}
