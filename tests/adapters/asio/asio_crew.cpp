#include "tandem/adapters/asio/asio_crew.hpp"

#include "tandem/adapters/json/json_pages.hpp"
#include "tandem/codec/tiny_codec.hpp"
#include "tandem/store/memory_store.hpp"
#include "tandem/store/worker_store.hpp"

#include "certificate.hpp"
#include "peer.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>

using namespace tandem;

namespace {

struct crew_chat : default_policies {
    using store = worker_store<memory_store>;
    using authenticator = trust_everyone;
    using bus = local_bus;
    using dialects = tandem::dialects<tiny_dialect>;
    using pages = page_codecs<json_pages>;
};

struct crew_of {
    explicit crew_of(std::size_t size)
        : crew{size,
               [this](const crew_place& p) -> parts<crew_chat> {
                   return {.store = worker_store{disk, p.post()}, .bus = p.bus};
               },
               {},
               {.per_address = 1000, .arrivals_per_address = {}}} {}

    worker<memory_store> disk{memory_store{}};
    asio_crew<crew_chat> crew;
};

// Waits for bytes, ten seconds at most.
bool until(auto is) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!is())
        if (std::chrono::steady_clock::now() > end) return false;
        else std::this_thread::yield();
    return true;
}

peer sign_in(std::uint16_t port, const std::string& user, const std::string& more = {}) {
    peer p{port};
    p.upgrade();
    p.say("AUTH_REQ 1 credential=" + user + (more.empty() ? "" : " " + more));
    REQUIRE(until([&] { return p.is_told("AUTH_RSP"); }));
    return p;
}

std::size_t sessions_of(asio_crew<crew_chat>& crew, std::size_t member) {
    std::promise<std::size_t> count;
    crew.post(member, [&](auto& engine, auto&) { count.set_value(engine.hub().session_count()); });
    return count.get_future().get();
}

}  // namespace

TEST_CASE("whoever is connected to whichever member, everybody gets everything, in one order") {
    crew_of two{2};
    const auto port = two.crew.listen_plain("127.0.0.1", 0);
    REQUIRE(port);
    two.crew.start();
    two.crew.post(0, [](auto& engine, auto&) {
        std::vector<user_id> members;
        for (int i = 1; i < 20; ++i) members.push_back(user_id{"u" + std::to_string(i)});
        engine.create_group(group_id{"team"}, user_id{"u0"}, members);
    });
    std::vector<peer> some;
    for (int i = 0; i < 20; ++i) some.push_back(sign_in(*port, "u" + std::to_string(i)));
    CHECK(sessions_of(two.crew, 0) > 0);
    CHECK(sessions_of(two.crew, 1) > 0);
    CHECK(sessions_of(two.crew, 0) + sessions_of(two.crew, 1) == 20);

    for (int i = 0; i < 20; ++i)
        some[static_cast<std::size_t>(i)].say("SEND_REQ 2 conversation=group:team send_id=s body=from-" +
                                              std::to_string(i));
    for (peer& p : some)
        for (int from = 0; from < 20; ++from)
            if (&p != &some[static_cast<std::size_t>(from)])
                CHECK(until([&] {
                    return p.has("body=from-" + std::to_string(from)) || p.has("body%3Dfrom-" + std::to_string(from));
                }));
    for (peer& p : some) {
        std::size_t last = 0;
        for (int seq = 21; seq <= 40; ++seq) {
            std::size_t at = p.got().find(" seq=" + std::to_string(seq) + " ");
            if (at == std::string::npos) at = p.got().find("%20seq%3D" + std::to_string(seq) + "%20");
            if (at == std::string::npos) continue;  // its own
            CHECK(at > last);
            last = at;
        }
    }
}

TEST_CASE("S27 a kick ends all sessions of a user, whichever members they are with") {
    crew_of two{2};
    const auto port = two.crew.listen_plain("127.0.0.1", 0);
    two.crew.start();
    std::vector<peer> some;
    for (int i = 0; i < 16; ++i) some.push_back(sign_in(*port, "alice", "device=d" + std::to_string(i)));
    peer bob = sign_in(*port, "bob");
    CHECK(sessions_of(two.crew, 0) > 0);
    CHECK(sessions_of(two.crew, 1) > 0);
    two.crew.kick(user_id{"alice"});
    for (peer& p : some) {
        CHECK(until([&] { return p.closed_with() == 4000 + static_cast<int>(errc::kicked); }));
        CHECK(p.is_told("KICK_OUT"));
    }
    bob.say("HEARTBEAT_REQ 2");
    CHECK(until([&] { return bob.is_told("HEARTBEAT_RSP"); }));
}

TEST_CASE("a crew drains, and its run is over") {
    crew_of two{2};
    const auto port = two.crew.listen_plain("127.0.0.1", 0);
    std::atomic<bool> over = false;
    std::thread runs{[&] { two.crew.run(), over = true; }};
    {
        peer alice = sign_in(*port, "alice");
        two.crew.drain();
        CHECK(until([&] { return alice.closed_with() == 1012; }));
    }
    CHECK(until([&] { return over.load(); }));
    runs.join();
}

TEST_CASE("a crew that runs may be stopped by another thread") {
    crew_of two{2};
    const auto port = two.crew.listen_plain("127.0.0.1", 0);
    std::thread runs{[&] { two.crew.run(); }};
    const peer alice = sign_in(*port, "alice");
    two.crew.stop();
    runs.join();
}

TEST_CASE("what still waits for a member ends with the crew, and what comes later is let fall") {
    const auto token = std::make_shared<int>(1);
    function<void(function<void()>)> post;
    worker<memory_store> disk{memory_store{}};
    {
        const asio_crew<crew_chat> one{1, [&](const crew_place& p) -> parts<crew_chat> {
                                           post = p.post();
                                           p.post()([again = p.post(), token] {});
                                           return {.store = worker_store{disk, p.post()}, .bus = p.bus};
                                       }};
        CHECK(token.use_count() == 2);
    }
    CHECK(token.use_count() == 1);
    post([token] {});
    CHECK(token.use_count() == 1);
}

TEST_CASE("a certificate is renewed while others let people in") {
    const certificate_files files;
    const auto tls = tls_context::for_servers(files.certificate, files.key);
    REQUIRE(tls);
    std::atomic<bool> over = false;
    std::thread accepts{[&] {
        while (!over) tls->accept();
    }};
    for (int i = 0; i < 20; ++i) CHECK(tls->reload());
    over = true;
    accepts.join();
}

TEST_CASE("a crew ends at once, with everybody connected") {
    std::vector<peer> some;
    crew_of three{3};
    const auto port = three.crew.listen_plain("127.0.0.1", 0);
    three.crew.start();
    for (int i = 0; i < 12; ++i) some.push_back(sign_in(*port, "u" + std::to_string(i)));
    three.crew.stop();
}
