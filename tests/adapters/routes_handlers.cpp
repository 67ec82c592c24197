#include <tandem/adapters/routes/routes_handlers.hpp>

#include <tandem/adapters/routes/routes_dialect.hpp>
#include <tandem/codec/tiny_codec.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>

#include <tandem/testing/manual_clock.hpp>
#include <tandem/testing/recorded_outlet.hpp>

#include <doctest/doctest.h>

#include <map>
#include <memory>

using namespace tandem;

namespace {

struct rules {
    std::map<user_id, action> forbidden{};  // to whom, what

    result<bool> may(const user_id&, const conversation_id& c, action what) const {
        for (const auto& [user, no] : forbidden)
            if (what == no && c.names(user)) return false;
        return true;
    }
};

struct no_swearing {
    result<draft> admit(draft d) const {
        if (d.body == "damn") d.body = "****";
        return d;
    }
};

struct notifications {
    std::vector<std::string> sent{};

    void wake(const entry& e, std::span<const user_id> absent) {
        for (const user_id& u : absent) sent.push_back(std::string{u.view()} + ": " + e.body);
    }
};

struct queue {
    log_head cursor{};
    std::vector<std::string> events{};

    result<std::optional<log_head>> reached() const { return std::optional{cursor}; }
    result<> publish(const page& piece) {
        for (const entry& e : piece.entries) events.push_back(e.body);
        cursor = {piece.head.epoch, piece.examined};
        return success();
    }
};

struct routes_chat : default_policies {
    using store = memory_store&;
    using offline = notifications&;
    using event_sink = queue&;
    using authenticator = trust_everyone;
    using directory = rules&;
    using gatekeeper = no_swearing;
    using clock = manual_clock&;
    using dialects = tandem::dialects<routes_dialect, tiny_dialect>;
    using handlers = tandem::handlers<on_route_online, on_route_chat, on_route_push>;
};
using routes_engine = engine<routes_chat>;

struct probed_outlet : recorded_outlet {
    void probe(std::uint64_t token) { asked = token; }
    std::optional<std::uint64_t> asked{};
};

struct town {
    explicit town(const options& o = {}) : numbers{o} { start(); }
    void start() {
        engine.reset();
        engine = std::make_unique<routes_engine>(
            parts<routes_chat>{
                .store = store, .directory = directory, .offline = notifications, .event_sink = queue, .clock = clock},
            numbers);
    }
    void pass(duration time) {
        clock.advance(time);
        for (int turns = 0; engine->tick() <= clock.now();) REQUIRE(++turns < 1000);
    }

    options numbers;
    manual_clock clock;
    memory_store store{tandem::epoch{7}};
    rules directory;
    struct notifications notifications;
    struct queue queue;
    std::unique_ptr<routes_engine> engine;
};

class client {
public:
    client(town& t, const std::string& user, bool native = false) : town_{&t}, of_{t.engine.get()} {
        const auto opened = of_->open(outlet_, {.path = native ? "" : "/ws", .credential = user});
        REQUIRE(opened);
        session_ = opened->session;
        town_->pass({});
    }
    client(const client&) = delete;
    ~client() {
        if (of_ == town_->engine.get()) of_->closed(session_);
    }

    bool says(const std::string& text) { return of_->receive(session_, {text, true}); }
    bool chats(const std::string& to, const std::string& body, const std::string& id = {}) {
        return says(R"({"method":"conversation.chat","data":{"recvId":")" + to + R"(","chatType":"single","id":")" +
                    id + R"(","msg":{"mType":1,"content":")" + body + "\"}}}");
    }
    bool pushes(const std::string& to, const std::string& body) {
        return says(R"({"method":"push","data":{"recvId":")" + to + R"(","mType":1,"content":")" + body + "\"}}");
    }

    // "alice: hi | error not allowed"; with `whole`, what was said to the letter.
    std::string heard() {
        std::string all;
        for (const frame& f : outlet_.take()) {
            const auto m = nlohmann::json::parse(f.payload());
            const auto& data = m["data"];
            all += all.empty() ? "" : " | ";
            const std::string method = m["method"], by = m["formId"];
            if (method == "error") all += "error " + data["text"].get<std::string>();
            else if (method == "user.online") all += "online " + data.dump();
            else if (data.contains("msg"))
                all += by + (method == "push" ? "! " : ": ") + data["msg"]["content"].get<std::string>();
            else all += by + " " + method;
        }
        return all;
    }
    std::string heard_natively() {
        std::string all;
        for (const frame& f : outlet_.take()) all.append(f.payload()).append("\n");
        return all;
    }
    // Everything that was sent has arrived, and the marks that follow are stored.
    void receives() {
        while (outlet_.asked) of_->probed(session_, *std::exchange(outlet_.asked, {}));
        town_->pass(seconds(2));
    }
    std::optional<errc> closed() const {
        return outlet_.closed() ? std::optional{outlet_.reason()->code} : std::nullopt;
    }

private:
    town* town_;
    routes_engine* of_;
    probed_outlet outlet_;
    session_handle session_{};
};

}  // namespace

