// A device with the engine inside: the server's lines go in, what it does, tells and keeps comes out as text.
#pragma once

#include "told.hpp"

#include <tandem/client/client_engine.hpp>
#include <tandem/client/memory_local_store.hpp>
#include <tandem/client/tiny_client.hpp>
#include <tandem/testing/manual_clock.hpp>

#include <doctest/doctest.h>

#include <deque>
#include <optional>
#include <string>

namespace told {

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
        CHECK(r.accept == tiny_client::media_type);
        CHECK(r.content_type == (r.body.empty() ? "" : tiny_client::media_type));
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

inline client_options of_ann() {
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
        e.state = [this](client_state now, errc why) {
            note(stated, text_of(now) + (why == errc{} ? "" : text_of(why)));
            if (on_state) on_state(now);
        };
        e.store_failed = [this](const error&) {
            note(stated, "store failed");
            if (on_store_failed) on_store_failed();
        };
        e.typing = [this](const heard::typing& t) { note(told, "typing " + std::string{t.user.view()}); };
        e.presence = [this](const std::vector<presence>& all) {
            for (const presence& one : all)
                note(told, std::string{one.user.view()} + (one.online ? " is here" : " is not"));
        };
        e.relayed = [this](const heard::relayed& r) { note(told, "relayed " + r.body); };
        e.heard = [this](const heard::said& s) {
            const auto* r = std::get_if<heard::refused>(&s.word);
            note(told, std::to_string(s.sequence) + (r ? text_of(r->why) : " is answered"));
            if (on_answer) on_answer();
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
    phone& opens() {
        client->opened();
        const std::size_t at = net.done_so_far.rfind("AUTH_REQ ");
        if (at != std::string::npos) auth = net.done_so_far.substr(at + 9, net.done_so_far.find(' ', at + 9) - at - 9);
        return *this;
    }
    template <class... Lines>
    phone& hears(const Lines&... lines) {
        (client->received({std::string{lines}, true}), ...);
        return *this;
    }
    phone& closes(const error& why = errc::timed_out) { return client->closed(why), *this; }
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

    // The server's answer to the last sign-in. How it comes there is told in the first tests.
    phone& is_let_in(std::uint64_t head = 0, const std::string& more = {}, std::uint64_t epoch = 7) {
        return hears("AUTH_RSP " + auth + " user=ann epoch=" + std::to_string(epoch) + " head=" + std::to_string(head) +
                     " heartbeat=75000" + more);
    }
    phone& signs_in(std::uint64_t head = 0, const std::string& more = {}) {
        opens().does();
        return is_let_in(head, more);
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
    // As often as makes it poll.
    phone& cannot_connect() {
        for (int n = 0; n < 3; ++n) comes_back().forgets().closes();
        return *this;
    }
    // Signed in once, out of reach since; the first poll is answered, and there is nothing.
    phone& polls() {
        lives().closes().cannot_connect();
        return answers(page(cursor(), cursor())).forgets();
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
    std::uint64_t received(std::string_view c) const { return client->conversation(told::in(c)).received.value; }
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
    static std::string push(const mark& m) { return detail::tiny_line(push_mark{m}).line(); }
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
    static std::string reset(std::uint64_t newest, std::uint64_t epoch) {
        const told::sync s{0, newest, {}, epoch};
        return tiny_pages{}.write_answer(sync_answer{s.page, true});
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
    std::string auth, changed, stated, told;
    function<void(const local_change&)> on_change;
    function<void(client_state)> on_state;
    function<void()> on_store_failed, on_answer;
    std::optional<engine> client;
};

inline const std::string to_bob = " conversation=direct:ann:bob send_id=1.";

}  // namespace told
