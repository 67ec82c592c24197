#include "awkward_dialect.hpp"

#include "fixture.hpp"

namespace tandem {

namespace {

frame line(std::string text, unsigned variant) {
    if (variant == 1)
        for (char& c : text)
            if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return frame{text, true};
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> all;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (end > 0) all.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return all;
}

std::uint64_t number_of(std::string_view text) {
    std::uint64_t n = 0;
    for (const char c : text) n = n * 10 + static_cast<std::uint64_t>(c - '0');
    return n;
}

std::string where(const entry& e) { return e.conversation.text() + " " + std::to_string(e.place.seq.value); }

}  // namespace

greeting awkward_dialect::greet(const hello& h, state& s) {
    const std::string_view version = h.parameter("awkward");
    if (version.empty()) return {};
    if (version == "0") return {.what = greeting::verdict::refuse, .why = errc::unsupported};
    if (version == "1")
        return {.what = greeting::verdict::turn_away, .told = line("too old", 0), .why = errc::unsupported};
    s.variant = h.parameter("loudly").empty() ? 0 : 1;
    return {.what = greeting::verdict::accept,
            .variant = s.variant,
            .credential = h.parameter("who"),
            .told = line("welcome", s.variant)};
}

beat awkward_dialect::tick(state& s, instant now) {
    if (s.pinged) return {.ends = errc::timed_out};
    if (!std::exchange(s.begun, true)) return {.next = now + between_pings};
    s.pinged = true;
    return {.told = line("ping", s.variant), .next = now + between_pings};
}

result<> awkward_dialect::open_line(const message& m, state& s, envelope& e) {
    e.words = words_of(m.data);
    if (e.words.empty()) return error{errc::malformed, "an empty line"};
    if (e.words[0] == "pong") {
        s.pinged = false;
        return success();
    }
    if (e.words.size() < 3) return error{errc::malformed, "no verb, ticket and trace"};
    const std::string_view verb = e.words[0];
    e.number = verb == "hello"   ? command::auth_req
               : verb == "here"  ? command::heartbeat_req
               : verb == "say"   ? command::send_req
               : verb == "unsay" ? command::revoke_req
               : verb == "seen"  ? command::mark_req
                                 : command::first_application;
    const auto asked = s.replies.expect({std::string{e.words[1]}, std::string{e.words[2]}});
    if (!asked) return error{errc::overloaded, "too many requests wait"};
    e.correlation = *asked;
    return success();
}

bool awkward_dialect::fill(const envelope& e, auth_request& r) {
    if (e.words.size() < 4) return false;
    r.credential = e.words[3];
    if (e.words.size() > 4) r.cursor = position{number_of(e.words[4])};
    return true;
}
bool awkward_dialect::fill(const envelope& e, heartbeat_request& r) {
    if (e.words.size() > 3) r.cursor = position{number_of(e.words[3])};
    return true;
}
bool awkward_dialect::fill(const envelope& e, send_request& r) {
    if (e.words.size() < 5) return false;
    r.conversation = e.words[3], r.send_id = e.words[1], r.body = e.words[4];
    return true;
}
bool awkward_dialect::fill(const envelope& e, revoke_request& r) {
    if (e.words.size() < 5) return false;
    r.conversation = e.words[3], r.send_id = e.words[1], r.target = {number_of(e.words[4])};
    return true;
}
bool awkward_dialect::fill(const envelope& e, mark_request& r) {
    if (e.words.size() < 5) return false;
    r.conversation = e.words[3], r.key = mark_key::read, r.value = number_of(e.words[4]);
    return true;
}

frames awkward_dialect::write(const push_message& e, unsigned variant) {
    frames both{line("from " + std::string{e.entry.sender.view()} + " in " + where(e.entry), variant)};
    both.add(line("body " + e.entry.body, variant));
    return both;
}
frames awkward_dialect::write(const push_revoke& e, unsigned variant) {
    return line("unsaid " + where(e.entry) + " was " + std::to_string(e.entry.target.value), variant);
}
frames awkward_dialect::write(const push_edit& e, unsigned variant) {
    return line("rather " + where(e.entry) + " was " + std::to_string(e.entry.target.value) + " " + e.entry.body,
                variant);
}
frames awkward_dialect::write(const push_read_receipt& e, unsigned variant) {
    return line("seen " + std::string{e.mark.owner.view()} + " " + std::to_string(e.mark.value), variant);
}
frames awkward_dialect::write(const news& e, unsigned variant) {
    return line("news " + std::to_string(e.cursor.value), variant);
}
frames awkward_dialect::write(const refusal& e, unsigned variant) {
    return line(std::string{"no "} + text(e.why), variant);
}
frames awkward_dialect::write(const kick_out& e, unsigned variant) {
    return line(std::string{"bye "} + text(e.why), variant);
}

frames awkward_dialect::reply(state& s, const correlation& to, const std::string& text) {
    return s.replies.answer(to, [&](const names* asked) {
        return line(asked ? "to " + asked->ticket + " " + asked->trace + " " + text : text, s.variant);
    });
}
frames awkward_dialect::answer(state& s, const refusal& r, const correlation& to) {
    return reply(s, to, std::string{"no "} + text(r.why));
}
frames awkward_dialect::answer(state& s, const auth_reply& r, const correlation& to) {
    return reply(s, to, "you are " + std::string{r.user.view()});
}
frames awkward_dialect::answer(state& s, const heartbeat_reply& r, const correlation& to) {
    return reply(s, to, r.checkpoint ? "all up to " + std::to_string(r.checkpoint->value) : "still here");
}
frames awkward_dialect::answer(state& s, const send_reply& r, const correlation& to) {
    return reply(s, to, "said " + std::to_string(r.place.seq.value));
}
frames awkward_dialect::answer(state& s, const revoke_reply& r, const correlation& to) {
    return reply(s, to, "unsaid " + std::to_string(r.place.seq.value));
}
frames awkward_dialect::answer(state& s, const mark_reply& r, const correlation& to) {
    return reply(s, to, "seen " + std::to_string(r.value));
}

}  // namespace tandem

