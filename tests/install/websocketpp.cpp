#include <tandem/adapters/websocketpp/websocketpp_bridge.hpp>
#include <tandem/codec/tiny_codec.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>

#include <websocketpp/config/asio_no_tls.hpp>
#include <websocketpp/server.hpp>

struct chat : tandem::default_policies {
    using store = tandem::memory_store;
    using authenticator = tandem::trust_everyone;
    using dialects = tandem::dialects<tandem::tiny_dialect>;
};

int main() {
    websocketpp::server<websocketpp::config::asio> server;
    server.init_asio();
    tandem::engine<chat> engine;
    tandem::websocketpp_bridge bridge{server, engine};
    server.set_validate_handler([&](auto who) { return bridge.validate(who); });
    server.poll();
    return bridge.connections() == 0 ? 0 : 1;
}
