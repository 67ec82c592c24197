#include "tandem/adapters/websocketpp/websocketpp_outlet.hpp"

#include "live.hpp"

using bridged::server_type;
using tandem::frame;

TEST_CASE("all who are sent a frame get the same message, with its head in front") {
    bridged::live_server server;
    const auto one = server.server.get_connection(), other = server.server.get_connection();
    tandem::websocketpp_message<server_type> shared;
    const frame hello{"hello", true}, data{"data"};

    const auto message = shared.of(hello, *one);
    CHECK(message->get_prepared());
    CHECK(message->get_header() + message->get_payload() == "\x81\x05hello");
    CHECK(shared.of(hello, *other) == message);
    CHECK(shared.of(data, *other)->get_payload() == "\x82\x04"
                                                    "data");
    const auto again = shared.of(hello, *one);
    shared.forget();
    CHECK(shared.of(hello, *one) != again);
}

TEST_CASE("before the handshake is over everything waits, is counted, and keeps its order") {
    bridged::live_server server;
    tandem::websocketpp_message<server_type> shared;
    std::optional<tandem::websocketpp_outlet<server_type>> outlet;
    server.server.set_validate_handler([&](auto who) {
        outlet.emplace(*server.server.get_con_from_hdl(who), shared);
        outlet->send(frame{"first", true});
        outlet->probe(7);
        outlet->send(frame{"second", true});
        CHECK(outlet->queued_bytes() == 11);
        outlet->close(tandem::errc::expired);
        return true;
    });
    server.server.set_open_handler([&](auto) { outlet->opened(); });
    server.settle();  // a connection that was being accepted already has the handlers of before
    server.connect("/echo").close();
    server.settle();

    auto p = server.connect("/anything");
    REQUIRE(server.until([&] { return p.closed_with() != 0; }));
    const auto told = p.messages();
    REQUIRE(told.size() == 4);
    CHECK(told[0].payload == "first");
    CHECK(told[1].opcode == tandem::websocket_opcode::ping);
    CHECK(tandem::websocketpp_outlet<server_type>::token_of(told[1].payload) == 7);
    CHECK(told[2].payload == "second");
    CHECK(p.closed_with() == 4000 + static_cast<int>(tandem::errc::expired));
    CHECK(told[3].payload == text(tandem::errc::expired));
}

TEST_CASE("what is no token of ours is none") {
    CHECK_FALSE(tandem::websocketpp_outlet<server_type>::token_of(""));
    CHECK_FALSE(tandem::websocketpp_outlet<server_type>::token_of("1234567"));
    CHECK_FALSE(tandem::websocketpp_outlet<server_type>::token_of("123456789"));
}
