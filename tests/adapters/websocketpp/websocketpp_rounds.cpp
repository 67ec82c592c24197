#include "tandem/adapters/websocketpp/websocketpp_rounds.hpp"

#include "live.hpp"

using namespace tandem;

namespace {

struct counted_rounds {
    using server_type = bridged::server_type;
    using engine_type = engine<bridged::chat>;

    counted_rounds() {
        server.clear_access_channels(websocketpp::log::alevel::all);
        server.init_asio(&loop);
        rounds->at_end([this] { return ++ended, false; });
    }
    ~counted_rounds() { rounds->stop(); }

    // What is ready now; how many rounds have ended by then.
    int poll() {
        loop.restart();
        loop.poll();
        return ended;
    }

    asio::io_context loop;
    server_type server;
    engine_type chat{{}};
    std::shared_ptr<detail::websocketpp_rounds<server_type, engine_type>> rounds =
        std::make_shared<detail::websocketpp_rounds<server_type, engine_type>>(server, chat);
    int ended = 0;
};

}  // namespace

TEST_CASE("what enters in one round is one turn, and it ends with the round") {
    counted_rounds here;
    here.rounds->enter();
    here.rounds->enter();
    CHECK(here.ended == 0);
    CHECK(here.poll() == 1);
    CHECK(here.poll() == 1);
}

TEST_CASE("when something was said between rounds there is another one, for what that has left to do") {
    counted_rounds here;
    here.rounds->told();
    here.rounds->told();
    CHECK(here.poll() == 1);
}

TEST_CASE("what is said at the end of a round makes no further one") {
    counted_rounds here;
    here.rounds->at_end([&] { return here.rounds->told(), ++here.ended, false; });
    here.rounds->enter();
    CHECK(here.poll() == 1);
    CHECK(here.poll() == 1);
}

TEST_CASE("after it was stopped nothing comes any more") {
    counted_rounds here;
    here.rounds->enter();
    here.rounds->stop();
    here.rounds->enter();
    here.rounds->told();
    CHECK(here.poll() == 0);
}
