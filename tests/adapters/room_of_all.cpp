// One conversation, four languages: everybody sees the same, each in its own way.
#include <tandem/adapters/json/json_dialect.hpp>
#include <tandem/adapters/protobuf/protobuf_dialect.hpp>
#include <tandem/adapters/routes/routes_dialect.hpp>
#include <tandem/adapters/routes/routes_handlers.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>

#include <tandem/testing/manual_clock.hpp>
#include <tandem/testing/recorded_outlet.hpp>

#include "engine/awkward_dialect.hpp"
#include "tandem/v1/envelope.pb.h"
#include "tandem/v1/events.pb.h"
#include "tandem/v1/requests.pb.h"

#include <doctest/doctest.h>

using namespace tandem;

namespace {

struct counting {
    std::size_t encodes = 0;
    void encoded() { ++encodes; }
};

struct everybody : default_policies {
    using store = memory_store;
    using authenticator = trust_everyone;
    using observer = counting&;
    using clock = manual_clock&;
    using dialects = tandem::dialects<json_dialect, routes_dialect, awkward_dialect, protobuf_dialect>;
    using handlers = tandem::handlers<on_route_online, on_route_chat, on_route_push>;
};

struct place_to_meet {
    place_to_meet() {
        const user_id members[] = {"pia", "joe", "rui", "awa", "lou"};
        engine.create_group("all", "host", members);
    }

    counting observer;
    manual_clock clock;
    tandem::engine<everybody> engine{{.observer = observer, .clock = clock}};
};

// Speaks one of them. `heard` is what all have in common: "joe said hi", "joe took back 7", "joe read 7".
class guest {
public:
    guest(place_to_meet& at, const hello& h) : at_{at} {
        const auto opened = at.engine.open(outlet_, h);
        REQUIRE(opened);
        session_ = opened->session;
    }
    guest(const guest&) = delete;
    virtual ~guest() = default;

    virtual void says(const std::string& what) = 0;
    virtual void takes_back(std::uint64_t seq) = 0;
    virtual void has_read(std::uint64_t seq) = 0;

    std::string heard() {
        std::string all;
        for (const frame& f : outlet_.take())
            if (const std::string one = understood(f.payload()); !one.empty()) all += (all.empty() ? "" : ", ") + one;
        return all;
    }

protected:
    void sends(const std::string& bytes, bool text) { REQUIRE(at_.engine.receive(session_, {bytes, text})); }
    std::string fresh_id() { return "id" + std::to_string(++ids_); }

private:
    virtual std::string understood(std::string_view frame) = 0;

    place_to_meet& at_;
    recorded_outlet outlet_;
    session_handle session_{};
    int ids_ = 0;
};

class protobuf_guest : public guest {
public:
    explicit protobuf_guest(place_to_meet& at) : guest{at, {.credential = "pia"}} {}

    void says(const std::string& what) override {
        v1::SendRequest r;
        r.set_conversation("group:all"), r.set_client_msg_id(fresh_id()), r.set_body(what);
        send(command::send_req, r);
    }
    void takes_back(std::uint64_t seq) override {
        v1::RevokeRequest r;
        r.set_conversation("group:all"), r.set_client_msg_id(fresh_id()), r.set_target(seq);
        send(command::revoke_req, r);
    }
    void has_read(std::uint64_t seq) override {
        v1::MarkRequest r;
        r.set_conversation("group:all"), r.set_key(static_cast<v1::MarkKey>(mark_key::read)), r.set_value(seq);
        send(command::mark_req, r);
    }

private:
    template <class Request>
    void send(command number, const Request& r) {
        v1::Envelope e;
        e.set_command(static_cast<std::uint32_t>(number)), e.set_sequence(1), e.set_body(r.SerializeAsString());
        sends(e.SerializeAsString(), false);
    }

    std::string understood(std::string_view frame) override {
        v1::Envelope e;
        REQUIRE(e.ParseFromArray(frame.data(), static_cast<int>(frame.size())));
        v1::Message m;
        v1::Mark mark;
        switch (static_cast<command>(e.command())) {
            case command::push_msg: REQUIRE(m.ParseFromString(e.body())); return m.sender() + " said " + m.body();
            case command::revoke_msg_push:
                REQUIRE(m.ParseFromString(e.body()));
                return m.sender() + " took back " + std::to_string(m.target());
            case command::read_receipt_push:
                REQUIRE(mark.ParseFromString(e.body()));
                return mark.owner() + " read " + std::to_string(mark.value());
            default: return {};
        }
    }
};

class json_guest : public guest {
public:
    explicit json_guest(place_to_meet& at) : guest{at, {.subprotocols = mine, .credential = "joe"}} {}

    void says(const std::string& what) override {
        send("SEND_REQ", "\"clientMsgId\":\"" + fresh_id() + "\",\"body\":\"" + what + '"');
    }
    void takes_back(std::uint64_t seq) override {
        send("REVOKE_REQ", "\"clientMsgId\":\"" + fresh_id() + "\",\"target\":" + std::to_string(seq));
    }
    void has_read(std::uint64_t seq) override { send("MARK_REQ", "\"key\":2,\"value\":" + std::to_string(seq)); }

private:
    static constexpr std::string_view mine[] = {json_dialect::subprotocol};

    void send(const std::string& command, const std::string& fields) {
        sends("{\"command\":\"" + command + "\",\"body\":{\"conversation\":\"group:all\"," + fields + "}}", true);
    }

