#include "tandem/adapters/websocketpp/websocketpp_bridge.hpp"

#include "live.hpp"

using bridged::live_server;

TEST_CASE("a message goes through a websocketpp server from one user to another") {
    live_server server;
    auto alice = server.sign_in("alice");
    auto bob = server.sign_in("bob");
    CHECK(server.bridge->connections() == 2);

    alice.say("SEND_REQ 2 to=bob send_id=s1 body=hello");
    CHECK(server.until([&] { return bob.is_told("PUSH_MSG") && bob.is_told("body=hello"); }));
    CHECK(server.until([&] { return alice.is_told("SEND_RSP 2"); }));
    CHECK_FALSE(alice.is_told("PUSH_MSG"));
}

TEST_CASE("whoever is not given to the bridge is served by the handlers that were there") {
    live_server server;
    auto someone = server.connect("/echo");
    someone.say("hello");
    CHECK(server.until([&] { return someone.is_told("echo hello"); }));
    CHECK(server.bridge->connections() == 0);

    auto alice = server.sign_in("alice");
    CHECK_FALSE(alice.is_told("echo"));
    someone.close();
    alice.close();
    CHECK(server.until([&] { return server.closed_echoes == 1 && server.bridge->connections() == 0; }));
    CHECK(server.closed_echoes == 1);
}
