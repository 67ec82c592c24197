// Durable messages from one user to another: a message is a commit's share, an ack and a push.
#include "pairs.hpp"

namespace tandem::benchmarks {

namespace {

constexpr std::size_t pair_count = 64;

struct rates {
    double per_cpu_second, per_second;
    double loop, store;  // µs of the server's processor for a message
};

rates of_one_run(server_kind kind, std::uint64_t in_flight_of_each, native::language language) {
    const folder files;
    server_process server{{.kind = kind, .file = files.file("log")}};
    pairs all{server.port(), pair_count, language};
    const auto go_on = [&] {
        for (std::size_t p = 0; p < all.count(); ++p) {
            const std::uint64_t in_flight = all.sent_by(p) - all.arrived_at(p);
            if (in_flight < in_flight_of_each) all.send(p, in_flight_of_each - in_flight);
        }
    };
    const auto run_for = [&](double seconds) {
        const std::uint64_t start = nanoseconds_now();
        all.all().until([&] { return go_on(), seconds_since(start) > seconds; });
    };
    run_for(0.3);
    const std::uint64_t start = nanoseconds_now();
    const double before = static_cast<double>(all.arrived()), cpu = server.cpu_seconds();
    const double loop = server.cpu_seconds_of("loop"), store = server.cpu_seconds_of("store");
    run_for(1.6);
    const double messages = static_cast<double>(all.arrived()) - before, spent = server.cpu_seconds() - cpu;
    const double micro = 1e6 / messages;
    return {messages / spent, messages / seconds_since(start), (server.cpu_seconds_of("loop") - loop) * micro,
            (server.cpu_seconds_of("store") - store) * micro};
}

void measure(const std::string& name, std::uint64_t in_flight, native::language language = {}) {
    std::vector<double> per_second, loop, store;
    const auto durable = [&] {
        const rates r = of_one_run(server_kind::with_sqlite, in_flight / pair_count, language);
        per_second.push_back(r.per_second);
        loop.push_back(r.loop);
        store.push_back(r.store);
        return r.per_cpu_second;
    };
    const auto c = in_turn(3, durable, [&] {
        return of_one_run(server_kind::with_memory, in_flight / pair_count, language).per_cpu_second;
    });
    print(name, c.value(), "messages per server CPU second", c.ratio(), "memory store");
    print(name + "/per_second", middle(per_second), "messages per second");
    const double both = middle(loop) + middle(store);
    print(name + "/loop", middle(loop), "CPU us per message", middle(loop) / both, "loop and store");
    print(name + "/store", middle(store), "CPU us per message", middle(store) / both, "loop and store");
}

const scenario at_256{"wire/one_to_one_durable/256", [](const std::string& name) { measure(name, 256); }};
const scenario in_json{"wire/one_to_one_durable/256/json",
                       [](const std::string& name) { measure(name, 256, native::language::json); }};
const scenario at_1024{"wire/one_to_one_durable/1024", [](const std::string& name) { measure(name, 1024); }};

}  // namespace

}  // namespace tandem::benchmarks