using namespace tandem;

namespace {

struct awkward_chat : default_policies {
    using store = scripted_store<memory_store>&;
    using authenticator = script_authenticator&;
    using gatekeeper = script_gatekeeper&;
    using dialects = tandem::dialects<awkward_dialect, tiny_dialect>;
    using clock = manual_clock&;
};

struct awkward_theatre {
    awkward_theatre() {
        store.answer_at_once();
        clock.advance(seconds(100));
        engine = std::make_unique<tandem::engine<awkward_chat>>(
            parts<awkward_chat>{
                .store = store, .authenticator = authenticator, .gatekeeper = gatekeeper, .clock = clock},
            calm());
    }

    manual_clock clock;
    scripted_store<memory_store> store{memory_store{tandem::epoch{7}}};
    script_authenticator authenticator{};
    script_gatekeeper gatekeeper{};
    std::unique_ptr<tandem::engine<awkward_chat>> engine;
};

class line_peer {
public:
    line_peer(awkward_theatre& s, std::string_view query)
        : theatre_{&s}, opened_{s.engine->open(outlet_, {.query = query})} {}
    line_peer(const line_peer&) = delete;

    bool says(const std::string& text) { return theatre_->engine->receive(opened_->session, {text, true}); }
    std::string heard() {
        std::string all;
        for (const frame& f : outlet_.take()) all.append(all.empty() ? "" : " | ").append(f.payload());
        return all;
    }
    const result<engine<awkward_chat>::opened>& opened() const { return opened_; }
    recorded_outlet& outlet() { return outlet_; }

private:
    awkward_theatre* theatre_;
    recorded_outlet outlet_;
    result<engine<awkward_chat>::opened> opened_;
};

}  // namespace

TEST_CASE("a greeting is answered before anybody is known, and what it tells comes first") {
    awkward_theatre s;
    line_peer quiet{s, "awkward=2"};
    CHECK(quiet.heard() == "welcome");
    CHECK(quiet.says("hello 1 t alice"));
    CHECK(quiet.heard() == "to 1 t you are alice");
    line_peer at_once{s, "awkward=2&who=bob&loudly=1"};
    CHECK(at_once.heard() == "WELCOME | YOU ARE BOB");
}

TEST_CASE("who is refused gets no session, and who is turned away is told first") {
    awkward_theatre s;
    line_peer refused{s, "awkward=0"};
    CHECK(refused.opened().error().code == errc::unsupported);
    CHECK(refused.heard() == "");
    line_peer old{s, "awkward=1"};
    REQUIRE(old.opened());
    CHECK(old.heard() == "too old");
    CHECK(old.outlet().reason()->code == errc::unsupported);
    CHECK_FALSE(old.says("hello 1 t alice"));
    CHECK(s.engine->hub().session_count() == 0);
    line_peer other{s, "something=else"};
    CHECK(other.opened());  // by the next dialect in the list
    CHECK(other.heard() == "");
}

TEST_CASE("a dialect's own timer: it pings, and ends who does not answer") {
    awkward_theatre s;
    line_peer quick{s, "awkward=2&who=alice"}, dead{s, "awkward=2&who=bob"};
    s.clock.advance(awkward_dialect::between_pings);
    s.engine->tick();
    quick.heard(), dead.heard();
    CHECK(quick.says("pong"));
    s.clock.advance(awkward_dialect::between_pings);
    s.engine->tick();
    CHECK(quick.heard() == "ping");
    CHECK(dead.heard() == "bye timed out");
    CHECK(dead.outlet().closed());
    CHECK_FALSE(quick.outlet().closed());
}

TEST_CASE("tick says when the next timer is due") {
    awkward_theatre s;
    line_peer alice{s, "awkward=2&who=alice"};
    s.clock.advance(milliseconds(9700));
    CHECK(s.engine->tick() == s.clock.now() + milliseconds(300));
}

TEST_CASE("replies go out in the order of their requests, with both of their names") {
    awkward_theatre s;
    line_peer alice{s, "awkward=2&who=alice"};
    alice.heard();
    s.gatekeeper.late = true;
    alice.says("say a trace-of-a direct:alice:bob one");
    alice.says("here b a-trace-much-longer-than-what-a-correlation-would-hold-of-it");
    alice.says("dance c trace-of-c");
    CHECK(alice.heard() == "");
    s.gatekeeper.answer_all();
    CHECK(alice.heard() == "to a trace-of-a said 1 | "
                           "to b a-trace-much-longer-than-what-a-correlation-would-hold-of-it still here | to c "
                           "trace-of-c no unsupported | "
                           "from alice in direct:alice:bob 1 | body one");
}

TEST_CASE("an event of two frames reaches everybody whole, in their variant, and the sender after the ack") {
    awkward_theatre s;
    line_peer alice{s, "awkward=2&who=alice"}, bob{s, "awkward=2&who=bob/phone"},
        loud{s, "awkward=2&who=bob/tablet&loudly=1"};
    alice.heard(), bob.heard(), loud.heard();
    alice.says("say 1 t direct:alice:bob hi");
    CHECK(alice.heard() == "to 1 t said 1 | from alice in direct:alice:bob 1 | body hi");
    CHECK(bob.heard() == "from alice in direct:alice:bob 1 | body hi");
    CHECK(loud.heard() == "FROM ALICE IN DIRECT:ALICE:BOB 1 | BODY HI");
}