    std::string understood(std::string_view frame) override {
        const auto m = nlohmann::json::parse(frame);
        const auto& body = m["body"];
        const std::string command = m["command"];
        if (command == "PUSH_MSG")
            return body["sender"].get<std::string>() + " said " + body["body"].get<std::string>();
        if (command == "REVOKE_MSG_PUSH")
            return body["sender"].get<std::string>() + " took back " + body["target"].get<std::string>();
        if (command == "READ_RECEIPT_PUSH")
            return body["owner"].get<std::string>() + " read " + body["value"].get<std::string>();
        return {};
    }
};

class routes_guest : public guest {
public:
    explicit routes_guest(place_to_meet& at) : guest{at, {.path = "/ws", .credential = "rui"}} {}

    void says(const std::string& what) override { send("chat", "\"msg\":{\"content\":\"" + what + "\"}"); }
    void takes_back(std::uint64_t seq) override { send("revoke", "\"seq\":" + std::to_string(seq)); }
    void has_read(std::uint64_t seq) override { send("read", "\"seq\":" + std::to_string(seq)); }

private:
    void send(const std::string& method, const std::string& fields) {
        sends("{\"method\":\"conversation." + method +
                  "\",\"data\":{\"chatType\":\"group\",\"conversationId\":\"all\"," + fields + "}}",
              true);
    }

    std::string understood(std::string_view frame) override {
        const auto m = nlohmann::json::parse(frame);
        const auto& data = m["data"];
        const std::string method = m["method"], by = m["formId"];
        if (method == "conversation.chat") return by + " said " + data["msg"]["content"].get<std::string>();
        if (method == "conversation.revoke") return by + " took back " + std::to_string(data["target"].get<int>());
        if (method == "conversation.read") return by + " read " + std::to_string(data["seq"].get<int>());
        return {};
    }
};

class awkward_guest : public guest {
public:
    awkward_guest(place_to_meet& at, std::string_view query) : guest{at, {.query = query}} {}

    void says(const std::string& what) override { sends("say " + fresh_id() + " t group:all " + what, true); }
    void takes_back(std::uint64_t seq) override {
        sends("unsay " + fresh_id() + " t group:all " + std::to_string(seq), true);
    }
    void has_read(std::uint64_t seq) override {
        sends("seen " + fresh_id() + " t group:all " + std::to_string(seq), true);
    }

private:
    // Two frames are one message.
    std::string understood(std::string_view frame) override {
        std::string line{frame};
        for (char& c : line) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);  // some are shouted at
        const auto word = [&](std::size_t n) {
            std::size_t from = 0;
            while (n-- > 0) from = line.find(' ', from) + 1;
            return line.substr(from, line.find(' ', from) - from);
        };
        if (word(0) == "from") return sender_ = word(1), std::string{};
        if (word(0) == "body") return sender_ + " said " + word(1);
        if (word(0) == "unsaid") return "somebody took back " + word(4);
        if (word(0) == "seen") return word(1) + " read " + word(2);
        return {};
    }
    std::string sender_;
};

}  // namespace

TEST_CASE("a room of all dialects: everybody hears what anybody says, takes back and reads") {
    place_to_meet here;
    protobuf_guest pia{here};
    json_guest joe{here};
    routes_guest rui{here};
    awkward_guest awa{here, "awkward=2&who=awa"}, lou{here, "awkward=2&who=lou&loudly=1"};
    guest* all[] = {&pia, &joe, &rui, &awa, &lou};
    const std::string names[] = {"pia", "joe", "rui", "awa", "lou"};
    here.engine.tick();
    for (guest* g : all) g->heard();

    std::uint64_t seq = 6;  // the joins
    for (std::size_t who = 0; who < 4; ++who) {
        CAPTURE(names[who]);
        const std::size_t before = here.observer.encodes;
        all[who]->says("hi");
        ++seq;
        for (std::size_t g = 0; g < 4; ++g)
            CHECK(all[g]->heard() ==
                  (g != who || g == 3 ? names[who] + " said hi" : ""));  // awkward ones hear themselves
        CHECK(lou.heard() == names[who] + " said hi");
        CHECK(here.observer.encodes ==
              before + 5 - (who < 3 ? 1 : 0));  // once for each language and variant that is told

        all[who]->has_read(seq);
        here.clock.advance(seconds(2));
        here.engine.tick();
        for (std::size_t g = 0; g < 4; ++g)
            CHECK(all[g]->heard() == (g != who ? names[who] + " read " + std::to_string(seq) : ""));

        all[who]->takes_back(seq);
        for (std::size_t g = 0; g < 3; ++g)
            CHECK(all[g]->heard() == (g != who ? names[who] + " took back " + std::to_string(seq) : ""));
        CHECK(awa.heard() == "somebody took back " + std::to_string(seq));
        lou.heard();
        ++seq;
    }
}

TEST_CASE("a room of all dialects: who is away hears it all when they come back, each in its way") {
    place_to_meet here;
    protobuf_guest pia{here};
    here.engine.tick();
    for (const char* what : {"one", "two", "three"}) pia.says(what);
    pia.takes_back(8);
    routes_guest rui{here};
    here.engine.tick();
    const std::string heard = rui.heard();
    CHECK(heard.ends_with("pia said one, pia said , pia said three, pia took back 8"));
    const auto page = here.engine.parts().store->changes("joe", {}, {});
    REQUIRE(page->entries.size() == 8);  // from joe's own join on
    CHECK(page->entries[5].revoked);
    CHECK(page->entries[6].body == "three");
}
