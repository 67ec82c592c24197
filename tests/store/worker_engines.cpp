#include <tandem/store/worker_store.hpp>

#include "engine/fixture.hpp"
#include "worker_fixture.hpp"

using namespace tandem;

namespace {

struct worker_chat : default_policies {
    using store = worker_store<watched_store&>;
    using authenticator = trust_everyone;
    using observer = script_observer&;
    using clock = manual_clock&;
    using dialects = tandem::dialects<tiny_dialect>;
};
using worker_engine = engine<worker_chat>;

// An engine and the loop of its thread.
struct server {
    using peer = basic_peer<worker_engine>;

    server(worker<watched_store&>& disk, std::uint64_t instance) {
        options o = calm();
        o.instance = instance;
        running = std::make_unique<worker_engine>(
            parts<worker_chat>{.store = worker_store{disk, loop.post()}, .observer = observer, .clock = clock}, o);
    }

    peer sign_in(const std::string& user) {
        peer p{*running};
        p.says("AUTH_REQ 1 credential=" + user);
        heard(p, "signed in");
        observer.appends.clear();
        return p;
    }
    // Waits until these words are the last.
    std::string heard(peer& p, const std::string& last) {
        std::string all;
        while (true) {
            const std::string more = p.heard();
            all += (all.empty() || more.empty() ? "" : " | ") + more;
            if (all.ends_with(last)) return all;
            loop.run_one();
        }
    }

    test_loop loop;
    manual_clock clock;
    script_observer observer;
    std::unique_ptr<worker_engine> running;
};

struct a_disk {
    explicit a_disk(const worker_options& o = {}) : disk{store, o} {}
    ~a_disk() { store.writes.open(), store.heads.open(); }

    watched_store store;
    worker<watched_store&> disk;
};

}  // namespace

TEST_SUITE("engines on a worker") {
    TEST_CASE("while a commit runs, the journal gathers what comes, and the next commit has it all") {
        a_disk d;
        server s{d.disk, 1};
        auto alice = s.sign_in("alice"), bob = s.sign_in("bob");
        d.store.writes.close();
        alice.sends("bob", "a");
        d.store.writes.wait_for();
        alice.sends("bob", "b").sends("bob", "c");
        bob.sends("alice", "d");
        CHECK(d.disk.load().waiting == 1);
        CHECK(alice.heard() == "");
        d.store.writes.open();
        CHECK(s.heard(alice, "push d") == "ack a | ack b | ack c | push d");
        CHECK(s.heard(bob, "ack d") == "push a | push b | push c | ack d");
        CHECK(s.observer.appends == std::vector<std::size_t>{1, 3});
    }

    TEST_CASE("what two engines append while the disk is busy becomes one commit, and each tells its own") {
        a_disk d;
        server one{d.disk, 1}, other{d.disk, 2};
        auto alice = one.sign_in("alice");
        auto bob = other.sign_in("bob");
        test_loop loop;
        worker_store bystander{d.disk, loop.post()};
        std::string head;
        d.store.did();
        d.store.heads.close();
        bystander.head(told_to<log_head>(head));
        d.store.heads.wait_for();
        alice.sends("bob", "a");
        bob.sends("alice", "b");
        CHECK(d.disk.load().waiting == 3);
        d.store.heads.open();
        loop.run_until([&] { return bystander.waiting() == 0; });
        CHECK(one.heard(alice, "ack a") == "ack a");
        CHECK(other.heard(bob, "ack b") == "push a | ack b");
        CHECK(d.store.did() == "head | append 2");
        CHECK(one.observer.appends == std::vector<std::size_t>{1});
        CHECK(other.observer.appends == std::vector<std::size_t>{1});
    }

    TEST_CASE("two engines on two threads share a store, and every send is acknowledged once and in order") {
        constexpr int many = 200;
        a_disk d;
        server one{d.disk, 1}, other{d.disk, 2};
        auto alice = one.sign_in("alice");
        auto bob = other.sign_in("bob");
        std::string acks, alices, bobs;
        for (int n = 0; n < many; ++n) acks += (n == 0 ? "ack " : " | ack ") + std::to_string(n);
        const auto send = [](server& s, server::peer& p, std::string& heard) {
            for (int n = 0; n < many; ++n) p.sends("carol", std::to_string(n));
            heard = s.heard(p, "ack " + std::to_string(many - 1));
        };
        std::thread first{[&] { send(one, alice, alices); }}, second{[&] { send(other, bob, bobs); }};
        first.join();
        second.join();
        CHECK(alices == acks);
        CHECK(bobs == acks);
        d.disk.stop();
        CHECK(d.store.memory_store::head()->newest.value == 2 * many);
    }

    TEST_CASE("a disk that is stuck is told to who sends, at once, and the send may be repeated") {
        a_disk d{{.most_waiting = 2}};
        server s{d.disk, 1};
        auto alice = s.sign_in("alice");
        test_loop loop;
        worker_store bystander{d.disk, loop.post()};
        an_append running{{"x"}}, waiting{{"y"}};
        d.store.writes.close();
        bystander.append(running.of, running.then());
        d.store.writes.wait_for();
        bystander.append(waiting.of, waiting.then());
        alice.sends("bob", "a");
        CHECK(s.heard(alice, "store failed") == "no send_id=a: store failed");
        d.store.writes.open();
        loop.run_until([&] { return bystander.waiting() == 0; });
        alice.sends("bob", "a");
        CHECK(s.heard(alice, "ack a") == "ack a");
    }

    TEST_CASE("an engine that ends while its append runs leaves it to the store, and nobody is told") {
        a_disk d;
        server s{d.disk, 1};
        auto alice = s.sign_in("alice");
        d.store.writes.close();
        alice.sends("bob", "a");
        d.store.writes.wait_for();
        alice.sends("bob", "b");
        s.running.reset();
        alice.outlet().take();
        d.store.writes.open();
        s.loop.run_one();
        CHECK(alice.heard() == "");
        d.disk.stop();
        CHECK(scene::bodies(d.store.tail({}, {})->entries) == "a,");
    }

    TEST_CASE("an engine that ends takes what waits for the disk along") {
        a_disk d;
        server one{d.disk, 1}, other{d.disk, 2};
        auto alice = one.sign_in("alice");
        auto bob = other.sign_in("bob");
        d.store.writes.close();
        alice.sends("bob", "a");
        d.store.writes.wait_for();
        bob.sends("alice", "b");
        CHECK(d.disk.load().waiting == 2);
        other.running.reset();
        CHECK(d.disk.load().waiting == 1);
        d.store.writes.open();
        CHECK(one.heard(alice, "ack a") == "ack a");
        CHECK(scene::bodies(d.store.tail({}, {})->entries) == "a,");
    }
}
