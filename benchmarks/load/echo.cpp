// A heartbeat and its reply on a hundred connections: what a round trip costs that does nothing else.
#include "scenario.hpp"

namespace tandem::benchmarks {

namespace {

double echoes_per_second(server_kind kind) {
    const bool natively = kind != server_kind::floor_that_echoes;
    server_process server{{.kind = kind}};
    crowd all{server.port()};
    for (const std::string& u : users("u", 100)) all.add(natively ? u : "");
    all.connect_all();
    std::string ping;
    native::append_request(ping, command::heartbeat_req, 7, "");
    std::uint64_t echoes = 0;
    all.on_frame = [&](client& c, std::string_view payload) {
        if (natively && native::read(payload).what != command::heartbeat_rsp) throw failed{"not a heartbeat's reply"};
        ++echoes;
        all.write(c, ping);
    };
    for (std::size_t i = 0; i < all.size(); ++i) all.write(all[i], ping);
    all.until([&] { return echoes > 1000; });
    const std::uint64_t start = nanoseconds_now(), before = echoes;
    const double cpu = server.cpu_seconds();
    all.until([&] { return seconds_since(start) > 1.6; });
    return static_cast<double>(echoes - before) / (server.cpu_seconds() - cpu);
}

const scenario echo{"wire/echo", [](const std::string& name) {
                        const auto c = in_turn(
                            3, [] { return echoes_per_second(server_kind::with_memory); },
                            [] { return echoes_per_second(server_kind::floor_that_echoes); });
                        print(name, c.value(), "round trips per server CPU second", c.ratio(), "raw epoll floor");
                    }};

}  // namespace

}  // namespace tandem::benchmarks