TEST_CASE("routes: user.online names those who are online, as far as one may watch them") {
    town t;
    client alice{t, "alice"}, bob{t, "bob"}, carol{t, "carol"}, again{t, "carol"};
    alice.heard();
    alice.says(R"({"method":"user.online"})");
    CHECK(alice.heard() == R"(online ["alice","bob","carol"])");
    t.directory.forbidden["bob"] = action::watch;
    alice.says(R"({"method":"user.online","data":{}})");
    CHECK(alice.heard() == R"(online ["alice","carol"])");
}

TEST_CASE("routes: a chat is stored and told, in a pair and in a group, in its sender's name") {
    town t;
    const user_id members[] = {"bob", "carol"};
    t.engine->create_group("team", "alice", members);
    client alice{t, "alice"}, bob{t, "bob"}, carol{t, "carol", true};
    alice.heard(), bob.heard(), carol.heard_natively();
    alice.chats("bob", "hi");
    CHECK(alice.heard() == "");
    CHECK(bob.heard() == "alice: hi");
    bob.says(
        R"({"method":"conversation.chat","data":{"conversationId":"team","chatType":"group","sendId":"alice","msg":{"content":"all"}}})");
    CHECK(alice.heard() == "bob: all");
    CHECK(carol.heard_natively().find("sender=bob") != std::string::npos);
    CHECK(t.store.history(conversation_id::direct("alice", "bob"), {{1}, {9}}, {})->entries.at(0).body == "hi");
}

TEST_CASE("routes: what is wrong is a message on the same connection, which goes on") {
    town t;
    client alice{t, "alice"};
    alice.heard();
    alice.says(
        R"({"method":"conversation.chat","data":{"conversationId":"no-such","chatType":"group","msg":{"content":"x"}}})");
    CHECK(alice.heard() == "error not a member");
    alice.says(R"({"method":"dance","data":{}})");
    CHECK(alice.heard() == "error unsupported");
    alice.says(R"({"method":"push","data":{"content":"to nobody"}})");
    CHECK(alice.heard() == "error invalid argument");
    CHECK(alice.chats("bob", "still here"));
    CHECK_FALSE(alice.says("no JSON"));
    CHECK(alice.closed() == errc::malformed);
}

TEST_CASE("S31 routes: a group one is not in and one that does not exist answer alike") {
    town t;
    t.engine->create_group("team", "alice");
    client mallory{t, "mallory"};
    mallory.heard();
    const std::string methods[] = {R"("conversation.chat","data":{"msg":{"content":"x"},)",
                                   R"("conversation.revoke","data":{"seq":1,)",
                                   R"("conversation.read","data":{"seq":1,)"};
    for (const std::string& method : methods) {
        const auto ask = [&](const std::string& group) {
            mallory.says("{\"method\":" + method + R"("chatType":"group","conversationId":")" + group + "\"}}");
            return mallory.heard();
        };
        const std::string there = ask("team");
        CHECK(there == "error not a member");
        CHECK(ask("none") == there);
    }
}

TEST_CASE("routes: a bad token is told and ends the connection, for there is no other way to sign in") {
    town t;
    client nobody{t, std::string(60, 'x')};
    CHECK(nobody.heard() == "error bad credential | error bad credential");
    CHECK(nobody.closed() == errc::bad_credential);
}

TEST_CASE("routes: with an id a chat may be sent again, without one it is another") {
    town t;
    client alice{t, "alice"}, bob{t, "bob"};
    bob.heard();
    alice.chats("bob", "once", "7");
    alice.chats("bob", "once", "7");
    CHECK(bob.heard() == "alice: once");
    alice.chats("bob", "other", "7");
    CHECK(alice.heard() == "error send id reused");
    alice.says(R"({"method":"conversation.chat","data":{"recvId":"bob","msg":{"content":"twice"}}})");
    alice.says(R"({"method":"conversation.chat","data":{"recvId":"bob","msg":{"content":"twice"}}})");
    CHECK(bob.heard() == "alice: twice | alice: twice");
}

TEST_CASE("routes: a push goes straight to the receiver's devices, and to nobody else") {
    town t;
    client alice{t, "alice"}, bob{t, "bob"}, carol{t, "carol"};
    alice.heard(), bob.heard(), carol.heard();
    alice.pushes("bob", "now");
    CHECK(bob.heard() == "alice! now");
    CHECK(alice.heard() == "");
    CHECK(carol.heard() == "");
}

