#include "tandem/adapters/asio/asio_device.hpp"
#include "tandem/client/memory_local_store.hpp"
#include "tandem/client/tiny_client.hpp"

#include "certificate.hpp"
#include "live.hpp"
#include "scripted.hpp"

using namespace tandem;

namespace {

// Says how often it was changed.
struct counted_local_store : memory_local_store {
    result<> apply(const local_change& c) {
        if (!c.entries.empty()) ++with_entries;
        return memory_local_store::apply(c);
    }
    int with_entries = 0;
};

struct pocket {
    using store = counted_local_store&;
    using codec = tiny_client;
};

// Speaks what no server here does over a WebSocket.
struct foreign_client : tiny_client {
    static constexpr const char* subprotocol = "foreign";
};
struct foreign_pocket {
    using store = counted_local_store&;
    using codec = foreign_client;
};

const conversation_id ann_and_bob = conversation_id::direct("ann", "bob");

// A device of somebody's, and what it is told. Waits are short: nothing here is about their length.
template <class Parts = pocket>
struct pocket_phone {
    pocket_phone(asio::io_context& loop, const char* who, std::vector<std::string> servers, network_options n = {})
        : device{std::in_place,
                 loop,
                 kept,
                 client_options{.user = who,
                                .credential = who,
                                .servers = std::move(servers),
                                .first_wait = milliseconds(2),
                                .longest_wait = milliseconds(20),
                                .poll_every = milliseconds(5),
                                .receipt_wait = milliseconds(2)},
                 client_events{.changed =
                                   [this](const local_change& c) {
                                       for (const entry& e : c.entries) has.push_back(e.body);
                                   },
                               .state = [this](client_state s, errc why) { state = s, reason = why; }},
                 std::move(n)} {}

    asio_device<Parts>& operator*() { return *device; }
    bool is_live() const { return state == client_state::live; }

    std::vector<std::string> has;
    client_state state = client_state::offline;
    errc reason{};
    counted_local_store kept;
    std::optional<asio_device<Parts>> device;
};

std::string plain_url(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port); }

void bob_says(live_server<>& live, const std::string& body) {
    draft d;
    d.conversation = ann_and_bob, d.sender = "bob", d.send_id = send_id{body}, d.body = body;
    live.engine.send(std::move(d));
}

}  // namespace

