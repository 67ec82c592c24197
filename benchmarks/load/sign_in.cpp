// Accept, handshake and sign-in. The floor does the first two.
#include "scenario.hpp"

namespace tandem::benchmarks {

namespace {

double arrivals_per_second(server_kind kind) {
    const bool natively = kind == server_kind::with_memory;
    server_process server{{.kind = kind}};
    crowd all{server.port()};
    for (const std::string& u : users("u", as_many_as_possible(5000))) all.add(natively ? u : "");
    const double cpu = server.cpu_seconds();
    all.connect_all(200);
    const double spent = server.cpu_seconds() - cpu;
    server.end();
    return static_cast<double>(all.size()) / spent;
}

const scenario sign_in{"wire/sign_in", [](const std::string& name) {
                           const auto c = in_turn(
                               5, [] { return arrivals_per_second(server_kind::with_memory); },
                               [] { return arrivals_per_second(server_kind::floor_that_echoes); });
                           print(name, c.value(), "sign-ins per server CPU second", c.ratio(),
                                 "raw epoll floor, which accepts, upgrades and echoes once");
                       }};

}  // namespace

}  // namespace tandem::benchmarks