TEST_CASE("routes: a push to somebody offline is kept, told when they come back, until they have it, and in order") {
    town t;
    client alice{t, "alice"};
    for (const char* body : {"1", "2", "3"}) alice.pushes("bob", body);
    {
        client bob{t, "bob"};
        CHECK(bob.heard() == "alice! 1 | alice! 2 | alice! 3");
    }  // the connection breaks before anything arrived
    {
        client bob{t, "bob"};
        CHECK(bob.heard() == "alice! 1 | alice! 2 | alice! 3");
        alice.pushes("bob", "4");
        CHECK(bob.heard() == "alice! 4");
        bob.receives();
    }
    alice.pushes("bob", "5");
    client bob{t, "bob"};
    CHECK(bob.heard() == "alice! 5");
}

TEST_CASE("routes: a kept push outlives the server, and another dialect sees it as an entry") {
    town t;
    {
        client alice{t, "alice"};
        alice.pushes("bob", "kept");
    }
    t.start();
    client bob{t, "bob"};
    CHECK(bob.heard() == "alice! kept");
    client native{t, "bob", true};
    native.heard_natively();
    const auto page = t.store.changes("bob", {}, {});
    REQUIRE(page->entries.size() == 1);
    CHECK(page->entries[0].conversation == conversation_id::self("bob"));
    CHECK(page->entries[0].sender == user_id{"alice"});
}

TEST_CASE("routes: what the original only planned for a push to somebody offline") {
    options o;
    o.keep_for = days(7);
    town t{o};
    const auto bobs = conversation_id::self("bob");
    {
        client alice{t, "alice"};
        alice.pushes("bob", "hello");
        alice.pushes("bob", "are you there?");
    }
    // 1. it is stored
    CHECK(t.store.history(bobs, {{1}, {9}}, {})->entries.size() == 2);
    // 2. a queue has it
    t.pass({});
    CHECK(t.queue.events == std::vector<std::string>{"hello", "are you there?"});
    // 3. the receiver is notified, once
    CHECK(t.notifications.sent == std::vector<std::string>{"bob: hello"});
    // 4. what is unread is sent when they sign in
    {
        client bob{t, "bob"};
        CHECK(bob.heard() == "alice! hello | alice! are you there?");
        // 5. that it arrived is confirmed
        bob.receives();
    }
    CHECK(t.store.overviews("bob")->conversations.at(0).received == seq{2});
    // 6. what nobody fetched expires
    client{t, "alice"}.pushes("bob", "too late");
    t.pass(days(8));
    CHECK(t.store.history(bobs, {{1}, {9}}, {})->entries.empty());
    client bob{t, "bob"};
    CHECK(bob.heard() == "");
}

TEST_CASE("routes: a push is checked like any send, though its sender is no member there") {
    town t;
    t.numbers.user_rate = {.per_second = 1, .burst = 2};
    t.start();
    client alice{t, "alice"}, bob{t, "bob"};
    bob.heard();
    alice.pushes("bob", "damn");
    CHECK(bob.heard() == "alice! ****");
    t.directory.forbidden["bob"] = action::relay;
    alice.pushes("bob", "hello?");
    CHECK(alice.heard() == "error not allowed");
    t.directory.forbidden.clear();
    alice.pushes("bob", "one too many");
    CHECK(alice.heard() == "error rate limited");
    CHECK(bob.heard() == "");
}

TEST_CASE("routes: who pushed something is not told of it, and gets no part in the receiver's conversation") {
    town t;
    client alice{t, "alice"};
    alice.pushes("bob", "1");
    alice.receives();
    CHECK(t.store.changes("alice", {}, {})->entries.empty());
    CHECK(t.store.member(conversation_id::self("bob"), "alice")->intervals.empty());
}

TEST_CASE("routes: a message is revoked and read") {
    town t;
    client alice{t, "alice"}, bob{t, "bob"};
    alice.heard(), bob.heard();
    alice.chats("bob", "oops");
    bob.says(R"({"method":"conversation.read","data":{"recvId":"alice","seq":1}})");
    t.pass(seconds(2));
    CHECK(alice.heard() == "bob conversation.read");
    alice.says(R"({"method":"conversation.revoke","data":{"recvId":"bob","seq":1}})");
    CHECK(bob.heard() == "alice: oops | alice conversation.revoke");
    const auto entries = t.store.history(conversation_id::direct("alice", "bob"), {{1}, {9}}, {})->entries;
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].revoked);
}