TEST_SUITE("asio_device") {
    TEST_CASE("it catches up, stays live, and speaks; what one round of the loop brings is one change") {
        live_server live;
        bob_says(live, "before");
        pocket_phone ann{live.loop, "ann", {plain_url(live.port)}};
        pocket_phone bob{live.loop, "bob", {plain_url(live.port)}};
        REQUIRE((*ann).start());
        REQUIRE((*bob).start());
        CHECK(live.until([&] { return ann.is_live() && bob.is_live(); }));
        CHECK(ann.has == std::vector<std::string>{"before"});

        ann.kept.with_entries = 0;
        for (const char* body : {"one", "two", "three"}) bob_says(live, body);
        CHECK(live.until([&] { return ann.has.size() == 4; }));
        CHECK(ann.has == std::vector<std::string>{"before", "one", "two", "three"});
        CHECK(ann.kept.with_entries == 1);

        CHECK((*ann)->send(ann_and_bob, "hello"));
        CHECK((*ann)->send(ann_and_bob, "are you there?"));
        CHECK(live.until([&] { return bob.has.size() == 6 && (*ann)->has_said_everything(); }));
        CHECK(bob.has.back() == "are you there?");
    }

    TEST_CASE("a server that stops and starts again on its port loses nothing") {
        live_server live;
        pocket_phone ann{live.loop, "ann", {plain_url(live.port)}};
        REQUIRE((*ann).start());
        CHECK(live.until([&] { return ann.is_live(); }));
        live.server.reset();
        CHECK(live.until([&] { return !ann.is_live(); }));
        CHECK((*ann)->send(ann_and_bob, "while you were away"));
        bob_says(live, "while I was away");
        live.server.emplace(live.loop, live.engine);
        REQUIRE(live.server->listen_plain("127.0.0.1", live.port));
        CHECK(live.until([&] { return ann.is_live() && (*ann)->has_said_everything(); }));
        CHECK(ann.has.size() == 2);
    }

    TEST_CASE("without a WebSocket it polls, and posts") {
        live_server live;
        bob_says(live, "hello");
        pocket_phone<foreign_pocket> ann{live.loop, "ann", {plain_url(live.port)}};
        REQUIRE((*ann).start());
        CHECK((*ann)->send(ann_and_bob, "hello bob"));
        CHECK(live.until([&] { return ann.has.size() == 2 && (*ann)->has_said_everything(); }));
        CHECK(ann.state == client_state::polling);
    }

    TEST_CASE("of several servers it takes one that is there") {
        live_server live;
        const std::uint16_t nobody = raw_listener{}.port;
        pocket_phone ann{
            live.loop, "ann", {plain_url(nobody), "http://[::1]:" + std::to_string(nobody), plain_url(live.port)}};
        REQUIRE((*ann).start());
        CHECK(live.until([&] { return ann.is_live(); }));
    }

    TEST_CASE("https is believed if it is trusted, for the connection and for what is asked") {
        const certificate_files files;
        live_server live;
        auto tls = tls_context::for_servers(files.certificate, files.key);
        REQUIRE(tls);
        const auto port = live.server->listen("127.0.0.1", 0, *tls);
        REQUIRE(port);
        for (int i = 0; i < 20; ++i) bob_says(live, std::to_string(i));
        auto trusted = tls_context::for_clients(files.certificate);
        REQUIRE(trusted);
        const std::string url = "https://localhost:" + std::to_string(*port);
        pocket_phone ann{live.loop, "ann", {url}, {.trusted = *trusted}};
        pocket_phone eve{live.loop, "eve", {url}};
        REQUIRE((*ann).start());
        REQUIRE((*eve).start());
        CHECK(live.until([&] { return ann.is_live(); }));
        CHECK(ann.has.size() == 20);
        CHECK(live.until([&] { return eve.state == client_state::polling; }));
    }

    TEST_CASE("a server that is no URL is said by the start") {
        asio::io_context loop;
        pocket_phone ann{loop, "ann", {"https://chat.example", "chat.example"}};
        const auto started = (*ann).start();
        REQUIRE_FALSE(started);
        CHECK(started.error().code == errc::invalid_argument);
        CHECK(started.error().detail.starts_with("chat.example is no server"));
    }

    TEST_CASE("who logs out is heard, and stays away") {
        live_server live;
        pocket_phone ann{live.loop, "ann", {plain_url(live.port)}};
        REQUIRE((*ann).start());
        CHECK(live.until([&] { return ann.is_live(); }));
        (*ann)->log_out();
        CHECK(live.until([&] { return ann.state == client_state::ended; }));
        CHECK(ann.reason == errc::logged_out);
        CHECK(live.until([&] { return live.server->connections() == 0; }));
    }

    TEST_CASE("a refused credential waits for another") {
        live_server live;
        pocket_phone ann{live.loop, "ann", {plain_url(live.port)}};
        (*ann)->use_credential("");
        REQUIRE((*ann).start());
        CHECK(live.until([&] { return ann.state == client_state::wants_credential; }));
        (*ann)->use_credential("ann");
        CHECK(live.until([&] { return ann.is_live(); }));
    }

    TEST_CASE("silence is noticed by its own timer") {
        scripted_server nobody;
        counted_local_store kept;
        client_state state = client_state::offline;
        int connections = 0;
        asio_device<pocket> ann{nobody.loop,
                                kept,
                                {.user = "ann",
                                 .servers = {plain_url(nobody.listener.port)},
                                 .connect_within = milliseconds(20),
                                 .first_wait = milliseconds(2)},
                                {.state = [&](client_state s, errc) {
                                    state = s;
                                    connections += s == client_state::connecting;
                                }}};
        REQUIRE(ann.start());
        CHECK(nobody.until([&] { return connections == 3; }));
    }

    TEST_CASE(
        "it may be destroyed while it is live, with news on their way: it tells nothing, and the server goes on") {
        live_server live;
        {
            pocket_phone ann{live.loop, "ann", {plain_url(live.port)}};
            REQUIRE((*ann).start());
            CHECK(live.until([&] { return ann.is_live(); }));
            bob_says(live, "too late");
            CHECK((*ann)->send(ann_and_bob, "me too"));
            ann.has.clear();
            ann.device.reset();
            CHECK(ann.has.empty());
        }
        CHECK(live.until([&] { return live.server->connections() == 0; }));
    }
}
